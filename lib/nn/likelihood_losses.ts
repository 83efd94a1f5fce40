/** Likelihoods as modules: the functions of lib/functional/likelihood_losses.ts, with their settings. */
import {
  binaryCrossEntropy,
  type BinaryCrossEntropyOptions,
  gaussianNLLLoss,
  type GaussianNLLLossOptions,
  klDivLoss,
  type KlDivLossOptions,
  poissonNLLLoss,
  type PoissonNLLLossOptions,
  softMarginLoss,
} from "../functional/likelihood_losses.ts";
import type { LossOptions } from "../functional/losses.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { surplus } from "../text/arguments.ts";
import { twoTensors } from "./input.ts";
import { Loss } from "./loss.ts";
import { batchReduction, reduction, size, weights, yesOrNo } from "./loss_settings.ts";

/**
 * Cross-entropy of a yes or no, given as a probability: see `F.binaryCrossEntropy`.
 *
 * PyTorch: `torch.nn.BCELoss`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * console.log(await new nn.BCELoss().forward(tensor([0.5, 0.9]), tensor([1, 1])).item());
 * ```
 */
export class BCELoss extends Loss<BinaryCrossEntropyOptions> {
  /**
   * Makes the loss.
   *
   * @param options weight, reduction.
   * @throws {RangeError} if a number or a word makes no sense.
   * @throws {TypeError} if an option is of another kind, or there is no such option.
   */
  constructor(options: BinaryCrossEntropyOptions = {}) {
    super({ reduction, weight: weights }, options, arguments);
  }

  /**
   * Compares what was predicted with what should be.
   *
   * @param x Any shape: numbers from 0 to 1.
   * @param target The same shape: 0, 1, or a probability in between.
   * @returns The loss.
   * @throws {RangeError} if the shapes do not fit.
   * @throws {TypeError} if one is of another kind, or more is given.
   */
  override forward(x: Tensor, target: TensorLike): Tensor {
    twoTensors(this, x, target, arguments);
    return binaryCrossEntropy(x, target, this.options);
  }
}

/**
 * The divergence of Kullback and Leibler: see `F.klDivLoss`.
 *
 * PyTorch: `torch.nn.KLDivLoss`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * const criterion = new nn.KLDivLoss({ reduction: "batchmean" });
 * const x = tensor([[1, 2, 3]]).logSoftmax(1);
 * console.log(await criterion.forward(x, tensor([[0.2, 0.3, 0.5]])).item());
 * ```
 */
export class KLDivLoss extends Loss<KlDivLossOptions> {
  /**
   * Makes the loss.
   *
   * @param options logTarget, reduction.
   * @throws {RangeError} if a number or a word makes no sense.
   * @throws {TypeError} if an option is of another kind, or there is no such option.
   */
  constructor(options: KlDivLossOptions = {}) {
    super({ reduction: batchReduction, logTarget: yesOrNo }, options, arguments);
  }

  /**
   * Compares what was predicted with what should be.
   *
   * @param x Logarithms of probabilities, any shape.
   * @param target The same shape: probabilities, or their logarithms.
   * @returns The loss.
   * @throws {RangeError} if the shapes do not fit.
   * @throws {TypeError} if one is of another kind, or more is given.
   */
  override forward(x: Tensor, target: TensorLike): Tensor {
    twoTensors(this, x, target, arguments);
    return klDivLoss(x, target, this.options);
  }
}

/**
 * The negative log-likelihood of numbers under normal distributions: see `F.gaussianNLLLoss`.
 *
 * PyTorch: `torch.nn.GaussianNLLLoss`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const loss = new nn.GaussianNLLLoss().forward(tensor([1, 2]), tensor([1, 4]), tensor([1, 1]));
 * assertEquals(await loss.item(), 1);
 * ```
 */
export class GaussianNLLLoss extends Loss<GaussianNLLLossOptions> {
  /**
   * Makes the loss.
   *
   * @param options full, eps, reduction.
   * @throws {RangeError} if a number or a word makes no sense.
   * @throws {TypeError} if an option is of another kind, or there is no such option.
   */
  constructor(options: GaussianNLLLossOptions = {}) {
    super({ full: yesOrNo, eps: size, reduction }, options, arguments);
  }

  /**
   * Compares what was predicted with what should be.
   *
   * @param x The expected values, any shape.
   * @param target The same shape, or a number.
   * @param variance The same shape, one for each line, or a number.
   * @returns The loss.
   * @throws {RangeError} if the shapes do not fit.
   * @throws {TypeError} if one is of another kind, or more is given.
   */
  override forward(x: Tensor, target: TensorLike, variance: TensorLike): Tensor {
    if (arguments.length > 3) surplus(`${this.constructor.name}.forward`, arguments, 3);
    return gaussianNLLLoss(x, target, variance, this.options);
  }
}

/**
 * The negative log-likelihood of counts under Poisson distributions: see `F.poissonNLLLoss`.
 *
 * PyTorch: `torch.nn.PoissonNLLLoss`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.PoissonNLLLoss().forward(tensor([0, 0]), tensor([3, 0])).item(), 1);
 * ```
 */
export class PoissonNLLLoss extends Loss<PoissonNLLLossOptions> {
  /**
   * Makes the loss.
   *
   * @param options logInput, full, eps, reduction.
   * @throws {RangeError} if a number or a word makes no sense.
   * @throws {TypeError} if an option is of another kind, or there is no such option.
   */
  constructor(options: PoissonNLLLossOptions = {}) {
    super({ logInput: yesOrNo, full: yesOrNo, eps: size, reduction }, options, arguments);
  }

  /**
   * Compares what was predicted with what should be.
   *
   * @param x Logarithms of rates, or rates, any shape.
   * @param target Counts, the same shape, or a number.
   * @returns The loss.
   * @throws {RangeError} if the shapes do not fit.
   * @throws {TypeError} if one is of another kind, or more is given.
   */
  override forward(x: Tensor, target: TensorLike): Tensor {
    twoTensors(this, x, target, arguments);
    return poissonNLLLoss(x, target, this.options);
  }
}

/**
 * The logistic loss of marks 1 and −1: see `F.softMarginLoss`.
 *
 * PyTorch: `torch.nn.SoftMarginLoss`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * console.log(await new nn.SoftMarginLoss().forward(tensor([0, 2]), [1, -1]).item());
 * ```
 */
export class SoftMarginLoss extends Loss<LossOptions> {
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
   * @param target The same shape, or a number: 1 or −1.
   * @returns The loss.
   * @throws {RangeError} if the shapes do not fit.
   * @throws {TypeError} if one is of another kind, or more is given.
   */
  override forward(x: Tensor, target: TensorLike): Tensor {
    twoTensors(this, x, target, arguments);
    return softMarginLoss(x, target, this.options);
  }
}
