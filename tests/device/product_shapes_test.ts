/**
 * Products and convolutions of random sizes on the GPU, as the cpu computes them: with the tile that is chosen, and with each of those
 * that could be, split and not. Where programs may be run (`deno test --allow-all`), two hundred of each kind.
 */
import { assertEquals, assertThrows } from "@std/assert";
import { device, useDevice } from "descent";
import fc from "fast-check";
import type { Device } from "../../lib/device/device.ts";
import type { Convolution } from "../../lib/device/geometry.ts";
import { convolutionSizes } from "../../lib/device/geometry.ts";
import type { DeviceKernels } from "../../lib/device/kernels.ts";
import { sizeOf } from "../../lib/device/shape.ts";
import type { Storage } from "../../lib/device/storage.ts";
import { candidates, type Choice, chooseTile, keyOf } from "../../lib/device/webgpu/kernels/tiles.ts";
import type { WebGpuDevice } from "../../lib/device/webgpu/mod.ts";
import { readTuning, written } from "../../lib/device/webgpu/tuning.ts";
import { arrayOf } from "./contract/arbitraries.ts";
import { sumOf, type Tolerance } from "./contract/case.ts";
import { windowSum } from "./contract/products.ts";
import { compare } from "./contract/run.ts";
import { onGpu } from "./gpu.ts";

const granted = Deno.permissions.querySync({ name: "run" }).state === "granted";
/** How many shapes of each kind. */
const SHAPES = granted ? 200 : 24;
/** How many of them are computed before their results are read. */
const TOGETHER = 20;

interface Case {
  readonly shapes: readonly (readonly number[])[];
  readonly call: (k: DeviceKernels, x: readonly Storage[]) => readonly Storage[];
  readonly tolerance: Tolerance;
}

const upTo = (max: number) => fc.integer({ min: 1, max });
/** Channels that come in fours, and others. */
const channels = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 12, 16, 24, 33);

const convolved = fc.record({
  images: fc.oneof({ weight: 4, arbitrary: upTo(4) }, { weight: 1, arbitrary: fc.constantFrom(9, 16, 33) }),
  groups: fc.constantFrom(1, 1, 1, 2, 3, 8),
  channels,
  outputs: channels,
  image: fc.tuple(upTo(19), upTo(19)),
  kernel: fc.tuple(upTo(5), upTo(5)),
  strides: fc.tuple(upTo(3), upTo(3)),
  padding: fc.tuple(fc.nat(3), fc.nat(3)),
  dilations: fc.tuple(upTo(3), upTo(3)),
}).map(({ images, groups, channels, outputs, image, kernel, ...moves }) => {
  const settings: Convolution = { ...moves, groups };
  const x = [images, groups * channels, ...image], w = [groups * outputs, channels, ...kernel];
  const s = convolutionSizes(x, w, settings);
  return { x, w, settings, y: [images, groups * outputs, s.outHeight, s.outWidth] };
}).filter(({ x, w, y }) => sizeOf(y) > 0 && sizeOf(y) * sizeOf(w.slice(1)) < 4e6 && sizeOf(x) < 1e5);

const turned = (k: DeviceKernels, x: Storage, yes: boolean) =>
  yes ? k.permute(x, x.shape.map((_, d, { length }) => d < length - 2 ? d : 2 * length - 3 - d)) : x;

const multiplied = fc.record({
  rows: fc.oneof(upTo(9), upTo(140)),
  inner: fc.oneof(upTo(9), upTo(300)),
  columns: fc.oneof(upTo(9), upTo(140)),
  fours: fc.boolean(),
  turns: fc.tuple(fc.boolean(), fc.boolean()),
  batches: fc.constantFrom([[], []], [[], []], [[3], [3]], [[2], []], [[], [2]], [[2, 1], [3]]),
});

const KINDS: Record<string, fc.Arbitrary<Case>> = {
  "products of matrices": multiplied.map(({ rows, inner, columns, fours, turns: [a, b], batches }) => {
    const [m, k, n] = [rows, inner, columns].map((size) => fours ? 4 * Math.ceil(size / 4) : size);
    return {
      shapes: [[...batches[0], ...(a ? [k, m] : [m, k])], [...batches[1], ...(b ? [n, k] : [k, n])]],
      call: (kernels, [x, y]) => [kernels.matmul(turned(kernels, x, a), turned(kernels, y, b))],
      tolerance: sumOf(k),
    };
  }),
  "linear layers": multiplied.map(({ rows, inner, columns, fours }) => {
    const [m, k, n] = [rows, inner, columns].map((size) => fours ? 4 * Math.ceil(size / 4) : size);
    return {
      shapes: [[m, k], [n, k], [n]],
      call: (kernels, [x, w, bias]) => [kernels.linear(x, w, bias)],
      tolerance: sumOf(k + 1),
    };
  }),
  "gradients of a linear layer's weight and bias": multiplied.map(({ rows, inner, columns, fours }) => {
    const [m, k, n] = [rows, inner, columns].map((size) => fours ? 4 * Math.ceil(size / 4) : size);
    return {
      shapes: [[k, m], [k, n]],
      call: (kernels, [dy, x]) => kernels.linearWeightBiasGrad(dy, x),
      tolerance: sumOf(k),
    };
  }),
  "convolutions": convolved.map(({ x, w, settings }) => ({
    shapes: [x, w, [w[0]]],
    call: (k, [x, w, bias]) => [k.conv2d(x, w, bias, settings)],
    tolerance: windowSum(sizeOf(w.slice(1))),
  })),
  "gradients of a convolution's input": convolved.map(({ x, y, w, settings }) => ({
    shapes: [y, w],
    call: (k, [dy, w]) => [k.conv2dInputGrad(dy, w, x, settings)],
    tolerance: windowSum(sizeOf(w) / settings.groups),
  })),
  "gradients of a convolution's filter and bias": convolved.map(({ x, y, w, settings }) => ({
    shapes: [x, y],
    call: (k, [x, dy]) => k.conv2dFilterBiasGrad(x, dy, w, settings),
    tolerance: windowSum(y[0] * y[2] * y[3]),
  })),
};

/** The results on a device, of the arguments or of their magnitudes. */
function results(device: Device, { shapes, call }: Case, seed: number, magnitudes = false) {
  const inputs = shapes.map((shape, i) => {
    const { data } = arrayOf(shape, seed + i, "reals");
    return device.upload(magnitudes ? (data as Float32Array).map(Math.abs) : data, [...shape], "float32");
  });
  const made = device.arena.tidy(() => [...call(device.kernels, inputs)]);
  return Promise.all(made.map(async (one) => ({
    shape: one.shape,
    dtype: "float32" as const,
    data: await device.read(one),
  }))).finally(() => [...inputs, ...made].forEach((one) => device.free(one)));
}

/** A table that has one answer for all. */
const always = (choice: Choice | undefined) => ({ get: () => choice });

Object.entries(KINDS).forEach(([kind, cases], place) => {
  onGpu(`${kind} of ${SHAPES} sizes on the GPU are the cpu's`, async () => {
    const gpu = await useDevice("webgpu") as WebGpuDevice, cpu = await device("cpu");
    // Each kind with two of the tiles that the other sort of adapter has: all of them would be programs by the hundred.
    const others = candidates(!gpu.software), own = candidates(gpu.software);
    const tiles = [...own, others[2 * place % others.length], others[(2 * place + 1) % others.length]];
    const before = gpu.memory().tensors, { tuning } = gpu.backend;
    try {
      const sample = fc.sample(cases, { seed: 7 + place, numRuns: SHAPES });
      for (let from = 0; from < sample.length; from += TOGETHER) {
        const some = sample.slice(from, from + TOGETHER);
        const actual = some.map((one, i) => {
          const chosen = i % 3 > 0;
          const choice = { tile: tiles[(from + i) % tiles.length], splits: 1 + i % 2 * 2 };
          gpu.backend.tuning = chosen ? undefined : always(choice);
          return results(gpu, one, from + i);
        });
        for (const [i, one] of some.entries()) {
          const seed = from + i, got = await actual[i];
          const [expected, magnitudes] = await Promise.all([
            results(cpu, one, seed),
            results(cpu, one, seed, true),
          ]);
          assertEquals(got.length, expected.length);
          got.forEach((result, r) =>
            compare(result, expected[r], one.tolerance, magnitudes[r], (why) => {
              throw new Error(
                `${kind}, sizes ${JSON.stringify(one.shapes)}, ${one.call}, result ${r}: ${why}`,
              );
            })
          );
        }
      }
      assertEquals(gpu.memory().tensors, before);
    } finally {
      gpu.backend.tuning = tuning;
      await useDevice("cpu");
    }
  });
});

Deno.test("a tile is chosen so that a GPU has work for all its threads, and sums are split no further than that", () => {
  const square = (n: number) => ({ name: "matmul", groups: 1, rows: n, columns: n, inner: n });
  const { tile, splits } = chooseTile({ software: false, slowCompiler: false }, square(4096));
  assertEquals([tile.rows, tile.columns, splits], [128, 128, 1]);
  // Few results of long sums.
  const last = { name: "convolution", groups: 1, rows: 49, columns: 512, inner: 4608 };
  const few = chooseTile({ software: false, slowCompiler: false }, last);
  assertEquals(few.splits > 4 && few.tile.rows < 128, true);
  // A row of results fits a flat tile.
  assertEquals(
    chooseTile({ software: false, slowCompiler: false }, { ...square(4096), rows: 1 }).tile.rows,
    8,
  );
  // No loop has more turns than software adapters grant.
  const long = chooseTile({ software: true, slowCompiler: false }, { ...square(4), inner: 1e7 });
  assertEquals(1e7 / long.splits / long.tile.depth < 65_535, true);
});

Deno.test("what was measured is chosen, for sizes like those that it was measured for", () => {
  const sizes = { name: "matmul", groups: 1, rows: 1000, columns: 1000, inner: 1000 };
  const choice = { tile: candidates(false)[1], splits: 2 };
  const tuning = readTuning("useDevice", { adapter: "x", products: { [keyOf(sizes)]: written(choice) } });
  assertEquals(
    chooseTile({ software: false, slowCompiler: false, tuning }, { ...sizes, rows: 1100 }),
    choice,
  );
  assertEquals(
    chooseTile({ software: false, slowCompiler: false, tuning }, { ...sizes, rows: 8000 }).splits,
    1,
  );
});

Deno.test("a table that is none, or that has tiles which no workgroup can compute, is refused", () => {
  const wrong = (tuning: unknown) => () =>
    readTuning("useDevice", tuning as Parameters<typeof readTuning>[1]);
  for (
    const tuning of [null, 3, { adapter: "x" }, { adapter: 1, products: {} }, { adapter: "x", products: [] }]
  ) {
    assertThrows(wrong(tuning), TypeError, "useDevice: tuning is what `deno task tune` prints");
  }
  for (
    const numbers of [[], "64", [64, 64, 8, 8, 4], [64, 64, 8, 8, 3, 1], [256, 256, 8, 8, 4, 1], [
      64,
      64,
      8,
      8,
      4,
      0,
    ]]
  ) {
    assertThrows(
      wrong({ adapter: "x", products: { matmul: numbers } }),
      RangeError,
      "useDevice: tuning has ",
    );
  }
});
