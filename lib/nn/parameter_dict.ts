/** Parameters by name. */
import { Tensor } from "../tensor/tensor.ts";
import { describe, surplus } from "../text/arguments.ts";
import { Dictionary } from "./dictionary.ts";
import { Parameter } from "./parameter.ts";
import type { Kind } from "./kind.ts";

const PARAMETERS: Kind<Parameter> = {
  owner: "ParameterDict",
  item: "parameter",
  fits: (thing) => thing instanceof Parameter,
  take(name, given) {
    if (given instanceof Parameter) return given;
    if (given instanceof Tensor) return new Parameter(given);
    throw new TypeError(
      `ParameterDict: entry ${describe(name)} must be a parameter or a tensor, not ${describe(given)}`,
    );
  },
};

/**
 * Parameters by name. A plain object in a field does the same: `scales = { left: new nn.Parameter(ones(1)) }`.
 *
 * PyTorch: `torch.nn.ParameterDict`.
 *
 * @example
 * ```ts
 * import { nn, ones } from "descent";
 * import { assertEquals } from "@std/assert";
 * const scales = new nn.ParameterDict({ left: ones(2), right: ones(3) });
 * assertEquals(scales.get("right").requiresGrad, true);
 * assertEquals(Object.keys(scales.stateDict()), ["left", "right"]);
 * ```
 */
export class ParameterDict extends Dictionary<Record<string, Parameter>> {
  /**
   * Makes the dictionary.
   *
   * @param parameters A plain object, a map, or another dictionary; tensors become parameters.
   * @throws {RangeError} if a name is empty, or has a dot.
   * @throws {TypeError} if one is neither, or no float32.
   */
  constructor(parameters: Record<string, Tensor> = {}) {
    super(PARAMETERS, parameters);
    if (arguments.length > 1) surplus("ParameterDict", arguments, 1);
  }

  /** A dictionary computes nothing: it always throws. */
  override forward(): never {
    throw new TypeError('ParameterDict: has no forward; its parameters are dict.get("name")');
  }

  /** @internal */
  protected override blank(): this {
    return Reflect.construct(ParameterDict, [], Object.getPrototypeOf(this).constructor) as this;
  }
}
