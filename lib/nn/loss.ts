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
  type Reduction,
} from "../functional/losses.ts";
import { checkReduction } from "../functional/reduction.ts";
import { checkTensorOrNull } from "../tensor/check.ts";
import type { TensorLike } from "../tensor/tensor.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkInteger, checkOptions, checkRange, surplus } from "../text/arguments.ts";
import { argumentsText } from "./describe.ts";
import { twoTensors } from "./input.ts";
import { Module } from "./module.ts";

/** What an option of a loss may be, and what is kept of it. */
type Setting = (owner: string, name: string, value: unknown) => unknown;

const reduction: Setting = (owner, _, value) => {
  checkReduction(owner, value as Reduction);
  return value;
};
const label: Setting = checkInteger;
const share: Setting = (owner, name, value) => checkRange(owner, name, value, 0, 1);
/** A buffer of the loss. */
const weights: Setting = (owner, name, value) => checkTensorOrNull(owner, name, value)?.keep() ?? null;

/** What the losses share: settings, and how they are printed. */
abstract class Loss<Options extends LossOptions> extends Module {
  /** The settings of the function; tensors among them are buffers. */
  readonly options: Options;

  /**
   * @internal
   * @param settings The options that there are.
   * @param options Those that were said.
   * @param given All arguments of the constructor.
   */
  protected constructor(
    settings: Record<string, Setting>,
    options: Options,
    given: ArrayLike<unknown>,
  ) {
    super();
    const { name } = new.target;
    if (given.length > 1) surplus(name, given, 1, "the settings stand in one object");
    checkOptions(name, options, Object.keys(settings));
    const said = Object.entries(options).filter(([, value]) => value !== undefined);
    const kept = said.map(([option, value]) => [option, settings[option](name, option, value)]);
    this.options = Object.fromEntries(kept) as Options;
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
