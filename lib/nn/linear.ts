/** The fully connected layer. */
import { linear } from "../functional/linear.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { argumentsText } from "./describe.ts";
import { checkBoolean, checkOptions, checkWhole, surplus } from "../text/arguments.ts";
import { learned, uniform } from "./draw.ts";
import { oneTensor } from "./input.ts";
import { Module } from "./module.ts";
import type { Parameter } from "./parameter.ts";

/** Settings of {@linkcode Linear}. */
export interface LinearOptions {
  /** Whether a bias is added: true by default. */
  bias?: boolean;
}

/**
 * A fully connected layer: y = x weightᵀ + bias. Weights and bias start uniform in ±1 / √in.
 *
 * PyTorch: `torch.nn.Linear`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const layer = new nn.Linear(784, 10);
 * assertEquals(layer.forward(randn(32, 784)).shape, [32, 10]);
 * ```
 */
export class Linear extends Module {
  /** [out, in] */
  weight: Parameter;
  /** [out], or null. */
  bias: Parameter | null;

  /**
   * Makes the layer.
   *
   * @param inFeatures Size of the last dimension of the input.
   * @param outFeatures Size of the last dimension of the output.
   * @param options bias.
   * @throws {RangeError} if a size is not a whole number ≥ 1.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    options: LinearOptions = {},
  ) {
    super();
    if (arguments.length > 3) surplus("Linear", arguments, 3);
    checkWhole("Linear", "inFeatures", inFeatures, 1);
    checkWhole("Linear", "outFeatures", outFeatures, 1);
    checkOptions("Linear", options, ["bias"]);
    const { bias = true } = options;
    checkBoolean("Linear", "bias", bias);
    const bound = 1 / Math.sqrt(inFeatures);
    this.weight = learned(uniform([outFeatures, inFeatures], -bound, bound));
    this.bias = bias ? learned(uniform([outFeatures], -bound, bound)) : null;
  }

  /**
   * Multiplies by the weights and adds the bias.
   *
   * @param x [..., in].
   * @returns [..., out].
   * @throws {RangeError} if the last size is not `inFeatures`.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return linear(oneTensor(this, x, arguments), this.weight, this.bias);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const options = { bias: this.bias !== null };
    return argumentsText([this.inFeatures, this.outFeatures], options, { bias: true });
  }
}
