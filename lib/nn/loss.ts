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
import { checkReduction } from "../functional/reduction.ts";
import type { TensorLike } from "../tensor/tensor.ts";
import { Tensor } from "../tensor/tensor.ts";
import { argumentsText } from "./describe.ts";
import { Module } from "./module.ts";

/** What the losses share: settings, and how they are printed. */
abstract class Loss<Options extends LossOptions> extends Module {
  /** The settings of the function; tensors among them are buffers. */
  readonly options: Options;

  /**
   * Makes the loss.
   *
   * @param options The settings of the function.
   * @throws {RangeError} if the reduction is unknown.
   */
  constructor(options: Options = {} as Options) {
    super();
    const { reduction = "mean" } = options;
    checkReduction(new.target.name, reduction);
    this.options = { ...options };
    for (const option of Object.values(this.options)) if (option instanceof Tensor) option.keep();
  }

  /** Tensors among the settings, under PyTorch's names. */
  protected override *members(): Iterable<[string, unknown]> {
    for (const [name, member] of super.members()) if (name !== "options") yield [name, member];
    for (const [name, option] of Object.entries(this.options)) {
      if (option instanceof Tensor) yield [name === "posWeight" ? "pos_weight" : name, option];
    }
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const options = Object.entries(this.options).filter(([, option]) => !(option instanceof Tensor));
    return argumentsText([], Object.fromEntries(options), { reduction: "mean" });
  }
}

/** A type only: nobody but this file makes classes of it. */
export type { Loss };

/**
 * The mean squared error: see `F.mseLoss`.
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
   * Compares the prediction with the target.
   *
   * @param x Any shape.
   * @param target The same shape.
   * @returns The loss.
   */
  override forward(x: Tensor, target: TensorLike): Tensor {
    return mseLoss(x, target, this.options);
  }
}

/**
 * Cross-entropy of logits: see `F.crossEntropy`.
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
   * Compares the prediction with the target.
   *
   * @param logits [N, C], [C] or [N, C, d1, …].
   * @param target Classes [N], [] or [N, d1, …] as int32 or plain numbers; or probabilities of the logits' shape.
   * @returns The loss.
   */
  override forward(logits: Tensor, target: TensorLike): Tensor {
    return crossEntropy(logits, target, this.options);
  }
}

/**
 * The negative log-likelihood of log-probabilities: see `F.nllLoss`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * console.log(await new nn.NLLLoss().forward(tensor([[1, 2, 4]]).logSoftmax(1), [2]).item());
 * ```
 */
export class NLLLoss extends Loss<ClassLossOptions> {
  /**
   * Compares the prediction with the target.
   *
   * @param logProbabilities [N, C], [C] or [N, C, d1, …].
   * @param target Classes [N], [] or [N, d1, …]: int32, or plain numbers.
   * @returns The loss.
   */
  override forward(logProbabilities: Tensor, target: TensorLike): Tensor {
    return nllLoss(logProbabilities, target, this.options);
  }
}

/**
 * Cross-entropy of a yes or no, given as logits: see `F.binaryCrossEntropyWithLogits`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * console.log(await new nn.BCEWithLogitsLoss().forward(tensor([0, 2]), tensor([1, 1])).item());
 * ```
 */
export class BCEWithLogitsLoss extends Loss<BinaryLossOptions> {
  /**
   * Compares the prediction with the target.
   *
   * @param logits Any shape.
   * @param target The same shape: 0, 1, or a probability in between.
   * @returns The loss.
   */
  override forward(logits: Tensor, target: TensorLike): Tensor {
    return binaryCrossEntropyWithLogits(logits, target, this.options);
  }
}
