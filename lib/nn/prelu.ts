/** The activation that learns its slope. */
import { prelu } from "../functional/activation.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { full } from "../tensor/create.ts";
import { checkOptions, checkRange, checkWhole, surplus } from "../text/arguments.ts";
import { argumentsText } from "./describe.ts";
import { oneTensor } from "./input.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";

/** Settings of {@linkcode PReLU}. */
export interface PReLUOptions {
  /** The first slope below 0: 0.25 by default. */
  init?: number;
}

/**
 * x where positive, else weight · x, with a slope that is learned, one or one for each channel (He et al. 2015).
 *
 * PyTorch: `torch.nn.PReLU`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.PReLU().forward(tensor([-2, 2])).array(), [-0.5, 2]);
 * ```
 */
export class PReLU extends Module {
  /** [numParameters] */
  weight: Parameter;

  /**
   * Makes the layer.
   *
   * @param numParameters How many slopes: 1, which is meant by default, or as many as channels.
   * @param options init.
   * @throws {RangeError} if the number of slopes is not a whole number ≥ 1, or init not finite.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(readonly numParameters = 1, options: PReLUOptions = {}) {
    super();
    if (arguments.length > 2) surplus("PReLU", arguments, 2);
    checkWhole("PReLU", "numParameters", numParameters, 1);
    checkOptions("PReLU", options, ["init"]);
    const { init = 0.25 } = options;
    this.weight = new Parameter(full([numParameters], checkRange("PReLU", "init", init)));
  }

  /**
   * Applies the function to every element.
   *
   * @param x [N, C, ...] where there is a slope for each channel, else any shape.
   * @returns The same shape.
   * @throws {RangeError} if there are several slopes, and x has another number of channels.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return prelu(oneTensor(this, x, arguments), this.weight);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return argumentsText([this.numParameters]);
  }
}
