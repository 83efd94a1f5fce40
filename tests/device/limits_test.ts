/**
 * What a GPU has limits for: a device that can do no more than WebGPU promises of every GPU computes all the same, and where a kernel
 * needs more workgroups than one dimension of a dispatch has, it takes two.
 */
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { OutOfMemoryError, readable } from "../../lib/device/memory.ts";
import type { HostArray } from "../../lib/device/reference/array.ts";
import type { Device } from "../../lib/device/device.ts";
import { capture, F, manualSeed, nn, optim, randn, type Tensor, useDevice, zeros } from "descent";
import { makeCurrent } from "../../lib/device/mod.ts";
import type { Limits } from "../../lib/device/webgpu/adapter.ts";
import { arrayOf, numbers } from "./contract/arbitraries.ts";
import type { Call } from "./contract/case.ts";
import { large, methods, properties } from "./contract/methods.ts";
import { compare, holds, runOne } from "./contract/run.ts";
import { gpuOf, newGpu, onGpu } from "./gpu.ts";

onGpu("every kernel makes do with WebGPU's default limits", async () => {
  const device = await newGpu({}), gpu = await gpuOf(device);
  const { maxComputeWorkgroupStorageSize, maxStorageBuffersPerShaderStage } = gpu.limits;
  assertEquals([maxComputeWorkgroupStorageSize, maxStorageBuffersPerShaderStage], [2 ** 14, 8]);
  for (const method of methods) {
    await holds(device, method, properties[method], { numRuns: 10 });
    for (const one of large[method]?.() ?? []) await runOne(device, one, method);
  }
  gpu.destroy();
});

/** A step of training. */
type Step = (x: Tensor, target: Tensor) => Tensor | Promise<Tensor>;

/** One more than a dimension of a dispatch has workgroups; and as many elements as need them, a workgroup of 64 each. */
const GROUPS = 65536, ELEMENTS = 64 * GROUPS - 63;
const floats = (...shape: number[]) => arrayOf(shape, 7, "integers");
const integers = (...shape: number[]) => arrayOf(shape, 7, "integers", "int32");
/** Indices below `most`. */
const places = (most: number, ...shape: number[]) => {
  const index = integers(...shape);
  return { ...index, data: index.data.map((n) => (n + 9) % most) };
};
const scores = numbers(ELEMENTS, 3, "integers", "float32");
const column = { shape: [ELEMENTS, 1], dtype: "float32" as const, data: scores };
const plain = { strides: [1, 1], padding: [0, 0], dilations: [1, 1], groups: 1 } as const;
const twos = { kernel: [2, 2], strides: [2, 2], padding: [0, 0] } as const;
const seed = { seed: [1, 2] as [number, number], offset: 0 };
const adam = {
  lr: 0.5,
  beta1: 0.5,
  beta2: 0.5,
  epsilon: 1,
  weightDecay: 0,
  decoupled: false,
  maximize: false,
};

/** Calls, each with so many elements, rows, images, channels, batches or filters that one dimension is not enough. */
const border: Record<string, [inputs: HostArray[], call: Call]> = {
  "functions of elements": [[column], (k, [x]) => [k.neg(x), k.cast(x, "int32"), k.relu(x)]],
  "functions of two and three": [
    [column, floats(1), floats(ELEMENTS, 1)],
    (k, [x, y, z]) => [k.add(x, y), k.mul(x, z), k.select(k.greater(x, z), x, 0)],
  ],
  "fills": [[], (k) => [k.fill([ELEMENTS], 3), k.fill([ELEMENTS], 1, "bool")]],
  "random numbers": [[], (k) => [k.random("uniform", [4 * ELEMENTS], seed)]],
  "dropout": [[floats(4, ELEMENTS)], (k, [x]) => k.dropout(x, 0.5, seed)],
  "sums along rows": [[floats(GROUPS, 65)], (k, [x]) => [k.sum(x, [1]), k.max(x, [1])]],
  "sums of columns": [[floats(2, ELEMENTS)], (k, [x]) => [k.sum(x, [0]), k.min(x, [0])]],
  "sums of everything": [[floats(GROUPS, 65)], (k, [x]) => [k.sum(x, [0, 1])]],
  "argmax": [[floats(2, ELEMENTS)], (k, [x]) => [k.argmax(x, 0)]],
  "running sums": [[floats(GROUPS, 3), floats(2, ELEMENTS)], (k, [x, y]) => [k.cumsum(x, 1), k.cumsum(y, 0)]],
  "running products": [[floats(GROUPS, 3)], (k, [x]) => [k.cumprod(x, 1), k.argcummax(x, 1)]],
  "order": [[floats(GROUPS, 3)], (k, [x]) => [k.argsort(x, 1, false), k.argtop(x, 1, 2, true)]],
  "copies": [
    [column, floats(3)],
    (
      k,
      [x, y],
    ) => [k.slice(x, { begin: [1, 0], size: [ELEMENTS - 1, 1], step: [1, 1] }), k.expand(y, [ELEMENTS, 3])],
  ],
  "borders": [[column], (k, [x]) => [k.pad(x, [[1, 2], [1, 0]], 4), k.concat([x, x], 0)]],
  "matrices turned": [
    [floats(GROUPS, 8, 9), floats(16 * GROUPS, 9)],
    (
      k,
      [x, y],
    ) => [k.reshape(k.permute(x, [0, 2, 1]), [GROUPS * 72]), k.reshape(k.permute(y, [1, 0]), [GROUPS * 144])],
  ],
  "elements picked": [
    [floats(4, ELEMENTS), places(4, 1, ELEMENTS)],
    (k, [x, index]) => [k.gather(x, index, 0), k.scatterLast(index, 0, 4), k.at(index, 4)],
  ],
  "elements added where they were picked": [
    [floats(1, ELEMENTS), places(4, 1, ELEMENTS)],
    (k, [dy, index]) => [k.scatterAdd(dy, index, 0, [4, ELEMENTS])],
  ],
  "rows picked": [[floats(3, 2), places(3, ELEMENTS)], (k, [x, index]) => [k.indexSelect(x, index, 0)]],
  "rows added where they were picked": [
    [floats(3, ELEMENTS), places(4, 3)],
    (k, [dy, index]) => [k.indexAdd(dy, index, 0, 4)],
  ],
  "classes": [[places(4, ELEMENTS)], (k, [x]) => [k.oneHot(x, 4)]],
  "products in batches": [[floats(GROUPS, 2, 3), floats(GROUPS, 3, 2)], (k, [x, y]) => [k.matmul(x, y)]],
  "products of many rows": [[floats(32 * GROUPS + 1, 2), floats(2, 3)], (k, [x, y]) => [k.matmul(x, y)]],
  "products of many columns": [[floats(3, 2), floats(2, 32 * GROUPS + 1)], (k, [x, y]) => [k.matmul(x, y)]],
  "products of integers": [[integers(GROUPS, 9, 3), integers(GROUPS, 3, 9)], (k, [x, y]) => [k.matmul(x, y)]],
  "linear layers": [[floats(GROUPS + 1, 2), floats(3, 2), floats(3)], (k, [x, w, b]) => [k.linear(x, w, b)]],
  "convolutions of many images": [
    [floats(GROUPS, 1, 2, 2), floats(2, 1, 2, 2), floats(2), floats(GROUPS, 2, 1, 1)],
    (k, [x, w, b, dy]) => [
      k.conv2d(x, w, b, plain),
      k.conv2dInputGrad(dy, w, x.shape, plain),
      k.conv2dFilterGrad(x, dy, w.shape, plain),
    ],
  ],
  "convolutions of a large image": [
    [floats(1, 1, 1025, 513), floats(1, 1, 2, 2), floats(1, 1, 1024, 512)],
    (k, [x, w, dy]) => [k.conv2d(x, w, null, plain), k.conv2dInputGrad(dy, w, x.shape, plain)],
  ],
  "convolutions to many channels": [
    [floats(1, 1, 2, 1), floats(8 * GROUPS, 1, 1, 1), floats(1, 8 * GROUPS, 2, 1)],
    (k, [x, w, dy]) => [k.conv2d(x, w, null, plain), k.conv2dFilterGrad(x, dy, w.shape, plain)],
  ],
  "convolutions of many groups": [
    [floats(1, GROUPS, 2, 1), floats(GROUPS, 1, 2, 1), floats(1, GROUPS, 1, 1)],
    (k, [x, w, dy]) => [
      k.conv2d(x, w, null, { ...plain, groups: GROUPS }),
      k.conv2dInputGrad(dy, w, x.shape, { ...plain, groups: GROUPS }),
      k.conv2dFilterGrad(x, dy, w.shape, { ...plain, groups: GROUPS }),
    ],
  ],
  "pooling": [
    [floats(GROUPS, 1, 2, 2), floats(GROUPS, 1, 1, 1)],
    (k, [x, dy]) => [
      ...k.maxPool2d(x, twos),
      k.avgPool2d(x, twos),
      k.maxPool2dGrad(dy, k.maxPool2d(x, twos)[1], x.shape, twos),
      k.avgPool2dGrad(dy, x.shape, twos),
    ],
  ],
  "softmax": [[floats(GROUPS, 65)], (k, [x]) => [k.softmax(x, 1), k.logSoftmax(x, 1), k.softmax(x, 0)]],
  "softmax of many columns": [[floats(2, GROUPS)], (k, [x]) => [k.softmax(x, 0)]],
  "cross-entropy": [
    [floats(GROUPS, 65), places(9, GROUPS), floats(GROUPS)],
    (k, [x, classes, dy]) => {
      const [losses, logs] = k.crossEntropy(x, classes, { ignored: null, mean: false });
      return [losses, logs, k.crossEntropyGrad(dy, logs, classes, null, null)];
    },
  ],
  "batch normalization": [
    [floats(3, GROUPS, 2), floats(GROUPS), floats(3, GROUPS, 2)],
    (k, [x, scale, dy]) => {
      const [y, mean, variance] = k.batchNorm(x, scale, scale, 1);
      return [y, mean, variance, ...k.batchNormGrad(dy, x, mean, variance, scale, 1)];
    },
  ],
  "layer normalization": [
    [floats(GROUPS, 9), floats(9), floats(GROUPS, 9)],
    (k, [x, scale, dy]) => {
      const [y, mean, variance] = k.layerNorm(x, scale, null, 1);
      return [y, mean, variance, k.layerNormGrad(dy, x, mean, variance, scale, 1)[0]];
    },
  ],
  "steps of Adam": [
    [column, floats(ELEMENTS, 1), floats(ELEMENTS, 1), arrayOf([ELEMENTS, 1], 7, "positive")],
    (k, [param, grad, m, v]) => {
      k.adamStep([{ param, grad, m, v, vMax: null }], { ...adam, step: 3 });
      return [param, m, v];
    },
  ],
};

/** What a call gives on a device. */
async function resultsOn(device: Device, inputs: readonly HostArray[], call: Call): Promise<HostArray[]> {
  const x = inputs.map(({ data, shape, dtype }) => device.upload(data, shape, dtype));
  const y = device.arena.tidy(() => call(device.kernels, x)), values: HostArray[] = [];
  for (const { shape, dtype } of y) values.push({ shape, dtype, data: await device.read(y[values.length]) });
  for (const one of new Set([...x, ...y])) device.free(one);
  return values;
}

onGpu("what needs more workgroups than one dimension of a dispatch has takes two", async () => {
  const cpu = await useDevice("cpu"), gpu = await newGpu();
  for (const [what, [inputs, call]] of Object.entries(border)) {
    const expected = await resultsOn(cpu, inputs, call), actual = await resultsOn(gpu, inputs, call);
    expected.forEach((one, i) => {
      compare(actual[i], one, { relative: 1e-5, absolute: 1e-4 }, undefined, (why) => {
        throw new Error(`${what}, result ${i}: ${why}`);
      });
    });
  }
  (await gpuOf(gpu)).destroy();
});

/** Calls on arrays of a few times 64 KiB: what can be given to a program piece by piece. */
const ROWS = 4001, images = floats(129, 3, 12, 11), half = arrayOf([ROWS, 37], 9, "reals");
const pieces: Record<string, [inputs: HostArray[], call: Call]> = {
  "functions of elements": [[half], (k, [x]) => [k.exp(x), k.cast(x, "int32"), k.clamp(x, -1, 2)]],
  "functions of two and three": [
    [half, floats(ROWS, 37), floats(37), floats(ROWS, 1), floats(1), floats(1, ROWS, 37)],
    (k, [x, y, row, column, one, batch]) => [
      ...[k.add(x, y), k.mul(x, row), k.sub(column, x), k.div(x, 3), k.maximum(one, x), k.add(batch, x)],
      ...[k.select(k.greater(x, y), row, column), k.select(k.greater(x, 1), x, y)],
    ],
  ],
  "another order of memory": [[half], (k, [x]) => {
    const turned = k.permute(x, [1, 0]);
    return [k.permute(k.exp(turned), [1, 0]), k.permute(k.add(turned, turned), [1, 0]), k.sum(turned, [0])];
  }],
  "fills": [[], (k) => [k.fill([ROWS, 37], 3), k.fill([ROWS * 37], 1, "bool")]],
  "reductions": [
    [half, floats(1, ROWS, 37), floats(2, ROWS * 37)],
    (k, [x, batch, pair]) => [
      ...[k.sum(x, [0, 1]), k.sum(x, [0]), k.sum(x, [1], true), k.max(x, [0, 1], true), k.min(x, [0])],
      ...[k.sum(batch, [0, 1, 2], true), k.max(batch, [1]), k.sum(batch, [2]), k.sum(pair, [0, 1])],
    ],
  ],
  "integers added": [[integers(ROWS, 37)], (k, [x]) => [k.sum(x, [0, 1]), k.prod(x, [1])]],
  "softmax": [
    [half],
    (k, [x]) => [k.softmax(x, 1), k.logSoftmax(x, 1), k.softmaxGrad(x, k.softmax(x, 1), 1)],
  ],
  "pooling": [
    [images, floats(129, 3, 6, 5)],
    (k, [x, dy]) => [
      ...k.maxPool2d(x, twos),
      k.avgPool2d(x, twos),
      k.maxPool2dGrad(dy, k.maxPool2d(x, twos)[1], x.shape, twos),
      k.maxPool2dPick(x, k.maxPool2d(x, twos)[1], twos),
      k.avgPool2dGrad(dy, x.shape, twos),
    ],
  ],
  "random numbers": [
    [half],
    (k, [x]) => [
      k.random("uniform", [ROWS, 37], { seed: [1, 2], offset: 2 ** 32 - 500 }),
      ...[k.random("normal", [ROWS, 37], seed), ...k.dropout(x, 0.3, seed)],
    ],
  ],
  "steps of Adam": [
    [half, floats(ROWS, 37), floats(ROWS, 37), arrayOf([ROWS, 37], 7, "positive"), floats(37), floats(1, 37)],
    (k, [param, grad, m, v, small, by]) => {
      const none = k.fill([37], 0), more = k.reshape(by, [37]);
      const list = [{ param, grad, m, v, vMax: null }, {
        param: small,
        grad: more,
        m: none,
        v: k.square(more),
        vMax: null,
      }];
      k.adamStep(list, { ...adam, step: 3 });
      return [param, m, v, small];
    },
  ],
  "products": [
    [half, floats(37, 9), floats(9, 37), floats(9), floats(65, 32, 30), floats(65, 30, 4), floats(30, 4)],
    (k, [x, w, rows, bias, batch, others, one]) => [
      ...[k.matmul(x, w), k.linear(x, rows, bias), k.matmul(batch, others), k.matmul(batch, one)],
      k.matmul(k.permute(x, [1, 0]), x),
    ],
  ],
  "convolutions": [
    [images, floats(8, 3, 3, 3), floats(8), floats(129, 8, 10, 9)],
    (k, [x, w, bias, dy]) => [
      ...[k.conv2d(x, w, bias, plain), k.conv2dInputGrad(dy, w, x.shape, plain)],
      ...[k.conv2dFilterGrad(x, dy, w.shape, plain), ...k.conv2dFilterBiasGrad(x, dy, w.shape, plain)],
    ],
  ],
  "copies": [
    [half, floats(20, 300)],
    (k, [x, y]) => [
      k.reshape(x, [37, ROWS]),
      k.slice(x, { begin: [100, 3], size: [50, 30], step: [1, 1] }),
      k.slice(x, { begin: [ROWS - 3, 0], size: [3, 37], step: [1, 1] }),
      k.concat([y, y, y, y], 0),
    ],
  ],
};

onGpu("arrays larger than a binding are given to programs piece by piece", async () => {
  const cpu = await useDevice("cpu"), gpu = await newGpu({ maxStorageBufferBindingSize: 2 ** 16 });
  for (const [what, [inputs, call]] of Object.entries(pieces)) {
    const expected = await resultsOn(cpu, inputs, call), actual = await resultsOn(gpu, inputs, call);
    expected.forEach((one, i) => {
      compare(actual[i], one, { relative: 1e-5, absolute: 1e-2 }, undefined, (why) => {
        throw new Error(`${what}, result ${i}: ${why}`);
      });
    });
  }
  assertEquals(gpu.memory().tensors, 0);
  (await gpuOf(gpu)).destroy();
});

onGpu(
  "a kernel that needs an array whole that is larger than a binding says so, with both sizes",
  async () => {
    const gpu = await newGpu({ maxStorageBufferBindingSize: 2 ** 16 }), { kernels, arena } = gpu;
    const x = gpu.upload(half.data, half.shape, "float32"), before = gpu.memory();
    const calls = [
      () => kernels.cumsum(x, 0),
      () => kernels.argsort(x, 1, false),
      () => kernels.argmax(x, 0),
      () => kernels.expand(kernels.fill([37], 1), [ROWS, 37]),
    ];
    for (const call of calls) {
      const { message } = assertThrows(() => arena.tidy(call), OutOfMemoryError);
      assertStringIncludes(
        message,
        `an array of shape [${ROWS}, 37] is too large for this kernel, which needs it whole. `,
      );
      assertStringIncludes(
        message,
        `It takes ${readable(4 * ROWS * 37)}, more than the ${readable(2 ** 16)} that`,
      );
      assertStringIncludes(message, "Take a smaller batch or a smaller model");
      assertEquals([gpu.memory().tensors, gpu.memory().bytes], [before.tensors, before.bytes]);
    }
    assertEquals((await gpu.read(x)).at(-1), half.data.at(-1));
    (await gpuOf(gpu)).destroy();
  },
);

onGpu(
  "an array larger than WebGPU's default binding, and smaller than its default buffer, is an array like others",
  async () => {
    const gpu = await newGpu({}), { kernels, arena } = gpu, n = 40_000_000;
    const y = arena.tidy(() => kernels.sub(kernels.exp(kernels.fill([n], 0)), 3));
    const sums = arena.tidy(() => [kernels.sum(y, [0]), kernels.max(y, [0])]);
    assertEquals([(await gpu.read(sums[0]))[0], (await gpu.read(sums[1]))[0]], [-2 * n, -2]);
    assertEquals((await gpu.read(y)).at(-1), -2);
    (await gpuOf(gpu)).destroy();
  },
);

onGpu("a captured step on arrays larger than a binding is the written one", async () => {
  const losses = async (limits: Limits | undefined, how: (f: Step) => Step) => {
    manualSeed(3);
    const gpu = await newGpu(limits), raw = await gpuOf(gpu), losses: number[] = [];
    makeCurrent(gpu);
    const x = randn(1024, 32), target = zeros([1024], { dtype: "int32" });
    const net = new nn.Sequential(new nn.Linear(32, 64), new nn.ReLU(), new nn.Linear(64, 4));
    const optimizer = new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9 });
    const step = how((x, target) => {
      optimizer.zeroGrad();
      const loss = F.crossEntropy(net.forward(x), target);
      loss.backward();
      optimizer.step();
      return loss;
    });
    for (let i = 0; i < 4; i++) losses.push(await (await step(x, target)).item());
    raw.destroy();
    await useDevice("cpu");
    return losses;
  };
  const small = { maxStorageBufferBindingSize: 2 ** 16 };
  const whole = await losses(undefined, (f) => f), captured = await losses(small, capture);
  captured.forEach((loss, i) => assertAlmostEquals(loss, whole[i], 1e-5));
  assert(whole[3] < whole[0]);
});
