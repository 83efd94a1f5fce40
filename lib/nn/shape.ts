/** Layers that pass their numbers on as they are, or in another shape. */
import { text } from "../device/shape.ts";
import { checkDim } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { argumentsText } from "./describe.ts";
import { checkInteger, describe, isNumbers, surplus } from "../text/arguments.ts";
import { oneTensor } from "./input.ts";
import { Module } from "./module.ts";

/**
 * Several dimensions become one: by default all but that of the batch.
 *
 * PyTorch: `torch.nn.Flatten`.
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
   * @param start The first dimension to flatten: 1 by default.
   * @param end The last, included: −1, the last of all by default.
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
 * One dimension becomes several: the way back of {@linkcode Flatten}.
 *
 * PyTorch: `torch.nn.Unflatten`.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new nn.Unflatten(1, [16, 7, -1]).forward(zeros(2, 784)).shape, [2, 16, 7, 7]);
 * ```
 */
export class Unflatten extends Module {
  /** The sizes of the dimensions that it becomes. */
  readonly unflattenedSize: readonly number[];

  /**
   * Makes the layer.
   *
   * @param dim The dimension.
   * @param unflattenedSize The sizes that it becomes; one of them may be −1 and follows from the others.
   * @throws {RangeError} if a size is no whole number ≥ 0, or more than one is −1.
   * @throws {TypeError} if an argument is of another kind.
   */
  constructor(readonly dim: number, unflattenedSize: readonly number[]) {
    super();
    if (arguments.length > 2) surplus("Unflatten", arguments, 2);
    checkInteger("Unflatten", "dim", dim);
    if (!isNumbers(unflattenedSize)) {
      throw new TypeError(
        `Unflatten: the sizes are a list such as [16, 7, 7], not ${describe(unflattenedSize)}`,
      );
    }
    const whole = unflattenedSize.every((n) => Number.isSafeInteger(n) && n >= -1);
    if (!whole || unflattenedSize.length === 0 || unflattenedSize.filter((n) => n === -1).length > 1) {
      throw new RangeError(
        `Unflatten: sizes must be whole numbers ≥ 0, one of them perhaps −1, not ${
          describe(unflattenedSize)
        }`,
      );
    }
    this.unflattenedSize = [...unflattenedSize];
  }

  /**
   * Passes the numbers on.
   *
   * @param x Any shape that has the dimension, and as many numbers along it.
   * @returns The same numbers in more dimensions.
   * @throws {RangeError} if there is no such dimension, or the sizes do not multiply to its own.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    const { shape } = oneTensor(this, x, arguments), sizes = this.unflattenedSize;
    const dim = checkDim("Unflatten.forward", this.dim, shape.length), own = shape[dim];
    const known = sizes.reduce((size, n) => n === -1 ? size : size * n, 1);
    const left = sizes.includes(-1) ? own / known : 1;
    if (known * left !== own || !Number.isInteger(left)) {
      throw new RangeError(
        `Unflatten.forward: the ${own} of dimension ${dim} of shape ${text(shape)} do not become ${
          text(sizes)
        }`,
      );
    }
    return x.reshape(shape.toSpliced(dim, 1, ...sizes.map((n) => n === -1 ? left : n)));
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return `${this.dim}, ${text(this.unflattenedSize)}`;
  }
}

/**
 * Returns its input: for the place of a layer that is left out.
 *
 * PyTorch: `torch.nn.Identity`.
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
