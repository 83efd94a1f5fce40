/** Layers that make columns of windows, and images of columns. */
import { fold, unfold, type UnfoldOptions } from "../functional/unfold.ts";
import { pair, type Size } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { argumentsText } from "./describe.ts";
import { checkOptions, surplus, withDefaults } from "../text/arguments.ts";
import { oneTensor } from "./input.ts";
import { Module } from "./module.ts";

const DEFAULTS: Required<UnfoldOptions> = { dilation: 1, padding: 0, stride: 1 };

/** The options, each as rows and columns. */
function pairs(name: string, options: UnfoldOptions): Record<keyof UnfoldOptions, readonly [number, number]> {
  checkOptions(name, options, Object.keys(DEFAULTS));
  const { dilation, padding, stride } = withDefaults(DEFAULTS, options);
  return {
    dilation: pair(name, "dilation", dilation, 1),
    padding: pair(name, "padding", padding, 0),
    stride: pair(name, "stride", stride, 1),
  };
}

/**
 * The windows of images as columns: see `F.unfold`.
 *
 * PyTorch: `torch.nn.Unfold`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const patches = new nn.Unfold(4, { stride: 4 }).forward(randn(2, 3, 8, 12)); // as a vision transformer takes them
 * assertEquals(patches.shape, [2, 3 * 16, 6]);
 * ```
 */
export class Unfold extends Module {
  /** Rows and columns of the window. */
  readonly kernelSize: readonly [number, number];
  /** Distance between the taps of a window. */
  readonly dilation: readonly [number, number];
  /** Rows of zeros above and below, columns of zeros left and right. */
  readonly padding: readonly [number, number];
  /** How far the window moves, down and to the right. */
  readonly stride: readonly [number, number];

  /**
   * Makes the layer.
   *
   * @param kernelSize Size of the window: one number, or rows and columns.
   * @param options dilation, padding, stride.
   * @throws {RangeError} if a size is negative or fractional.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(kernelSize: Size, options: UnfoldOptions = {}) {
    super();
    if (arguments.length > 2) surplus("Unfold", arguments, 2, "what Python names stands in one object");
    this.kernelSize = pair("Unfold", "kernel size", kernelSize, 1);
    ({ dilation: this.dilation, padding: this.padding, stride: this.stride } = pairs("Unfold", options));
  }

  /**
   * Makes columns.
   *
   * @param x Images [N, C, H, W] or [C, H, W].
   * @returns [N, C kH kW, windows] or [C kH kW, windows].
   * @throws {RangeError} if the window does not fit.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    const { kernelSize, dilation, padding, stride } = this;
    return unfold(oneTensor(this, x, arguments), kernelSize, { dilation, padding, stride });
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const { kernelSize, dilation, padding, stride } = this;
    return argumentsText([kernelSize], { dilation, padding, stride }, DEFAULTS);
  }
}

/**
 * Adds columns up to images: see `F.fold`.
 *
 * PyTorch: `torch.nn.Fold`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const images = new nn.Fold([8, 12], 4, { stride: 4 }).forward(randn(2, 3 * 16, 6));
 * assertEquals(images.shape, [2, 3, 8, 12]);
 * ```
 */
export class Fold extends Module {
  /** Rows and columns of the images. */
  readonly outputSize: readonly [number, number];
  /** Rows and columns of the window. */
  readonly kernelSize: readonly [number, number];
  /** Distance between the taps of a window. */
  readonly dilation: readonly [number, number];
  /** Rows above and below, columns left and right that are cut off. */
  readonly padding: readonly [number, number];
  /** How far the window moves, down and to the right. */
  readonly stride: readonly [number, number];

  /**
   * Makes the layer.
   *
   * @param outputSize Rows and columns of the images: one number, or two.
   * @param kernelSize Size of the window: one number, or rows and columns.
   * @param options dilation, padding, stride.
   * @throws {RangeError} if a size is negative or fractional.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(outputSize: Size, kernelSize: Size, options: UnfoldOptions = {}) {
    super();
    if (arguments.length > 3) surplus("Fold", arguments, 3, "what Python names stands in one object");
    this.outputSize = pair("Fold", "output size", outputSize, 1);
    this.kernelSize = pair("Fold", "kernel size", kernelSize, 1);
    ({ dilation: this.dilation, padding: this.padding, stride: this.stride } = pairs("Fold", options));
  }

  /**
   * Makes images.
   *
   * @param x Columns [N, C kH kW, windows] or [C kH kW, windows].
   * @returns Images [N, C, H, W] or [C, H, W].
   * @throws {RangeError} if there are not as many columns as windows.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    const { outputSize, kernelSize, dilation, padding, stride } = this;
    return fold(oneTensor(this, x, arguments), outputSize, kernelSize, { dilation, padding, stride });
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const { outputSize, kernelSize, dilation, padding, stride } = this;
    return argumentsText([outputSize, kernelSize], { dilation, padding, stride }, DEFAULTS);
  }
}
