/**
 * Convolutions and products as large as those of AlexNet and ResNet-18, all three directions. The reference would take minutes
 * for them; but one channel of a result depends on no other, so it computes a few, and these must be the device's.
 */
import { currentDevice } from "descent";
import { type Convolution, convolutionSizes } from "../../lib/device/geometry.ts";
import type { HostArray } from "../../lib/device/reference/array.ts";
import { Reference } from "../../lib/device/reference/kernels.ts";
import type { Storage } from "../../lib/device/storage.ts";
import { onEachDevice } from "../devices.ts";
import { arrayOf } from "./contract/arbitraries.ts";
import { sumOf } from "./contract/case.ts";
import { compare } from "./contract/run.ts";

const reference = new Reference();

/** The entries of a list along a dimension. */
function picked(x: HostArray, dim: number, list: readonly number[]): HostArray {
  const one = (at: number) => {
    const begin = x.shape.map((_, d) => d === dim ? at : 0), step = x.shape.map(() => 1);
    return reference.slice(x, { begin, size: x.shape.map((n, d) => d === dim ? 1 : n), step });
  };
  return reference.concat(list.map(one), dim);
}

const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
/** The first, the last, and two between: they lie in different tiles and vectors of the kernels. */
const some = (n: number) => [...new Set([0, n >> 1, Math.max(0, n - 6), n - 1])];

/** A result of the device's: the part of it that the reference computes, from these arrays or from their magnitudes. */
interface Claim {
  readonly name: string;
  readonly actual: Storage;
  readonly part: (all: HostArray) => HostArray;
  readonly expected: (arrays: readonly HostArray[]) => HostArray;
  readonly arrays: readonly HostArray[];
  /** How many products are added up. */
  readonly terms: number;
  /** How many times larger than those products a method's own sums are. */
  readonly growth: number;
}

async function check({ name, actual, part, expected, arrays, terms, growth }: Claim): Promise<void> {
  const { shape, dtype } = actual, data = await currentDevice().read(actual);
  const wanted = expected(arrays), magnitude = expected(arrays.map((x) => reference.abs(x)));
  const { roundings = 0 } = sumOf(terms);
  compare(part({ shape, dtype, data }), wanted, { roundings: growth * roundings }, magnitude, (why) => {
    throw new Error(`${name}: ${why}`);
  });
}

const up = ({ data, shape, dtype }: HostArray) => currentDevice().upload(data, shape, dtype);

/** Winograd's method adds numbers up before it multiplies: see contract/products.ts. */
const growthOf = (w: readonly number[], { strides }: Convolution) =>
  w[2] === 3 && w[3] === 3 && Math.max(...strides) === 1 ? 10 : 1;

/** x ⋆ w and its two gradients; that of pictures is seldom asked for, and takes a software adapter a minute. */
async function checkConvolution(
  x: number[],
  w: number[],
  settings: Convolution,
  ofPictures: boolean,
): Promise<void> {
  const device = currentDevice(), { kernels, arena } = device, { groups } = settings;
  const s = convolutionSizes(x, w, settings), growth = growthOf(w, settings);
  const shape = [s.images, s.outChannels, s.outHeight, s.outWidth];
  const [xs, ws, biases, dys] = [x, w, [w[0]], shape].map((shape, seed) => arrayOf(shape, seed, "reals"));
  const stored = [xs, ws, biases, dys].map(up), [X, W, B, D] = stored;
  const [y, dw, ...more] = arena.tidy(() => [
    kernels.conv2d(X, W, B, settings),
    kernels.conv2dFilterGrad(X, D, w, settings),
    ...(ofPictures ? [] : [kernels.conv2dInputGrad(D, W, x, settings)]),
  ]);
  const inputs = w[1], outputs = w[0] / groups, alone = { ...settings, groups: 1 };
  const channels = some(x[1]), outChannels = some(w[0]);
  /** The channels of x, and those of y, that belong together. */
  const from = (group: number) => range(group * inputs, inputs);
  const to = (group: number) => range(group * outputs, outputs);
  const each = (list: number[], dim: number, one: (channel: number) => HostArray) =>
    reference.concat(list.map(one), dim);
  await check({
    ...{ name: "y", actual: y, arrays: [xs, ws, biases], terms: inputs * w[2] * w[3] + 1, growth },
    part: (all) => picked(all, 1, outChannels),
    expected: ([xs, ws, biases]) =>
      each(outChannels, 1, (o) => {
        const seen = picked(xs, 1, from(Math.floor(o / outputs)));
        return reference.conv2d(seen, picked(ws, 0, [o]), picked(biases, 0, [o]), alone);
      }),
  });
  for (const dx of more) {
    await check({
      ...{ name: "dx", actual: dx, arrays: [dys, ws], terms: outputs * w[2] * w[3], growth },
      part: (all) => picked(all, 1, channels),
      expected: ([dys, ws]) =>
        each(channels, 1, (c) => {
          const own = to(Math.floor(c / inputs)), seen = picked(picked(ws, 0, own), 1, [c % inputs]);
          return reference.conv2dInputGrad(picked(dys, 1, own), seen, [x[0], 1, x[2], x[3]], alone);
        }),
    });
  }
  await check({
    ...{ name: "dw", actual: dw, arrays: [xs, dys], terms: shape[0] * shape[2] * shape[3], growth },
    part: (all) => picked(picked(all, 0, outChannels), 1, some(inputs)),
    expected: ([xs, dys]) =>
      each(outChannels, 0, (o) =>
        each(some(inputs), 1, (c) => {
          const seen = picked(xs, 1, [Math.floor(o / outputs) * inputs + c]);
          return reference.conv2dFilterGrad(seen, picked(dys, 1, [o]), [1, 1, w[2], w[3]], alone);
        })),
  });
  for (const storage of [...stored, y, dw, ...more]) device.free(storage);
}

/** Square images and filters, with the usual settings where nothing is said. */
function convolution(
  images: number,
  channels: number,
  size: number,
  outputs: number,
  kernel: number,
  { stride = 1, padding = kernel >> 1, dilation = 1, groups = 1 } = {},
): [x: number[], w: number[], settings: Convolution] {
  return [[images, channels, size, size], [outputs, channels / groups, kernel, kernel], {
    strides: [stride, stride],
    padding: [padding, padding],
    dilations: [dilation, dilation],
    groups,
  }];
}

const CONVOLUTIONS: Record<string, ReturnType<typeof convolution>> = {
  "AlexNet's first convolution, 11 × 11 by strides of 4": convolution(1, 1, 224, 96, 11, {
    stride: 4,
    padding: 0,
  }),
  "the same of three colours": convolution(2, 3, 115, 96, 11, { stride: 4, padding: 0 }),
  "AlexNet's second convolution, 5 × 5": convolution(1, 96, 26, 256, 5),
  "AlexNet's third convolution": convolution(1, 256, 12, 384, 3),
  "ResNet's first convolution, 7 × 7 by strides of 2": convolution(1, 1, 224, 64, 7, { stride: 2 }),
  "ResNet's first stage, where there are more tiles than are made at a time": convolution(2, 64, 56, 64, 3),
  "ResNet's second stage, by strides of 2": convolution(1, 64, 56, 128, 3, { stride: 2 }),
  "a ResNet's shortcut, 1 × 1 by strides of 2": convolution(1, 64, 56, 128, 1, { stride: 2 }),
  "ResNet's second stage": convolution(1, 128, 28, 128, 3),
  "ResNet's last stage, one image of too few pixels for Winograd": convolution(1, 512, 7, 512, 3),
  "half as many channels, of three images, which are enough": convolution(3, 256, 7, 256, 3),
  "a bottleneck, 1 × 1": convolution(1, 256, 14, 64, 1),
  "filters of a channel each": convolution(2, 96, 28, 96, 3, { groups: 96 }),
  "a convolution in 32 groups": convolution(1, 128, 28, 256, 3, { groups: 32, stride: 2 }),
  "a dilated convolution": convolution(1, 64, 28, 48, 3, { dilation: 4, padding: 4 }),
};

for (const [name, [x, w, settings]] of Object.entries(CONVOLUTIONS)) {
  onEachDevice(
    `${name}, and its gradients, are sums of their products`,
    (device) => checkConvolution(x, w, settings, device === "webgpu" && x[1] <= 3),
  );
}

/** x wᵀ + b, and with it the gradients: g w, and gᵀ x. */
async function checkLinear(rows: number, inputs: number, outputs: number): Promise<void> {
  const device = currentDevice(), { kernels: k, arena } = device;
  const arrays = [[rows, inputs], [outputs, inputs], [outputs], [rows, outputs]]
    .map((shape, seed) => arrayOf(shape, seed, "reals"));
  const [xs, ws, bs, gs] = arrays, stored = arrays.map(up), [x, w, b, g] = stored;
  const results = arena.tidy(() => [k.linear(x, w, b), k.matmul(g, w), k.matmul(k.permute(g, [1, 0]), x)]);
  const [y, dx, dw] = results, own = some(outputs), columns = some(inputs);
  await check({
    ...{ name: "y", actual: y, arrays: [xs, ws, bs], terms: inputs + 1, growth: 1 },
    part: (all) => picked(all, 1, own),
    expected: ([xs, ws, bs]) => reference.linear(xs, picked(ws, 0, own), picked(bs, 0, own)),
  });
  await check({
    ...{ name: "dx", actual: dx, arrays: [gs, ws], terms: outputs, growth: 1 },
    part: (all) => picked(all, 1, columns),
    expected: ([gs, ws]) => reference.matmul(gs, picked(ws, 1, columns)),
  });
  await check({
    ...{ name: "dw", actual: dw, arrays: [gs, xs], terms: rows, growth: 1 },
    part: (all) => picked(picked(all, 0, own), 1, columns),
    expected: ([gs, xs]) =>
      reference.matmul(reference.permute(picked(gs, 1, own), [1, 0]), picked(xs, 1, columns)),
  });
  for (const storage of [...stored, ...results]) device.free(storage);
}

const LINEAR: Record<string, [rows: number, inputs: number, outputs: number]> = {
  "AlexNet's first linear layer, of one image": [1, 6400, 4096],
  "a linear layer of four images": [4, 1600, 1024],
  "a linear layer of eight, as thin as it gets": [8, 1024, 777],
  "a linear layer of nine, which is no longer thin": [9, 1024, 777],
  "an MLP's first layer, of a batch": [256, 784, 256],
  "a classifier's last layer, of a large batch": [1000, 512, 10],
};

for (const [name, sizes] of Object.entries(LINEAR)) {
  onEachDevice(`${name}, and its gradients, are sums of their products`, () => checkLinear(...sizes));
}

onEachDevice("large products of all transposes are sums of their products", async () => {
  const device = currentDevice(), { kernels: k, arena } = device, t = (x: Storage) => k.permute(x, [1, 0]);
  const turned = (x: HostArray) => reference.permute(x, [1, 0]);
  const [m, inner, n] = [510, 770, 646],
    as = arrayOf([m, inner], 1, "reals"),
    bs = arrayOf([inner, n], 2, "reals");
  const stored = [as, turned(as), bs, turned(bs)].map(up), [a, aT, b, bT] = stored;
  const rows = some(m), columns = some(n);
  const calls = {
    "a b": () => k.matmul(a, b),
    "aᵀᵀ b": () => k.matmul(t(aT), b),
    "a bᵀᵀ": () => k.matmul(a, t(bT)),
    "aᵀᵀ bᵀᵀ": () => k.matmul(t(aT), t(bT)),
  };
  for (const [name, call] of Object.entries(calls)) {
    const actual = arena.tidy(call);
    await check({
      ...{ name, actual, arrays: [as, bs], terms: inner, growth: 1 },
      part: (all) => picked(picked(all, 0, rows), 1, columns),
      expected: ([as, bs]) => reference.matmul(picked(as, 0, rows), picked(bs, 1, columns)),
    });
    device.free(actual);
  }
  for (const storage of stored) device.free(storage);
});
