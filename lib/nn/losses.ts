/** Losses as modules: the functions of lib/functional, with their settings. */
import {
  type ClassLossOptions,
  crossEntropy,
  type CrossEntropyOptions,
  nllLoss,
} from "../functional/cross_entropy.ts";
import {
  binaryCrossEntropyWithLogits,
  type BinaryLossOptions,
  type LossOptions,
  mseLoss,
} from "../functional/losses.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { twoTensors } from "./input.ts";
import { Loss } from "./loss.ts";
import { label, reduction, share, weights } from "./loss_settings.ts";

/**
 * The mean squared error: see `F.mseLoss`.
 *
 * PyTorch: `torch.nn.MSELoss`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.MSELoss().forward(tensor([1, 2]), tensor([1, 4])).item(), 2);
 * ```
 */
export class MSELoss extends Loss<LossOptions> {
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
   * Compares the prediction with the target.
   *
   * @param x Any shape.
   * @param target The same shape.
   * @returns The loss.
   * @throws {TypeError} if one is of another kind, or more is given.
   */
  override forward(x: Tensor, target: TensorLike): Tensor {
    twoTensors(this, x, target, arguments);
    return mseLoss(x, target, this.options);
  }
}

/**
 * Cross-entropy of logits: see `F.crossEntropy`.
 *
 * PyTorch: `torch.nn.CrossEntropyLoss`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * const criterion = new nn.CrossEntropyLoss({ labelSmoothing: 0.1 });
 * console.log(await criterion.forward(tensor([[1, 2, 4]]), [2]).item());
 * ```
 */
export class CrossEntropyLoss extends Loss<CrossEntropyOptions> {
  /**
   * Makes the loss.
   *
   * @param options reduction, weight, ignoreIndex, labelSmoothing.
   * @throws {RangeError} if a number or a word makes no sense.
   * @throws {TypeError} if an option is of another kind, or there is no such option.
   */
  constructor(options: CrossEntropyOptions = {}) {
    super({ reduction, weight: weights, ignoreIndex: label, labelSmoothing: share }, options, arguments);
  }

  /**
   * Compares the prediction with the target.
   *
   * @param logits [N, C], [C] or [N, C, d1, …].
   * @param target Classes [N], [] or [N, d1, …] as int32 or plain numbers; or probabilities of the logits' shape.
   * @returns The loss.
   * @throws {TypeError} if one is of another kind, or more is given.
   */
  override forward(logits: Tensor, target: TensorLike): Tensor {
    twoTensors(this, logits, target, arguments);
    return crossEntropy(logits, target, this.options);
  }
}

/**
 * The negative log-likelihood of log-probabilities: see `F.nllLoss`.
 *
 * PyTorch: `torch.nn.NLLLoss`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * console.log(await new nn.NLLLoss().forward(tensor([[1, 2, 4]]).logSoftmax(1), [2]).item());
 * ```
 */
export class NLLLoss extends Loss<ClassLossOptions> {
  /**
   * Makes the loss.
   *
   * @param options reduction, weight, ignoreIndex.
   * @throws {RangeError} if a number or a word makes no sense.
   * @throws {TypeError} if an option is of another kind, or there is no such option.
   */
  constructor(options: ClassLossOptions = {}) {
    super({ reduction, weight: weights, ignoreIndex: label }, options, arguments);
  }

  /**
   * Compares the prediction with the target.
   *
   * @param logProbabilities [N, C], [C] or [N, C, d1, …].
   * @param target Classes [N], [] or [N, d1, …]: int32, or plain numbers.
   * @returns The loss.
   * @throws {TypeError} if one is of another kind, or more is given.
   */
  override forward(logProbabilities: Tensor, target: TensorLike): Tensor {
    twoTensors(this, logProbabilities, target, arguments);
    return nllLoss(logProbabilities, target, this.options);
  }
}

/**
 * Cross-entropy of a yes or no, given as logits: see `F.binaryCrossEntropyWithLogits`.
 *
 * PyTorch: `torch.nn.BCEWithLogitsLoss`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * console.log(await new nn.BCEWithLogitsLoss().forward(tensor([0, 2]), tensor([1, 1])).item());
 * ```
 */
export class BCEWithLogitsLoss extends Loss<BinaryLossOptions> {
  /**
   * Makes the loss.
   *
   * @param options reduction, weight, posWeight.
   * @throws {RangeError} if a number or a word makes no sense.
   * @throws {TypeError} if an option is of another kind, or there is no such option.
   */
  constructor(options: BinaryLossOptions = {}) {
    super({ reduction, weight: weights, posWeight: weights }, options, arguments);
  }

  /**
   * Compares the prediction with the target.
   *
   * @param logits Any shape.
   * @param target The same shape: 0, 1, or a probability in between.
   * @returns The loss.
   * @throws {TypeError} if one is of another kind, or more is given.
   */
  override forward(logits: Tensor, target: TensorLike): Tensor {
    twoTensors(this, logits, target, arguments);
    return binaryCrossEntropyWithLogits(logits, target, this.options);
  }
}
