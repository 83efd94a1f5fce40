import { assertEquals } from "@std/assert";
import {
  type Convolution,
  convolution,
  convolutionFilterGrad,
  convolutionInputGrad,
} from "../../lib/device/composed.ts";
import type { Device } from "../../lib/device/device.ts";
import { assertClose, Draw, onEachForm, sizeOf } from "./helpers.ts";

interface Problem {
  x: number[];
  filter: number[];
  settings: Convolution;
}

function randomProblem(draw: Draw): Problem {
  for (;;) {
    const groups = draw.int(1, 3), channels = draw.int(1, 3), outputs = draw.int(1, 3);
    const x = [draw.int(1, 2), draw.int(1, 9), draw.int(1, 9), groups * channels];
    const filter = [draw.int(1, 4), draw.int(1, 4), channels, groups * outputs];
    const settings: Convolution = {
      strides: [draw.int(1, 3), draw.int(1, 3)],
      padding: [[draw.int(0, 2), draw.int(0, 2)], [draw.int(0, 2), draw.int(0, 2)]],
      dilations: [draw.int(1, 3), draw.int(1, 3)],
      groups,
    };
    if (outputSize(x, filter, settings).every((size) => size > 0)) return { x, filter, settings };
  }
}

function outputSize(x: number[], filter: number[], { strides, padding, dilations }: Convolution): number[] {
  return [0, 1].map((d) => {
    const room = x[d + 1] + padding[d][0] + padding[d][1] - ((filter[d] - 1) * dilations[d] + 1);
    return Math.floor(room / strides[d]) + 1;
  });
}

/** Visits each product of the convolution: y[output] += x[input] · filter[weight]. */
function* products(
  { x, filter, settings }: Problem,
): Generator<[output: number, input: number, weight: number]> {
  const [n, h, w, c] = x, [kh, kw, channels, outputs] = filter;
  const [oh, ow] = outputSize(x, filter, settings);
  const { strides, padding, dilations, groups } = settings;
  for (let b = 0; b < n; b++) {
    for (let i = 0; i < oh; i++) {
      for (let j = 0; j < ow; j++) {
        for (let o = 0; o < outputs; o++) {
          for (let p = 0; p < kh; p++) {
            for (let q = 0; q < kw; q++) {
              const row = i * strides[0] - padding[0][0] + p * dilations[0];
              const column = j * strides[1] - padding[1][0] + q * dilations[1];
              if (row < 0 || row >= h || column < 0 || column >= w) continue;
              for (let k = 0; k < channels; k++) {
                const channel = Math.floor(o / (outputs / groups)) * channels + k;
                yield [
                  ((b * oh + i) * ow + j) * outputs + o,
                  ((b * h + row) * w + column) * c + channel,
                  ((p * kw + q) * channels + k) * outputs + o,
                ];
              }
            }
          }
        }
      }
    }
  }
}

/** Compares the convolution and its gradients on random numbers with the sums above. */
async function assertConvolution(
  device: Device,
  problem: Problem,
  draw: Draw,
  biased: boolean,
): Promise<void> {
  const { x, filter, settings } = problem;
  const yShape = [x[0], ...outputSize(x, filter, settings), filter[3]];
  const xs = draw.floats(sizeOf(x)), ws = draw.floats(sizeOf(filter)), dys = draw.floats(sizeOf(yShape));
  const biases = biased ? draw.floats(filter[3]) : undefined;
  const y = new Float64Array(sizeOf(yShape)).map((_, i) => biases === undefined ? 0 : biases[i % filter[3]]);
  const dx = new Float64Array(xs.length), dw = new Float64Array(ws.length);
  for (const [output, input, weight] of products(problem)) {
    y[output] += xs[input] * ws[weight];
    dx[input] += dys[output] * ws[weight];
    dw[weight] += dys[output] * xs[input];
  }
  const xStorage = device.upload(xs, x, "float32");
  const wStorage = device.upload(ws, filter, "float32");
  const dyStorage = device.upload(dys, yShape, "float32");
  const bias = biases && device.upload(biases, [filter[3]], "float32");
  const results = [
    convolution(device, xStorage, wStorage, bias, settings),
    convolutionInputGrad(device, dyStorage, wStorage, x, settings),
    convolutionFilterGrad(device, xStorage, dyStorage, filter, settings),
  ];
  const what = JSON.stringify(problem), tolerance = { atol: 1e-4 };
  assertEquals(results.map(({ shape }) => shape), [yShape, x, filter], what);
  assertClose(await device.read(results[0]), y, `y ${what}`, tolerance);
  assertClose(await device.read(results[1]), dx, `dx ${what}`, tolerance);
  assertClose(await device.read(results[2]), dw, `dw ${what}`, tolerance);
  for (const s of [...results, xStorage, wStorage, dyStorage, bias]) if (s !== undefined) device.free(s);
}

onEachForm(
  "convolution() and its gradients are the sums they should be, for random settings",
  async (device) => {
    for (let seed = 1; seed <= 60; seed++) {
      const draw = new Draw(seed);
      await assertConvolution(device, randomProblem(draw), draw, seed % 2 === 0);
    }
  },
);

onEachForm(
  "convolution() is right for more channels, positions and taps than one tile holds",
  async (device) => {
    const settings: Convolution = {
      strides: [2, 1],
      padding: [[1, 1], [2, 0]],
      dilations: [1, 2],
      groups: 2,
    };
    await assertConvolution(
      device,
      { x: [2, 19, 13, 72], filter: [3, 2, 36, 68], settings },
      new Draw(1),
      true,
    );
  },
);
