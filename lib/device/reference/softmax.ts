/**
 * Softmax and what classification makes of it.
 *
 * @module
 */
import * as check from "../check.ts";
import { around, type HostArray, zeros } from "./array.ts";

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

/** {@linkcode Kernels.crossEntropy} */
export function crossEntropy(logits: HostArray, classes: HostArray): [losses: HostArray, logs: HostArray] {
  check.classification("crossEntropy", logits, classes);
  const [rows, count] = logits.shape;
  check.indices("crossEntropy", classes.data, classes.shape, count);
  const logs = logSoftmax(logits, 1), losses = zeros([rows]);
  for (let row = 0; row < rows; row++) {
    losses.data[row] = -logs.data[row * count + classes.data[row]];
  }
  return [losses, logs];
}

/** {@linkcode Kernels.crossEntropyGrad} */
export function crossEntropyGrad(dy: HostArray, logs: HostArray, classes: HostArray): HostArray {
  check.classification("crossEntropyGrad", logs, classes);
  const [rows, count] = logs.shape;
  check.fits("crossEntropyGrad", "dy", dy, [rows]);
  const dx = zeros(logs.shape);
  // Where there are no classes, there is nothing to compute and nobody looks.
  if (count > 0) check.indices("crossEntropyGrad", classes.data, classes.shape, count);
  for (let row = 0; row < rows; row++) {
    const own = classes.data[row];
    for (let c = 0; c < count; c++) {
      const at = row * count + c;
      dx.data[at] = dy.data[row] * (Math.exp(logs.data[at]) - Number(c === own));
    }
  }
  return dx;
}
