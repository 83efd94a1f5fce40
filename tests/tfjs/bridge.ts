/**
 * The bridge to TensorFlow.js: nothing is copied, each side frees its own, and plain tf.* code computes on our devices.
 * No *_test.ts, for it needs TensorFlow.js whole: tests/tfjs/bridge_test.ts starts it, with a lock file of its own.
 */
import type * as core from "@tensorflow/tfjs-core";
import type { Rank, Scalar, Tensor1D, Tensor2D, Tensor4D, Variable } from "@tensorflow/tfjs-core";
import type {} from "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.d.ts";
import { currentDevice, type DType, nn, noGrad, optim, rand, randn, type Tensor, tensor } from "descent";
import { fromTfjs, toTfjs, useDevice } from "descent/tfjs";
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { onEachDevice as onEach } from "../devices.ts";

/** As much of TensorFlow.js' layers as is used here. */
interface Layers {
  sequential(options: { layers: unknown[] }): Model;
  layers: { dense(options: { units: number; inputShape: number[] }): unknown };
}

interface Model {
  compile(options: { optimizer: core.Optimizer; loss: string }): void;
  fit(
    x: core.Tensor,
    y: core.Tensor,
    options: { epochs: number; batchSize: number; verbose: 0 },
  ): Promise<{ history: { loss: number[] } }>;
  dispose(): void;
}

// A string, which deno.lock does not see: nobody else is to download it.
const NAME: string = "@tensorflow/tfjs";
const tf: typeof core & Layers = await import(NAME);

/** On each device, with TensorFlow.js on it, too. */
function onEachDevice(name: string, body: (device: "cpu" | "webgpu") => Promise<void>): void {
  onEach(name, async (device) => {
    await useDevice(device);
    await body(device);
  });
}

const dataIdOf = (x: Tensor) => x.value.buffer.storage.dataId;

/** Waits until what earlier tests forgot was collected: garbage is made until the numbers stand still. */
async function settle(): Promise<void> {
  let last = -1;
  for (let round = 0, still = 0; round < 200 && still < 4; round++) {
    for (let i = 0; i < 40; i++) new Array(50_000).fill(round + i);
    await new Promise((resolve) => setTimeout(resolve, 1));
    const { tensors } = currentDevice().memory();
    still = tensors === last ? still + 1 : 0;
    last = tensors;
  }
}

/** What there is on the device, and in TensorFlow.js' books. */
function inUse() {
  const { tensors, bytes } = currentDevice().memory(), { numTensors, numBytes } = tf.memory();
  return { tensors, bytes, numTensors, numBytes };
}

const DATA: Record<DType, () => Tensor> = {
  float32: () => tensor([[1.5, -2, NaN], [Infinity, 0, 1e-30]]),
  int32: () => tensor([[1, -2, 3], [2 ** 31 - 1, 0, -(2 ** 31)]], { dtype: "int32" }),
  bool: () => tensor([[true, false, true], [false, false, true]]),
};

onEachDevice("every dtype goes to TensorFlow.js and back without a copy", async () => {
  for (const [dtype, make] of Object.entries(DATA)) {
    const x = make(), t = toTfjs(x), back = fromTfjs(t);
    assertEquals([t.dtype, t.shape], [dtype, [2, 3]]);
    assertEquals([back.dtype, back.shape, back.device], [dtype, [2, 3], x.device]);
    assert(t.dataId === dataIdOf(x));
    assert(dataIdOf(back) === dataIdOf(x));
    assertEquals(Array.from(await t.data()), Array.from(await x.data()));
    assertEquals(await back.array(), await x.array());
    t.dispose();
  }
});

onEachDevice("TensorFlow.js' own tensors come to us without a copy, large and small", async () => {
  for (const length of [0, 3, 1000]) {
    const t = tf.range(0, length, 1, "int32"), x = fromTfjs(t);
    assert(dataIdOf(x) === t.dataId);
    assertEquals(await x.data(), Int32Array.from({ length }, (_, i) => i));
    t.dispose();
  }
});

onEachDevice("what TensorFlow.js casts comes as what its dtype says", async () => {
  for (const dtype of ["bool", "int32", "float32"] as const) {
    const t = tf.tidy(() => tf.tensor([1, 0, 2, NaN]).cast("bool").cast("int32").cast(dtype)),
      x = fromTfjs(t);
    assertEquals(x.dtype, dtype);
    assertEquals(Array.from(await x.data()), [1, 0, 1, 1]);
    t.dispose();
  }
});

onEachDevice("a tensor that lies in another order is copied into that of its shape", async () => {
  const x = tensor([[1, 2, 3], [4, 5, 6]]).t(), t = toTfjs(x);
  assert(t.dataId !== dataIdOf(x));
  assertEquals(await t.array(), [[1, 4], [2, 5], [3, 6]]);
  t.dispose();
  const images = noGrad(() => new nn.Conv2d(2, 5, 3).forward(randn(2, 2, 8, 9)));
  const first = toTfjs(images), last = toTfjs(images.permute(0, 2, 3, 1));
  assertEquals([first.shape, last.shape], [[2, 5, 6, 7], [2, 6, 7, 5]]);
  assertEquals(await first.array(), await images.array());
  assert(last.dataId === dataIdOf(images));
  const turned = tf.tidy(() => last.transpose([0, 3, 1, 2]));
  assertEquals(await turned.data(), await images.data());
  tf.dispose([first, last, turned]);
});

onEachDevice("each side frees its own, in either order, and then all is as it was", async () => {
  const values = Float32Array.from({ length: 2000 }, (_, i) => i);
  await settle();
  const before = inUse();
  const x = tensor(values), t = toTfjs(x);
  assertEquals(inUse().tensors, before.tensors + 1);
  t.dispose();
  assertEquals(await x.data(), values);
  x.value.buffer.free("by the test");
  assertEquals(inUse(), before);

  const y = tensor(values), u = toTfjs(y), again = toTfjs(y);
  y.value.buffer.free("by the test");
  assertEquals(await u.data(), values);
  u.dispose();
  assertEquals(await again.data(), values);
  again.dispose();
  assertEquals(inUse(), before);

  const base = tf.tensor(values), v = base.add(1), z = fromTfjs(v);
  tf.dispose([base, v]);
  assertEquals((await z.data())[7], 8);
  z.value.buffer.free("by the test");
  assertEquals(inUse(), before);
});

onEachDevice("what one side changes in place the other does not see", async () => {
  const weight = tensor(new Float32Array(300).fill(1), { requiresGrad: true }), t = toTfjs(weight);
  noGrad(() => weight.add_(1));
  assertEquals((await t.data())[0], 1);
  const u = toTfjs(weight), optimizer = new optim.SGD([weight], { lr: 1 });
  weight.sum().backward();
  optimizer.step();
  assertEquals([(await u.data())[0], (await weight.data())[0]], [2, 1]);
  // A variable of TensorFlow.js' takes other data.
  const variable = tf.variable(tf.ones([300])), x = fromTfjs(variable);
  tf.tidy(() => variable.assign(tf.zeros([300])));
  assertEquals([(await x.data())[0], (await variable.data())[0]], [1, 0]);
  tf.dispose([t, u, variable]);
});

onEachDevice("no gradient flows through TensorFlow.js, and a leaf can be made of its result", async () => {
  const x = tensor([1, 2, 3], { requiresGrad: true }), t = tf.tidy(() => toTfjs(x).square());
  const constant = fromTfjs(t), leaf = fromTfjs(t, { requiresGrad: true });
  t.dispose();
  assert(!constant.requiresGrad && leaf.requiresGrad && leaf.isLeaf);
  leaf.mul(constant).sum().backward();
  assertEquals(await leaf.grad!.array(), [1, 4, 9]);
  assertEquals(x.grad, null);
});

onEachDevice("TensorFlow.js' optimizer trains a model of its layers", async () => {
  const x = tf.randomNormal([256, 4]), slope = tf.tensor2d([[1], [-2], [0.5], [3]]);
  const y = tf.tidy(() => x.matMul(slope).add(0.25));
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [4] })] });
  model.compile({ optimizer: tf.train.adam(0.1), loss: "meanSquaredError" });
  const { history } = await model.fit(x, y, { epochs: 12, batchSize: 32, verbose: 0 });
  assert(history.loss.at(-1)! < 0.05 * history.loss[0]);
  model.dispose();
  tf.dispose([x, slope, y]);
});

onEachDevice("a loop of tf.train over a convolution leaves nothing behind", async () => {
  const images = toTfjs(rand(4, 12, 12, 3)) as Tensor4D, target = tf.ones([4, 6, 6, 8]);
  const filter = tf.variable(tf.randomNormal([3, 3, 3, 8], 0, 0.1)) as Variable<Rank.R4>;
  const optimizer = tf.train.sgd(0.05), losses: number[] = [];
  const step = async () => {
    const loss = optimizer.minimize(() => {
      const y = tf.maxPool(tf.relu(tf.conv2d(images, filter, 1, "same")), 2, 2, "same");
      return tf.losses.meanSquaredError(target, y) as Scalar;
    }, true)!;
    losses.push((await loss.data())[0]);
    loss.dispose();
  };
  await step();
  await settle();
  const before = inUse();
  for (let i = 0; i < 10; i++) await step();
  assertEquals(inUse(), before);
  assert(losses.at(-1)! < losses[0]);
  tf.dispose([images, target, filter]);
});

/** Functions whose kernels are ours, on arrays large enough for them. */
const FUNCTIONS: Record<string, () => core.Tensor> = (() => {
  const numbers = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, "float32", seed);
  const images = () => numbers([2, 15, 17, 6], 1) as Tensor4D;
  const filter = () => numbers([3, 3, 6, 8], 2) as Tensor4D;
  const x = () => numbers([20, 30, 7], 3), row = () => numbers([30, 1], 4);
  const a = () => numbers([33, 40], 5) as Tensor2D, b = () => numbers([40, 29], 6) as Tensor2D;
  return {
    add: () => x().add(row()),
    sub: () => row().sub(x()),
    mul: () => x().mul(2),
    div: () => x().div(row()),
    maximum: () => x().maximum(row()),
    squaredDifference: () => tf.squaredDifference(x(), row()),
    addN: () => tf.addN([x(), x(), x()]),
    integers: () => x().mul(10).cast("int32").mul(tf.scalar(3, "int32")),
    comparisons: () => x().greater(row()).logicalAnd(x().lessEqual(1)),
    where: () => tf.where(x().greater(0), x(), tf.zerosLike(x())),
    functions: () => x().abs().add(1).log().neg().exp().sqrt().tanh().sigmoid().rsqrt().reciprocal(),
    activations: () =>
      tf.addN([x().relu(), x().relu6(), x().leakyRelu(0.1), x().step(), x().clipByValue(-1, 1)]),
    sums: () => tf.stack([x().sum([0, 2]), x().mean([0, 2]), x().max([0, 2]), x().min([0, 2])]),
    argMax: () => x().argMax(1),
    softmax: () => x().softmax(),
    matMul: () => a().matMul(b()),
    matMulT: () => tf.matMul(a(), b(), false, false).matMul(b(), false, true).matMul(a(), true, false),
    fusedMatMul: () => tf.fused.matMul({ a: a(), b: b(), bias: numbers([29], 7), activation: "elu" }),
    fusedConv2d: () =>
      tf.fused.conv2d({
        ...{ x: images(), filter: filter(), strides: 2, pad: "same", bias: numbers([8], 8) as Tensor1D },
        ...{ activation: "leakyrelu", leakyreluAlpha: 0.2 },
      }),
    conv2dGrad: () => tf.grad((f) => tf.conv2d(images(), f as Tensor4D, 2, "same").square().sum())(filter()),
    conv2dTranspose: () =>
      tf.conv2dTranspose(images(), numbers([3, 3, 4, 6], 9) as Tensor4D, [2, 30, 34, 4], 2, "same"),
    pools: () => tf.maxPool(images(), 3, 2, "same").concat(tf.avgPool(images(), 3, 2, "same"), 3),
    poolGrads: () =>
      tf.grad((x) => tf.avgPool(tf.maxPool(x as Tensor4D, 3, 1, 1), 2, 2, "same").square())(images()),
    batchNorm: () =>
      tf.batchNorm(images(), numbers([6], 1), numbers([6], 2).abs(), numbers([6], 3), numbers([6], 4)),
    transpose: () => x().transpose([2, 0, 1]),
    slice: () => x().slice([3, 4, 1], [9, 20, 5]),
    stridedSlice: () => x().stridedSlice([19, 0, 0], [0, 30, 7], [-2, 3, 1]),
    reverse: () => x().reverse([0, 2]),
    split: () => tf.concat(tf.split(x(), [5, 10, 15], 1).reverse(), 1),
    pad: () => tf.pad(x(), [[1, 2], [0, 3], [4, 0]], 0.5),
    tile: () => tf.tile(x(), [2, 1, 3]),
    gather: () => tf.gather(x(), tf.tensor([[3, 0], [29, 3]], undefined, "int32"), 1),
    cumsum: () => x().cumsum(1),
    resize: () => tf.image.resizeBilinear(images(), [31, 20]),
  };
})();

onEachDevice("plain TensorFlow.js computes what it does on its own CPU backend", async () => {
  const backend = tf.getBackend(), results: Record<string, Float32Array> = {};
  for (const [name, f] of Object.entries(FUNCTIONS)) {
    const y = tf.tidy(() => f().cast("float32"));
    results[name] = await y.data() as Float32Array;
    y.dispose();
  }
  // It would recommend another package.
  tf.env().set("IS_NODE", false);
  await tf.setBackend("cpu");
  try {
    for (const [name, f] of Object.entries(FUNCTIONS)) {
      const expected = tf.tidy(() => f().cast("float32").dataSync()), actual = results[name];
      assertEquals(actual.length, expected.length, name);
      expected.forEach((value, i) =>
        assertAlmostEquals(actual[i], value, 2e-4 * Math.max(1, Math.abs(value)), `${name} [${i}]`)
      );
    }
  } finally {
    await tf.setBackend(backend);
  }
});

Deno.test("numbers that went to another backend of TensorFlow.js' and back are still ours", async () => {
  const plus = (n: number) => Float32Array.from({ length: 1000 }, (_, i) => i + n);
  await useDevice("cpu");
  const x = tensor(plus(0)), t = toTfjs(x);
  await tf.setBackend("cpu");
  const there = t.add(1);
  assertEquals(await there.data(), plus(1));
  await useDevice("cpu");
  const u = toTfjs(x), back = t.sub(u);
  assertEquals(await back.data(), new Float32Array(1000));
  // The first kernel that sees it brings it here, and it stays.
  const first = there.add(1), second = there.add(2);
  assertEquals([await first.data(), await second.data()], [plus(2), plus(3)]);
  assertEquals(await fromTfjs(there).data(), plus(1));
  assertEquals(await fromTfjs(t).data(), plus(0));
  tf.dispose([t, u, there, back, first, second]);
  assertEquals(await x.data(), plus(0));
});

Deno.test("complex numbers and strings are TensorFlow.js' alone", async () => {
  await useDevice("cpu");
  const z = tf.complex([1, 2], [3, 4]), words = tf.tensor(["a", "b"]);
  assertEquals(Array.from(await tf.imag(z).data()), [3, 4]);
  assertEquals(await words.data<"string">(), ["a", "b"]);
  assertThrows(() => fromTfjs(z), TypeError, "there is no dtype complex64");
  assertThrows(() => fromTfjs(words), TypeError, "there is no dtype string");
  tf.dispose([z, words]);
});

Deno.test("errors say what to do", async () => {
  await useDevice("cpu");
  await tf.setBackend("cpu");
  const foreign = tf.tensor([1, 2]), x = tensor([1, 2]);
  assertThrows(() => toTfjs(x), Error, 'call useDevice("cpu") of "descent/tfjs" first');
  await useDevice("cpu");
  assertThrows(() => fromTfjs(foreign), Error, "tensor(await t.data(), { shape: t.shape })");
  foreign.dispose();
  assertThrows(() => fromTfjs(foreign), Error, "was disposed of");
  const integers = tf.tensor([1, 2], [2], "int32");
  assertThrows(() => fromTfjs(integers, { requiresGrad: true }), TypeError, "only float32");
  x.value.buffer.free("by the test");
  assertThrows(() => toTfjs(x), Error, "was freed by the test");
  await assertRejects(() => useDevice("tpu" as "cpu"), RangeError, 'there is no device "tpu"');
  integers.dispose();
});
