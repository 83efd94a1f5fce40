/** Parameters in a list. */
import { Tensor } from "../tensor/tensor.ts";
import { checkInteger, describe, surplus } from "../text/arguments.ts";
import { Parameter } from "./parameter.ts";
import { type Kind, listOf } from "./kind.ts";
import { Sequence } from "./sequence.ts";

const PARAMETERS: Kind<Parameter> = {
  owner: "ParameterList",
  item: "parameter",
  fits: (thing) => thing instanceof Parameter,
  take(name, given) {
    if (given instanceof Parameter) return given;
    if (given instanceof Tensor) return new Parameter(given);
    throw new TypeError(
      `ParameterList: entry ${name} must be a parameter or a tensor, not ${describe(given)}`,
    );
  },
};

/**
 * Parameters in a list. A plain list in a field does the same: `scales = [new nn.Parameter(ones(1))]`.
 *
 * PyTorch: `torch.nn.ParameterList`.
 *
 * @example
 * ```ts
 * import { nn, ones, type Tensor, zeros } from "descent";
 * import { assertEquals } from "@std/assert";
 * class Polynomial extends nn.Module {
 *   coefficients = new nn.ParameterList([zeros(1), ones(1), ones(1)]);
 *   override forward(x: Tensor): Tensor {
 *     return [...this.coefficients].reduceRight((sum, c) => sum.mul(x).add(c), zeros(1));
 *   }
 * }
 * const net = new Polynomial();
 * assertEquals(await net.forward(ones(1).mul(3)).array(), [12]);
 * assertEquals(Object.keys(net.stateDict()), ["coefficients.0", "coefficients.1", "coefficients.2"]);
 * ```
 */
export class ParameterList extends Sequence<Parameter> {
  /**
   * Makes the list.
   *
   * @param parameters The parameters, which are named "0", "1", …; tensors become parameters.
   * @throws {TypeError} if one is neither, or no float32.
   */
  constructor(parameters: Iterable<Tensor> = []) {
    super(PARAMETERS);
    if (arguments.length > 1) surplus("ParameterList", arguments, 1, "the parameters stand in one list");
    for (const one of listOf("ParameterList", parameters)) {
      this.put("ParameterList", String(this.length), one);
    }
  }

  /**
   * A part of the list.
   *
   * @param start The first of them, from the front or negative from the end: 0 by default.
   * @param end The first that is left out: the length by default.
   * @returns A new list of the same parameters.
   * @throws {RangeError} if one is no whole number.
   * @throws {TypeError} if one is no number.
   */
  slice(start = 0, end = this.length): ParameterList {
    if (arguments.length > 2) surplus("slice", arguments, 2);
    checkInteger("slice", "start", start);
    checkInteger("slice", "end", end);
    return new ParameterList([...this].slice(start, end));
  }

  /** A list computes nothing: it always throws. */
  override forward(): never {
    throw new TypeError("ParameterList: has no forward; its parameters are list[0], list[1], …");
  }

  /** @internal */
  protected override blank(): this {
    return Reflect.construct(ParameterList, [], Object.getPrototypeOf(this).constructor) as this;
  }
}
