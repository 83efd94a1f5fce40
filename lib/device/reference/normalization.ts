/**
 * Batch and layer normalization and their gradients.
 *
 * @module
 */
import * as check from "../check.ts";
import type { Running } from "../kernels.ts";
import { around, type HostArray, zeros } from "./array.ts";

/** Calls `visit` for every channel of x [N, C, ...], with the places of its values. */
function eachChannel(x: HostArray, visit: (channel: number, own: Int32Array) => void): void {
  const { outer, size, inner } = around(x.shape, 1);
  for (let c = 0; c < size; c++) {
    const own = new Int32Array(outer * inner);
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) own[o * inner + i] = (o * size + c) * inner + i;
    }
    visit(c, own);
  }
}

/** {@linkcode Kernels.batchNorm} */
export function batchNorm(
  x: HostArray,
  scale: HostArray,
  offset: HostArray,
  epsilon: number,
  running?: Running<HostArray>,
): [y: HostArray, mean: HostArray, variance: HostArray] {
  check.channels("batchNorm", x, { scale, offset });
  if (running !== undefined) check.running("batchNorm", x, running);
  const y = zeros(x.shape), means = zeros(scale.shape), variances = zeros(scale.shape);
  eachChannel(x, (c, own) => {
    const mean = own.reduce((sum, at) => sum + x.data[at], 0) / own.length;
    const variance = own.reduce((sum, at) => sum + (x.data[at] - mean) ** 2, 0) / own.length;
    const factor = scale.data[c] / Math.sqrt(variance + epsilon);
    for (const at of own) y.data[at] = (x.data[at] - mean) * factor + offset.data[c];
    means.data[c] = mean;
    variances.data[c] = variance;
  });
  if (running !== undefined) follow(running, means, variances, x.data.length / scale.data.length);
  return [y, means, variances];
}

/** Takes a batch with n values a channel into what is kept of all. */
function follow(
  { mean, variance, batches, momentum }: Running<HostArray>,
  m: HostArray,
  v: HostArray,
  n: number,
): void {
  if (batches !== null) batches.data[0]++;
  const share = momentum ?? 1 / batches!.data[0];
  m.data.forEach((value, c) => mean.data[c] = (1 - share) * mean.data[c] + share * value);
  v.data.forEach((value, c) => {
    variance.data[c] = (1 - share) * variance.data[c] + share * value * n / (n - 1);
  });
}

/** {@linkcode Kernels.batchNormInference} */
export function batchNormInference(
  x: HostArray,
  mean: HostArray,
  variance: HostArray,
  scale: HostArray,
  offset: HostArray,
  epsilon: number,
): HostArray {
  check.channels("batchNormInference", x, { mean, variance, scale, offset });
  const y = zeros(x.shape);
  eachChannel(x, (c, own) => {
    const factor = scale.data[c] / Math.sqrt(variance.data[c] + epsilon);
    for (const at of own) y.data[at] = (x.data[at] - mean.data[c]) * factor + offset.data[c];
  });
  return y;
}

/** {@linkcode Kernels.batchNormGrad} */
export function batchNormGrad(
  dy: HostArray,
  x: HostArray,
  mean: HostArray,
  variance: HostArray,
  scale: HostArray,
  epsilon: number,
): [dx: HostArray, dScale: HostArray, dOffset: HostArray] {
  check.channels("batchNormGrad", x, { mean, variance, scale });
  check.fits("batchNormGrad", "dy", dy, x.shape);
  const dx = zeros(x.shape), dScales = zeros(scale.shape), dOffsets = zeros(scale.shape);
  eachChannel(x, (c, own) => {
    const inverse = 1 / Math.sqrt(variance.data[c] + epsilon);
    const normalized = (at: number) => (x.data[at] - mean.data[c]) * inverse;
    let dOffset = 0, dScale = 0;
    for (const at of own) {
      dOffset += dy.data[at];
      dScale += dy.data[at] * normalized(at);
    }
    for (const at of own) {
      const away = (dOffset + normalized(at) * dScale) / own.length;
      dx.data[at] = scale.data[c] * inverse * (dy.data[at] - away);
    }
    dScales.data[c] = dScale;
    dOffsets.data[c] = dOffset;
  });
  return [dx, dScales, dOffsets];
}

/** {@linkcode Kernels.layerNorm} */
export function layerNorm(
  x: HostArray,
  scale: HostArray | null,
  offset: HostArray | null,
  epsilon: number,
): [y: HostArray, mean: HostArray, variance: HostArray] {
  check.normalizedRows("layerNorm", x, {}, { scale, offset });
  const [rows, columns] = x.shape, y = zeros(x.shape), means = zeros([rows]), variances = zeros([rows]);
  for (let r = 0; r < rows; r++) {
    const own = x.data.subarray(r * columns, (r + 1) * columns);
    let mean = 0, variance = 0;
    for (const value of own) mean += value / columns;
    if (columns === 0) mean = NaN;
    for (const value of own) variance += (value - mean) ** 2 / columns;
    const factor = 1 / Math.sqrt(variance + epsilon);
    own.forEach((value, c) => {
      y.data[r * columns + c] = (value - mean) * factor * (scale?.data[c] ?? 1) + (offset?.data[c] ?? 0);
    });
    means.data[r] = mean;
    variances.data[r] = columns === 0 ? NaN : variance;
  }
  return [y, means, variances];
}

/** {@linkcode Kernels.layerNormGrad} */
export function layerNormGrad(
  dy: HostArray,
  x: HostArray,
  mean: HostArray,
  variance: HostArray,
  scale: HostArray | null,
  epsilon: number,
): [dx: HostArray, dScale: HostArray, dOffset: HostArray] {
  check.normalizedRows("layerNormGrad", x, { mean, variance }, { scale });
  check.fits("layerNormGrad", "dy", dy, x.shape);
  const [rows, columns] = x.shape, dx = zeros(x.shape);
  // Sums over rows in float64: there may be many.
  const dScales = new Float64Array(columns), dOffsets = new Float64Array(columns);
  for (let r = 0; r < rows; r++) {
    const inverse = 1 / Math.sqrt(variance.data[r] + epsilon);
    const normalized = (c: number) => (x.data[r * columns + c] - mean.data[r]) * inverse;
    const h = (c: number) => dy.data[r * columns + c] * (scale?.data[c] ?? 1);
    let sum = 0, product = 0;
    for (let c = 0; c < columns; c++) {
      sum += h(c);
      product += h(c) * normalized(c);
      dOffsets[c] += dy.data[r * columns + c];
      dScales[c] += dy.data[r * columns + c] * normalized(c);
    }
    for (let c = 0; c < columns; c++) {
      dx.data[r * columns + c] = (h(c) - sum / columns - normalized(c) * product / columns) * inverse;
    }
  }
  const [dScale, dOffset] = [dScales, dOffsets].map((sums) => {
    const one = zeros([columns]);
    one.data.set(sums);
    return one;
  });
  return [dx, dScale, dOffset];
}
