/** Losses of differences as modules: the functions of lib/functional/distance_losses.ts, with their settings. */
import {
  cosineEmbeddingLoss,
  hingeEmbeddingLoss,
  huberLoss,
  type HuberLossOptions,
  l1Loss,
  type MarginLossOptions,
  marginRankingLoss,
  smoothL1Loss,
  type SmoothL1LossOptions,
  tripletMarginLoss,
  type TripletMarginLossOptions,
} from "../functional/distance_losses.ts";
import type { LossOptions } from "../functional/losses.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { surplus } from "../text/arguments.ts";
import { twoTensors } from "./input.ts";
import { Loss } from "./loss.ts";
import { number, positive, reduction, size, yesOrNo } from "./loss_settings.ts";

/**
 * The mean absolute error: see `F.l1Loss`.
 *
 * PyTorch: `torch.nn.L1Loss`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.L1Loss().forward(tensor([1, 2]), tensor([1, 4])).item(), 1);
 * ```
 */
export class L1Loss extends Loss<LossOptions> {
  /**
   * Makes the loss.
   *
   * @param options reduction.
   * @throws {RangeError} if a number or a word makes no sense.
   * @throws {TypeError} if an option is of another kind, or there is no such option.
   */
  constructor(options: LossOptions = {}) {
    super({ reduction }, options, arguments);
  }

  /**
   * Compares what was predicted with what should be.
   *
   * @param x Any shape.
   * @param target The same shape, or a number.
   * @returns The loss.
   * @throws {RangeError} if the shapes do not fit.
   * @throws {TypeError} if one is of another kind, or more is given.
   */
  override forward(x: Tensor, target: TensorLike): Tensor {
    twoTensors(this, x, target, arguments);
    return l1Loss(x, target, this.options);
  }
}

/**
 * The absolute error with a parabola in the middle: see `F.smoothL1Loss`.
 *
 * PyTorch: `torch.nn.SmoothL1Loss`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.SmoothL1Loss({ beta: 2 }).forward(tensor([1, 4]), 0).item(), 1.625);
 * ```
 */
export class SmoothL1Loss extends Loss<SmoothL1LossOptions> {
  /**
   * Makes the loss.
   *
   * @param options beta, reduction.
   * @throws {RangeError} if a number or a word makes no sense.
   * @throws {TypeError} if an option is of another kind, or there is no such option.
   */
  constructor(options: SmoothL1LossOptions = {}) {
    super({ beta: size, reduction }, options, arguments);
  }

  /**
   * Compares what was predicted with what should be.
   *
   * @param x Any shape.
   * @param target The same shape, or a number.
   * @returns The loss.
   * @throws {RangeError} if the shapes do not fit.
   * @throws {TypeError} if one is of another kind, or more is given.
   */
  override forward(x: Tensor, target: TensorLike): Tensor {
    twoTensors(this, x, target, arguments);
    return smoothL1Loss(x, target, this.options);
  }
}

/**
 * Huber's loss: see `F.huberLoss`.
 *
 * PyTorch: `torch.nn.HuberLoss`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.HuberLoss({ delta: 2 }).forward(tensor([1, 4]), 0).item(), 3.25);
 * ```
 */
export class HuberLoss extends Loss<HuberLossOptions> {
  /**
   * Makes the loss.
   *
   * @param options delta, reduction.
   * @throws {RangeError} if a number or a word makes no sense.
   * @throws {TypeError} if an option is of another kind, or there is no such option.
   */
  constructor(options: HuberLossOptions = {}) {
    super({ delta: positive, reduction }, options, arguments);
  }

  /**
   * Compares what was predicted with what should be.
   *
   * @param x Any shape.
   * @param target The same shape, or a number.
   * @returns The loss.
   * @throws {RangeError} if the shapes do not fit.
   * @throws {TypeError} if one is of another kind, or more is given.
   */
  override forward(x: Tensor, target: TensorLike): Tensor {
    twoTensors(this, x, target, arguments);
    return huberLoss(x, target, this.options);
  }
}

/**
 * The angle between pairs of vectors: see `F.cosineEmbeddingLoss`.
 *
 * PyTorch: `torch.nn.CosineEmbeddingLoss`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * console.log(await new nn.CosineEmbeddingLoss({ margin: 0.2 }).forward(randn(2, 5), randn(2, 5), [1, -1]).item());
 * ```
 */
export class CosineEmbeddingLoss extends Loss<MarginLossOptions> {
  /**
   * Makes the loss.
   *
   * @param options margin, reduction.
   * @throws {RangeError} if a number or a word makes no sense.
   * @throws {TypeError} if an option is of another kind, or there is no such option.
   */
  constructor(options: MarginLossOptions = {}) {
    super({ margin: number, reduction }, options, arguments);
  }

  /**
   * Compares what was predicted with what should be.
   *
   * @param x1 [N, D], or one vector [D].
   * @param x2 The same shape.
   * @param target [N], or a number: 1 or −1.
   * @returns The loss.
   * @throws {RangeError} if the shapes do not fit.
   * @throws {TypeError} if one is of another kind, or more is given.
   */
  override forward(x1: Tensor, x2: Tensor, target: TensorLike): Tensor {
    if (arguments.length > 3) surplus(`${this.constructor.name}.forward`, arguments, 3);
    return cosineEmbeddingLoss(x1, x2, target, this.options);
  }
}

/**
 * How much nearer an anchor is to a positive example than to a negative one: see `F.tripletMarginLoss`.
 *
 * PyTorch: `torch.nn.TripletMarginLoss`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * console.log(await new nn.TripletMarginLoss().forward(randn(2, 5), randn(2, 5), randn(2, 5)).item());
 * ```
 */
export class TripletMarginLoss extends Loss<TripletMarginLossOptions> {
  /**
   * Makes the loss.
   *
   * @param options margin, p, eps, swap, reduction.
   * @throws {RangeError} if a number or a word makes no sense.
   * @throws {TypeError} if an option is of another kind, or there is no such option.
   */
  constructor(options: TripletMarginLossOptions = {}) {
    super({ margin: positive, p: positive, eps: number, swap: yesOrNo, reduction }, options, arguments);
  }

  /**
   * Compares what was predicted with what should be.
   *
   * @param anchor [N, D], or one vector [D].
   * @param positive The same shape.
   * @param negative The same shape.
   * @returns The loss.
   * @throws {RangeError} if the shapes do not fit.
   * @throws {TypeError} if one is of another kind, or more is given.
   */
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    if (arguments.length > 3) surplus(`${this.constructor.name}.forward`, arguments, 3);
    return tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

/**
 * Which of two numbers should be the larger: see `F.marginRankingLoss`.
 *
 * PyTorch: `torch.nn.MarginRankingLoss`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.MarginRankingLoss().forward(tensor([1, 5]), tensor([3, 4]), [1, 1]).item(), 1);
 * ```
 */
export class MarginRankingLoss extends Loss<MarginLossOptions> {
  /**
   * Makes the loss.
   *
   * @param options margin, reduction.
   * @throws {RangeError} if a number or a word makes no sense.
   * @throws {TypeError} if an option is of another kind, or there is no such option.
   */
  constructor(options: MarginLossOptions = {}) {
    super({ margin: number, reduction }, options, arguments);
  }

  /**
   * Compares what was predicted with what should be.
   *
   * @param x1 Any shape.
   * @param x2 The same shape.
   * @param target The same shape, or a number: 1 or −1.
   * @returns The loss.
   * @throws {RangeError} if the shapes do not fit.
   * @throws {TypeError} if one is of another kind, or more is given.
   */
  override forward(x1: Tensor, x2: Tensor, target: TensorLike): Tensor {
    if (arguments.length > 3) surplus(`${this.constructor.name}.forward`, arguments, 3);
    return marginRankingLoss(x1, x2, target, this.options);
  }
}

/**
 * Distances that should be small, or large: see `F.hingeEmbeddingLoss`.
 *
 * PyTorch: `torch.nn.HingeEmbeddingLoss`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.HingeEmbeddingLoss().forward(tensor([0.5, 0.25]), [1, -1]).item(), 0.625);
 * ```
 */
export class HingeEmbeddingLoss extends Loss<MarginLossOptions> {
  /**
   * Makes the loss.
   *
   * @param options margin, reduction.
   * @throws {RangeError} if a number or a word makes no sense.
   * @throws {TypeError} if an option is of another kind, or there is no such option.
   */
  constructor(options: MarginLossOptions = {}) {
    super({ margin: number, reduction }, options, arguments);
  }

  /**
   * Compares what was predicted with what should be.
   *
   * @param x Distances, any shape.
   * @param target The same shape, or a number: 1 or −1.
   * @returns The loss.
   * @throws {RangeError} if the shapes do not fit.
   * @throws {TypeError} if one is of another kind, or more is given.
   */
  override forward(x: Tensor, target: TensorLike): Tensor {
    twoTensors(this, x, target, arguments);
    return hingeEmbeddingLoss(x, target, this.options);
  }
}
