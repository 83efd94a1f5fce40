/** Pooling layers whose result has a size that was asked for: `F.adaptiveAvgPool2d` and its relatives as modules. */
import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
} from "../functional/adaptive_pooling.ts";
import { checkOutputSize, type OutputSize } from "../functional/output_size.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { surplus } from "../text/arguments.ts";
import { oneTensor } from "./input.ts";
import { Module } from "./module.ts";

/** What the poolings to a size share. */
abstract class AdaptivePooling extends Module {
  /** The result's size, per dimension; null: the input's. */
  readonly outputSize: readonly (number | null)[];

  /** @internal How many dimensions follow the channels. */
  protected get spatial(): 1 | 2 {
    return 2;
  }

  /**
   * Makes the layer.
   *
   * @param outputSize Size of the result: one number, or one a dimension; 1 pools all of a channel, null leaves a dimension as it is.
   * @throws {RangeError} if a size is not a whole number ≥ 1.
   * @throws {TypeError} if it is of another kind.
   */
  constructor(outputSize: OutputSize) {
    super();
    const { name } = new.target;
    if (arguments.length > 1) surplus(name, arguments, 1);
    this.outputSize = checkOutputSize(name, outputSize, this.spatial);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const [first] = this.outputSize, same = this.outputSize.every((n) => n === first);
    return same ? String(first) : `[${this.outputSize.map(String).join(", ")}]`;
  }
}

/** A type only: nobody but this file makes classes of it. */
export type { AdaptivePooling };

/**
 * Averages each channel down to a size: see `F.adaptiveAvgPool2d`.
 *
 * PyTorch: `torch.nn.AdaptiveAvgPool2d`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new nn.AdaptiveAvgPool2d(1).forward(randn(2, 512, 7, 7)).shape, [2, 512, 1, 1]);
 * ```
 */
export class AdaptiveAvgPool2d extends AdaptivePooling {
  /**
   * Pools the images.
   *
   * @param x Images [N, C, H, W] or [C, H, W].
   * @returns [N, C, rows, columns] or [C, rows, columns].
   * @throws {RangeError} if the shape is another one, or empty.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(oneTensor(this, x, arguments), this.outputSize);
  }
}

/**
 * Averages each channel of a signal down to a length: see `F.adaptiveAvgPool1d`.
 *
 * PyTorch: `torch.nn.AdaptiveAvgPool1d`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new nn.AdaptiveAvgPool1d(5).forward(randn(2, 16, 50)).shape, [2, 16, 5]);
 * ```
 */
export class AdaptiveAvgPool1d extends AdaptivePooling {
  /** @internal */
  protected override get spatial(): 1 {
    return 1;
  }

  /**
   * Pools the signals.
   *
   * @param x Signals [N, C, L] or [C, L].
   * @returns [N, C, length] or [C, length].
   * @throws {RangeError} if the shape is another one, or empty.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return adaptiveAvgPool1d(oneTensor(this, x, arguments), this.outputSize);
  }
}

/**
 * The largest numbers of each channel, as many as a size asks for: see `F.adaptiveMaxPool2d`.
 *
 * PyTorch: `torch.nn.AdaptiveMaxPool2d`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new nn.AdaptiveMaxPool2d([5, null]).forward(randn(2, 64, 10, 9)).shape, [2, 64, 5, 9]);
 * ```
 */
export class AdaptiveMaxPool2d extends AdaptivePooling {
  /**
   * Pools the images.
   *
   * @param x Images [N, C, H, W] or [C, H, W].
   * @returns [N, C, rows, columns] or [C, rows, columns].
   * @throws {RangeError} if the shape is another one, or empty.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(oneTensor(this, x, arguments), this.outputSize);
  }
}

/**
 * The largest numbers of each channel of a signal, as many as asked for: see `F.adaptiveMaxPool1d`.
 *
 * PyTorch: `torch.nn.AdaptiveMaxPool1d`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new nn.AdaptiveMaxPool1d(1).forward(randn(2, 16, 50)).shape, [2, 16, 1]);
 * ```
 */
export class AdaptiveMaxPool1d extends AdaptivePooling {
  /** @internal */
  protected override get spatial(): 1 {
    return 1;
  }

  /**
   * Pools the signals.
   *
   * @param x Signals [N, C, L] or [C, L].
   * @returns [N, C, length] or [C, length].
   * @throws {RangeError} if the shape is another one, or empty.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return adaptiveMaxPool1d(oneTensor(this, x, arguments), this.outputSize);
  }
}
