/**
 * Softmax and what classification makes of it.
 *
 * @module
 */
import * as check from "../check.ts";
import type { Losses } from "../kernels.ts";
import { around, type HostArray, scalar, zeros } from "./array.ts";

/** y = f(x − largest, Σ e^(x − largest)) along a dimension. */
function normalized(
  x: HostArray,
  dim: number,
  f: (shifted: number, total: number) => number,
): HostArray {
  const y = zeros(x.shape);
  const { outer, size, inner } = around(x.shape, dim);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = (j: number) => (o * size + j) * inner + i;
      let largest = -Infinity, total = 0;
      for (let j = 0; j < size; j++) largest = Math.max(largest, x.data[at(j)]);
      for (let j = 0; j < size; j++) total += Math.exp(x.data[at(j)] - largest);
      for (let j = 0; j < size; j++) y.data[at(j)] = f(x.data[at(j)] - largest, total);
    }
  }
  return y;
}

/** {@linkcode Kernels.softmax} */
export function softmax(x: HostArray, dim: number): HostArray {
  check.floats("softmax", x);
  check.dimension("softmax", x, dim);
  return normalized(x, dim, (shifted, total) => Math.exp(shifted) / total);
}

/** {@linkcode Kernels.logSoftmax} */
export function logSoftmax(x: HostArray, dim: number): HostArray {
  check.floats("logSoftmax", x);
  check.dimension("logSoftmax", x, dim);
  return normalized(x, dim, (shifted, total) => shifted - Math.log(total));
}

/** {@linkcode Kernels.softmaxGrad} */
export function softmaxGrad(dy: HostArray, y: HostArray, dim: number): HostArray {
  check.softmaxGrad("softmaxGrad", dy, y, dim);
  return fromSum(dy, y, dim, (g, y) => g * y, (g, y, sum) => y * (g - sum));
}

/** {@linkcode Kernels.logSoftmaxGrad} */
export function logSoftmaxGrad(dy: HostArray, y: HostArray, dim: number): HostArray {
  check.softmaxGrad("logSoftmaxGrad", dy, y, dim);
  return fromSum(dy, y, dim, (g) => g, (g, y, sum) => g - Math.exp(y) * sum);
}

/** f(g, y, Σ term(g, y)) along a dimension. */
function fromSum(
  dy: HostArray,
  y: HostArray,
  dim: number,
  term: (g: number, y: number) => number,
  f: (g: number, y: number, sum: number) => number,
): HostArray {
  const dx = zeros(y.shape), { outer, size, inner } = around(y.shape, dim);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = (j: number) => (o * size + j) * inner + i;
      let sum = 0;
      for (let j = 0; j < size; j++) sum += term(dy.data[at(j)], y.data[at(j)]);
      for (let j = 0; j < size; j++) dx.data[at(j)] = f(dy.data[at(j)], y.data[at(j)], sum);
    }
  }
  return dx;
}

/** {@linkcode Kernels.crossEntropy} */
export function crossEntropy(logits: HostArray, classes: HostArray, { ignored, mean }: Losses): HostArray[] {
  check.classification("crossEntropy", logits, classes);
  const [rows, count] = logits.shape;
  check.indices("crossEntropy", classes.data, classes.shape, count, ignored);
  const logs = logSoftmax(logits, 1), losses = zeros([rows]);
  let sum = 0, counted = 0;
  for (let row = 0; row < rows; row++) {
    const own = classes.data[row];
    if (own === ignored) continue;
    losses.data[row] = -logs.data[row * count + own];
    sum += losses.data[row];
    counted++;
  }
  return mean ? [scalar(sum / counted, "float32"), logs, scalar(counted, "float32")] : [losses, logs];
}

/** {@linkcode Kernels.crossEntropyGrad} */
export function crossEntropyGrad(
  dy: HostArray,
  logs: HostArray,
  classes: HostArray,
  ignored: number | null,
  count: HostArray | null,
): HostArray {
  check.classificationGrad("crossEntropyGrad", dy, logs, classes, count);
  const [rows, columns] = logs.shape, dx = zeros(logs.shape);
  // Where there are no classes, there is nothing to compute and nobody looks.
  if (columns > 0) check.indices("crossEntropyGrad", classes.data, classes.shape, columns, ignored);
  for (let row = 0; row < rows; row++) {
    const own = classes.data[row], slope = count === null ? dy.data[row] : dy.data[0] / count.data[0];
    for (let c = 0; c < columns && own !== ignored; c++) {
      const at = row * columns + c;
      dx.data[at] = slope * (Math.exp(logs.data[at]) - Number(c === own));
    }
  }
  return dx;
}
