/**
 * The contract of kernels, slow and plain: what the devices are tested against.
 *
 * @module
 */
import type { Draw } from "../../philox.ts";
import type {
  AdamArrays,
  AdamSettings,
  Attention,
  Averaging,
  Border,
  Convolution,
  Kernels,
  Losses,
  Pooling,
  RmspropArrays,
  RmspropSettings,
  Running,
  SgdArrays,
  SgdSettings,
  Slice,
  Updates,
} from "../kernels.ts";
import { type BinaryName, Elementwise, type UnaryName } from "../elementwise.ts";
import type { DType } from "../storage.ts";
import type { Taps } from "../taps.ts";
import * as arrange from "./arrange.ts";
import { type HostArray, scalar, zeros } from "./array.ts";
import * as queries from "./attention.ts";
import * as composed from "./composed.ts";
import * as check from "../check.ts";
import * as convolution from "./convolution.ts";
import * as elementwise from "./elementwise.ts";
import * as indexing from "./indexing.ts";
import * as products from "./matmul.ts";
import * as normalization from "./normalization.ts";
import * as optimizers from "./optimizers.ts";
import * as order from "./order.ts";
import * as pooling from "./pooling.ts";
import * as random from "./random.ts";
import * as reduction from "./reduction.ts";
import * as resampling from "./resample.ts";
import * as scan from "./scan.ts";
import * as classification from "./softmax.ts";

/**
 * Loops over logical indices. Sums are in float64 and rounded to float32 once, so that what differs from a device is the
 * device's rounding.
 */
export class Reference extends Elementwise<HostArray> implements Kernels<HostArray>, Updates<HostArray> {
  fill(shape: readonly number[], value: number, dtype: DType = "float32"): HostArray {
    const y = zeros(shape, dtype);
    y.data.fill(scalar(value, dtype).data[0]);
    return y;
  }
  random(distribution: "uniform" | "normal", shape: readonly number[], draw: Draw): HostArray {
    return random.random(distribution, shape, draw);
  }
  dropout(x: HostArray, p: number, draw: Draw): [y: HostArray, mask: HostArray] {
    return random.dropout(x, p, draw);
  }

  protected override unary(name: UnaryName, x: HostArray, p?: number, q?: number): HostArray {
    return elementwise.unary(name, x, p, q);
  }
  protected override binary(name: BinaryName, a: HostArray | number, b: HostArray | number): HostArray {
    return elementwise.binary(name, a, b);
  }
  cast(x: HostArray, dtype: DType): HostArray {
    return elementwise.cast(x, dtype);
  }

  select(condition: HostArray, a: HostArray | number, b: HostArray | number): HostArray {
    return elementwise.select(condition, a, b);
  }

  sum(x: HostArray, dims: readonly number[], keepdim = false): HostArray {
    return reduction.sum(x, dims, keepdim);
  }
  prod(x: HostArray, dims: readonly number[], keepdim = false): HostArray {
    return reduction.prod(x, dims, keepdim);
  }
  max(x: HostArray, dims: readonly number[], keepdim = false): HostArray {
    return reduction.extreme("max", x, dims, keepdim);
  }
  min(x: HostArray, dims: readonly number[], keepdim = false): HostArray {
    return reduction.extreme("min", x, dims, keepdim);
  }
  argmax(x: HostArray, dim: number): HostArray {
    return reduction.argmax(x, dim);
  }

  cumsum(x: HostArray, dim: number, back = false): HostArray {
    return scan.cumsum(x, dim, back);
  }
  cumprod(x: HostArray, dim: number, back = false): HostArray {
    return scan.cumprod(x, dim, back);
  }
  recurrence(a: HostArray, b: HostArray, dim: number, back = false): HostArray {
    return scan.recurrence(a, b, dim, back);
  }
  logcumsumexp(x: HostArray, dim: number): HostArray {
    return scan.logcumsumexp(x, dim);
  }
  argcummax(x: HostArray, dim: number): HostArray {
    return scan.argcummax(x, dim);
  }

  argsort(x: HostArray, dim: number, descending: boolean): HostArray {
    return order.argsort(x, dim, descending);
  }
  argtop(x: HostArray, dim: number, count: number, descending: boolean): HostArray {
    check.top(x, dim, count);
    return composed.argtop(this, x, dim, count, descending);
  }

  reshape(x: HostArray, shape: readonly number[]): HostArray {
    return arrange.reshape(x, shape);
  }
  permute(x: HostArray, dims: readonly number[]): HostArray {
    return arrange.permute(x, dims);
  }
  expand(x: HostArray, shape: readonly number[]): HostArray {
    return arrange.expand(x, shape);
  }
  slice(x: HostArray, part: Slice): HostArray {
    return arrange.slice(x, part);
  }
  sliceGrad(dy: HostArray, shape: readonly number[], part: Slice): HostArray {
    return arrange.sliceGrad(dy, shape, part);
  }
  pad(x: HostArray, border: Border, value: number): HostArray {
    return arrange.pad(x, border, value);
  }
  concat(list: readonly HostArray[], dim: number): HostArray {
    return arrange.concat(list, dim);
  }

  asFilters(w: HostArray): HostArray {
    return arrange.reshape(w, w.shape);
  }
  laidLike(x: HostArray, _like: HostArray): HostArray {
    return arrange.reshape(x, x.shape);
  }

  gather(x: HostArray, index: HostArray, dim: number): HostArray {
    return indexing.gather(x, index, dim);
  }
  scatterAdd(dy: HostArray, index: HostArray, dim: number, shape: readonly number[]): HostArray {
    return indexing.scatterAdd(dy, index, dim, shape);
  }
  indexSelect(x: HostArray, index: HostArray, dim: number): HostArray {
    return indexing.indexSelect(x, index, dim);
  }
  indexAdd(dy: HostArray, index: HostArray, dim: number, size: number): HostArray {
    return indexing.indexAdd(dy, index, dim, size);
  }
  indexCopy(x: HostArray, v: HostArray, index: HostArray, dim: number): HostArray {
    return indexing.indexCopy(x, v, index, dim);
  }
  scatter(x: HostArray, v: HostArray, index: HostArray, dim: number): HostArray {
    return indexing.scatter(x, v, index, dim);
  }
  at(index: HostArray, size: number): HostArray {
    return indexing.at(index, size);
  }
  scatterLast(index: HostArray, dim: number, size: number): HostArray {
    return indexing.scatterLast(index, dim, size);
  }
  oneHot(x: HostArray, classes: number): HostArray {
    return indexing.oneHot(x, classes);
  }
  inverseCdf(weights: HostArray, points: HostArray): HostArray {
    return indexing.inverseCdf(weights, points);
  }

  matmul(a: HostArray, b: HostArray): HostArray {
    return products.matmul(a, b);
  }
  linear(x: HostArray, w: HostArray, bias: HostArray): HostArray {
    return products.linear(x, w, bias);
  }
  linearWeightBiasGrad(dy: HostArray, x: HostArray): [HostArray, HostArray] {
    return products.linearWeightBiasGrad(dy, x);
  }
  conv2d(x: HostArray, w: HostArray, bias: HostArray | null, settings: Convolution): HostArray {
    return convolution.conv2d(x, w, bias, settings);
  }
  conv2dInputGrad(dy: HostArray, w: HostArray, shape: readonly number[], settings: Convolution): HostArray {
    return convolution.conv2dInputGrad(dy, w, shape, settings);
  }
  conv2dFilterGrad(x: HostArray, dy: HostArray, shape: readonly number[], settings: Convolution): HostArray {
    return convolution.conv2dFilterGrad(x, dy, shape, settings);
  }
  conv2dFilterBiasGrad(
    x: HostArray,
    dy: HostArray,
    shape: readonly number[],
    settings: Convolution,
  ): [HostArray, HostArray] {
    return convolution.conv2dFilterBiasGrad(x, dy, shape, settings);
  }

  maxPool2d(x: HostArray, settings: Pooling): [y: HostArray, places: HostArray] {
    return pooling.maxPool2d(x, settings);
  }
  maxPool2dGrad(
    dy: HostArray,
    places: HostArray,
    shape: readonly number[],
    settings: Pooling,
  ): HostArray {
    return pooling.maxPool2dGrad(dy, places, shape, settings);
  }
  maxPool2dPick(u: HostArray, places: HostArray, settings: Pooling): HostArray {
    return pooling.maxPool2dPick(u, places, settings);
  }
  avgPool2d(x: HostArray, settings: Averaging): HostArray {
    return pooling.avgPool2d(x, settings);
  }
  avgPool2dGrad(dy: HostArray, shape: readonly number[], settings: Averaging): HostArray {
    return pooling.avgPool2dGrad(dy, shape, settings);
  }

  resample(x: HostArray, dim: number, taps: Taps): HostArray {
    return resampling.resample(x, dim, taps);
  }

  softmax(x: HostArray, dim: number): HostArray {
    return classification.softmax(x, dim);
  }
  logSoftmax(x: HostArray, dim: number): HostArray {
    return classification.logSoftmax(x, dim);
  }
  softmaxGrad(dy: HostArray, y: HostArray, dim: number): HostArray {
    return classification.softmaxGrad(dy, y, dim);
  }
  logSoftmaxGrad(dy: HostArray, y: HostArray, dim: number): HostArray {
    return classification.logSoftmaxGrad(dy, y, dim);
  }
  crossEntropy(logits: HostArray, classes: HostArray, losses: Losses): HostArray[] {
    return classification.crossEntropy(logits, classes, losses);
  }
  crossEntropyGrad(
    dy: HostArray,
    logs: HostArray,
    classes: HostArray,
    ignored: number | null,
    count: HostArray | null,
  ): HostArray {
    return classification.crossEntropyGrad(dy, logs, classes, ignored, count);
  }
  batchNorm(
    x: HostArray,
    scale: HostArray,
    offset: HostArray,
    epsilon: number,
    running?: Running<HostArray>,
  ): [y: HostArray, mean: HostArray, variance: HostArray] {
    return normalization.batchNorm(x, scale, offset, epsilon, running);
  }
  batchNormInference(
    x: HostArray,
    mean: HostArray,
    variance: HostArray,
    scale: HostArray,
    offset: HostArray,
    epsilon: number,
  ): HostArray {
    return normalization.batchNormInference(x, mean, variance, scale, offset, epsilon);
  }
  batchNormGrad(
    dy: HostArray,
    x: HostArray,
    mean: HostArray,
    variance: HostArray,
    scale: HostArray,
    epsilon: number,
  ): [dx: HostArray, dScale: HostArray, dOffset: HostArray] {
    return normalization.batchNormGrad(dy, x, mean, variance, scale, epsilon);
  }
  attention(q: HostArray, k: HostArray, v: HostArray, settings: Attention): HostArray {
    return queries.attention(q, k, v, settings);
  }
  attentionGrad(
    dy: HostArray,
    q: HostArray,
    k: HostArray,
    v: HostArray,
    settings: Attention,
  ): [dq: HostArray, dk: HostArray, dv: HostArray] {
    return queries.attentionGrad(dy, q, k, v, settings);
  }
  layerNorm(
    x: HostArray,
    scale: HostArray | null,
    offset: HostArray | null,
    epsilon: number,
  ): [y: HostArray, mean: HostArray, variance: HostArray] {
    return normalization.layerNorm(x, scale, offset, epsilon);
  }
  layerNormGrad(
    dy: HostArray,
    x: HostArray,
    mean: HostArray,
    variance: HostArray,
    scale: HostArray | null,
    epsilon: number,
  ): [dx: HostArray, dScale: HostArray, dOffset: HostArray] {
    return normalization.layerNormGrad(dy, x, mean, variance, scale, epsilon);
  }

  sumOfSquares(list: readonly HostArray[]): HostArray {
    check.floats("sumOfSquares", ...list);
    let sum = 0;
    for (const { data } of list) for (const x of data) sum += x * x;
    return { shape: [], dtype: "float32", data: Float32Array.of(sum) };
  }
  scale(list: readonly HostArray[], factor: HostArray): void {
    check.floats("scale", ...list);
    check.fits("scale", "factor", factor, []);
    for (const { data } of list) for (let i = 0; i < data.length; i++) data[i] *= factor.data[0];
  }
  sgdStep(list: readonly SgdArrays<HostArray>[], settings: SgdSettings): void {
    check.updates("sgdStep", list);
    for (const arrays of list) optimizers.sgdStep(arrays, settings);
  }
  adamStep(list: readonly AdamArrays<HostArray>[], settings: AdamSettings): void {
    check.updates("adamStep", list);
    for (const arrays of list) optimizers.adamStep(arrays, settings);
  }
  rmspropStep(list: readonly RmspropArrays<HostArray>[], settings: RmspropSettings): void {
    check.updates("rmspropStep", list);
    for (const arrays of list) optimizers.rmspropStep(arrays, settings);
  }
}
