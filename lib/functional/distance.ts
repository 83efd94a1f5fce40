/** Lengths of vectors, and how far two are apart. */
import { broadcastShapes } from "../device/shape.ts";
import { checkTensor } from "../tensor/check.ts";
import { checkDim } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkBoolean, checkNumber, checkOptions, checkRange, surplus } from "../text/arguments.ts";

/** Options of {@linkcode normalize}. */
export interface NormalizeOptions {
  /** Which norm, (Σ |x|ᵖ)^(1/p); Infinity for the largest |x|: 2 by default. */
  p?: number;
  /** The dimension along which vectors lie: 1 by default. */
  dim?: number;
  /** The smallest number that is divided by: 1e-12 by default. */
  eps?: number;
}

/** Options of {@linkcode cosineSimilarity}. */
export interface CosineSimilarityOptions {
  /** The dimension along which vectors lie: 1 by default. */
  dim?: number;
  /** The smallest length that is divided by: 1e-8 by default. */
  eps?: number;
}

/** Options of {@linkcode pairwiseDistance}. */
export interface PairwiseDistanceOptions {
  /** Which norm, (Σ |x|ᵖ)^(1/p); Infinity for the largest |x|: 2 by default. */
  p?: number;
  /** What is added to every difference: 1e-6 by default. */
  eps?: number;
  /** Keep the last dimension with size 1: false by default. */
  keepdim?: boolean;
}

/** The power of a norm. */
function checkPower(name: string, p: unknown): number {
  const power = checkNumber(name, "p", p);
  if (power >= 0) return power;
  throw new RangeError(`${name}: p must be a number ≥ 0, not ${power}`);
}

/**
 * Vectors of length 1: x / max(‖x‖, eps).
 *
 * PyTorch: `torch.nn.functional.normalize`.
 *
 * @param x Any shape that has the dimension.
 * @param options p, dim, eps.
 * @returns A float32 tensor of this shape.
 * @throws {RangeError} if the dimension does not exist, p is below 0, or eps no finite number ≥ 0.
 * @throws {TypeError} if x is no tensor, an option of another kind, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.normalize(tensor([[3, 4]])).format(), "[[0.6000, 0.8000]]");
 * ```
 */
export function normalize(x: Tensor, options: NormalizeOptions = {}): Tensor {
  if (arguments.length > 2) surplus("normalize", arguments, 2);
  checkOptions("normalize", options, ["p", "dim", "eps"]);
  checkTensor("normalize", "x", x);
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  checkPower("normalize", p);
  checkRange("normalize", "eps", eps, 0);
  const d = checkDim("normalize", dim, x.ndim), vectors = x.to("float32");
  return vectors.div(vectors.norm(p, d, { keepdim: true }).clamp({ min: eps }));
}

/**
 * The cosine of the angle between vectors: x · y / (max(‖x‖, eps) max(‖y‖, eps)).
 *
 * PyTorch: `torch.nn.functional.cosine_similarity`.
 *
 * @param x Vectors.
 * @param y Vectors; both broadcast.
 * @param options dim, eps.
 * @returns A float32 tensor without the dimension: from −1 to 1.
 * @throws {RangeError} if the shapes do not broadcast, the dimension does not exist, or eps is no finite number ≥ 0.
 * @throws {TypeError} if x or y is no tensor, an option of another kind, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.cosineSimilarity(tensor([[3, 0], [1, 1]]), tensor([[0, 2], [-2, -2]])).format(), "[ 0.0000, -1.0000]");
 * ```
 */
export function cosineSimilarity(x: Tensor, y: Tensor, options: CosineSimilarityOptions = {}): Tensor {
  if (arguments.length > 3) surplus("cosineSimilarity", arguments, 3);
  checkOptions("cosineSimilarity", options, ["dim", "eps"]);
  checkTensor("cosineSimilarity", "x", x);
  checkTensor("cosineSimilarity", "y", y);
  const { dim = 1, eps = 1e-8 } = options;
  checkRange("cosineSimilarity", "eps", eps, 0);
  const shape = broadcastShapes("cosineSimilarity", x.shape, y.shape);
  const d = checkDim("cosineSimilarity", dim, shape.length);
  const [a, b] = [x, y].map((one) => {
    const vectors = one.to("float32").expand(shape), length = vectors.norm(2, d, { keepdim: true });
    // What a length is short of eps is added as a constant: as in PyTorch, the gradient is that of the length itself.
    return vectors.div(length.add(length.detach().neg().add(eps).clamp({ min: 0 })));
  });
  return a.mul(b).sum(d);
}

/**
 * How far vectors are apart along the last dimension: ‖x − y + eps‖.
 *
 * PyTorch: `torch.nn.functional.pairwise_distance`.
 *
 * @param x Vectors.
 * @param y Vectors; both broadcast.
 * @param options p, eps, keepdim.
 * @returns A float32 tensor without the last dimension.
 * @throws {RangeError} if the shapes do not broadcast or have no dimension, p is below 0, or eps not finite.
 * @throws {TypeError} if x or y is no tensor, an option of another kind, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.pairwiseDistance(tensor([[3, 4]]), tensor([[0, 0]])).format(), "[5.0000]");
 * ```
 */
export function pairwiseDistance(x: Tensor, y: Tensor, options: PairwiseDistanceOptions = {}): Tensor {
  if (arguments.length > 3) surplus("pairwiseDistance", arguments, 3);
  checkOptions("pairwiseDistance", options, ["p", "eps", "keepdim"]);
  checkTensor("pairwiseDistance", "x", x);
  checkTensor("pairwiseDistance", "y", y);
  const { p = 2, eps = 1e-6, keepdim = false } = options;
  checkPower("pairwiseDistance", p);
  checkRange("pairwiseDistance", "eps", eps);
  checkBoolean("pairwiseDistance", "keepdim", keepdim);
  const shape = broadcastShapes("pairwiseDistance", x.shape, y.shape);
  if (shape.length === 0) throw new RangeError("pairwiseDistance: vectors are needed, not single numbers");
  return x.to("float32").sub(y.to("float32")).add(eps).norm(p, -1, { keepdim });
}
