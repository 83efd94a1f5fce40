/**
 * Convolutions of 3 × 3 by Winograd's method keep to themselves what is not finite, and what is much larger than the rest: their
 * results are those of the plain sum, which the reference computes.
 */
import { assertEquals } from "@std/assert";
import { currentDevice } from "descent";
import type { Convolution } from "../../lib/device/geometry.ts";
import type { HostArray } from "../../lib/device/reference/array.ts";
import { sizeOf } from "../../lib/device/shape.ts";
import { onEachDevice } from "../devices.ts";
import { arrayOf } from "./contract/arbitraries.ts";
import { type Call, makeCase, type Tolerance } from "./contract/case.ts";
import { runOne } from "./contract/run.ts";

const SETTINGS: Convolution = { strides: [1, 1], padding: [1, 1], dilations: [1, 1], groups: 1 };
/** As few channels and pixels as the method takes, two images, and an odd side. */
const X = [2, 16, 9, 8], W = [16, 16, 3, 3], Y = X;

/** Numbers between −1 and 1, few of them small; some of them replaced: at [channel, row, column], channels counted through all images or filters. */
function numbers(shape: number[], seed: number, ...replaced: [number, number[]][]): HostArray {
  const array = arrayOf(shape, seed, "reals");
  const data = array.data.map((value) => value / 10);
  for (const [value, [c, y, x]] of replaced) data[(c * shape[2] + y) * shape[3] + x] = value;
  return { ...array, data };
}

/** Each direction, by the shapes that it takes. */
const DIRECTIONS: Record<string, { shapes: number[][]; call: Call; terms: number }> = {
  conv2d: { shapes: [X, W], call: (k, [x, w]) => [k.conv2d(x, w, null, SETTINGS)], terms: 9 * 16 },
  conv2dInputGrad: {
    shapes: [Y, W],
    call: (k, [dy, w]) => [k.conv2dInputGrad(dy, w, X, SETTINGS)],
    terms: 9 * 16,
  },
  conv2dFilterGrad: {
    shapes: [X, Y],
    call: (k, [x, dy]) => [k.conv2dFilterGrad(x, dy, W, SETTINGS)],
    terms: 2 * 9 * 8,
  },
};

/**
 * The plain sum's bound, |error| ≤ c 2⁻²⁴ Σ |x| |w|, with c = 8 + 2√n where n terms are added in any order; times 4, since a
 * tile's numbers are added before they are multiplied. Nothing in it knows of a number that an output does not see.
 */
const bound = (terms: number): Tolerance => ({ roundings: 4 * (8 + 2 * Math.sqrt(terms)) });

const compare = (name: string, inputs: HostArray[]) => {
  const { call, terms } = DIRECTIONS[name];
  const one = makeCase(inputs.map((memory) => ({ memory, dims: null })), call, bound(terms));
  return runOne(currentDevice(), one);
};

const VALUES = [NaN, Infinity, -Infinity, 1e5, 1e9, -1e9, 1e30, 3e38];

for (const [name, { shapes }] of Object.entries(DIRECTIONS)) {
  shapes.forEach((shape, operand) => {
    const [height, width] = shape.slice(2);
    const places = height === 3
      ? [[3, 0, 0], [40, 1, 1], [255, 2, 1]]
      : [[0, 0, 0], [31, height - 1, width - 1], [3, 4, 6], [23, 7, 3], [8, 6, 7], [17, 8, 5]];
    onEachDevice(
      `${name}: a strange number in operand ${operand} changes only the results that see it`,
      async () => {
        for (const [i, value] of VALUES.entries()) {
          // A weight that is not finite meets windows that there are not; PyTorch leaves them out, a device need not.
          if (name === "conv2dInputGrad" && operand === 1 && !Number.isFinite(value)) continue;
          const inputs = shapes.map((shape, which) =>
            which === operand ? numbers(shape, 1, [value, places[i % places.length]]) : numbers(shape, 2)
          );
          await compare(name, inputs);
        }
      },
    );
  });

  onEachDevice(`${name}: nor does a row, a half, or every other pixel of large numbers`, async () => {
    const where: ((y: number, x: number) => boolean)[] = [
      (y) => y === 8,
      (_, x) => x < 3,
      (y, x) => (x + y) % 2 === 0,
      (y, x) => y === 8 && x === 7,
    ];
    for (const large of where) {
      for (const other of [0, 1]) {
        const inputs = shapes.map((shape, which) => {
          const array = numbers(shape, which);
          if (which !== 0 && shape !== Y) return array;
          if (name === "conv2dFilterGrad" && which !== other) return array;
          const [height, width] = shape.slice(2);
          const data = array.data.map((value, i) =>
            large(Math.floor(i / width) % height, i % width) ? 1e9 * value : other * value
          );
          return { ...array, data };
        });
        await compare(name, inputs);
      }
    }
  });
}

/** What conv2d makes of x with filters that each copy one channel. */
async function copied(x: HostArray): Promise<number[]> {
  const device = currentDevice(), filters = new Float32Array(sizeOf(W));
  for (let c = 0; c < 16; c++) filters[(c * 16 + c) * 9 + 4] = 1;
  const inputs = [device.upload(x.data, x.shape, "float32"), device.upload(filters, W, "float32")];
  const [y] = device.arena.tidy(() => [device.kernels.conv2d(inputs[0], inputs[1], null, SETTINGS)]);
  const values = await device.read(y);
  for (const storage of [...inputs, y]) device.free(storage);
  return [...values];
}

onEachDevice("conv2d: filters that copy the picture copy it to the last bit beside −1e9", async () => {
  const x = numbers(X, 3, [-1e9, [5, 5, 5]], [1e9, [6, 0, 0]]);
  const data = x.data.map((value) => Math.round(64 * value) / 64);
  assertEquals(await copied({ ...x, data }), [...data]);
});

onEachDevice("conv2d: one ∞ makes infinities of the 3 × 3 results that see it, and no NaN", async () => {
  const device = currentDevice(), x = numbers(X, 3, [Infinity, [5, 5, 5]]), w = numbers(W, 4);
  const inputs = [x, w].map(({ data, shape }) => device.upload(data, shape, "float32"));
  const [y] = device.arena.tidy(() => [device.kernels.conv2d(inputs[0], inputs[1], null, SETTINGS)]);
  const values = [...await device.read(y)];
  for (const storage of [...inputs, y]) device.free(storage);
  assertEquals(values.filter(Number.isNaN), []);
  assertEquals(values.filter((value) => Math.abs(value) === Infinity).length, 9 * 16);
});

onEachDevice("conv2d: windows of zeros sum to exactly the bias, whatever is beside them", async () => {
  const zeros = { shape: X, dtype: "float32" as const, data: new Float32Array(sizeOf(X)) };
  zeros.data[45] = 1e9;
  const device = currentDevice(), w = numbers(W, 5), bias = numbers([16, 1, 1, 1], 6);
  const inputs = [zeros, w, { ...bias, shape: [16] }].map(({ data, shape }) =>
    device.upload(data, shape, "float32")
  );
  const [y] = device.arena.tidy(() => [device.kernels.conv2d(inputs[0], inputs[1], inputs[2], SETTINGS)]);
  const values = await device.read(y);
  for (const storage of [...inputs, y]) device.free(storage);
  let others = 0;
  values.forEach((value, i) => {
    const row = Math.floor(i / 8) % 9, column = i % 8;
    if (i < 16 * 72 && Math.abs(row - 5) <= 1 && Math.abs(column - 5) <= 1) return;
    others++;
    assertEquals(value, bias.data[Math.floor(i / 72) % 16]);
  });
  assertEquals(others, 16 * (2 * 72 - 9));
});
