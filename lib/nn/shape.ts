/** Layers that pass their numbers on: all of them, some of them, in another shape. */
import { dropout } from "../functional/normalization.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { argumentsText, checkRange } from "./check.ts";
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
   */
  constructor(readonly p = 0.5) {
    super();
    checkRange("Dropout", "p", p, 0, 1);
  }

  /**
   * Passes the numbers on.
   *
   * @param x Any shape.
   * @returns The same shape.
   */
  override forward(x: Tensor): Tensor {
    return dropout(x, this.p, { training: this.training });
  }

  /** The arguments, for printing. @internal */
  protected override describe(): string {
    return String(this.p);
  }
}

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
   */
  constructor(readonly start = 1, readonly end = -1) {
    super();
    for (const [name, dim] of Object.entries({ start, end })) {
      if (!Number.isInteger(dim)) throw new RangeError(`Flatten: ${name} must be a whole number, not ${dim}`);
    }
  }

  /**
   * Passes the numbers on.
   *
   * @param x Any shape that has the dimensions.
   * @returns The same numbers in fewer dimensions.
   */
  override forward(x: Tensor): Tensor {
    return x.flatten(this.start, this.end);
  }

  /** The arguments, for printing. @internal */
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
   * @param x Anything.
   * @returns x
   */
  override forward(x: Tensor): Tensor {
    return x;
  }
}
