/** Dropout as layers. */
import { dropout, dropout1d, dropout2d } from "../functional/dropout.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkRange, surplus } from "../text/arguments.ts";
import { oneTensor } from "./input.ts";
import { Module } from "./module.ts";

/** What the layers share that drop something. */
abstract class Dropping extends Module {
  /**
   * Makes the layer.
   *
   * @param p Probability of a zero: 0.5 by default.
   * @throws {RangeError} if p is no probability.
   * @throws {TypeError} if it is no number.
   */
  constructor(readonly p = 0.5) {
    super();
    const { name } = new.target;
    if (arguments.length > 1) surplus(name, arguments, 1);
    checkRange(name, "p", p, 0, 1);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return String(this.p);
  }
}

/** A type only: nobody but this file makes classes of it. */
export type { Dropping };

/**
 * In training each number becomes 0 with probability p, and the others are scaled by 1 / (1 − p) (Srivastava et al.
 * 2014); in evaluation nothing happens. Draws from the generator of `manualSeed`.
 *
 * PyTorch: `torch.nn.Dropout`.
 *
 * @example
 * ```ts
 * import { nn, ones } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.Dropout(0.5).eval().forward(ones(3)).array(), [1, 1, 1]);
 * ```
 */
export class Dropout extends Dropping {
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
}

/**
 * In training whole channels of images become 0 with probability p, and the others are scaled by 1 / (1 − p): see
 * `F.dropout2d`; in evaluation nothing happens.
 *
 * PyTorch: `torch.nn.Dropout2d`.
 *
 * @example
 * ```ts
 * import { nn, ones } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.Dropout2d(1).forward(ones(1, 1, 1, 2)).array(), [[[[0, 0]]]]);
 * ```
 */
export class Dropout2d extends Dropping {
  /**
   * Passes the channels on.
   *
   * @param x Images [N, C, H, W], or signals [N, C, L].
   * @returns The same shape.
   * @throws {RangeError} if the shape is none of these.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return dropout2d(oneTensor(this, x, arguments), this.p, { training: this.training });
  }
}

/**
 * In training whole channels of signals become 0 with probability p, and the others are scaled by 1 / (1 − p): see
 * `F.dropout1d`; in evaluation nothing happens.
 *
 * PyTorch: `torch.nn.Dropout1d`.
 *
 * @example
 * ```ts
 * import { nn, ones } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await new nn.Dropout1d(1).forward(ones(1, 2)).array(), [[0, 0]]);
 * ```
 */
export class Dropout1d extends Dropping {
  /**
   * Passes the channels on.
   *
   * @param x Signals [N, C, L] or [C, L].
   * @returns The same shape.
   * @throws {RangeError} if the shape is none of these.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return dropout1d(oneTensor(this, x, arguments), this.p, { training: this.training });
  }
}
