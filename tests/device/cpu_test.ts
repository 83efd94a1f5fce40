/** The CPU device's kernels against TensorFlow.js' own, on random shapes, with NaN, Inf and empty arrays. */
import * as tf from "@tensorflow/tfjs";
import { assertEquals, assertThrows } from "@std/assert";
import type { DType, Storage, Values } from "../../lib/device/device.ts";
import { createCpuDevice } from "../../lib/device/cpu/mod.ts";
import { array, compare, integer, random, size } from "./cpu_helpers.ts";

const device = createCpuDevice();

/** The values of an array with what arithmetic trips over strewn in. */
function withSpecials(values: Float32Array): Float32Array {
  const specials = [NaN, Infinity, -Infinity, 0, -0, 88.5, -104, 1e-40];
  for (let i = 0; i < values.length; i += 5) values[i] = specials[integer(0, specials.length - 1)];
  return values;
}

/** A random shape of `rank` dimensions. */
function randomShape(rank: number, most: number): number[] {
  return Array.from({ length: rank }, () => integer(1, most));
}

Deno.test("products of all transposes and batches agree with TensorFlow.js", () => {
  for (let i = 0; i < 200; i++) {
    const m = integer(1, i % 3 ? 20 : 100),
      k = integer(i % 40 ? 1 : 0, i % 10 ? 40 : 600),
      n = integer(1, i % 7 ? 40 : 700);
    const transposeA = random() > 0, transposeB = random() > 0;
    const batch = [[], [], [3], [2, 3]][i % 4], other = [[], [4], [1], [2, 3]][i % 4];
    const a = array([...batch, ...(transposeA ? [k, m] : [m, k])]);
    const b = array([...other, ...(transposeB ? [n, k] : [k, n])]);
    if (batch.length === other.length) compare(device, "BatchMatMul", { a, b }, { transposeA, transposeB });
    if (batch.length === 0 && other.length === 0) {
      const activation = ["linear", "relu", "sigmoid", "leakyrelu", "elu"][i % 5];
      const attrs = { transposeA, transposeB, activation, leakyreluAlpha: 0.2 };
      compare(device, "_FusedMatMul", { a, b, bias: array([n]) }, attrs);
    }
  }
});

Deno.test("a product refuses inner sizes that differ", () => {
  const a = device.upload(new Float32Array(6), [2, 3], "float32");
  assertThrows(() => device.run("BatchMatMul", { a, b: a }), RangeError, "inner sizes 3 and 2");
  device.free(a);
});

/** One random convolution's settings, or null when no output pixel fits. */
function randomConvolution(i: number) {
  const [height, width] = [integer(1, 14), integer(1, 14)], channels = integer(1, i % 3 ? 8 : 40);
  const outChannels = integer(1, i % 3 ? 9 : 40),
    [kernelHeight, kernelWidth] = [integer(1, 5), integer(1, 5)];
  const stride = integer(1, 3), dilation = stride === 1 ? integer(1, 2) : 1, images = integer(1, 3);
  const sides = () => [integer(0, 3), integer(0, 3)];
  const pad = ["same", "valid", [[0, 0], sides(), sides(), [0, 0]]][i % 3] as "same";
  const strides: [number, number] = [stride, i % 2 ? stride : 1];
  const attrs = { strides, pad, dilations: [dilation, dilation] as [number, number], dataFormat: "NHWC" };
  const x: [number, number, number, number] = [images, height, width, channels];
  const filter: [number, number, number, number] = [kernelHeight, kernelWidth, channels, outChannels];
  const reach = (kernel: number) => (kernel - 1) * dilation + 1;
  if (pad !== "same" && (reach(kernelHeight) > height || reach(kernelWidth) > width)) return null;
  const { outHeight, outWidth } = tf.backend_util.computeConv2DInfo(
    x,
    filter,
    strides,
    attrs.dilations,
    pad,
    undefined,
    false,
    "channelsLast",
  );
  return { attrs, x, filter, y: [images, outHeight, outWidth, outChannels], dilation };
}

Deno.test("convolutions and their gradients agree with TensorFlow.js", () => {
  let done = 0;
  for (let i = 0; done < 100; i++) {
    const c = randomConvolution(i);
    if (c === null) continue;
    done++;
    const { attrs } = c, x = array(c.x), filter = array(c.filter);
    compare(device, "Conv2D", { x, filter }, attrs);
    const activation = ["linear", "relu", "relu6"][i % 3];
    compare(device, "FusedConv2D", { x, filter, bias: array([c.filter[3]]) }, { ...attrs, activation });
    // TensorFlow.js' own gradients know no dilation; those are tested below.
    if (c.dilation > 1) continue;
    compare(device, "Conv2DBackpropInput", { dy: array(c.y), filter }, { ...attrs, inputShape: c.x });
    compare(device, "Conv2DBackpropFilter", { x, dy: array(c.y) }, { ...attrs, filterShape: c.filter });
  }
});

Deno.test("convolutions of 3 × 3 at stride 1, which take Winograd's way, agree with TensorFlow.js", () => {
  // TensorFlow.js rounds after every addition, of which there are up to 2,500 here.
  const tolerance = 2e-4;
  for (let i = 0; i < 12; i++) {
    const channels = 4 * integer(4, i === 5 ? 30 : 9), outChannels = 4 * integer(4, 9);
    // The last one has more tiles than are transformed at a time.
    const xShape = i === 11
      ? [1, 70, 69, channels]
      : [integer(1, 2), integer(13, 16), integer(13, 16), channels];
    const wShape = [3, 3, channels, outChannels];
    const sides = () => [integer(0, 2), integer(0, 2)];
    const pad = ["same", "valid", [[0, 0], sides(), sides(), [0, 0]]][i % 3];
    const attrs = { strides: [1, 1], pad, dilations: [1, 1], dataFormat: "NHWC" };
    const x = array(xShape), filter = array(wShape), bias = array([outChannels]);
    const fused = { ...attrs, activation: i % 2 ? "relu" : "linear" };
    const y = compare(device, "FusedConv2D", { x, filter, bias }, fused, tolerance), dy = array(y.shape);
    compare(device, "Conv2DBackpropInput", { dy, filter }, { ...attrs, inputShape: xShape }, tolerance);
    compare(device, "Conv2DBackpropFilter", { x, dy }, { ...attrs, filterShape: wShape }, tolerance);
  }
});

Deno.test("gradients of dilated and grouped convolutions are the transposes of their forward", async () => {
  // ⟨dy, conv(x, w)⟩ is linear in x and in w, so ⟨dx, x⟩ = ⟨dy, y⟩ = ⟨dw, w⟩.
  const dot = (a: Values, b: Values) => (a as Float32Array).reduce((sum, value, i) => sum + value * b[i], 0);
  for (let i = 0; i < 60; i++) {
    const groups = integer(1, 3), channels = groups * integer(1, 6), outChannels = groups * integer(1, 6);
    const strides = [integer(1, 2), integer(1, 2)], dilations = [integer(1, 2), integer(1, 3)];
    const attrs = { strides, dilations, pad: [[0, 0], [2, 1], [1, 2], [0, 0]], dataFormat: "NHWC", groups };
    const xShape = [2, integer(5, 9), integer(6, 9), channels],
      wShape = [3, 2, channels / groups, outChannels];
    const up = ({ shape, values }: ReturnType<typeof array>) =>
      device.upload(values as Float32Array, shape, "float32");
    const xs = array(xShape), ws = array(wShape), x = up(xs), w = up(ws);
    const y = device.run("Conv2D", { x, filter: w }, attrs), dys = array(y.shape), dy = up(dys);
    const dx = device.run("Conv2DBackpropInput", { dy, filter: w }, { ...attrs, inputShape: xShape });
    const dw = device.run("Conv2DBackpropFilter", { x, dy }, { ...attrs, filterShape: wShape });
    const expected = dot(await device.read(y), dys.values);
    const close = (value: number) =>
      assertEquals(Math.abs(value - expected) < 1e-3 * (1 + Math.abs(expected)), true);
    close(dot(await device.read(dx), xs.values));
    close(dot(await device.read(dw), ws.values));
    for (const storage of [x, w, y, dy, dx, dw]) device.free(storage);
  }
});

Deno.test("a grouped convolution is the convolutions of its groups", async () => {
  const x = array([2, 6, 5, 6]), filter = array([3, 3, 2, 9]);
  const upload = (values: Float32Array, shape: number[]) => device.upload(values, shape, "float32");
  const attrs = { strides: [1, 1], pad: "same", dilations: [1, 1], dataFormat: "NHWC" };
  const part = (of: ReturnType<typeof array>, from: number, to: number) => {
    const last = of.shape[of.shape.length - 1];
    return upload((of.values as Float32Array).filter((_, i) => i % last >= from && i % last < to), [
      ...of.shape.slice(0, -1),
      to - from,
    ]);
  };
  const whole = device.run("Conv2D", {
    x: upload(x.values as Float32Array, x.shape),
    filter: upload(filter.values as Float32Array, filter.shape),
  }, { ...attrs, groups: 3 });
  const values = await device.read(whole);
  for (let group = 0; group < 3; group++) {
    const one = device.run("Conv2D", {
      x: part(x, 2 * group, 2 * group + 2),
      filter: part(filter, 3 * group, 3 * group + 3),
    }, attrs);
    const expected = await device.read(one);
    (values as Float32Array).filter((_, i) => Math.floor(i % 9 / 3) === group).forEach((
      value: number,
      i: number,
    ) => assertEquals(Math.abs(value - expected[i]) < 1e-5, true));
  }
});

Deno.test("element-wise arithmetic broadcasts as TensorFlow.js does", () => {
  const shapes: [number[], number[]][] = [
    [[5], [5]],
    [[100], [100]],
    [[7, 33], [33]],
    [[7, 1], [1, 40]],
    [[3, 1, 5, 7], [1, 4, 1, 7]],
    [[1], [90]],
    [[2, 3, 4, 5], [2, 1, 1, 5]],
    [[0, 3], [3]],
    [[90, 2], []],
    [[], []],
    [[2, 1, 2, 1, 2, 1], [1, 2, 1, 2, 1, 2]],
    [[130, 65], [130, 1]],
  ];
  for (const name of ["Add", "Sub", "Multiply", "RealDiv", "Maximum", "Minimum", "SquaredDifference"]) {
    for (const [a, b] of shapes) {
      compare(device, name, { a: array(a), b: array(b) });
      const special = { a: { ...array(a) }, b: array(b) };
      withSpecials(special.a.values as Float32Array);
      compare(device, name, special);
    }
    for (const dtype of ["int32"] as DType[]) {
      compare(device, name, { a: array([80], dtype), b: array([80], dtype) });
    }
  }
  for (const name of ["Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual"]) {
    for (const [a, b] of shapes) {
      const x = array(a), y = array(b);
      for (const values of [x.values, y.values]) {
        for (let i = 0; i < values.length; i++) values[i] = Math.round(3 * values[i]);
      }
      compare(device, name, { a: x, b: y });
      withSpecials(x.values as Float32Array);
      compare(device, name, { a: x, b: y });
    }
  }
});

Deno.test("functions of one array agree with TensorFlow.js, NaN and Inf included", () => {
  const names = [
    "LeakyRelu",
    "Step",
    "Neg",
    "Abs",
    "Square",
    "Sqrt",
    "Rsqrt",
    "Reciprocal",
    "Exp",
    "Log",
    "Sigmoid",
    "Tanh",
  ];
  for (const name of [...names, "ZerosLike", "OnesLike"]) {
    for (const length of [0, 1, 5, 63, 65, 1000]) {
      const x = array([length]);
      for (let i = 0; i < length; i++) x.values[i] *= 10 ** integer(-3, 1);
      compare(device, name, { x }, { alpha: 0.2 });
      withSpecials(x.values as Float32Array);
      compare(device, name, { x }, { alpha: 0.2 });
    }
  }
});

Deno.test("relu keeps NaN, as PyTorch does", async () => {
  for (const length of [4, 100]) {
    const x = device.upload(new Float32Array(length).fill(NaN), [length], "float32");
    const y = device.run("Relu", { x });
    assertEquals((await device.read(y)).every(Number.isNaN), true);
    device.free(x);
    device.free(y);
  }
});

Deno.test("reductions agree with TensorFlow.js", () => {
  for (let i = 0; i < 150; i++) {
    const x = array(randomShape(integer(1, 4), i % 5 ? 7 : 24));
    const axis = x.shape.map((_, d) => d).filter(() => random() > 0), keepDims = random() > 0;
    if (axis.length === 0) continue;
    compare(device, "Sum", { x }, { axis, keepDims });
    compare(device, "Mean", { x }, { axis, keepDims });
    compare(device, "Max", { x }, { reductionIndices: axis, keepDims });
    compare(device, "Min", { x }, { axis, keepDims });
  }
  // The sum of so many numbers about zero is small; its rounding error goes with theirs.
  for (const shape of [[200_000], [70_000, 3], [3, 70_000], [500, 9, 40], [0, 3]]) {
    for (const axis of [[0], [shape.length - 1], shape.map((_, d) => d)]) {
      compare(device, "Sum", { x: array(shape) }, { axis }, 1e-4);
    }
  }
});

Deno.test("softmax and log-softmax agree with TensorFlow.js", () => {
  for (const shape of [[1], [3, 1], [5, 2], [7, 10], [2, 3, 33], [4, 1000], [0, 4]]) {
    const logits = array(shape);
    for (let i = 0; i < logits.values.length; i++) logits.values[i] *= 20;
    compare(device, "Softmax", { logits }, { dim: -1 });
    const x = device.upload(logits.values, shape, "float32"), y = device.run("LogSoftmax", { logits: x });
    const row = shape[shape.length - 1], got = device.backend.readSync(y.dataId) as Float32Array;
    for (let i = 0; i < got.length; i++) {
      const classes = (logits.values as Float32Array).subarray(i - i % row, i - i % row + row);
      const top = Math.max(...classes);
      const wanted = logits.values[i] - top -
        Math.log(classes.reduce((sum, z) => sum + Math.exp(z - top), 0));
      assertEquals(Math.abs(got[i] - wanted) < 1e-6 * (1 + Math.abs(wanted)), true);
    }
    device.free(x);
    device.free(y);
  }
});

Deno.test("pooling and its gradients agree with TensorFlow.js", () => {
  for (let i = 0; i < 80; i++) {
    const x = array([integer(1, 2), integer(3, 12), integer(3, 12), integer(1, 21)]);
    const filterSize = [integer(1, 3), integer(2, 3)], strides = [integer(1, 3), integer(1, 3)];
    const pad = ["valid", "same", [[0, 0], [1, 0], [1, 1], [0, 0]]][i % 3];
    const attrs = { filterSize, strides, pad, dimRoundingMode: "floor" };
    const y = compare(device, "MaxPool", { x }, attrs);
    compare(device, "AvgPool", { x }, attrs);
    compare(
      device,
      "MaxPoolGrad",
      { dy: array(y.shape), input: x, output: { ...y, dtype: "float32" } },
      attrs,
    );
    // TensorFlow.js divides by the whole window even where the forward pass does not (at a padded border).
    if (pad === "valid") compare(device, "AvgPoolGrad", { dy: array(y.shape), input: x }, attrs);
  }
});

Deno.test("the gradient of a tie goes to the first of the window, and NaN wins", async () => {
  const attrs = { filterSize: [2, 2], strides: [2, 2], pad: "valid" };
  const gradient = async (values: number[]) => {
    const input = device.upload(Float32Array.from(values), [1, 2, 2, 1], "float32");
    const output = device.run("MaxPool", { x: input }, attrs);
    const dy = device.upload(Float32Array.of(5), [1, 1, 1, 1], "float32");
    return [...await device.read(device.run("MaxPoolGrad", { dy, input, output }, attrs))];
  };
  assertEquals(await gradient([1, 1, 1, 1]), [5, 0, 0, 0]);
  assertEquals(await gradient([0, 2, 2, 1]), [0, 5, 0, 0]);
  assertEquals(await gradient([0, 2, NaN, 1]), [0, 0, 5, 0]);
});

Deno.test("moving elements agrees with TensorFlow.js", () => {
  for (let i = 0; i < 200; i++) {
    const dtype: DType = i % 4 === 3 ? "int32" : "float32", rank = integer(1, 5);
    const x = array(randomShape(rank, i % 3 ? 5 : 19), dtype);
    const perm = x.shape.map((_, d) => d).sort(() => random());
    compare(device, "Transpose", { x }, { perm });
    const begin = x.shape.map((length) => integer(0, length - 1));
    compare(device, "Slice", { x }, {
      begin,
      size: x.shape.map((length, d) => integer(0, length - begin[d])),
    });
    const paddings = x.shape.map(() => [integer(0, 2), integer(0, 2)]);
    compare(device, "PadV2", { x }, { paddings, constantValue: integer(-1, 1) });
    const axis = integer(0, rank - 1),
      other = x.shape.map((length, d) => d === axis ? integer(0, 4) : length);
    compare(device, "Concat", [x, array(other, dtype), x], { axis });
    const ones = x.shape.map((length) => random() > 0 ? 1 : length);
    compare(device, "Tile", { x: array(ones, dtype) }, {
      reps: ones.map((length) => length === 1 ? integer(1, 4) : 1),
    });
  }
});

Deno.test("casts and choices agree with TensorFlow.js", () => {
  for (const length of [0, 1, 17, 64, 65, 200]) {
    for (const from of ["float32", "int32", "bool"] as DType[]) {
      for (const dtype of ["float32", "int32", "bool"]) {
        compare(device, "Cast", { x: array([length], from) }, { dtype });
      }
      const condition = array([length], "bool");
      compare(device, "Select", { condition, t: array([length], from), e: array([length], from) });
    }
    compare(device, "AddN", [array([length]), array([length]), array([length])]);
  }
  compare(device, "Fill", {}, { shape: [3, 70], value: 2.5, dtype: "float32" });
});

Deno.test("tf.* runs on the backend, gradients included", () => {
  const { backendName } = device;
  const engine = tf.engine(), before = engine.backendName;
  tf.setBackend(backendName);
  try {
    const loss = tf.tidy(() => {
      const x = tf.randomNormal([8, 20]), w = tf.randomNormal([20, 3]);
      const f = (w: tf.Tensor) => tf.softplus(tf.matMul(x, w as tf.Tensor2D)).mean() as tf.Scalar;
      const { value, grad } = tf.valueAndGrad(f)(w);
      const moved = f(w.sub(grad.mul(0.1)));
      return [value.dataSync()[0], moved.dataSync()[0]];
    }) as unknown as number[];
    assertEquals(loss[1] < loss[0], true);
    const complex = tf.complex([1, 2], [3, 4]);
    assertEquals([...complex.dataSync()], [1, 3, 2, 4]);
    complex.dispose();
  } finally {
    if (before) tf.setBackend(before);
  }
});

Deno.test("reading gives a copy, uploading takes one", async () => {
  for (const length of [4, 1000]) {
    const values = new Float32Array(length).fill(1);
    const storage: Storage = device.upload(values, [length], "float32");
    values[0] = 7;
    const read = await device.read(storage);
    assertEquals(read[0], 1);
    read[0] = 9;
    assertEquals((await device.read(storage))[0], 1);
    device.free(storage);
  }
  assertThrows(() => device.upload(new Float32Array(3), [2], "float32"), RangeError, "3 values");
  assertEquals(size([2, 3]), 6);
});
