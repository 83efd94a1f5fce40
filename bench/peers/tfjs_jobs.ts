/**
 * What TensorFlow.js is told to do; which TensorFlow.js, and on which of its backends, is the caller's business.
 *
 * @module
 */
import type { Rank, Scalar, Tensor } from "@tensorflow/tfjs-core";
import { sideBehind } from "../cases/network.ts";
import type { AdamTask, ConvolutionTask, CopyTask, Job, ProductTask, TrainingTask } from "../cases/task.ts";
import type { Tfjs } from "./tfjs_api.ts";
import { build } from "./tfjs_network.ts";

/** Chapter 3's loop. */
export function line(tf: Tfjs): Job {
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

/** Training steps of a network. */
export function training(tf: Tfjs, task: TrainingTask): Job {
  tf.engine().startScope();
  const net = build(tf, task.layers);
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

/** A convolution or one of its gradients. */
export function convolution(tf: Tfjs, task: ConvolutionTask, batch = 1): Job {
  const { direction, inputs, outputs, kernel, stride, padding, size } = task;
  const side = sideBehind(size, task);
  const x = tf.randomNormal<Rank.R4>([batch, size, size, inputs]);
  const filter = tf.randomNormal<Rank.R4>([kernel, kernel, inputs, outputs]);
  const dy = tf.randomNormal<Rank.R4>([batch, side, side, outputs]);
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
  return repeat(tf, () => tf.engine().runKernel(name, operands as never, attrs) as Tensor, [x, filter, dy]);
}

/** A matrix product. */
export function product(tf: Tfjs, { m, k, n, transposeA, transposeB }: ProductTask): Job {
  const a = tf.randomNormal<Rank.R2>(transposeA ? [k, m] : [m, k]);
  const b = tf.randomNormal<Rank.R2>(transposeB ? [n, k] : [k, n]);
  return repeat(tf, () => tf.matMul(a, b, transposeA, transposeB), [a, b]);
}

/** y = −x. */
export function copy(tf: Tfjs, { count }: CopyTask): Job {
  const x = tf.randomNormal([count]);
  return repeat(tf, () => tf.neg(x), [x]);
}

/** One Adam update of many parameters, whose gradients stay. */
export function adam(tf: Tfjs, { shapes }: AdamTask): Job {
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
function repeat(tf: Tfjs, body: () => Tensor, inputs: Tensor[]): Job {
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
