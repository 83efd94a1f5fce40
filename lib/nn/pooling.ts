/** Pooling layers: `F.maxPool2d` and its relatives as modules. */
import { adaptiveAvgPool2d, avgPool2d, maxPool2d, type PoolOptions } from "../functional/pooling.ts";
import { pair, type Size } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { argumentsText } from "./describe.ts";
import { checkOptions, surplus } from "../text/arguments.ts";
import { oneTensor } from "./input.ts";
import { Module } from "./module.ts";

/** What the two poolings with a window share. */
abstract class Pooling extends Module {
  /** Rows and columns of the window. */
  readonly kernelSize: readonly [number, number];
  /** How far the window moves, down and to the right. */
  readonly stride: readonly [number, number];
  /** Rows above and below, columns left and right. */
  readonly padding: readonly [number, number];

  /**
   * Makes the layer.
   *
   * @param kernelSize Size of the window: one number, or rows and columns.
   * @param options stride: the window's own size if not said; padding: at most half the window.
   * @throws {RangeError} if a size is negative or fractional, or the padding is too wide.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(kernelSize: Size, options: PoolOptions = {}) {
    super();
    const name = new.target.name;
    if (arguments.length > 2) surplus(name, arguments, 2, "what Python names stands in one object");
    this.kernelSize = pair(name, "kernel size", kernelSize, 1);
    checkOptions(name, options, ["stride", "padding"]);
    const { stride = kernelSize, padding = 0 } = options;
    this.stride = pair(name, "stride", stride, 1);
    this.padding = pair(name, "padding", padding, 0);
    this.padding.forEach((border, i) => {
      if (border <= this.kernelSize[i] / 2) return;
      throw new RangeError(
        `${name}: padding must be at most half of the window ${this.kernelSize[i]}, not ${border}`,
      );
    });
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const { kernelSize, stride, padding } = this;
    return argumentsText([kernelSize], { stride, padding }, { stride: kernelSize, padding: 0 });
  }
}

/** A type only: nobody but this file makes classes of it. */
export type { Pooling };

/**
 * The largest number of each window: see `F.maxPool2d`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new nn.MaxPool2d(3, { stride: 2 }).forward(randn(1, 8, 55, 55)).shape, [1, 8, 27, 27]);
 * ```
 */
export class MaxPool2d extends Pooling {
  /**
   * Pools the images.
   *
   * @param x Images [N, C, H, W].
   * @returns [N, C, H', W'].
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    const { kernelSize, stride, padding } = this;
    return maxPool2d(oneTensor(this, x, arguments), kernelSize, { stride, padding });
  }
}

/**
 * The mean of each window: see `F.avgPool2d`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new nn.AvgPool2d(2).forward(randn(1, 6, 28, 28)).shape, [1, 6, 14, 14]);
 * ```
 */
export class AvgPool2d extends Pooling {
  /**
   * Pools the images.
   *
   * @param x Images [N, C, H, W].
   * @returns [N, C, H', W'].
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    const { kernelSize, stride, padding } = this;
    return avgPool2d(oneTensor(this, x, arguments), kernelSize, { stride, padding });
  }
}

/**
 * Averages each channel down to a size: see `F.adaptiveAvgPool2d`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new nn.AdaptiveAvgPool2d(1).forward(randn(2, 512, 7, 7)).shape, [2, 512, 1, 1]);
 * ```
 */
export class AdaptiveAvgPool2d extends Module {
  /** Rows and columns of the result. */
  readonly outputSize: readonly [number, number];

  /**
   * Makes the layer.
   *
   * @param outputSize Rows and columns of the result; 1 gives the global average.
   * @throws {RangeError} if a size is not a whole number ≥ 1.
   * @throws {TypeError} if it is of another kind.
   */
  constructor(outputSize: Size) {
    super();
    if (arguments.length > 1) surplus("AdaptiveAvgPool2d", arguments, 1);
    this.outputSize = pair("AdaptiveAvgPool2d", "output size", outputSize, 1);
  }

  /**
   * Pools the images.
   *
   * @param x Images [N, C, H, W].
   * @returns [N, C, rows, columns].
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(oneTensor(this, x, arguments), this.outputSize);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return argumentsText([this.outputSize]);
  }
}
