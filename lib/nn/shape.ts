/** Layers that pass their numbers on as they are, or in another shape. */
import type { Tensor } from "../tensor/tensor.ts";
import { argumentsText } from "./describe.ts";
import { checkInteger, surplus } from "../text/arguments.ts";
import { oneTensor } from "./input.ts";
import { Module } from "./module.ts";

/**
 * Several dimensions become one: by default all but that of the batch.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new nn.Flatten().forward(zeros(2, 256, 5, 5)).shape, [2, 6400]);
 * ```
 */
export class Flatten extends Module {
  /**
   * Makes the layer.
   *
   * @param start The first dimension to flatten: 1 if not said.
   * @param end The last, included: −1, the last of all, if not said.
   * @throws {RangeError} if one is no whole number.
   * @throws {TypeError} if one is no number.
   */
  constructor(readonly start = 1, readonly end: number = -1) {
    super();
    if (arguments.length > 2) surplus("Flatten", arguments, 2);
    checkInteger("Flatten", "start", start);
    checkInteger("Flatten", "end", end);
  }

  /**
   * Passes the numbers on.
   *
   * @param x Any shape that has the dimensions.
   * @returns The same numbers in fewer dimensions.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).flatten(this.start, this.end);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return this.start === 1 && this.end === -1 ? "" : argumentsText([this.start, this.end]);
  }
}

/**
 * Returns its input: for the place of a layer that is left out.
 *
 * @example
 * ```ts
 * import { nn } from "descent";
 * const norm = (features: number, on: boolean) => on ? new nn.BatchNorm2d(features) : new nn.Identity();
 * console.log(norm(3, false).parameters().length); // 0
 * ```
 */
export class Identity extends Module {
  /**
   * Passes the numbers on.
   *
   * @param x Any shape.
   * @returns x
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return oneTensor(this, x, arguments).clone();
  }
}
