/**
 * CPU devices of so many threads, and kernels' calls that put them all to work.
 *
 * @module
 */
import { assert } from "@std/assert";
import { CpuDevice } from "../../lib/device/cpu/device.ts";
import { Engine } from "../../lib/device/cpu/engine.ts";
import { Heap } from "../../lib/device/cpu/heap.ts";
import { Module } from "../../lib/device/cpu/module.ts";
import type { AdamSettings, Convolution, Kernels, Updates } from "../../lib/device/kernels.ts";
import { tapsOf } from "../../lib/device/taps.ts";
import type { Storage } from "../../lib/device/storage.ts";

/** A device of its own with so many threads, all of them up. */
export function deviceOf(threads: number, relaxed?: boolean): CpuDevice {
  const heap = new Heap(), module = new Module(heap, threads, relaxed);
  const device = new CpuDevice(new Engine(heap, module)), start = performance.now();
  while (module.ready < threads) {
    device.free(device.kernels.fill([1 << 20], 1));
    assert(performance.now() - start < 20_000, "the threads do not come up");
  }
  return device;
}

/** A device of one thread on an ordinary memory of so many pages. */
export function deviceAlone(pages: number, relaxed?: boolean): CpuDevice {
  const heap = new Heap(pages, false);
  return new CpuDevice(new Engine(heap, new Module(heap, 4, relaxed)));
}

const SETTINGS: Convolution = { strides: [1, 1], padding: [1, 1], dilations: [1, 1], groups: 1 };
const ADAM: AdamSettings = {
  ...{ lr: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1 },
  ...{ decoupled: true, maximize: false, step: 3 },
};
const SGD = {
  ...{ lr: 0.1, momentum: 0.9, dampening: 0.1, weightDecay: 0.1 },
  ...{ nesterov: true, maximize: false, first: false },
};
const RMSPROP = { lr: 0.1, alpha: 0.9, epsilon: 1e-3, momentum: 0.5, weightDecay: 0.1, maximize: false };

/** Random numbers of a shape; another offset, others. */
type Draw = (shape: number[], offset?: number) => Storage;
type Call = (k: Kernels<Storage> & Updates<Storage>, draw: Draw) => readonly Storage[];

/** Calls large enough to be shared among threads, by what they are. */
const CALLS: Record<string, Call> = {
  fill: (k) => [k.fill([200_000], 3)],
  random: (k, draw) => [
    draw([300_000]),
    k.random("uniform", [300_001], { seed: [3, 4], offset: 5 }),
    k.dropout(draw([3, 70, 40, 40]), 0.3, { seed: [1, 1], offset: 2 ** 32 - 7 })[1],
  ],
  "functions of one": (k, draw) => {
    const x = draw([400, 501]);
    return [k.relu(x), k.exp(x), k.tanh(k.leakyRelu(x, 0.2)), k.log(k.abs(x))];
  },
  "functions of two": (k, draw) => {
    const x = draw([400, 501]), row = draw([501], 7), column = draw([400, 1], 8);
    return [
      ...[k.mul(x, x), k.add(x, row), k.sub(x, column), k.div(x, 3), k.add(column, row)],
      ...[k.greater(x, 0.5), k.lessEqual(x, row), k.select(k.less(x, 0), x, 1), k.reluGrad(x, x)],
    ];
  },
  reductions: (k, draw) => {
    const x = draw([200, 30, 70]), images = draw([3, 40, 50, 60]);
    return [
      ...[k.sum(x, [1]), k.max(x, [0]), k.min(x, [2]), k.sum(x, [0, 1, 2]), k.sum(images, [0, 2, 3])],
      k.sum(draw([1_000_003]), [0]),
    ];
  },
  scans: (k, draw) => {
    const x = draw([200_003]),
      rows = draw([500, 301]),
      factors = k.random("uniform", [500, 301], { seed: [1, 2], offset: 9 });
    return [
      ...[k.cumsum(x, 0), k.cumsum(rows, 0, true), k.cumprod(k.mul(factors, 2), 1)],
      ...[
        k.recurrence(factors, rows, 1),
        k.logcumsumexp(rows, 1),
        k.prod(factors, [0]),
        k.cumsum(k.cast(rows, "int32"), 1),
      ],
    ];
  },
  order: (k, draw) => {
    const x = draw([200_003]), rows = draw([500, 301]);
    return [
      k.argsort(x, 0, false),
      k.argsort(rows, 1, true),
      k.argtop(x, 0, 9, true),
      k.argtop(x, 0, 100, true),
      k.argtop(draw([101, 3000]), 0, 10, false),
      k.argcummax(rows, 1),
    ].map((places) => k.cast(places, "float32"));
  },
  arrangement: (k, draw) => {
    const x = draw([60, 70, 80]), flat = [60 * 70 * 80];
    return [
      ...[[2, 1, 0], [1, 0, 2], [0, 2, 1]].map((dims) => k.reshape(k.permute(x, dims), flat)),
      k.slice(x, { begin: [1, 2, 3], size: [50, 60, 38], step: [1, 1, 2] }),
      k.pad(x, [[1, 2], [3, 4], [5, 6]], 7),
      k.concat([x, x], 1),
      k.expand(draw([60, 1, 80]), [60, 70, 80]),
      k.sliceGrad(draw([20, 35, 80]), [60, 70, 80], {
        begin: [0, 1, 0],
        size: [20, 35, 80],
        step: [3, 2, 1],
      }),
    ];
  },
  "products of matrices": (k, draw) => {
    const a = draw([200, 400]), b = draw([400, 700], 1), t = (x: Storage) => k.permute(x, [1, 0]);
    return [k.matmul(a, b), k.matmul(t(a), a), k.matmul(a, t(draw([700, 400], 3)))];
  },
  "thin products": (k, draw) => {
    const row = draw([1, 2000]), w = draw([1500, 2000], 1), columns = draw([4, 300], 2);
    return [
      k.linear(row, w, draw([1500], 3)),
      k.matmul(draw([7, 1500], 4), w),
      k.matmul(k.permute(columns, [1, 0]), draw([4, 400], 5)),
    ];
  },
  "convolutions by Winograd's method": (k, draw) => {
    const x = draw([2, 96, 21, 20]), w = draw([96, 96, 3, 3], 1), y = k.conv2d(x, w, draw([96]), SETTINGS);
    return [
      y,
      k.conv2dInputGrad(y, w, x.shape, SETTINGS),
      k.conv2dFilterGrad(x, y, w.shape, SETTINGS),
    ];
  },
  "gradients of Winograd's filters, of few channels": (k, draw) => [
    k.conv2dFilterGrad(draw([3, 60, 33, 31]), draw([3, 64, 33, 31], 1), [64, 60, 3, 3], SETTINGS),
  ],
  "convolutions with a number too large for Winograd's method": (k, draw) => {
    const x = draw([1, 96, 80, 64]), w = draw([96, 96, 3, 3], 1);
    const one = k.pad(k.fill([1, 1, 1, 1], 1e9), [[0, 0], [5, 90], [20, 59], [30, 33]], 0);
    const large = k.add(x, one);
    return [
      k.conv2d(large, w, draw([96]), SETTINGS),
      k.conv2dInputGrad(large, w, x.shape, SETTINGS),
      k.conv2dFilterGrad(large, x, w.shape, SETTINGS),
    ];
  },
  "strided convolutions in groups": (k, draw) => {
    const settings: Convolution = { strides: [2, 1], padding: [2, 1], dilations: [1, 2], groups: 2 };
    const x = draw([2, 24, 40, 41]), w = draw([18, 12, 5, 3], 1), y = k.conv2d(x, w, draw([18]), settings);
    return [
      y,
      k.conv2dInputGrad(y, w, x.shape, settings),
      k.conv2dFilterGrad(x, y, w.shape, settings),
    ];
  },
  pooling: (k, draw) => {
    const settings = { kernel: [3, 3], strides: [2, 2], padding: [1, 1] } as const;
    const x = draw([2, 40, 41, 40]), [y, places] = k.maxPool2d(x, settings), mean = k.avgPool2d(x, settings);
    return [
      ...[
        y,
        places,
        k.maxPool2dGrad(mean, places, x.shape, settings),
        k.maxPool2dPick(k.neg(x), places, settings),
      ],
      ...[mean, k.avgPool2dGrad(y, x.shape, settings)],
    ];
  },
  sampling: (k, draw) => {
    const taps = tapsOf(90, (i) => [[i % 40, 0.25], [(7 * i) % 40, 0.75]]);
    return [k.resample(draw([30, 40, 70]), 1, taps), k.resample(draw([2000, 40]), 1, taps)];
  },
  "batch normalization": (k, draw) =>
    // Many rows, and many channels: each is shared out in another kernel.
    [[2, 40, 40, 40], [25, 2000, 4]].flatMap((shape) => {
      const x = draw(shape), scale = draw([shape[1]], 1), dy = draw(shape, 2);
      const [y, mean, variance] = k.batchNorm(x, scale, draw([shape[1]], 3), 1e-5);
      return [y, mean, variance, ...k.batchNormGrad(dy, x, mean, variance, scale, 1e-5)];
    }),
  "rows picked": (k, draw) => {
    const index = k.argmax(draw([1200, 300]), 1), rows = draw([300, 400], 1);
    return [k.indexSelect(rows, index, 0), k.indexAdd(draw([1200, 400], 2), index, 0, 300)];
  },
  attention: (k, draw) =>
    [true, false].flatMap((causal) => {
      const [q, keys, v, dy] = [0, 1, 2, 3].map((i) => draw([3, 2, 130, 24], 100_000 * i)),
        how = { scale: 0.2, causal };
      return [k.attention(q, keys, v, how), ...k.attentionGrad(dy, q, keys, v, how)];
    }),
  "layer normalization": (k, draw) =>
    // Many rows, and long ones.
    [[3000, 70], [5, 40_001]].flatMap(([rows, columns]) => {
      const x = draw([rows, columns]), scale = draw([columns], 1), dy = draw([rows, columns], 2);
      const [y, mean, variance] = k.layerNorm(x, scale, draw([columns], 3), 1e-5);
      return [y, mean, variance, ...k.layerNormGrad(dy, x, mean, variance, scale, 1e-5)];
    }),
  classification: (k, draw) => {
    const logits = draw([200, 1000]), classes = k.argmax(draw([200, 1000], 1), 1);
    const [losses, logs] = k.crossEntropy(logits, classes, { ignored: null, mean: false });
    return [
      ...[k.softmax(logits, 1), k.logSoftmax(logits, 0), losses, logs],
      k.crossEntropyGrad(losses, logs, classes, null, null),
    ];
  },
  "steps of optimizers": (k, draw) => {
    const arrays = () => [1, 2, 3, 4, 5].map((offset) => draw([300, 701], 1000 * offset));
    const [a, b, c] = [arrays(), arrays(), arrays()];
    const [m, v, vMax] = [b[2], k.square(b[3]), k.square(b[4])];
    const square = k.add(k.square(c[2]), 100);
    k.sgdStep([{ param: a[0], grad: a[1], buffer: a[2] }], SGD);
    k.adamStep([{ param: b[0], grad: b[1], m, v, vMax }], ADAM);
    k.rmspropStep([{ param: c[0], grad: c[1], square, average: c[3], buffer: c[4] }], RMSPROP);
    return [...a.slice(0, 3), b[0], m, v, vMax, c[0], square, c[3], c[4]];
  },
};

/** Every result of {@linkcode CALLS}, by name. */
export function everything(device: CpuDevice): Map<string, Float32Array> {
  const { kernels, arena } = device, results = new Map<string, Float32Array>();
  const draw: Draw = (shape, offset = 0) => kernels.random("normal", shape, { seed: [1, 2], offset });
  for (const [name, call] of Object.entries(CALLS)) {
    const list = arena.tidy(() => call(kernels, draw));
    list.forEach((storage, i) => {
      results.set(`${name}, result ${i}`, Float32Array.from(device.peek(storage)));
      device.free(storage);
    });
  }
  return results;
}
