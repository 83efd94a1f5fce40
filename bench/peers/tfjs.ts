/**
 * Stock TensorFlow.js as a worker. Argument: the backend, wasm, cpu or webgpu.
 *
 * @module
 */
import type { Rank, Scalar, Tensor } from "@tensorflow/tfjs-core";
import { sideBehind } from "../cases/network.ts";
import type { AdamTask, ConvolutionTask, CopyTask, Job, ProductTask, TrainingTask } from "../cases/task.ts";
import { serve } from "../serve.ts";
import { tf } from "./tfjs_api.ts";
import { build } from "./tfjs_network.ts";

function line(): Job {
  const x = tf.tensor2d([[1.1, 4.6, 8.9], [2.3, 5.7, 10.1]]), target = tf.tensor2d([[13.57, 38.7, 70.51]]);
  const w = tf.variable(tf.tensor2d([[0.001, 0.003]])), b = tf.variable(tf.tensor1d([0.005]));
  const optimizer = tf.train.sgd(0.0001);
  const loss = () => tf.sum(tf.div(tf.square(tf.sub(tf.add(tf.matMul(w, x), b), target)), 2)) as Scalar;
  return {
    async run(count) {
      for (let i = 0; i < count; i++) optimizer.minimize(loss, false, [w, b]);
      await w.data();
    },
    drop: () => tf.dispose([x, target, w, b]),
  };
}

function training(task: TrainingTask): Job {
  tf.engine().startScope();
  const net = build(task.layers);
  const [batch, ...sample] = task.input;
  const shape = sample.length === 3 ? [batch, sample[1], sample[2], sample[0]] : task.input;
  const x = tf.randomNormal(shape);
  const target = tf.oneHot(tf.tensor1d(Array.from({ length: batch }, (_, n) => n % 10), "int32"), 10);
  const loss = () => {
    const y = net(x);
    return task.loss === "squares"
      ? tf.sum(tf.div(tf.square(tf.sub(y, target)), 2)) as Scalar
      : tf.losses.softmaxCrossEntropy(target, y) as Scalar;
  };
  const optimizer = task.optimizer === "adam" ? tf.train.adam(task.lr) : tf.train.sgd(task.lr);
  return {
    async run(count) {
      let last: Scalar | undefined;
      for (let i = 0; i < count; i++) {
        last?.dispose();
        last = optimizer.minimize(loss, true)!;
      }
      await last?.data();
      last?.dispose();
    },
    drop() {
      optimizer.dispose();
      tf.disposeVariables();
      tf.engine().endScope();
    },
  };
}

function convolution(task: ConvolutionTask): Job {
  const { direction, inputs, outputs, kernel, stride, padding, size } = task;
  const side = sideBehind(size, task);
  const x = tf.randomNormal<Rank.R4>([1, size, size, inputs]);
  const filter = tf.randomNormal<Rank.R4>([kernel, kernel, inputs, outputs]);
  const dy = tf.randomNormal<Rank.R4>([1, side, side, outputs]);
  const attrs = {
    strides: stride,
    pad: padding,
    dataFormat: "NHWC",
    dilations: 1,
    dimRoundingMode: "floor",
    inputShape: x.shape,
    filterShape: filter.shape,
  };
  const [name, operands] = {
    forward: ["Conv2D", { x, filter }] as const,
    input: ["Conv2DBackpropInput", { dy, filter }] as const,
    filter: ["Conv2DBackpropFilter", { x, dy }] as const,
  }[direction];
  return repeat(() => tf.engine().runKernel(name, operands as never, attrs) as Tensor, [x, filter, dy]);
}

function product({ m, k, n, transposeA, transposeB }: ProductTask): Job {
  const a = tf.randomNormal<Rank.R2>(transposeA ? [k, m] : [m, k]);
  const b = tf.randomNormal<Rank.R2>(transposeB ? [n, k] : [k, n]);
  return repeat(() => tf.matMul(a, b, transposeA, transposeB), [a, b]);
}

function copy({ count }: CopyTask): Job {
  const x = tf.randomNormal([count]);
  return repeat(() => tf.neg(x), [x]);
}

function adam({ shapes }: AdamTask): Job {
  const variables = shapes.map((shape) => tf.variable(tf.randomNormal(shape)));
  const gradients = Object.fromEntries(variables.map((one) => [one.name, tf.randomNormal(one.shape)]));
  const optimizer = tf.train.adam(1e-4);
  return {
    async run(count) {
      for (let i = 0; i < count; i++) optimizer.applyGradients(gradients as never);
      await variables.at(-1)!.data();
    },
    drop() {
      optimizer.dispose();
      tf.dispose([variables, gradients]);
    },
  };
}

/** Waits for the last result by reading one of its numbers. */
function repeat(body: () => Tensor, inputs: Tensor[]): Job {
  return {
    async run(count) {
      for (let i = 0; i < count - 1; i++) body().dispose();
      const last = body();
      const one = tf.tidy(() => tf.slice(last, last.shape.map(() => 0), last.shape.map(() => 1)));
      await one.data();
      tf.dispose([last, one]);
    },
    drop: () => tf.dispose(inputs),
  };
}

/** Makes a backend known; its own way to load WebAssembly does not work in Deno. */
async function load(backend: string): Promise<void> {
  const library = `@tensorflow/tfjs-backend-${backend}`;
  // Named by variables, so that nobody downloads these who does not measure.
  const found = await import(library);
  if (backend === "wasm") {
    const { default: bytes } = await import(`${library}/dist/tfjs-backend-wasm-simd.wasm`, {
      with: { type: "bytes" },
    });
    const url = URL.createObjectURL(new Blob([bytes]));
    const builds = ["", "-simd", "-threaded-simd"].map((build) => [`tfjs-backend-wasm${build}.wasm`, url]);
    found.setWasmPaths(Object.fromEntries(builds), true);
  }
}

const [backend] = Deno.args;
if (backend !== "cpu") await load(backend);
if (!(await tf.setBackend(backend))) throw new Error(`no ${backend} here`);
await tf.ready();
await serve(
  { version: `TensorFlow.js ${tf.version_core} (${backend})`, threads: backend === "webgpu" ? 0 : 1 },
  { line, training, convolution, product, adam, copy },
);
