/**
 * The contract of kernels: what a device computes. Rules, optimizers and backward() go through it and through nothing else.
 *
 * Every method takes arrays and gives new ones; none changes its arguments (those of {@linkcode Updates} do, and batch
 * normalization its {@linkcode Running} statistics). Shapes are the
 * logical ones, images [N, C, H, W]; in which order the dimensions lie in memory is each device's own business. A number
 * stands for an array of no dimensions, of the other argument's dtype; as a bool, any but 0 is true. Where dtypes are not named, float32 is meant.
 * Two devices give the same, to float32 rounding, and the same errors: RangeError where shapes or numbers do not fit,
 * TypeError where a dtype does not. NaN, infinities and the edges of int32 are as in PyTorch.
 *
 * The interface is generic over what it computes on: storages of a device (lib/device/cpu, lib/device/webgpu), plain arrays of
 * JavaScript (lib/device/reference), or values with a history (lib/autograd/recorded.ts), so that a gradient that is written
 * once can be computed, checked, and differentiated again.
 *
 * @module
 */
import type { Draw } from "../philox.ts";
import type { Averaging, Convolution, Pair, Pooling } from "./geometry.ts";
import type { DType, Shaped, Storage } from "./storage.ts";
import type { Taps } from "./taps.ts";

export type { Averaging, Convolution, Pair, Pooling };

/** Where a slice begins, how many elements it takes, and its step (not 0; below it goes backwards), per dimension. */
export interface Slice {
  readonly begin: readonly number[];
  readonly size: readonly number[];
  readonly step: readonly number[];
}

/** Elements before and after, per dimension. */
export type Border = readonly (readonly [before: number, after: number])[];

/** What is kept of all batches, changed in place by the mean and the unbiased variance (divided by n − 1) of another one. */
export interface Running<T> {
  /** μ [C] ← (1 − share) μ + share · mean */
  readonly mean: T;
  /** σ² [C] ← (1 − share) σ² + share · n / (n − 1) · variance */
  readonly variance: T;
  /** How many batches there were, int32 []: one more; null: nobody counts. */
  readonly batches: T | null;
  /** The share of this batch; null: 1 / batches, so that all have the same. */
  readonly momentum: number | null;
}

/** Which rows of a cross-entropy count, and what becomes of their losses. */
export interface Losses {
  /** The class of rows that do not count; null: all do. */
  readonly ignored: number | null;
  /** Whether they become one: the mean of the rows that count. */
  readonly mean: boolean;
}

/** How queries look at keys. */
export interface Attention {
  /** What the scores are multiplied by. */
  readonly scale: number;
  /** Whether query i sees keys 0 … i alone. */
  readonly causal: boolean;
}

/** What a device computes, on arrays of type T. */
export interface Kernels<T extends Shaped> {
  // Making

  /** `value` everywhere. */
  fill(shape: readonly number[], value: number, dtype?: DType): T;
  /**
   * Random numbers, uniform in [0, 1) or of the standard normal distribution: element i takes word i % 4 of block ⌊i / 4⌋
   * from `draw.offset` on (see lib/philox.ts). Uniform ones are the same bits everywhere; normal ones may differ in the last few.
   * Where a recorded step runs again, what `draw` holds may be another place.
   */
  random(distribution: "uniform" | "normal", shape: readonly number[], draw: Draw): T;
  /**
   * x times a mask, and the mask: 0 with probability p, else 1 / (1 − p). Elements are drawn in the order in which x lies in memory.
   */
  dropout(x: T, p: number, draw: Draw): [y: T, mask: T];

  // Functions of each element

  /** −x. float32 or int32. */
  neg(x: T): T;
  /** |x|. float32 or int32. */
  abs(x: T): T;
  /** x². float32 or int32. */
  square(x: T): T;
  /** −1, 0 or 1; 0 for NaN, too. float32 or int32. */
  sign(x: T): T;
  /** √x: NaN below 0. */
  sqrt(x: T): T;
  /** 1 / √x. */
  rsqrt(x: T): T;
  /** eˣ */
  exp(x: T): T;
  /** ln x: −∞ at 0, NaN below. */
  log(x: T): T;
  /** sin x, x in radians; beyond 10⁵, where a float32 has lost its place on the circle, a GPU's own. */
  sin(x: T): T;
  /** cos x, as {@linkcode sin}. */
  cos(x: T): T;
  /** The error function, 2/√π ∫₀ˣ e^(−t²) dt. */
  erf(x: T): T;
  /** tanh x */
  tanh(x: T): T;
  /** 1 / (1 + e⁻ˣ) */
  sigmoid(x: T): T;
  /** ln(1 + eˣ), without overflow. */
  softplus(x: T): T;
  /** max(x, 0); NaN stays. float32 or int32. */
  relu(x: T): T;
  /** x > 0 ? x : slope · x */
  leakyRelu(x: T, slope: number): T;
  /** 1 where x > 0, else 0; NaN for NaN. */
  step(x: T): T;
  /** x limited to [min, max]; NaN stays. */
  clamp(x: T, min: number, max: number): T;
  /** ⌊x⌋ */
  floor(x: T): T;
  /** ⌈x⌉ */
  ceil(x: T): T;
  /** The nearest whole number, the even one of two. */
  round(x: T): T;
  /** x without its fraction. */
  trunc(x: T): T;
  /** 2ˣ */
  exp2(x: T): T;
  /** eˣ − 1, with all digits near 0. */
  expm1(x: T): T;
  /** log₂ x: −∞ at 0, NaN below. */
  log2(x: T): T;
  /** log₁₀ x: −∞ at 0, NaN below. */
  log10(x: T): T;
  /** ln(1 + x), with all digits near 0. */
  log1p(x: T): T;
  /** tan x, as {@linkcode sin}. */
  tan(x: T): T;
  /** The angle in [−π/2, π/2] whose sine is x; NaN beyond ±1. */
  asin(x: T): T;
  /** The angle in [0, π] whose cosine is x; NaN beyond ±1. */
  acos(x: T): T;
  /** The angle in [−π/2, π/2] whose tangent is x. */
  atan(x: T): T;
  /** (eˣ − e⁻ˣ) / 2 */
  sinh(x: T): T;
  /** (eˣ + e⁻ˣ) / 2 */
  cosh(x: T): T;
  /** The inverse of {@linkcode sinh}. */
  asinh(x: T): T;
  /** The inverse of {@linkcode cosh}; NaN below 1. */
  acosh(x: T): T;
  /** The inverse of {@linkcode tanh}; NaN beyond ±1. */
  atanh(x: T): T;
  /** 1 − erf x, with all digits where it is small. */
  erfc(x: T): T;
  /** x / (1 + e⁻ˣ) */
  silu(x: T): T;
  /** x Φ(x), Φ the normal distribution function. Where Φ is small, its error is that of a number near 1. */
  gelu(x: T): T;
  /** x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2, as {@linkcode gelu}. */
  geluTanh(x: T): T;
  /** x > 0 ? x : scale · (e^(inner · x) − 1) */
  elu(x: T, scale: number, inner: number): T;
  /** Whether x is neither infinite nor NaN, as bool. */
  isFinite(x: T): T;
  /** x in another dtype. float32 → int32 cuts the fraction off; what int32 cannot hold becomes −2³¹, NaN too. → bool: x ≠ 0. */
  cast(x: T, dtype: DType): T;

  // Functions of two elements, of one dtype, shapes broadcast

  /** a + b. float32, or int32, which wraps. */
  add(a: T, b: T | number): T;
  /** a − b. float32, or int32, which wraps. */
  sub(a: T | number, b: T | number): T;
  /** a · b. float32, or int32, which wraps. */
  mul(a: T, b: T | number): T;
  /** a / b. */
  div(a: T | number, b: T | number): T;
  /**
   * aᵇ; NaN where a is NaN (save a⁰ = 1) or b is (save 1ᵇ = 1). float32, or int32, which wraps; there a negative power is 0,
   * save that of 1 and −1.
   */
  pow(a: T, b: T | number): T;
  /** The larger of two; NaN if one is. Any dtype; of bool: a or b. */
  maximum(a: T, b: T | number): T;
  /** The smaller of two; NaN if one is. Any dtype; of bool: a and b. */
  minimum(a: T, b: T | number): T;
  /** a = b, as bool. Any dtype. */
  equal(a: T, b: T | number): T;
  /** a ≠ b, as bool: true for NaN. Any dtype. */
  notEqual(a: T, b: T | number): T;
  /** a > b, as bool. Any dtype. */
  greater(a: T, b: T | number): T;
  /** a ≥ b, as bool. Any dtype. */
  greaterEqual(a: T, b: T | number): T;
  /** a < b, as bool. Any dtype. */
  less(a: T, b: T | number): T;
  /** a ≤ b, as bool. Any dtype. */
  lessEqual(a: T, b: T | number): T;
  /** a and b; all bool. */
  logicalAnd(a: T, b: T): T;
  /** y ≤ 0 ? 0 : dy, the gradient of relu with result y. NaN in y lets dy pass. */
  reluGrad(dy: T, y: T): T;
  /** What is left of a / b when the quotient is cut off: of a's sign. NaN for b = 0; of int32 0. float32 or int32. */
  fmod(a: T, b: T | number): T;
  /** What is left of a / b when the quotient is rounded down: of b's sign. NaN for b = 0; of int32 0. float32 or int32. */
  remainder(a: T, b: T | number): T;
  /** ⌊a / b⌋ of the exact quotient; for b = 0 a / b, of int32 0. float32 or int32. */
  floorDivide(a: T, b: T | number): T;
  /** a / b without its fraction; 0 for b = 0. int32. */
  truncDivide(a: T, b: T | number): T;
  /** The angle from the axis (1, 0) to (b, a), in [−π, π]. */
  atan2(a: T, b: T | number): T;
  /** √(a² + b²), without overflow; ∞ if one of them is. */
  hypot(a: T, b: T | number): T;
  /** dy · the derivative of {@linkcode silu} at x. */
  siluGrad(dy: T, x: T): T;
  /** dy · the derivative of {@linkcode gelu} at x. */
  geluGrad(dy: T, x: T): T;
  /** dy · the derivative of {@linkcode geluTanh} at x. */
  geluTanhGrad(dy: T, x: T): T;
  /** condition ? a : b, shapes broadcast. condition: bool; a and b of one dtype, at least one of them an array. */
  select(condition: T, a: T | number, b: T | number): T;

  // From many to few. `dims` ascend; kept dimensions have size 1

  /** Σ x; over nothing: x. float32, or int32, which wraps. */
  sum(x: T, dims: readonly number[], keepdim?: boolean): T;
  /** Σ x² of all elements of a list of arrays; of none: 0. The order of the sums is fixed. At least one array. */
  sumOfSquares(list: readonly T[]): T;
  /** Π x; over no elements: 1. float32, or int32, which wraps. */
  prod(x: T, dims: readonly number[], keepdim?: boolean): T;
  /** The largest; NaN if there is one. Any dtype. A RangeError if there is nothing to choose from. */
  max(x: T, dims: readonly number[], keepdim?: boolean): T;
  /** The smallest; NaN if there is one. Any dtype. A RangeError if there is nothing to choose from. */
  min(x: T, dims: readonly number[], keepdim?: boolean): T;
  /** The first index of the largest along one dimension, which goes; the first NaN is larger than all. Any dtype → int32. */
  argmax(x: T, dim: number): T;

  // Along one dimension, each element after those before it; `back`: from the last to the first

  /** y[i] = Σ x[0 … i]. float32, or int32, which wraps. */
  cumsum(x: T, dim: number, back?: boolean): T;
  /** y[i] = Π x[0 … i]. float32, or int32, which wraps. */
  cumprod(x: T, dim: number, back?: boolean): T;
  /** y[i] = a[i] y[i − 1] + b[i], and the first y is the first b; a and b of one shape. What gradients of products are made of. */
  recurrence(a: T, b: T, dim: number, back?: boolean): T;
  /** y[i] = ln Σ e^x[0 … i], without overflow. */
  logcumsumexp(x: T, dim: number): T;
  /** The place of the largest of x[0 … i]: the last of equals; NaN is larger than all. float32 or int32 → int32. */
  argcummax(x: T, dim: number): T;

  // Order along one dimension. NaN is larger than all, −0 equals 0, and equals stay as they are

  /** The places of the elements in the order of their size, from the smallest or `descending`. float32 or int32 → int32. */
  argsort(x: T, dim: number, descending: boolean): T;
  /** The first `count` of {@linkcode argsort}; it is at most the dimension's size. */
  argtop(x: T, dim: number, count: number, descending: boolean): T;

  // The same numbers in another arrangement. Any dtype

  /** Another shape of as many elements. */
  reshape(x: T, shape: readonly number[]): T;
  /** Dimension i of the result is dimension dims[i] of x. */
  permute(x: T, dims: readonly number[]): T;
  /** x repeated along dimensions of size 1, and along new ones in front. */
  expand(x: T, shape: readonly number[]): T;
  /** y[i] = x[begin + step · i]. */
  slice(x: T, part: Slice): T;
  /** Zeros of `shape`, and dy where the slice was: the gradient of {@linkcode slice}. */
  sliceGrad(dy: T, shape: readonly number[], part: Slice): T;
  /** x with a border of `value`. */
  pad(x: T, border: Border, value: number): T;
  /** One after the other along a dimension; at least one, of one dtype. */
  concat(list: readonly T[], dim: number): T;

  // Order in memory: what only speed can tell

  /** Filters [out, in, kH, kW] in the order in which {@linkcode conv2d} reads them: the same numbers. */
  asFilters(w: T): T;
  /** x in the order in which `like`, of the same shape, lies in memory: the same numbers. */
  laidLike(x: T, like: T): T;

  // Places named by integers

  /**
   * y[i, j, k] = x[i, index[i, j, k], k] along `dim`; x of any dtype, index int32, other sizes equal. An index out of range is
   * a RangeError; on webgpu the error comes with the next read, and until then the element is NaN, or 0 of integers.
   */
  gather(x: T, index: T, dim: number): T;
  /**
   * Zeros of `shape`, dy added up at the places where {@linkcode gather} picked: its gradient. The order of the sums is fixed.
   * float32, or int32, which wraps.
   */
  scatterAdd(dy: T, index: T, dim: number, shape: readonly number[]): T;
  /**
   * y[i, n, k] = x[i, index[n], k] along `dim`: whole slices, as many as the index [N] has entries. x of any dtype, index int32;
   * an index out of range as in {@linkcode gather}.
   */
  indexSelect(x: T, index: T, dim: number): T;
  /**
   * Zeros, `size` of them along `dim`, dy's slices added up where {@linkcode indexSelect} picked: its gradient. The order of the
   * sums is fixed. float32, or int32, which wraps.
   */
  indexAdd(dy: T, index: T, dim: number, size: number): T;
  /**
   * x, but v's slices along `dim` at the places that the index [N] names; of several for one place the last. Any dtype, index int32;
   * one out of range is an error as in {@linkcode gather}.
   */
  indexCopy(x: T, v: T, index: T, dim: number): T;
  /**
   * x, but v at the places where {@linkcode gather} would pick, of x's shape but along `dim`; of several for one place the last.
   * Any dtype, index int32; one out of range is an error as in {@linkcode gather}.
   */
  scatter(x: T, v: T, index: T, dim: number): T;
  /**
   * Indices as places: a negative one counts from the end, −1 is `size` − 1. int32. One that is not from −size to size − 1 is an
   * error as in {@linkcode gather}; on webgpu it becomes −1 until then. Named as what its user calls.
   */
  at(index: T, size: number): T;
  /**
   * Along `dim`, which of the index' entries is the last that names each of `size` places; −1 where none does. int32; an index out
   * of range as in {@linkcode gather}.
   */
  scatterLast(index: T, dim: number, size: number): T;
  /** float32 [..., classes]: 1 at the class. x: int32; a class out of range as an index in {@linkcode gather}. */
  oneHot(x: T, classes: number): T;
  /**
   * weights [R, C] ≥ 0, points [R, N] in [0, 1) → int32 [R, N]: the first place where a row's running sum exceeds point · total; −1
   * where the total is no positive finite number. The order of the sums is fixed (lib/device/sampling.ts).
   */
  inverseCdf(weights: T, points: T): T;

  // Products

  /** a [..., M, K] times b [..., K, N]; leading dimensions broadcast. A sum over nothing is 0. float32, or int32, which wraps. */
  matmul(a: T, b: T): T;
  /** x wᵀ + bias: x [R, in], w [out, in], bias [out] → [R, out]. */
  linear(x: T, w: T, bias: T): T;
  /** The gradients of {@linkcode linear}'s w and bias: dyᵀ x [out, in] and Σ dy over rows [out], of dy [R, out] and x [R, in]. */
  linearWeightBiasGrad(dy: T, x: T): [dw: T, dBias: T];
  /**
   * x [N, C, H, W] ⋆ w [out, C / groups, kH, kW] + bias [out] → [N, out, outH, outW]. The padding's zeros are multiplied: with ∞
   * they make NaN. Numbers outside of a window change nothing in its result, however large.
   */
  conv2d(x: T, w: T, bias: T | null, settings: Convolution): T;
  /**
   * ∂L/∂x [N, C, H, W] = `shape` from dy [N, out, outH, outW]; zero where no window reached. Where a window is missing at the border,
   * a device may multiply by 0, which makes NaN of a weight that is not finite.
   */
  conv2dInputGrad(dy: T, w: T, shape: readonly number[], settings: Convolution): T;
  /** ∂L/∂w [out, C / groups, kH, kW] = `shape` from x and dy. */
  conv2dFilterGrad(x: T, dy: T, shape: readonly number[], settings: Convolution): T;
  /** {@linkcode conv2dFilterGrad}, and ∂L/∂bias [out] = Σ dy over images and pixels. */
  conv2dFilterBiasGrad(
    x: T,
    dy: T,
    shape: readonly number[],
    settings: Convolution,
  ): [dw: T, dBias: T];

  // Attention (Vaswani et al. 2017)

  /**
   * softmax(scale · q kᵀ) v, head by head: q [B, H, L, E], k [B, H, S, E], v [B, H, S, D] → [B, H, L, D]; where there are no keys, 0.
   * What a query does not see is multiplied by 0, or left out.
   */
  attention(q: T, k: T, v: T, settings: Attention): T;
  /** With P = softmax(scale · q kᵀ) and dS = P (dy vᵀ − Σ P dy vᵀ): dq = scale · dS k, dk = scale · dSᵀ q, dv = Pᵀ dy. */
  attentionGrad(dy: T, q: T, k: T, v: T, settings: Attention): [dq: T, dk: T, dv: T];

  // Pooling of images [N, C, H, W]

  /**
   * The largest of each window, padding left out (NaN if there is one), and where the first of them stands: its place in the
   * channel, counted row by row, as int32; −∞ and −1 where a window sees nothing.
   */
  maxPool2d(x: T, settings: Pooling): [y: T, places: T];
  /** dy at the places of the windows, added up over windows: ∂L/∂x [N, C, H, W] = `shape`. */
  maxPool2dGrad(dy: T, places: T, shape: readonly number[], settings: Pooling): T;
  /** u (of x's shape) at the place of each window, 0 at −1: the gradient of {@linkcode maxPool2dGrad} for dy. */
  maxPool2dPick(u: T, places: T, settings: Pooling): T;
  /** The sum of each window divided by `settings.divisor`. */
  avgPool2d(x: T, settings: Averaging): T;
  /** dy / divisor, added up over windows: ∂L/∂x [N, C, H, W] = `shape`. */
  avgPool2dGrad(dy: T, shape: readonly number[], settings: Averaging): T;

  // Sampling

  /**
   * y[…, i, …] = Σ weight · x[…, place, …] over the taps of place i of a dimension, first to last; 0 where there are none. Numbers
   * that no tap names change nothing, however large.
   */
  resample(x: T, dim: number, taps: Taps): T;

  // Normalization and classification

  /** eˣ / Σ eˣ along a dimension. */
  softmax(x: T, dim: number): T;
  /** x − ln Σ eˣ along a dimension. */
  logSoftmax(x: T, dim: number): T;
  /** y (dy − Σ dy y) along a dimension: the gradient of {@linkcode softmax} with result y. */
  softmaxGrad(dy: T, y: T, dim: number): T;
  /** dy − eʸ Σ dy along a dimension: the gradient of {@linkcode logSoftmax} with result y. */
  logSoftmaxGrad(dy: T, y: T, dim: number): T;
  /**
   * logits [R, C], classes int32 [R] → [−log-softmax at the class [R], log-softmax [R, C]]; a row that does not count has a loss of
   * 0. A class out of range as an index in {@linkcode gather}; its loss is NaN. With `mean` → [the mean loss [] (NaN of none),
   * log-softmax, how many rows count []].
   */
  crossEntropy(logits: T, classes: T, losses: Losses): T[];
  /**
   * dy · (e^logs − one-hot of the class) → [R, C], 0 in rows whose class is `ignored`; dy is [R], or [] and divided by `count`, where
   * the mean of so many losses was taken. A class out of range as in {@linkcode crossEntropy}.
   */
  crossEntropyGrad(dy: T, logs: T, classes: T, ignored: number | null, count: T | null): T;
  /**
   * Batch normalization (Ioffe & Szegedy 2015, algorithm 1) of x [N, C, ...] with its own statistics:
   * y = scale · (x − mean) / √(variance + epsilon) + offset; scale, offset, mean and (biased) variance are [C]. Values with a
   * history have no `running` statistics.
   */
  batchNorm(
    x: T,
    scale: T,
    offset: T,
    epsilon: number,
    running?: Running<T>,
  ): [y: T, mean: T, variance: T];
  /** y = scale · (x − mean) / √(variance + epsilon) + offset with statistics as given; all but x [N, C, ...] are [C]. */
  batchNormInference(x: T, mean: T, variance: T, scale: T, offset: T, epsilon: number): T;
  /**
   * With x̂ = (x − mean) / √(variance + ε) and n values a channel: dOffset = Σ dy, dScale = Σ dy x̂,
   * dx = scale / √(variance + ε) · (dy − dOffset / n − x̂ dScale / n).
   */
  batchNormGrad(
    dy: T,
    x: T,
    mean: T,
    variance: T,
    scale: T,
    epsilon: number,
  ): [dx: T, dScale: T, dOffset: T];
  /**
   * Normalization of the rows of x [R, C] (layer normalization: Ba et al. 2016): y = scale · (x − mean) / √(variance + epsilon) + offset;
   * scale and offset are [C], or null for ones and zeros; mean and (biased) variance are [R].
   */
  layerNorm(x: T, scale: T | null, offset: T | null, epsilon: number): [y: T, mean: T, variance: T];
  /**
   * With x̂ = (x − mean) / √(variance + ε) and h = scale · dy: dScale = Σ dy x̂ and dOffset = Σ dy over rows,
   * dx = (h − mean h − x̂ · mean (h x̂)) / √(variance + ε), means along a row.
   */
  layerNormGrad(
    dy: T,
    x: T,
    mean: T,
    variance: T,
    scale: T | null,
    epsilon: number,
  ): [dx: T, dScale: T, dOffset: T];
}

/** What a step of SGD changes, and by what. */
export interface SgdArrays<T> {
  /** θ, changed in place. */
  readonly param: T;
  readonly grad: T;
  /** The momentum's buffer, changed in place; null without momentum. */
  readonly buffer: T | null;
}

/** Settings of a step of SGD. */
export interface SgdSettings {
  readonly lr: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
  readonly maximize: boolean;
  /** Whether the buffer is new: it becomes the gradient. */
  readonly first: boolean;
}

/** What a step of Adam changes, and by what. */
export interface AdamArrays<T> {
  /** θ, changed in place. */
  readonly param: T;
  readonly grad: T;
  /** Running mean of the gradient, changed in place. */
  readonly m: T;
  /** Running mean of its square, changed in place. */
  readonly v: T;
  /** The largest v there was (AMSGrad), changed in place; or null. */
  readonly vMax: T | null;
}

/** Settings of a step of Adam. */
export interface AdamSettings {
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Whether the decay shrinks θ itself (AdamW) instead of entering the gradient. */
  readonly decoupled: boolean;
  readonly maximize: boolean;
  /** Counts from 1. */
  readonly step: number;
}

/** What a step of RMSprop changes, and by what. */
export interface RmspropArrays<T> {
  /** θ, changed in place. */
  readonly param: T;
  readonly grad: T;
  /** Running mean of the squared gradient, changed in place. */
  readonly square: T;
  /** Running mean of the gradient (centered), changed in place; or null. */
  readonly average: T | null;
  /** The momentum's buffer, changed in place; null without momentum. */
  readonly buffer: T | null;
}

/** Settings of a step of RMSprop. */
export interface RmspropSettings {
  readonly lr: number;
  readonly alpha: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly maximize: boolean;
}

/**
 * Steps of optimizers, in place: PyTorch's update rules (torch.optim, single-tensor forms), number for number. Each takes a list of
 * parameters that share their settings, and a device does them in as few goes as it can. All arrays are float32, those of an
 * entry of its parameter's shape; none that is changed is there twice. What is the same for all elements is computed on the host in
 * float64, from what `settings` holds when the step runs: where a recorded step runs again, that may be other numbers.
 */
export interface Updates<T extends Shaped> {
  /** g ← ±grad + λθ; buffer ← μ buffer + (1 − dampening) g; θ ← θ − lr · (g, or buffer, or with nesterov g + μ buffer). */
  sgdStep(list: readonly SgdArrays<T>[], settings: SgdSettings): void;
  /** Adam (Kingma & Ba 2015, algorithm 1), AdamW (Loshchilov & Hutter 2019), AMSGrad with vMax. */
  adamStep(list: readonly AdamArrays<T>[], settings: AdamSettings): void;
  /** Every element of the arrays times `factor`, which has no dimensions. */
  scale(list: readonly T[], factor: T): void;
  /** RMSprop (Hinton 2012, lecture 6e), centered with `average`, with momentum with `buffer`. */
  rmspropStep(list: readonly RmspropArrays<T>[], settings: RmspropSettings): void;
}

/** All that a device computes. */
export type DeviceKernels = Kernels<Storage> & Updates<Storage>;
