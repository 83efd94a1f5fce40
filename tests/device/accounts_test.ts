/** The books of a device: how many arrays are alive, their bytes, and the most there were. */
import { assert, assertEquals } from "@std/assert";
import { currentDevice } from "descent";
import type { AdamSettings, Convolution } from "../../lib/device/kernels.ts";
import { sizeOf } from "../../lib/device/shape.ts";
import type { Storage } from "../../lib/device/storage.ts";
import { onEachDevice } from "../devices.ts";
import { numbers } from "./contract/arbitraries.ts";
import { Draws } from "./draws.ts";

const up = (shape: number[], seed = 1) =>
  currentDevice().upload(numbers(sizeOf(shape), seed, "reals", "float32"), shape, "float32");

onEachDevice("each array is counted once, until its last reference is given back", async () => {
  const device = currentDevice(), { kernels, arena } = device, start = device.memory();
  const use = () => {
    const { tensors, bytes } = device.memory();
    return [tensors - start.tensors, bytes - start.bytes];
  };
  const a = up([20, 50]), b = arena.tidy(() => kernels.reshape(a, [1000])), c = device.share(b);
  assertEquals(use(), [1, 4000]);
  device.resetPeak();
  const d = arena.tidy(() => kernels.exp(kernels.neg(a)));
  assertEquals(use(), [2, 8000]);
  assertEquals(device.memory().peakBytes - start.bytes, 12_000);
  device.free(d);
  assertEquals(device.memory().peakBytes - start.bytes, 12_000);
  device.resetPeak();
  assertEquals(device.memory().peakBytes - start.bytes, 4000);
  device.free(a);
  device.free(c);
  assertEquals(use(), [1, 4000]);
  assertEquals((await device.read(b)).length, 1000);
  device.free(b);
  assertEquals(use(), [0, 0]);
});

onEachDevice("int32 takes as much as float32; of several results each is counted", () => {
  const device = currentDevice(), { kernels, arena } = device, start = device.memory();
  const integers = device.upload(new Int32Array(512), [512], "int32");
  assertEquals(device.memory().bytes - start.bytes, 2048);
  const x = up([2, 300, 5]), perChannel = up([300]), before = device.memory();
  const results = arena.tidy(() => kernels.batchNorm(x, perChannel, perChannel, 1e-5));
  const after = device.memory();
  assertEquals(after.tensors - before.tensors, 3);
  assertEquals(after.bytes - before.bytes, 4 * (3000 + 300 + 300));
  for (const storage of [integers, x, perChannel, ...results]) device.free(storage);
  const { tensors, bytes } = device.memory();
  assertEquals([tensors, bytes], [start.tensors, start.bytes]);
});

/** Steps of a network in miniature: convolution, normalization, gradients, an optimizer. */
function training() {
  const { kernels: k, arena, free } = deviceOf();
  const x = up([2, 16, 8, 8]), w = up([16, 16, 3, 3], 2), m = up(w.shape, 3), v = up(w.shape, 4);
  const scale = up([16], 5), offset = up([16], 6);
  const settings: Convolution = { strides: [1, 1], padding: [1, 1], dilations: [1, 1], groups: 1 };
  const adam: AdamSettings = {
    ...{ lr: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 },
    ...{ decoupled: false, maximize: false, step: 1 },
  };
  const step = () =>
    arena.tidy(() => {
      const y = k.conv2d(x, w, null, settings);
      const [normal, mean, variance] = k.batchNorm(y, scale, offset, 1e-5), h = k.relu(normal);
      const dh = k.reluGrad(k.mul(h, 0.5), h);
      const [dy] = k.batchNormGrad(dh, y, mean, variance, scale, 1e-5);
      k.adamStep([{ param: w, grad: k.conv2dFilterGrad(x, dy, w.shape, settings), m, v, vMax: null }], adam);
      return [];
    });
  return { step, end: () => [x, w, m, v, scale, offset].forEach(free) };
}

function deviceOf() {
  const device = currentDevice();
  return { kernels: device.kernels, arena: device.arena, free: (x: Storage) => device.free(x) };
}

onEachDevice("a thousand steps hold as many arrays and bytes as ten, and never more on the way", (name) => {
  const device = currentDevice(), { step, end } = training();
  const run = (steps: number) => {
    for (let i = 0; i < steps; i++) step();
    return device.memory();
  };
  run(9);
  device.resetPeak();
  const ten = run(1);
  // A software adapter is slow.
  assertEquals(run(name === "cpu" ? 989 : 40), ten);
  end();
});

onEachDevice("mixed operations with arrays freed in random order end with nothing in use", (name) => {
  const device = currentDevice(), { kernels: k, arena } = device, live: Storage[] = [];
  const draws = new Draws(12345), integer = (low: number, high: number) => draws.integer(low, high);
  const make = () => up([integer(0, 40), integer(1, 60)], integer(1, 1000));
  const operations: ((x: Storage) => Storage)[] = [
    (x) => k.add(x, x),
    (x) => k.relu(x),
    (x) => x.shape.length === 2 ? k.matmul(x, k.permute(x, [1, 0])) : k.neg(x),
    (x) => k.permute(x, x.shape.map((_, d) => x.shape.length - 1 - d)),
    (x) => k.sum(x, [0], true),
    (x) => k.reshape(x, [sizeOf(x.shape)]),
    (x) => k.softplus(k.mul(x, 0.1)),
    (x) => {
      const zeros = x.shape.map(() => 0), ones = x.shape.map(() => 1);
      return k.slice(x, { begin: zeros, size: x.shape.map((n) => n >> 1), step: ones });
    },
    (x) => k.select(k.greater(x, 0), x, -1),
    (x) => k.softmax(x, 0),
    (x) => k.concat([x, x], 0),
  ];
  // Constants come to stay the first time.
  const warm = up([30, 40]);
  for (const operation of operations) device.free(arena.tidy(() => operation(warm)));
  device.free(warm);
  const before = device.memory();
  for (let i = 0; i < (name === "cpu" ? 10_000 : 600); i++) {
    while (live.length < 3) live.push(make());
    const x = live[integer(0, live.length - 1)];
    if (integer(0, 9) === 0 || sizeOf(x.shape) > 20_000) live.push(make());
    else live.push(arena.tidy(() => operations[integer(0, operations.length - 1)](x)));
    while (live.length > 30) device.free(live.splice(integer(0, live.length - 1), 1)[0]);
  }
  assert(device.memory().bytes > before.bytes);
  for (const storage of live) device.free(storage);
  const { tensors, bytes } = device.memory();
  assertEquals([tensors, bytes], [before.tensors, before.bytes]);
});
