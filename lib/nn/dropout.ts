/** Dropout as a layer. */
import { dropout } from "../functional/dropout.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkRange, surplus } from "../text/arguments.ts";
import { oneTensor } from "./input.ts";
import { Module } from "./module.ts";

/**
 * In training each number becomes 0 with probability p, and the others are scaled by 1 / (1 − p) (Srivastava et al.
 * 2014); in evaluation nothing happens. Draws from the generator of `manualSeed`.
 *
 * @example
 * ```ts
 * import { nn, ones } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.Dropout(0.5).eval().forward(ones(3)).array(), [1, 1, 1]);
 * ```
 */
export class Dropout extends Module {
  /**
   * Makes the layer.
   *
   * @param p Probability of a zero: 0.5 if not said.
   * @throws {RangeError} if p is no probability.
   * @throws {TypeError} if it is no number.
   */
  constructor(readonly p = 0.5) {
    super();
    if (arguments.length > 1) surplus("Dropout", arguments, 1);
    checkRange("Dropout", "p", p, 0, 1);
  }

  /**
   * Passes the numbers on.
   *
   * @param x Any shape.
   * @returns The same shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return dropout(oneTensor(this, x, arguments), this.p, { training: this.training });
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return String(this.p);
  }
}
