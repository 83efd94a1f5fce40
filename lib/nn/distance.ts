/** How far vectors are apart, as modules. */
import {
  cosineSimilarity,
  type CosineSimilarityOptions,
  pairwiseDistance,
  type PairwiseDistanceOptions,
} from "../functional/distance.ts";
import { checkTensor } from "../tensor/check.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  checkBoolean,
  checkInteger,
  checkNumber,
  checkOptions,
  checkRange,
  surplus,
} from "../text/arguments.ts";
import { argumentsText } from "./describe.ts";
import { Module } from "./module.ts";

/** The two tensors that are compared. */
function twoVectors(layer: object, x: unknown, y: unknown, given: ArrayLike<unknown>): void {
  const name = `${layer.constructor.name}.forward`;
  if (given.length > 2) surplus(name, given, 2);
  checkTensor(name, "x", x);
  checkTensor(name, "y", y);
}

/**
 * The cosine of the angle between vectors, along a dimension.
 *
 * PyTorch: `torch.nn.CosineSimilarity`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const similarity = new nn.CosineSimilarity(1);
 * assertEquals(await similarity.forward(tensor([[1, 1]]), tensor([[-2, -2]])).format(), "[-1.0000]");
 * ```
 */
export class CosineSimilarity extends Module {
  /** The smallest length that is divided by. */
  readonly eps: number;

  /**
   * Makes the module.
   *
   * @param dim The dimension along which vectors lie: 1 by default.
   * @param options eps.
   * @throws {RangeError} if the dimension is no whole number, or eps no finite number ≥ 0.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(readonly dim = 1, options: Pick<CosineSimilarityOptions, "eps"> = {}) {
    super();
    if (arguments.length > 2) surplus("CosineSimilarity", arguments, 2);
    checkInteger("CosineSimilarity", "dim", dim);
    checkOptions("CosineSimilarity", options, ["eps"]);
    const { eps = 1e-8 } = options;
    this.eps = checkRange("CosineSimilarity", "eps", eps, 0);
  }

  /**
   * Compares vectors.
   *
   * @param x Vectors.
   * @param y Vectors; both broadcast.
   * @returns From −1 to 1, without the dimension.
   * @throws {RangeError} if the shapes do not broadcast, or have not the dimension.
   * @throws {TypeError} if one of them is no tensor, or more is given.
   */
  override forward(x: Tensor, y: Tensor): Tensor {
    twoVectors(this, x, y, arguments);
    return cosineSimilarity(x, y, { dim: this.dim, eps: this.eps });
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return argumentsText([this.dim], { eps: this.eps }, { eps: 1e-8 });
  }
}

/**
 * How far vectors are apart, along the last dimension.
 *
 * PyTorch: `torch.nn.PairwiseDistance`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const distance = new nn.PairwiseDistance();
 * assertEquals(await distance.forward(tensor([[3, 4]]), tensor([[0, 0]])).format(), "[5.0000]");
 * ```
 */
export class PairwiseDistance extends Module {
  /** What is added to every difference. */
  readonly eps: number;
  /** Whether the last dimension is kept with size 1. */
  readonly keepdim: boolean;

  /**
   * Makes the module.
   *
   * @param p Which norm: 2 by default.
   * @param options eps, keepdim.
   * @throws {RangeError} if p is below 0, or eps not finite.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(readonly p = 2, options: Omit<PairwiseDistanceOptions, "p"> = {}) {
    super();
    if (arguments.length > 2) surplus("PairwiseDistance", arguments, 2);
    if (!(checkNumber("PairwiseDistance", "p", p) >= 0)) {
      throw new RangeError(`PairwiseDistance: p must be a number ≥ 0, not ${p}`);
    }
    checkOptions("PairwiseDistance", options, ["eps", "keepdim"]);
    const { eps = 1e-6, keepdim = false } = options;
    this.eps = checkRange("PairwiseDistance", "eps", eps);
    this.keepdim = checkBoolean("PairwiseDistance", "keepdim", keepdim);
  }

  /**
   * Measures the distance.
   *
   * @param x Vectors.
   * @param y Vectors; both broadcast.
   * @returns The distances, without the last dimension.
   * @throws {RangeError} if the shapes do not broadcast.
   * @throws {TypeError} if one of them is no tensor, or more is given.
   */
  override forward(x: Tensor, y: Tensor): Tensor {
    twoVectors(this, x, y, arguments);
    return pairwiseDistance(x, y, { p: this.p, eps: this.eps, keepdim: this.keepdim });
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const { p, eps, keepdim } = this;
    return argumentsText([p], { eps, keepdim }, { eps: 1e-6, keepdim: false });
  }
}
