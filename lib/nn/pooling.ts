/** Pooling layers: `F.maxPool2d` and its relatives as modules. */
import {
  avgPool1d,
  avgPool2d,
  type AvgPoolOptions,
  type MaxIndices,
  maxPool1d,
  maxPool2d,
  type MaxPoolOptions,
  type WindowOptions,
} from "../functional/pooling.ts";
import { perDimension, type Size } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { argumentsText } from "./describe.ts";
import { checkBoolean, checkNumber, checkOptions, surplus } from "../text/arguments.ts";
import { oneTensor } from "./input.ts";
import { Module } from "./module.ts";

/** What the poolings with a window share. */
abstract class Pooling extends Module {
  /** The window's size, per dimension. */
  readonly kernelSize: readonly number[];
  /** How far the window moves, per dimension. */
  readonly stride: readonly number[];
  /** The border on each side, per dimension. */
  readonly padding: readonly number[];
  /** Whether a last window may hang over the far border. */
  readonly ceilMode: boolean;

  /** @internal How many dimensions follow the channels. */
  protected get spatial(): 1 | 2 {
    return 2;
  }

  /** @internal Looks at what all poolings take. */
  constructor(kernelSize: Size, options: WindowOptions) {
    super();
    const { name } = new.target, { spatial } = this;
    const { stride = kernelSize, padding = 0, ceilMode = false } = options;
    this.kernelSize = perDimension(name, "kernel size", kernelSize, 1, spatial);
    this.stride = perDimension(name, "stride", stride, 1, spatial);
    this.padding = perDimension(name, "padding", padding, 0, spatial);
    this.ceilMode = checkBoolean(name, "ceilMode", ceilMode);
    this.padding.forEach((border, i) => {
      if (border <= this.kernelSize[i] / 2) return;
      throw new RangeError(
        `${name}: padding must be at most half of the window ${this.kernelSize[i]}, not ${border}`,
      );
    });
  }

  /** @internal The arguments, for printing; `more` are the options of one kind, and what they are by default. */
  protected text(more: Record<string, unknown>, defaults: Record<string, unknown>): string {
    const { kernelSize, stride, padding, ceilMode } = this;
    return argumentsText([kernelSize], { stride, padding, ...more, ceilMode }, {
      ...{ stride: kernelSize, padding: 0, ceilMode: false },
      ...defaults,
    });
  }
}

/** What a maximum returns: with its places, if so asked. */
export type Pooled<I extends boolean> = I extends true ? MaxIndices : Tensor;

/** The poolings that take the largest. */
abstract class MaxPool<I extends boolean> extends Pooling {
  /** Distance between the pixels of a window, per dimension. */
  readonly dilation: readonly number[];
  /** Whether it returns { values, indices }. */
  readonly returnIndices: boolean;

  /**
   * Makes the layer.
   *
   * @param kernelSize Size of the window: one number, or one a dimension.
   * @param options stride: the window's own size by default; padding: at most half the window; dilation, ceilMode;
   * returnIndices: whether it returns { values, indices }.
   * @throws {RangeError} if a size is negative or fractional, or the padding is too wide.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(kernelSize: Size, options: MaxPoolOptions & { returnIndices?: I } = {}) {
    const { name } = new.target;
    if (arguments.length > 2) surplus(name, arguments, 2, "what Python names stands in one object");
    checkOptions(name, options, ["stride", "padding", "dilation", "ceilMode", "returnIndices"]);
    super(kernelSize, options);
    const { dilation = 1, returnIndices = false } = options;
    this.returnIndices = checkBoolean(name, "returnIndices", returnIndices);
    this.dilation = perDimension(name, "dilation", dilation, 1, this.spatial);
  }

  /** @internal The pooling of x: { values, indices } if so asked. */
  protected pooled(pool: typeof maxPool2d, x: Tensor): Pooled<I> {
    const { kernelSize, stride, padding, dilation, ceilMode, returnIndices } = this;
    const options = { stride, padding, dilation, ceilMode };
    const result = returnIndices
      ? pool(x, kernelSize, { ...options, returnIndices })
      : pool(x, kernelSize, options);
    return result as Pooled<I>;
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const { dilation, returnIndices } = this;
    return this.text({ dilation, returnIndices }, { dilation: 1, returnIndices: false });
  }
}

/** The poolings that take the mean. */
abstract class AvgPool extends Pooling {
  /** Whether zeros of the border count as pixels of a window. */
  readonly countIncludePad: boolean;

  /** @internal Looks at what all means take. */
  constructor(kernelSize: Size, options: AvgPoolOptions = {}) {
    super(kernelSize, options);
    const { countIncludePad = true } = options;
    this.countIncludePad = checkBoolean(new.target.name, "countIncludePad", countIncludePad);
  }
}

/** Types only: nobody but this file makes classes of them. */
export type { AvgPool, MaxPool, Pooling };

/**
 * The largest number of each window: see `F.maxPool2d`.
 *
 * PyTorch: `torch.nn.MaxPool2d`.
 *
 * @typeParam I Whether it returns { values, indices }.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new nn.MaxPool2d(3, { stride: 2 }).forward(randn(1, 8, 55, 55)).shape, [1, 8, 27, 27]);
 * ```
 */
export class MaxPool2d<I extends boolean = false> extends MaxPool<I> {
  /**
   * Pools the images.
   *
   * @param x Images [N, C, H, W] or [C, H, W].
   * @returns [N, C, H', W'] or [C, H', W']; with `returnIndices` { values, indices }.
   * @throws {RangeError} if the window does not fit.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Pooled<I> {
    return this.pooled(maxPool2d, oneTensor(this, x, arguments));
  }
}

/**
 * The largest number of each window of a signal: see `F.maxPool1d`.
 *
 * PyTorch: `torch.nn.MaxPool1d`.
 *
 * @typeParam I Whether it returns { values, indices }.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new nn.MaxPool1d(2, { ceilMode: true }).forward(randn(4, 8, 25)).shape, [4, 8, 13]);
 * ```
 */
export class MaxPool1d<I extends boolean = false> extends MaxPool<I> {
  /** @internal */
  protected override get spatial(): 1 {
    return 1;
  }

  /**
   * Pools the signals.
   *
   * @param x Signals [N, C, L] or [C, L].
   * @returns [N, C, L'] or [C, L']; with `returnIndices` { values, indices }.
   * @throws {RangeError} if the window does not fit.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Pooled<I> {
    return this.pooled(maxPool1d, oneTensor(this, x, arguments));
  }
}

/**
 * The mean of each window: see `F.avgPool2d`.
 *
 * PyTorch: `torch.nn.AvgPool2d`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new nn.AvgPool2d(2).forward(randn(1, 6, 28, 28)).shape, [1, 6, 14, 14]);
 * ```
 */
export class AvgPool2d extends AvgPool {
  /** What the sum of a window is divided by; null: by how many pixels it has. */
  readonly divisorOverride: number | null;

  /**
   * Makes the layer.
   *
   * @param kernelSize Size of the window: one number, or rows and columns.
   * @param options stride: the window's own size by default; padding: at most half the window; ceilMode, countIncludePad,
   * divisorOverride.
   * @throws {RangeError} if a size is negative or fractional, or the padding is too wide.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(kernelSize: Size, options: AvgPoolOptions = {}) {
    if (arguments.length > 2) surplus("AvgPool2d", arguments, 2, "what Python names stands in one object");
    const known = ["stride", "padding", "ceilMode", "countIncludePad", "divisorOverride"];
    checkOptions("AvgPool2d", options, known);
    super(kernelSize, options);
    const { divisorOverride } = options;
    this.divisorOverride = divisorOverride === undefined
      ? null
      : checkNumber("AvgPool2d", "divisorOverride", divisorOverride);
  }

  /**
   * Pools the images.
   *
   * @param x Images [N, C, H, W] or [C, H, W].
   * @returns [N, C, H', W'] or [C, H', W'].
   * @throws {RangeError} if the window does not fit, or divisorOverride is no whole number other than 0.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    const { kernelSize, stride, padding, ceilMode, countIncludePad } = this;
    const divisorOverride = this.divisorOverride ?? undefined;
    const options = { stride, padding, ceilMode, countIncludePad, divisorOverride };
    return avgPool2d(oneTensor(this, x, arguments), kernelSize, options);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const { countIncludePad, divisorOverride } = this;
    return this.text({ countIncludePad, divisorOverride }, { countIncludePad: true, divisorOverride: null });
  }
}

/**
 * The mean of each window of a signal: see `F.avgPool1d`.
 *
 * PyTorch: `torch.nn.AvgPool1d`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new nn.AvgPool1d(4).forward(randn(1, 6, 28)).shape, [1, 6, 7]);
 * ```
 */
export class AvgPool1d extends AvgPool {
  /** @internal */
  protected override get spatial(): 1 {
    return 1;
  }

  /**
   * Makes the layer.
   *
   * @param kernelSize Size of the window.
   * @param options stride: the window's own size by default; padding: at most half the window; ceilMode, countIncludePad.
   * @throws {RangeError} if a size is negative or fractional, or the padding is too wide.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(kernelSize: Size, options: Omit<AvgPoolOptions, "divisorOverride"> = {}) {
    if (arguments.length > 2) surplus("AvgPool1d", arguments, 2, "what Python names stands in one object");
    checkOptions("AvgPool1d", options, ["stride", "padding", "ceilMode", "countIncludePad"]);
    super(kernelSize, options);
  }

  /**
   * Pools the signals.
   *
   * @param x Signals [N, C, L] or [C, L].
   * @returns [N, C, L'] or [C, L'].
   * @throws {RangeError} if the window does not fit.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    const { kernelSize, stride, padding, ceilMode, countIncludePad } = this;
    return avgPool1d(oneTensor(this, x, arguments), kernelSize, {
      stride,
      padding,
      ceilMode,
      countIncludePad,
    });
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return this.text({ countIncludePad: this.countIncludePad }, { countIncludePad: true });
  }
}
