/** The way back of poolings as layers. */
import { maxUnpool1d, maxUnpool2d, type MaxUnpoolOptions } from "../functional/unpooling.ts";
import { checkTensor } from "../tensor/check.ts";
import { perDimension, type Size } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { argumentsText } from "./describe.ts";
import { checkOptions, surplus } from "../text/arguments.ts";
import { Module } from "./module.ts";

/** What the ways back share. */
abstract class MaxUnpool extends Module {
  /** The window's size, per dimension. */
  readonly kernelSize: readonly number[];
  /** How far the window moved, per dimension. */
  readonly stride: readonly number[];
  /** The border that there was on each side, per dimension. */
  readonly padding: readonly number[];

  /** @internal How many dimensions follow the channels. */
  protected get spatial(): 1 | 2 {
    return 2;
  }

  /**
   * Makes the layer.
   *
   * @param kernelSize Size of the window: one number, or one a dimension.
   * @param options stride: the window's own size by default; padding.
   * @throws {RangeError} if a size is negative or fractional.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(kernelSize: Size, options: Omit<MaxUnpoolOptions, "outputSize"> = {}) {
    super();
    const { name } = new.target, { spatial } = this;
    if (arguments.length > 2) surplus(name, arguments, 2, "what Python names stands in one object");
    checkOptions(name, options, ["stride", "padding"]);
    const { stride = kernelSize, padding = 0 } = options;
    this.kernelSize = perDimension(name, "kernel size", kernelSize, 1, spatial);
    this.stride = perDimension(name, "stride", stride, 1, spatial);
    this.padding = perDimension(name, "padding", padding, 0, spatial);
  }

  /** @internal The numbers where they stood. */
  protected back(
    unpool: typeof maxUnpool2d,
    x: Tensor,
    indices: Tensor,
    outputSize: Size | undefined,
    given: ArrayLike<unknown>,
  ): Tensor {
    const name = `${this.constructor.name}.forward`;
    if (given.length > 3) surplus(name, given, 3);
    checkTensor(name, "the input", x);
    const { kernelSize, stride, padding } = this;
    return unpool(x, indices, kernelSize, { stride, padding, outputSize });
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const { kernelSize, stride, padding } = this;
    return argumentsText([kernelSize], { stride, padding }, { stride: kernelSize, padding: 0 });
  }
}

/** A type only: nobody but this file makes classes of it. */
export type { MaxUnpool };

/**
 * Puts the largest numbers back where they stood: see `F.maxUnpool2d`.
 *
 * PyTorch: `torch.nn.MaxUnpool2d`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const pool = new nn.MaxPool2d(2, { returnIndices: true }), unpool = new nn.MaxUnpool2d(2);
 * const { values, indices } = pool.forward(randn(1, 3, 5, 4));
 * assertEquals(unpool.forward(values, indices, [5, 4]).shape, [1, 3, 5, 4]);
 * ```
 */
export class MaxUnpool2d extends MaxUnpool {
  /**
   * Puts the numbers back.
   *
   * @param x What a `MaxPool2d` with `returnIndices` gave as values, or what became of it: [N, C, H, W] or [C, H, W].
   * @param indices Where they stood.
   * @param outputSize Rows and columns of the result, where the pooling left pixels over.
   * @returns [N, C, H', W'] or [C, H', W'].
   * @throws {RangeError} if the shapes differ, or the size cannot be had.
   * @throws {TypeError} if x or indices are no such tensors, or more is given.
   */
  override forward(x: Tensor, indices: Tensor, outputSize?: Size): Tensor {
    return this.back(maxUnpool2d, x, indices, outputSize, arguments);
  }
}

/**
 * Puts the largest numbers of a signal back where they stood: see `F.maxUnpool1d`.
 *
 * PyTorch: `torch.nn.MaxUnpool1d`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const { values, indices } = new nn.MaxPool1d(2, { returnIndices: true }).forward(randn(3, 8));
 * assertEquals(new nn.MaxUnpool1d(2).forward(values, indices).shape, [3, 8]);
 * ```
 */
export class MaxUnpool1d extends MaxUnpool {
  /** @internal */
  protected override get spatial(): 1 {
    return 1;
  }

  /**
   * Puts the numbers back.
   *
   * @param x What a `MaxPool1d` with `returnIndices` gave as values, or what became of it: [N, C, L] or [C, L].
   * @param indices Where they stood.
   * @param outputSize Length of the result, where the pooling left numbers over.
   * @returns [N, C, L'] or [C, L'].
   * @throws {RangeError} if the shapes differ, or the size cannot be had.
   * @throws {TypeError} if x or indices are no such tensors, or more is given.
   */
  override forward(x: Tensor, indices: Tensor, outputSize?: Size): Tensor {
    return this.back(maxUnpool1d, x, indices, outputSize, arguments);
  }
}
