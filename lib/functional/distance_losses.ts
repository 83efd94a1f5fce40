/** Losses of differences: of numbers from their targets, of vectors from one another. */
import { apply } from "../autograd/graph.ts";
import { sameShape, text } from "../device/shape.ts";
import { checkTensor, checkTensorLike } from "../tensor/check.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { TensorLike } from "../tensor/tensor.ts";
import { checkBoolean, checkNumber, checkOptions, checkRange, surplus } from "../text/arguments.ts";
import { pairwiseDistance } from "./distance.ts";
import type { LossOptions } from "./losses.ts";
import { checkReduction, reduce } from "./reduction.ts";
import { matching } from "./target.ts";

/** Settings of {@linkcode smoothL1Loss}. */
export interface SmoothL1LossOptions extends LossOptions {
  /** Where the parabola ends: 1 by default; with 0 there is none. */
  beta?: number;
}

/** Settings of {@linkcode huberLoss}. */
export interface HuberLossOptions extends LossOptions {
  /** Where the parabola ends: 1 by default. */
  delta?: number;
}

/** Settings of losses with a margin. */
export interface MarginLossOptions extends LossOptions {
  /** How far apart is far enough: 0, for hingeEmbeddingLoss 1 by default. */
  margin?: number;
}

/** Settings of {@linkcode tripletMarginLoss}. */
export interface TripletMarginLossOptions extends LossOptions {
  /** How much farther the negative must be than the positive: 1 by default. */
  margin?: number;
  /** p of the distance (Σ |d|ᵖ)^(1/p): 2 by default. */
  p?: number;
  /** Added to each difference, against a distance of 0, which has no slope: 1e-6 by default. */
  eps?: number;
  /** Whether the negative's distance is the smaller of that from the anchor and that from the positive: false by default. */
  swap?: boolean;
}

/** x − target, after the checks that these losses share. */
function differences(
  name: string,
  x: Tensor,
  target: TensorLike,
  options: LossOptions,
  known: readonly string[],
): Tensor {
  checkOptions(name, options, ["reduction", ...known]);
  checkTensor(name, "x", x);
  checkTensorLike(name, "the target", target);
  const { reduction = "mean" } = options;
  checkReduction(name, reduction);
  return x.to("float32").sub(matching(name, x, target));
}

/**
 * The mean absolute error, |x − target|.
 *
 * PyTorch: `torch.nn.functional.l1_loss`.
 *
 * @param x Any shape.
 * @param target The same shape, or a number.
 * @param options reduction.
 * @returns A tensor of no dimension; of x's shape with `reduction: "none"`.
 * @throws {RangeError} if the shapes differ, or there is no such reduction.
 * @throws {TypeError} for what is no tensor, and for options that there are not.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.l1Loss(tensor([1, 2]), tensor([1, 4])).item(), 1);
 * ```
 */
export function l1Loss(x: Tensor, target: TensorLike, options: LossOptions = {}): Tensor {
  if (arguments.length > 3) surplus("l1Loss", arguments, 3);
  return reduce(differences("l1Loss", x, target, options, []).abs(), options.reduction ?? "mean");
}

/**
 * The absolute error with a parabola in the middle (Girshick 2015, "Fast R-CNN"): d² / 2β where d = |x − target| < β, else d − β / 2.
 *
 * PyTorch: `torch.nn.functional.smooth_l1_loss`.
 *
 * @param x Any shape.
 * @param target The same shape, or a number.
 * @param options beta, reduction.
 * @returns A tensor of no dimension; of x's shape with `reduction: "none"`.
 * @throws {RangeError} if the shapes differ, beta is no finite number ≥ 0, or there is no such reduction.
 * @throws {TypeError} for what is no tensor, and for options that there are not.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.smoothL1Loss(tensor([1, 4]), 0, { reduction: "none" }).array(), [0.5, 3.5]);
 * ```
 */
export function smoothL1Loss(x: Tensor, target: TensorLike, options: SmoothL1LossOptions = {}): Tensor {
  if (arguments.length > 3) surplus("smoothL1Loss", arguments, 3);
  const d = differences("smoothL1Loss", x, target, options, ["beta"]),
    { beta = 1, reduction = "mean" } = options;
  if (checkRange("smoothL1Loss", "beta", beta, 0) === 0) return reduce(d.abs(), reduction);
  return reduce(new Tensor(apply("smoothL1", [d.value], { beta })), reduction);
}

/**
 * Huber's loss (1964, "Robust estimation of a location parameter"): d² / 2 where d = |x − target| < δ, else δ (d − δ / 2).
 *
 * PyTorch: `torch.nn.functional.huber_loss`.
 *
 * @param x Any shape.
 * @param target The same shape, or a number.
 * @param options delta, reduction.
 * @returns A tensor of no dimension; of x's shape with `reduction: "none"`.
 * @throws {RangeError} if the shapes differ, delta is no finite number > 0, or there is no such reduction.
 * @throws {TypeError} for what is no tensor, and for options that there are not.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.huberLoss(tensor([1, 4]), 0, { delta: 2, reduction: "none" }).array(), [0.5, 6]);
 * ```
 */
export function huberLoss(x: Tensor, target: TensorLike, options: HuberLossOptions = {}): Tensor {
  if (arguments.length > 3) surplus("huberLoss", arguments, 3);
  const d = differences("huberLoss", x, target, options, ["delta"]),
    { delta = 1, reduction = "mean" } = options;
  if (checkRange("huberLoss", "delta", delta, 0) === 0) {
    throw new RangeError("huberLoss: delta must be larger than 0");
  }
  return reduce(new Tensor(apply("smoothL1", [d.value], { beta: delta })).mul(delta), reduction);
}

/** The settings of a loss with a margin. */
function margined(name: string, options: MarginLossOptions, usual: number): Required<MarginLossOptions> {
  checkOptions(name, options, ["margin", "reduction"]);
  const { margin = usual, reduction = "mean" } = options;
  checkReduction(name, reduction);
  return { margin: checkRange(name, "margin", margin), reduction };
}

/** The tensors of a loss, in float32, all of one shape. */
function alike(name: string, tensors: Readonly<Record<string, Tensor>>): Tensor[] {
  const list = Object.entries(tensors);
  for (const [what, one] of list) checkTensor(name, what, one);
  const [first, { shape }] = list[0];
  for (const [what, one] of list) {
    if (sameShape(one.shape, shape)) continue;
    throw new RangeError(`${name}: ${first} ${text(shape)} and ${what} ${text(one.shape)} differ in shape`);
  }
  return list.map(([, one]) => one.to("float32"));
}

/** Marks 1 and −1, as a float32 tensor of a shape. */
function marks(name: string, target: TensorLike, like: Tensor): Tensor {
  checkTensorLike(name, "the target", target);
  return matching(name, like, target);
}

/**
 * The angle between pairs of vectors: 1 − cos for pairs that belong together (target 1), max(0, cos − margin) for those that do
 * not (target −1).
 *
 * PyTorch: `torch.nn.functional.cosine_embedding_loss`.
 *
 * @param x1 [N, D], or one vector [D].
 * @param x2 The same shape.
 * @param target [N], or a number: 1 or −1.
 * @param options margin, reduction.
 * @returns A tensor of no dimension; [N] with `reduction: "none"`.
 * @throws {RangeError} if the shapes do not fit, margin is no finite number, or there is no such reduction.
 * @throws {TypeError} for what is no tensor, and for options that there are not.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const a = tensor([[1, 0], [1, 0]]), b = tensor([[2, 0], [0, 3]]);
 * assertEquals(await F.cosineEmbeddingLoss(a, b, [1, -1], { reduction: "none" }).array(), [0, 0]);
 * ```
 */
export function cosineEmbeddingLoss(
  x1: Tensor,
  x2: Tensor,
  target: TensorLike,
  options: MarginLossOptions = {},
): Tensor {
  const name = "cosineEmbeddingLoss";
  if (arguments.length > 4) surplus(name, arguments, 4);
  const { margin, reduction } = margined(name, options, 0);
  const [a, b] = alike(name, { x1, x2 });
  if (a.ndim !== 1 && a.ndim !== 2) {
    throw new RangeError(`${name}: vectors [N, D] or [D] are needed, not ${text(a.shape)}`);
  }
  const length = (x: Tensor) => x.square().sum(-1).add(1e-12);
  const cosine = a.mul(b).sum(-1).div(length(a).mul(length(b)).sqrt()), y = marks(name, target, cosine);
  const together = cosine.neg().add(1), apart = cosine.sub(margin).clamp({ min: 0 });
  return reduce(together.where(y.eq(1), apart.where(y.eq(-1), 0)), reduction);
}

/**
 * How much nearer an anchor is to a positive example than to a negative one (Balntas et al. 2016):
 * max(0, d(anchor, positive) − d(anchor, negative) + margin).
 *
 * PyTorch: `torch.nn.functional.triplet_margin_loss`.
 *
 * @param anchor [N, D], or one vector [D].
 * @param positive The same shape: what the anchor belongs to.
 * @param negative The same shape: what it does not belong to.
 * @param options margin, p, eps, swap, reduction.
 * @returns A tensor of no dimension; [N] with `reduction: "none"`.
 * @throws {RangeError} if the shapes differ, a number makes no sense, or there is no such reduction.
 * @throws {TypeError} for what is no tensor, and for options that there are not.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * const anchor = tensor([[0, 0]]), near = tensor([[0, 1]]), far = tensor([[3, 4]]);
 * console.log((await F.tripletMarginLoss(anchor, far, near).item()).toFixed(3)); // 5.000
 * ```
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginLossOptions = {},
): Tensor {
  const name = "tripletMarginLoss";
  if (arguments.length > 4) surplus(name, arguments, 4);
  checkOptions(name, options, ["margin", "p", "eps", "swap", "reduction"]);
  const { margin = 1, p = 2, eps = 1e-6, swap = false, reduction = "mean" } = options;
  checkRange(name, "eps", eps);
  checkBoolean(name, "swap", swap);
  checkReduction(name, reduction);
  if (!(checkNumber(name, "p", p) > 0)) throw new RangeError(`${name}: p must be a number > 0, not ${p}`);
  if (!(checkRange(name, "margin", margin) > 0)) {
    throw new RangeError(`${name}: margin must be larger than 0, not ${margin}`);
  }
  const [a, b, c] = alike(name, { anchor, positive, negative });
  if (a.ndim === 0) throw new RangeError(`${name}: vectors [N, D] or [D] are needed, not numbers`);
  const distance = (one: Tensor, other: Tensor) => pairwiseDistance(one, other, { p, eps });
  const near = distance(a, b), out = distance(a, c);
  const far = swap ? out.minimum(distance(b, c)) : out;
  return reduce(near.sub(far).add(margin).clamp({ min: 0 }), reduction);
}

/**
 * Which of two numbers should be the larger: max(0, −y (x1 − x2) + margin), with y = 1 where it is x1 and −1 where it is x2.
 *
 * PyTorch: `torch.nn.functional.margin_ranking_loss`.
 *
 * @param x1 Any shape.
 * @param x2 The same shape.
 * @param target The same shape, or a number: 1 or −1.
 * @param options margin, reduction.
 * @returns A tensor of no dimension; of x1's shape with `reduction: "none"`.
 * @throws {RangeError} if the shapes differ, margin is no finite number, or there is no such reduction.
 * @throws {TypeError} for what is no tensor, and for options that there are not.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.marginRankingLoss(tensor([1, 5]), tensor([3, 4]), [1, 1]).item(), 1);
 * ```
 */
export function marginRankingLoss(
  x1: Tensor,
  x2: Tensor,
  target: TensorLike,
  options: MarginLossOptions = {},
): Tensor {
  const name = "marginRankingLoss";
  if (arguments.length > 4) surplus(name, arguments, 4);
  const { margin, reduction } = margined(name, options, 0);
  const [a, b] = alike(name, { x1, x2 });
  return reduce(b.sub(a).mul(marks(name, target, a)).add(margin).clamp({ min: 0 }), reduction);
}

/**
 * Distances that should be small (target 1: x itself) or large (target −1: max(0, margin − x)).
 *
 * PyTorch: `torch.nn.functional.hinge_embedding_loss`.
 *
 * @param x Distances, any shape.
 * @param target The same shape, or a number: 1 or −1.
 * @param options margin, reduction.
 * @returns A tensor of no dimension; of x's shape with `reduction: "none"`.
 * @throws {RangeError} if the shapes differ, margin is no finite number, or there is no such reduction.
 * @throws {TypeError} for what is no tensor, and for options that there are not.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.hingeEmbeddingLoss(tensor([0.5, 0.25]), [1, -1]).item(), 0.625);
 * ```
 */
export function hingeEmbeddingLoss(x: Tensor, target: TensorLike, options: MarginLossOptions = {}): Tensor {
  const name = "hingeEmbeddingLoss";
  if (arguments.length > 3) surplus(name, arguments, 3);
  checkTensor(name, "x", x);
  const { margin, reduction } = margined(name, options, 1);
  const d = x.to("float32"), y = marks(name, target, d);
  const near = d.where(y.ne(-1), 0), far = d.neg().add(margin).clamp({ min: 0 }).where(y.ne(1), 0);
  return reduce(near.add(far), reduction);
}
