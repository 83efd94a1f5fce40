/**
 * The contract of kernels on the CPU.
 *
 * @module
 */
import type { Draw } from "../../philox.ts";
import * as check from "../check.ts";
import { type BinaryName, Elementwise, type UnaryName } from "../elementwise.ts";
import type { Averaging, Convolution, Pooling } from "../geometry.ts";
import type {
  AdamArrays,
  AdamSettings,
  Attention,
  Border,
  DeviceKernels,
  Losses,
  RmspropArrays,
  RmspropSettings,
  Running,
  SgdArrays,
  SgdSettings,
  Slice,
} from "../kernels.ts";
import * as layout from "../layout.ts";
import { channelsLast, dense, FILTERS, inOrder, plain, seen } from "../layout.ts";
import * as composed from "../reference/composed.ts";
import { sizeOf } from "../shape.ts";
import { type DType, type Order, Storage } from "../storage.ts";
import type { Taps } from "../taps.ts";
import type { Engine } from "./engine.ts";
import { argmax } from "./kernels/argmax.ts";
import { concat, pad, slice, sliceGrad } from "./kernels/arrange.ts";
import { attention, attentionGrad } from "./kernels/attention.ts";
import { binary } from "./kernels/binary.ts";
import { expanded } from "./kernels/box.ts";
import { cast } from "./kernels/cast.ts";
import { convolution } from "./kernels/convolution.ts";
import { filterGradient, inputGradient } from "./kernels/convolution_gradients.ts";
import {
  at,
  gather,
  indexAdd,
  indexCopy,
  indexSelect,
  inverseCdf,
  oneHot,
  scatter,
  scatterAdd,
  scatterLast,
} from "./kernels/indexing.ts";
import { layerNorm, layerNormGrad } from "./kernels/layer_norm.ts";
import { type Factor, multiply, multiplyIntegers } from "./kernels/matmul.ts";
import { batchNorm, batchNormGrad, follow, normalizeWith } from "./kernels/normalization.ts";
import { adamStep, rmspropStep, sgdStep } from "./kernels/optimizers.ts";
import { maxPool, maxPoolGrad, maxPoolPick, pool, poolGrad } from "./kernels/pooling.ts";
import { random } from "./kernels/random.ts";
import { reduce, type ReductionName } from "./kernels/reduction.ts";
import { resample } from "./kernels/resample.ts";
import { order } from "./kernels/order.ts";
import * as scan from "./kernels/scan.ts";
import { select } from "./kernels/select.ts";
import { crossEntropy, crossEntropyGrad, softmax } from "./kernels/softmax.ts";
import { fill, TINY, unary } from "./kernels/unary.ts";

type N = Storage | number;

/** What the processor computes. */
export class CpuKernels extends Elementwise<Storage> implements DeviceKernels {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    super();
    this.#engine = engine;
  }

  fill(shape: readonly number[], value: number, dtype: DType = "float32"): Storage {
    return fill(this.#engine, [...shape], value, dtype);
  }
  random(distribution: "uniform" | "normal", shape: readonly number[], draw: Draw): Storage {
    return random(this.#engine, distribution, [...shape], draw);
  }
  dropout(x: Storage, p: number, draw: Draw): [Storage, Storage] {
    check.floats("dropout", x);
    const mask = seen(random(this.#engine, "dropout", [...dense(x).shape], draw, p), x.order);
    return [this.mul(x, mask), mask];
  }

  protected override unary(name: UnaryName, x: Storage, p?: number, q?: number): Storage {
    return unary(this.#engine, name, x, p, q);
  }
  protected override binary(name: BinaryName, a: N, b: N): Storage {
    return binary(this.#engine, name, a, b);
  }
  /** Where it pays, as two passes of SIMD. */
  override clamp(x: Storage, min: number, max: number): Storage {
    if (x.dtype !== "float32" || sizeOf(x.shape) <= TINY) return super.clamp(x, min, max);
    const above = min === -Infinity ? this.#engine.share(x) : this.maximum(x, min);
    return max === Infinity ? above : this.minimum(above, max);
  }
  cast(x: Storage, dtype: DType): Storage {
    return cast(this.#engine, x, dtype);
  }

  select(condition: Storage, a: N, b: N): Storage {
    return select(this.#engine, condition, a, b);
  }

  #reduce(
    name: ReductionName,
    x: Storage,
    dims: readonly number[],
    keepdim: boolean,
    shape: number[],
  ): Storage {
    if (dims.length === 0) return this.#engine.share(x);
    const order = layout.reducedOrder(x.order, dims, keepdim);
    const axes = layout.axesOf(x.order, dims);
    return seen(reduce(this.#engine, name, dense(x), axes, layout.inMemory(order, shape)), order);
  }
  sum(x: Storage, dims: readonly number[], keepdim = false): Storage {
    check.need("sum", x, ["float32", "int32"]);
    return this.#reduce("sum", x, dims, keepdim, check.reduction("sum", x, dims, keepdim));
  }
  prod(x: Storage, dims: readonly number[], keepdim = false): Storage {
    check.need("prod", x, ["float32", "int32"]);
    return this.#reduce("prod", x, dims, keepdim, check.reduction("prod", x, dims, keepdim));
  }
  max(x: Storage, dims: readonly number[], keepdim = false): Storage {
    return this.#reduce("max", x, dims, keepdim, check.choice("max", x, dims, keepdim));
  }
  min(x: Storage, dims: readonly number[], keepdim = false): Storage {
    return this.#reduce("min", x, dims, keepdim, check.choice("min", x, dims, keepdim));
  }
  argmax(x: Storage, dim: number): Storage {
    check.choice("argmax", x, [dim], false);
    const [axis] = layout.axesOf(x.order, [dim]);
    return seen(argmax(this.#engine, dense(x), axis), layout.reducedOrder(x.order, [dim], false));
  }

  /** Runs along one dimension, which goes last in memory; the others keep their order, and so does what comes out. */
  #along(dim: number, [x, ...others]: readonly Storage[], run: (rows: Storage[]) => Storage): Storage {
    const order = layout.withLast(x.order, x.shape.length, dim);
    return seen(run([x, ...others].map((one) => dense(inOrder(one, order, this.#engine.transpose)))), order);
  }
  cumsum(x: Storage, dim: number, back = false): Storage {
    check.ordered("cumsum", x, dim);
    return this.#along(dim, [x], ([x]) => scan.cumsum(this.#engine, x, back));
  }
  cumprod(x: Storage, dim: number, back = false): Storage {
    check.ordered("cumprod", x, dim);
    return this.#along(dim, [x], ([x]) => scan.cumprod(this.#engine, x, back));
  }
  recurrence(a: Storage, b: Storage, dim: number, back = false): Storage {
    check.recurring(a, b, dim);
    return this.#along(dim, [a, b], ([a, b]) => scan.recurrence(this.#engine, a, b, back));
  }
  logcumsumexp(x: Storage, dim: number): Storage {
    check.floats("logcumsumexp", x);
    check.dimension("logcumsumexp", x, dim);
    return this.#along(dim, [x], ([x]) => scan.logcumsumexp(this.#engine, x));
  }
  argcummax(x: Storage, dim: number): Storage {
    check.ordered("argcummax", x, dim);
    return this.#along(dim, [x], ([x]) => scan.argcummax(this.#engine, x));
  }

  argsort(x: Storage, dim: number, descending: boolean): Storage {
    check.ordered("argsort", x, dim);
    return this.#along(dim, [x], ([x]) => order(this.#engine, x, x.shape[x.shape.length - 1], descending));
  }
  argtop(x: Storage, dim: number, count: number, descending: boolean): Storage {
    check.top(x, dim, count);
    return this.#along(dim, [x], ([x]) => order(this.#engine, x, count, descending));
  }

  #plain(x: Storage): Storage {
    return plain(x, this.#engine.transpose);
  }
  reshape(x: Storage, shape: readonly number[]): Storage {
    check.reshaped(x, shape);
    const order = layout.reshapedOrder(x, shape);
    const { dataId, dtype } = order === undefined ? this.#plain(x) : x;
    return this.#engine.share(new Storage(dataId, [...shape], dtype, order ?? null));
  }
  permute(x: Storage, dims: readonly number[]): Storage {
    check.permutation(x, dims);
    const order = layout.permuted(x.order, dims);
    return this.#engine.share(new Storage(x.dataId, dims.map((d) => x.shape[d]), x.dtype, order));
  }
  expand(x: Storage, shape: readonly number[]): Storage {
    check.expansion(x, shape);
    if (sizeOf(shape) === sizeOf(x.shape)) return this.reshape(x, shape);
    const order = layout.repeatedOrder(x, shape);
    const memory = dense(inOrder(x, x.shape.length === shape.length ? order : null, this.#engine.transpose));
    return seen(expanded(this.#engine, memory, layout.inMemory(order, shape)), order);
  }
  slice(x: Storage, part: Slice): Storage {
    check.part("slice", x.shape, part);
    const [begin, size, step] = inMemory(x.order, part);
    return seen(slice(this.#engine, dense(x), begin, size, step), x.order);
  }
  sliceGrad(dy: Storage, shape: readonly number[], part: Slice): Storage {
    check.part("sliceGrad", shape, part);
    check.shaped("sliceGrad", "dy", dy, part.size);
    const [begin, , step] = inMemory(dy.order, part);
    return seen(
      sliceGrad(this.#engine, dense(dy), layout.inMemory(dy.order, shape), begin, step),
      dy.order,
    );
  }
  pad(x: Storage, border: Border, value: number): Storage {
    check.bordered(x, border);
    return seen(pad(this.#engine, dense(x), layout.inMemory(x.order, border), value), x.order);
  }
  concat(list: readonly Storage[], dim: number): Storage {
    const shape = check.concatenation(list, dim), { order } = list[0];
    const parts = list.map((x) => dense(inOrder(x, order, this.#engine.transpose)));
    const [axis] = layout.axesOf(order, [dim]);
    return seen(concat(this.#engine, parts, layout.inMemory(order, shape), axis), order);
  }

  asFilters(w: Storage): Storage {
    return this.#laid(w, FILTERS);
  }
  laidLike(x: Storage, like: Storage): Storage {
    return this.#laid(x, like.order);
  }
  #laid(x: Storage, order: Order): Storage {
    const laid = inOrder(x, order, this.#engine.transpose);
    // A view owns nothing, so it becomes a reference.
    return laid.dataId === x.dataId ? this.#engine.share(laid) : laid;
  }

  gather(x: Storage, index: Storage, dim: number): Storage {
    check.picks("gather", x.shape, index, dim);
    return gather(this.#engine, this.#plain(x), this.#plain(index), dim);
  }
  scatterAdd(dy: Storage, index: Storage, dim: number, shape: readonly number[]): Storage {
    check.picks("scatterAdd", shape, index, dim);
    check.need("scatterAdd", dy, ["float32", "int32"]);
    check.shaped("scatterAdd", "dy", dy, index.shape);
    return scatterAdd(this.#engine, this.#plain(dy), this.#plain(index), dim, shape);
  }
  indexSelect(x: Storage, index: Storage, dim: number): Storage {
    check.rows("indexSelect", x.shape, index, dim);
    const [axis] = layout.axesOf(x.order, [dim]);
    return seen(indexSelect(this.#engine, dense(x), index, axis), x.order);
  }
  indexAdd(dy: Storage, index: Storage, dim: number, size: number): Storage {
    const shape = check.addedRows("indexAdd", dy, index, dim, size), { order } = dy;
    const [axis] = layout.axesOf(order, [dim]);
    return seen(indexAdd(this.#engine, dense(dy), index, axis, layout.inMemory(order, shape)), order);
  }
  indexCopy(x: Storage, v: Storage, index: Storage, dim: number): Storage {
    check.copiedRows(x, v, index, dim);
    const { order } = x, [axis] = layout.axesOf(order, [dim]);
    const slices = dense(inOrder(v, order, this.#engine.transpose));
    return seen(indexCopy(this.#engine, dense(x), slices, index, axis), order);
  }
  scatter(x: Storage, v: Storage, index: Storage, dim: number): Storage {
    check.scattered(x, v, index, dim);
    return scatter(this.#engine, this.#plain(x), this.#plain(v), this.#plain(index), dim);
  }
  at(index: Storage, size: number): Storage {
    check.need("at", index, ["int32"]);
    return at(this.#engine, this.#plain(index), size);
  }
  scatterLast(index: Storage, dim: number, size: number): Storage {
    check.need("scatterLast", index, ["int32"]);
    check.dimension("scatterLast", index, dim);
    return scatterLast(this.#engine, this.#plain(index), dim, size);
  }
  oneHot(x: Storage, classes: number): Storage {
    check.need("oneHot", x, ["int32"]);
    return oneHot(this.#engine, this.#plain(x), classes);
  }
  inverseCdf(weights: Storage, points: Storage): Storage {
    check.weighted("inverseCdf", weights, points);
    return inverseCdf(this.#engine, this.#plain(weights), this.#plain(points));
  }

  /** A factor as it lies, if that is row by row or column by column; else a copy. */
  #factor(x: Storage): Factor {
    const { order } = x, last = x.shape.length - 1;
    const turned = order !== null && order[last] === last - 1 && order[last - 1] === last &&
      order.slice(0, -2).every((axis, i) => axis === i);
    return turned ? { matrix: dense(x), transposed: true } : { matrix: this.#plain(x), transposed: false };
  }
  matmul(a: Storage, b: Storage): Storage {
    const shape = check.product(a, b);
    if (a.dtype === "int32") return multiplyIntegers(this.#engine, this.#plain(a), this.#plain(b), shape);
    return multiply(this.#engine, this.#factor(a), this.#factor(b), null, false, shape);
  }
  linear(x: Storage, w: Storage, bias: Storage): Storage {
    const shape = check.linear(x, w, bias);
    const { matrix, transposed } = this.#factor(w);
    const left = { matrix: this.#plain(x), transposed: false };
    return multiply(this.#engine, left, { matrix, transposed: !transposed }, bias, false, shape);
  }
  linearWeightBiasGrad(dy: Storage, x: Storage): [Storage, Storage] {
    check.linearGrad(dy, x);
    return [this.matmul(this.permute(dy, [1, 0]), x), this.sum(dy, [0])];
  }

  #images(x: Storage): Storage {
    return dense(inOrder(x, channelsLast(x.shape.length), this.#engine.transpose));
  }
  #filters(w: Storage): Storage {
    return dense(inOrder(w, FILTERS, this.#engine.transpose));
  }
  conv2d(x: Storage, w: Storage, bias: Storage | null, settings: Convolution): Storage {
    check.floats("conv2d", x, w, bias);
    const sizes = check.convolution("conv2d", x.shape, w.shape, settings);
    if (bias !== null) check.fits("conv2d", "bias", bias, [w.shape[0]]);
    const y = convolution(this.#engine, this.#images(x), this.#filters(w), sizes, bias, false);
    return seen(y, channelsLast(4));
  }
  conv2dInputGrad(dy: Storage, w: Storage, shape: readonly number[], settings: Convolution): Storage {
    check.floats("conv2dInputGrad", dy, w);
    const sizes = check.convolution("conv2dInputGrad", shape, w.shape, settings);
    check.convolutionGrad("conv2dInputGrad", dy, sizes);
    return seen(inputGradient(this.#engine, this.#images(dy), this.#filters(w), sizes), channelsLast(4));
  }
  conv2dFilterGrad(x: Storage, dy: Storage, shape: readonly number[], settings: Convolution): Storage {
    return this.#filterGrad("conv2dFilterGrad", x, dy, shape, settings);
  }
  conv2dFilterBiasGrad(
    x: Storage,
    dy: Storage,
    shape: readonly number[],
    settings: Convolution,
  ): [Storage, Storage] {
    return [this.#filterGrad("conv2dFilterBiasGrad", x, dy, shape, settings), this.sum(dy, [0, 2, 3])];
  }
  #filterGrad(
    kernel: string,
    x: Storage,
    dy: Storage,
    shape: readonly number[],
    settings: Convolution,
  ): Storage {
    check.floats(kernel, x, dy);
    const sizes = check.convolution(kernel, x.shape, shape, settings);
    check.convolutionGrad(kernel, dy, sizes);
    return seen(filterGradient(this.#engine, this.#images(x), this.#images(dy), sizes), FILTERS);
  }

  maxPool2d(x: Storage, settings: Pooling): [y: Storage, places: Storage] {
    const sizes = check.pooling("maxPool2d", x.shape, settings);
    check.floats("maxPool2d", x);
    const [y, places] = maxPool(this.#engine, this.#images(x), sizes);
    return [seen(y, channelsLast(4)), seen(places, channelsLast(4))];
  }
  maxPool2dGrad(dy: Storage, places: Storage, shape: readonly number[], settings: Pooling): Storage {
    const sizes = check.pooling("maxPool2dGrad", shape, settings);
    check.pooled("maxPool2dGrad", "dy", dy, sizes);
    check.placed("maxPool2dGrad", places, sizes);
    const [g, at] = [dy, places].map((one) => this.#images(one));
    return seen(maxPoolGrad(this.#engine, g, at, sizes), channelsLast(4));
  }
  maxPool2dPick(u: Storage, places: Storage, settings: Pooling): Storage {
    check.floats("maxPool2dPick", u);
    const sizes = check.pooling("maxPool2dPick", u.shape, settings);
    check.placed("maxPool2dPick", places, sizes);
    const [from, at] = [u, places].map((one) => this.#images(one));
    return seen(maxPoolPick(this.#engine, from, at, sizes), channelsLast(4));
  }
  avgPool2d(x: Storage, settings: Averaging): Storage {
    const sizes = check.pooling("avgPool2d", x.shape, settings);
    check.floats("avgPool2d", x);
    return seen(pool(this.#engine, settings.divisor ?? "padded", this.#images(x), sizes), channelsLast(4));
  }
  avgPool2dGrad(dy: Storage, shape: readonly number[], settings: Averaging): Storage {
    const sizes = check.pooling("avgPool2dGrad", shape, settings), { divisor = "padded" } = settings;
    check.pooled("avgPool2dGrad", "dy", dy, sizes);
    return seen(poolGrad(this.#engine, divisor, this.#images(dy), sizes), channelsLast(4));
  }

  resample(x: Storage, dim: number, taps: Taps): Storage {
    check.resampled(x, dim, taps);
    const [axis] = layout.axesOf(x.order, [dim]);
    return seen(resample(this.#engine, dense(x), axis, taps), x.order);
  }

  #softmax(name: "softmax" | "logSoftmax", x: Storage, dim: number): Storage {
    check.floats(name, x);
    check.dimension(name, x, dim);
    return this.#along(dim, [x], ([x]) => softmax(this.#engine, x, name === "logSoftmax"));
  }
  softmax(x: Storage, dim: number): Storage {
    return this.#softmax("softmax", x, dim);
  }
  logSoftmax(x: Storage, dim: number): Storage {
    return this.#softmax("logSoftmax", x, dim);
  }
  softmaxGrad(dy: Storage, y: Storage, dim: number): Storage {
    check.softmaxGrad("softmaxGrad", dy, y, dim);
    return composed.softmaxGrad(this, dy, y, dim);
  }
  logSoftmaxGrad(dy: Storage, y: Storage, dim: number): Storage {
    check.softmaxGrad("logSoftmaxGrad", dy, y, dim);
    return composed.logSoftmaxGrad(this, dy, y, dim);
  }
  crossEntropy(logits: Storage, classes: Storage, losses: Losses): Storage[] {
    check.classification("crossEntropy", logits, classes);
    return crossEntropy(this.#engine, this.#plain(logits), classes, losses);
  }
  crossEntropyGrad(
    dy: Storage,
    logs: Storage,
    classes: Storage,
    ignored: number | null,
    count: Storage | null,
  ): Storage {
    check.classificationGrad("crossEntropyGrad", dy, logs, classes, count);
    return crossEntropyGrad(this.#engine, dy, this.#plain(logs), classes, ignored, count);
  }
  batchNorm(
    x: Storage,
    scale: Storage,
    offset: Storage,
    epsilon: number,
    running?: Running<Storage>,
  ): [Storage, Storage, Storage] {
    check.channels("batchNorm", x, { scale, offset });
    if (running !== undefined) check.running("batchNorm", x, running);
    const [y, mean, variance] = batchNorm(this.#engine, this.#images(x), scale, offset, epsilon);
    if (running !== undefined) {
      follow(this.#engine, running, mean, variance, sizeOf(x.shape) / scale.shape[0]);
    }
    return [seen(y, channelsLast(x.shape.length)), mean, variance];
  }
  batchNormInference(
    x: Storage,
    mean: Storage,
    variance: Storage,
    scale: Storage,
    offset: Storage,
    epsilon: number,
  ): Storage {
    check.channels("batchNormInference", x, { mean, variance, scale, offset });
    const y = normalizeWith(this.#engine, this.#images(x), mean, variance, scale, offset, epsilon);
    return seen(y, channelsLast(x.shape.length));
  }
  batchNormGrad(
    dy: Storage,
    x: Storage,
    mean: Storage,
    variance: Storage,
    scale: Storage,
    epsilon: number,
  ): [Storage, Storage, Storage] {
    check.channels("batchNormGrad", x, { mean, variance, scale });
    check.fits("batchNormGrad", "dy", dy, x.shape);
    const [g, images] = [dy, x].map((one) => this.#images(one));
    const [dx, dScale, dOffset] = batchNormGrad(this.#engine, g, images, mean, variance, scale, epsilon);
    return [seen(dx, channelsLast(x.shape.length)), dScale, dOffset];
  }
  attention(q: Storage, k: Storage, v: Storage, settings: Attention): Storage {
    check.attention("attention", q, k, v);
    return attention(this.#engine, q, k, v, settings);
  }
  attentionGrad(
    dy: Storage,
    q: Storage,
    k: Storage,
    v: Storage,
    settings: Attention,
  ): [Storage, Storage, Storage] {
    check.fits("attentionGrad", "dy", dy, check.attention("attentionGrad", q, k, v));
    return attentionGrad(this.#engine, dy, q, k, v, settings);
  }
  layerNorm(
    x: Storage,
    scale: Storage | null,
    offset: Storage | null,
    epsilon: number,
  ): [Storage, Storage, Storage] {
    check.normalizedRows("layerNorm", x, {}, { scale, offset });
    return layerNorm(this.#engine, this.#plain(x), scale, offset, epsilon);
  }
  layerNormGrad(
    dy: Storage,
    x: Storage,
    mean: Storage,
    variance: Storage,
    scale: Storage | null,
    epsilon: number,
  ): [Storage, Storage, Storage] {
    check.normalizedRows("layerNormGrad", x, { mean, variance }, { scale });
    check.fits("layerNormGrad", "dy", dy, x.shape);
    return layerNormGrad(this.#engine, this.#plain(dy), this.#plain(x), mean, variance, scale, epsilon);
  }

  /**
   * Runs a step on arrays that all lie as the parameter does. One that does not is brought into its order, and back, if the
   * step changes it.
   */
  #step<A extends Record<keyof A, Storage | null>>(
    arrays: A & { param: Storage; grad: Storage },
    run: (arrays: A) => void,
  ) {
    const engine = this.#engine, { order } = arrays.param;
    const laid = { ...arrays }, back: (() => void)[] = [];
    for (const name of Object.keys(arrays) as (keyof A)[]) {
      const own: Storage | null = arrays[name];
      if (own === null || layout.sameOrder(own.order, order)) continue;
      const copy = inOrder(own, order, engine.transpose);
      Object.assign(laid, { [name]: copy });
      if (name === "grad" || copy.dataId === own.dataId) continue;
      back.push(() => {
        const returned = inOrder(copy, own.order, engine.transpose);
        engine.block(own).view().set(engine.block(returned).view());
      });
    }
    run(laid);
    for (const give of back) give();
  }
  sumOfSquares(list: readonly Storage[]): Storage {
    check.floats("sumOfSquares", ...list);
    return list.map((x) => this.sum(this.square(x), x.shape.map((_, d) => d))).reduce((a, b) =>
      this.add(a, b)
    );
  }
  scale(list: readonly Storage[], factor: Storage): void {
    check.floats("scale", ...list);
    check.fits("scale", "factor", factor, []);
    const engine = this.#engine;
    for (const x of list) {
      // First, since it may move x to where threads find it.
      const product = this.mul(x, factor);
      engine.block(x).view().set(engine.block(product).view());
    }
  }
  sgdStep(list: readonly SgdArrays<Storage>[], settings: SgdSettings): void {
    check.updates("sgdStep", list);
    for (const arrays of list) this.#step(arrays, (laid) => sgdStep(this.#engine, laid, settings));
  }
  adamStep(list: readonly AdamArrays<Storage>[], settings: AdamSettings): void {
    check.updates("adamStep", list);
    for (const arrays of list) this.#step(arrays, (laid) => adamStep(this.#engine, laid, settings));
  }
  rmspropStep(list: readonly RmspropArrays<Storage>[], settings: RmspropSettings): void {
    check.updates("rmspropStep", list);
    for (const arrays of list) this.#step(arrays, (laid) => rmspropStep(this.#engine, laid, settings));
  }
}

/** A slice's lists as they lie in memory. */
function inMemory(order: Order, { begin, size, step }: Slice): number[][] {
  return [begin, size, step].map((list) => layout.inMemory(order, list));
}
