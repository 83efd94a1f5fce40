/**
 * The contract of kernels on values with a history: each kernel applies the rule of its name, so that a gradient computed on
 * them is recorded, and can be differentiated in turn.
 *
 * @module
 */
import type { Draw } from "../philox.ts";
import type { Device, DType } from "../device/device.ts";
import type { Averaging, Convolution, Pooling } from "../device/geometry.ts";
import { type BinaryName, Elementwise, type UnaryName } from "../device/elementwise.ts";
import type { Attention, Border, Kernels, Losses, Slice } from "../device/kernels.ts";
import * as composed from "../device/reference/composed.ts";
import type { Storage } from "../device/storage.ts";
import type { Taps } from "../device/taps.ts";
import { Buffer } from "./buffer.ts";
import { constant } from "./constant.ts";
import { apply, applyMany, detached } from "./graph.ts";
import type { RuleName } from "./rules/mod.ts";
import { Value } from "./value.ts";

type N = Value | number;

/** The rules of the kernels that only look at elements. */
type Plain = Exclude<
  {
    [K in RuleName]: Parameters<typeof apply<K>>[2] extends void | undefined ? K : never;
  }[RuleName],
  undefined
>;

/** A comparison's rule has torch's short name. */
const COMPARISONS = {
  equal: "eq",
  notEqual: "ne",
  greater: "gt",
  greaterEqual: "ge",
  less: "lt",
  lessEqual: "le",
} as const satisfies Partial<Record<BinaryName, RuleName>>;

const isComparison = (name: BinaryName): name is keyof typeof COMPARISONS => name in COMPARISONS;

/** Kernels of one device, recorded. */
export class Recorded extends Elementwise<Value> implements Kernels<Value> {
  readonly #device: Device;

  constructor(device: Device) {
    super();
    this.#device = device;
  }

  /** What has no history: made by the device itself. */
  #made(operation: string, make: () => Storage): Value {
    return new Value(new Buffer(this.#device, this.#device.arena.tidy(make), operation));
  }
  #apply(rule: Plain, ...inputs: Value[]): Value {
    return apply(rule, inputs, undefined);
  }
  /** Plain numbers as values of the other's dtype. */
  #lifted(a: N, b: N): [Value, Value] {
    const dtype = typeof a !== "number" ? a.dtype : typeof b !== "number" ? b.dtype : "float32";
    const lift = (x: N) => typeof x === "number" ? constant(this.#device, x, dtype) : x;
    return [lift(a), lift(b)];
  }

  fill(shape: readonly number[], value: number, dtype?: DType): Value {
    return this.#made("fill", () => this.#device.kernels.fill(shape, value, dtype));
  }
  random(distribution: "uniform" | "normal", shape: readonly number[], draw: Draw): Value {
    return this.#made("random", () => this.#device.kernels.random(distribution, shape, draw));
  }
  sumOfSquares(list: readonly Value[]): Value {
    return list.map((x) => this.sum(this.square(x), x.shape.map((_, d) => d))).reduce((a, b) =>
      this.add(a, b)
    );
  }
  dropout(x: Value, p: number, draw: Draw): [Value, Value] {
    const mask = this.#made("dropout", () => this.#device.kernels.dropout(x.buffer.storage, p, draw)[1]);
    return [this.mul(x, mask), mask];
  }

  protected override unary(name: UnaryName, x: Value, p = 0, q = 0): Value {
    if (name === "leakyRelu") return apply(name, [x], { slope: p });
    if (name === "clamp") return apply(name, [x], { min: p, max: q });
    if (name === "elu") return apply(name, [x], { scale: p, inner: q });
    return apply(name, [x], undefined);
  }
  protected override binary(name: BinaryName, a: N, b: N): Value {
    const [x, y] = this.#lifted(a, b);
    return apply(isComparison(name) ? COMPARISONS[name] : name, [x, y], undefined);
  }
  cast = (x: Value, dtype: DType): Value => x.dtype === dtype ? x : apply("cast", [x], { dtype });
  select(condition: Value, a: N, b: N): Value {
    return this.#apply("where", condition, ...this.#lifted(a, b));
  }

  sum = (x: Value, dims: readonly number[], keepdim = false): Value => apply("sum", [x], { dims, keepdim });
  prod = (x: Value, dims: readonly number[], keepdim = false): Value => apply("prod", [x], { dims, keepdim });
  max = (x: Value, dims: readonly number[], keepdim = false): Value => apply("max", [x], { dims, keepdim });
  min = (x: Value, dims: readonly number[], keepdim = false): Value => apply("min", [x], { dims, keepdim });
  argmax = (x: Value, dim: number): Value => apply("argmax", [x], { dim });

  cumsum = (x: Value, dim: number, back = false): Value => apply("cumsum", [x], { dim, back });
  cumprod = (x: Value, dim: number, back = false): Value => apply("cumprod", [x], { dim, back });
  recurrence = (a: Value, b: Value, dim: number, back = false): Value =>
    apply("recurrence", [a, b], { dim, back });
  logcumsumexp = (x: Value, dim: number): Value => apply("logcumsumexp", [x], { dim });
  argcummax = (x: Value, dim: number): Value => apply("argcummax", [x], { dim });

  argsort = (x: Value, dim: number, descending: boolean): Value => apply("argsort", [x], { dim, descending });
  argtop = (x: Value, dim: number, count: number, descending: boolean): Value =>
    apply("argtop", [x], { dim, count, descending });

  reshape = (x: Value, shape: readonly number[]): Value => apply("reshape", [x], { shape });
  permute = (x: Value, dims: readonly number[]): Value => apply("permute", [x], { dims });
  expand = (x: Value, shape: readonly number[]): Value => apply("expand", [x], { shape });
  slice = (x: Value, part: Slice): Value => apply("slice", [x], part);
  sliceGrad = (dy: Value, shape: readonly number[], part: Slice): Value =>
    apply("sliceGrad", [dy], { ...part, shape });
  pad = (x: Value, border: Border, value: number): Value => apply("pad", [x], { border, value });
  concat = (list: readonly Value[], dim: number): Value => apply("concat", list, { dim });

  asFilters = (w: Value): Value => w;
  laidLike = (x: Value, _like: Value): Value => x;

  gather = (x: Value, index: Value, dim: number): Value => apply("gather", [x, index], { dim });
  scatterAdd = (dy: Value, index: Value, dim: number, shape: readonly number[]): Value =>
    apply("scatterAdd", [dy, index], { dim, shape });
  indexSelect = (x: Value, index: Value, dim: number): Value => apply("indexSelect", [x, index], { dim });
  indexAdd = (dy: Value, index: Value, dim: number, size: number): Value =>
    apply("indexAdd", [dy, index], { dim, size });
  indexCopy = (x: Value, v: Value, index: Value, dim: number): Value =>
    apply("indexCopy", [x, v, index], { dim });
  scatter = (x: Value, v: Value, index: Value, dim: number): Value =>
    apply("scatter", [x, v, index], { dim });
  at = (index: Value, size: number): Value =>
    this.#made("at", () => this.#device.kernels.at(index.buffer.storage, size));
  scatterLast = (index: Value, dim: number, size: number): Value =>
    this.#made("scatterLast", () => this.#device.kernels.scatterLast(index.buffer.storage, dim, size));
  oneHot = (x: Value, classes: number): Value => apply("oneHot", [x], { classes });
  inverseCdf = (weights: Value, points: Value): Value => this.#apply("inverseCdf", weights, points);

  matmul = (a: Value, b: Value): Value => this.#apply("matmul", a, b);
  linear = (x: Value, w: Value, bias: Value): Value => this.#apply("linear", x, w, bias);
  linearWeightBiasGrad = (
    dy: Value,
    x: Value,
  ): [Value, Value] => [this.matmul(this.permute(dy, [1, 0]), x), this.sum(dy, [0])];
  conv2d = (x: Value, w: Value, bias: Value | null, settings: Convolution): Value =>
    apply("conv2d", bias === null ? [x, w] : [x, w, bias], settings);
  conv2dInputGrad = (dy: Value, w: Value, shape: readonly number[], settings: Convolution): Value =>
    apply("conv2dInputGrad", [dy, w], { ...settings, shape });
  conv2dFilterGrad = (x: Value, dy: Value, shape: readonly number[], settings: Convolution): Value =>
    apply("conv2dFilterGrad", [x, dy], { ...settings, shape });
  conv2dFilterBiasGrad = (
    x: Value,
    dy: Value,
    shape: readonly number[],
    settings: Convolution,
  ): [Value, Value] => [this.conv2dFilterGrad(x, dy, shape, settings), this.sum(dy, [0, 2, 3])];

  maxPool2d = (x: Value, settings: Pooling): [Value, Value] => {
    const { value, extra: [places] } = applyMany("maxPool2d", [x], settings);
    return [value, new Value(detached(places, "maxPool2d"))];
  };
  maxPool2dGrad = (dy: Value, places: Value, shape: readonly number[], settings: Pooling): Value =>
    apply("maxPool2dGrad", [dy, places], { ...settings, shape });
  maxPool2dPick = (u: Value, places: Value, settings: Pooling): Value =>
    apply("maxPool2dPick", [u, places], settings);
  avgPool2d = (x: Value, settings: Averaging): Value => apply("avgPool2d", [x], settings);
  avgPool2dGrad = (dy: Value, shape: readonly number[], settings: Averaging): Value =>
    apply("avgPool2dGrad", [dy], { ...settings, shape });

  resample = (x: Value, dim: number, taps: Taps): Value => apply("resample", [x], { dim, taps });

  softmax = (x: Value, dim: number): Value => apply("softmax", [x], { dim });
  logSoftmax = (x: Value, dim: number): Value => apply("logSoftmax", [x], { dim });
  softmaxGrad = (dy: Value, y: Value, dim: number): Value => composed.softmaxGrad(this, dy, y, dim);
  logSoftmaxGrad = (dy: Value, y: Value, dim: number): Value => composed.logSoftmaxGrad(this, dy, y, dim);
  crossEntropy = (logits: Value, classes: Value, losses: Losses): Value[] =>
    composed.crossEntropy(this, logits, classes, losses);
  crossEntropyGrad = (
    dy: Value,
    logs: Value,
    classes: Value,
    ignored: number | null,
    count: Value | null,
  ): Value => composed.crossEntropyGrad(this, dy, logs, classes, ignored, count);
  batchNorm = (x: Value, scale: Value, offset: Value, epsilon: number): [Value, Value, Value] =>
    composed.batchNorm(this, x, scale, offset, epsilon);

  batchNormInference = (
    x: Value,
    mean: Value,
    variance: Value,
    scale: Value,
    offset: Value,
    epsilon: number,
  ): Value => apply("batchNormInference", [x, scale, offset, mean, variance], { epsilon });

  /** The statistics that a device kept have no history: they are computed from x again. */
  batchNormGrad(
    dy: Value,
    x: Value,
    _mean: Value,
    _variance: Value,
    scale: Value,
    epsilon: number,
  ): [Value, Value, Value] {
    const [, mean, variance] = this.batchNorm(x, scale, scale, epsilon);
    return composed.batchNormGrad(this, dy, x, mean, variance, scale, epsilon);
  }
  attention = (q: Value, k: Value, v: Value, settings: Attention): Value =>
    apply("attention", [q, k, v], settings);
  attentionGrad = (dy: Value, q: Value, k: Value, v: Value, settings: Attention): [Value, Value, Value] =>
    composed.attentionGrad(this, dy, q, k, v, settings);
  layerNorm = (x: Value, scale: Value | null, offset: Value | null, epsilon: number): [Value, Value, Value] =>
    composed.layerNorm(this, x, scale, offset, epsilon);

  /** As {@linkcode batchNormGrad}. */
  layerNormGrad(
    dy: Value,
    x: Value,
    _mean: Value,
    _variance: Value,
    scale: Value | null,
    epsilon: number,
  ): [Value, Value, Value] {
    const [, mean, variance] = this.layerNorm(x, scale, null, epsilon);
    return composed.layerNormGrad(this, dy, x, mean, variance, scale, epsilon);
  }
}
