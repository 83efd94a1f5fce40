/** The transposed convolutional layers. */
import { convTranspose1d, convTranspose2d } from "../functional/convolution_transpose.ts";
import { checkOutputPadding } from "../functional/filters.ts";
import { text } from "../device/shape.ts";
import { checkTensor } from "../tensor/check.ts";
import { perDimension, type Size } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkBoolean, checkOptions, checkWhole, surplus, withDefaults } from "../text/arguments.ts";
import { argumentsText } from "./describe.ts";
import { asFilters, learned, uniform } from "./draw.ts";
import { Module } from "./module.ts";
import type { Parameter } from "./parameter.ts";

/** Settings of {@linkcode ConvTranspose1d} and {@linkcode ConvTranspose2d}. */
export interface ConvTransposeLayerOptions {
  /** How far apart the windows lie that the input's pixels are spread over: 1 by default. */
  stride?: Size;
  /** How much is cut off on each side: 0 by default. */
  padding?: Size;
  /** How much larger the result is, behind; less than stride or dilation: 0 by default. */
  outputPadding?: Size;
  /** How many groups the channels fall into: 1 by default. */
  groups?: number;
  /** Whether a bias is added to each output channel: true by default. */
  bias?: boolean;
  /** Distance between the taps of the kernel: 1 by default. */
  dilation?: Size;
}

const DEFAULTS: Required<ConvTransposeLayerOptions> = {
  stride: 1,
  padding: 0,
  outputPadding: 0,
  groups: 1,
  bias: true,
  dilation: 1,
};

/** What the transposed convolutions share; they differ in how many dimensions follow the channels. */
abstract class ConvTranspose extends Module {
  /** [in, out / groups, ...kernelSize] */
  weight: Parameter;
  /** [out], or null. */
  bias: Parameter | null;
  /** The window's size, per dimension. */
  readonly kernelSize: readonly number[];
  /** How far apart the windows lie, per dimension. */
  readonly stride: readonly number[];
  /** How much is cut off on each side, per dimension. */
  readonly padding: readonly number[];
  /** How much larger the result is, per dimension. */
  readonly outputPadding: readonly number[];
  /** Distance between the taps of the kernel, per dimension. */
  readonly dilation: readonly number[];
  /** How many groups the channels fall into. */
  readonly groups: number;

  /** @internal How many dimensions follow the channels. */
  protected get spatial(): 1 | 2 {
    return 2;
  }

  /**
   * Makes the layer.
   *
   * @param inChannels Channels of the input.
   * @param outChannels Channels of the output.
   * @param kernelSize Size of the window: one number, or one a dimension.
   * @param options stride, padding, outputPadding, groups, bias, dilation.
   * @throws {RangeError} if a size is negative or fractional, `groups` does not divide the channels, or outputPadding is larger
   * than stride and dilation allow.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: Size,
    options: ConvTransposeLayerOptions = {},
  ) {
    super();
    const { name } = new.target, { spatial } = this;
    if (arguments.length > 4) surplus(name, arguments, 4, "what Python names stands in one object");
    checkWhole(name, "inChannels", inChannels, 1);
    checkWhole(name, "outChannels", outChannels, 1);
    this.kernelSize = perDimension(name, "kernel size", kernelSize, 1, spatial);
    checkOptions(name, options, Object.keys(DEFAULTS));
    const { stride, padding, outputPadding, groups, bias, dilation } = withDefaults(DEFAULTS, options);
    this.stride = perDimension(name, "stride", stride, 1, spatial);
    this.padding = perDimension(name, "padding", padding, 0, spatial);
    this.outputPadding = perDimension(name, "outputPadding", outputPadding, 0, spatial);
    this.dilation = perDimension(name, "dilation", dilation, 1, spatial);
    this.groups = checkWhole(name, "groups", groups, 1);
    checkBoolean(name, "bias", bias);
    checkOutputPadding(name, this.outputPadding, this.stride, this.dilation);
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new RangeError(
        `${name}: groups must divide the channels ${text([inChannels, outChannels])}; ${groups} does not`,
      );
    }
    const shape = [inChannels, outChannels / groups, ...this.kernelSize];
    const bound = 1 / Math.sqrt(this.kernelSize.reduce((size, n) => size * n, shape[1]));
    this.weight = learned(asFilters(uniform(shape, -bound, bound)));
    this.bias = bias ? learned(uniform([outChannels], -bound, bound)) : null;
  }

  /** @internal The transposed convolution of x, to a size if one is asked for. */
  protected spread(
    convolution: typeof convTranspose2d,
    x: Tensor,
    outputSize: Size | undefined,
    given: ArrayLike<unknown>,
  ): Tensor {
    const name = `${this.constructor.name}.forward`;
    if (given.length > 2) surplus(name, given, 2);
    checkTensor(name, "the input", x);
    const { bias, stride, padding, groups, dilation } = this;
    const outputPadding = outputSize === undefined ? this.outputPadding : this.reaching(name, x, outputSize);
    return convolution(x, this.weight, { bias, stride, padding, outputPadding, groups, dilation });
  }

  /** @internal The outputPadding that makes the result as large as asked for. */
  protected reaching(name: string, x: Tensor, outputSize: Size): number[] {
    const { spatial, kernelSize, stride, padding, dilation } = this;
    const sizes = perDimension(name, "outputSize", outputSize, 1, spatial);
    const least = x.shape.slice(-spatial).map((n, i) =>
      (n - 1) * stride[i] - 2 * padding[i] + dilation[i] * (kernelSize[i] - 1) + 1
    );
    const more = sizes.map((n, i) => n - least[i]);
    if (more.some((n, i) => !(n >= 0 && n < stride[i]))) {
      const most = least.map((n, i) => n + stride[i] - 1);
      throw new RangeError(
        `${name}: outputSize must be from ${text(least)} to ${text(most)} for an input ${
          text(x.shape)
        }, not ${text(sizes)}`,
      );
    }
    return more;
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const { inChannels, outChannels, kernelSize, stride, padding, outputPadding, groups, bias, dilation } =
      this;
    const options = { stride, padding, outputPadding, groups, bias: bias !== null, dilation };
    return argumentsText([inChannels, outChannels, kernelSize], options, DEFAULTS);
  }
}

/** A type only: nobody but this file makes classes of it. */
export type { ConvTranspose };

/**
 * A transposed convolution over images, which enlarges them: see `F.convTranspose2d`. Weights and bias start uniform in
 * ±1 / √(out / groups · kH · kW).
 *
 * PyTorch: `torch.nn.ConvTranspose2d`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const layer = new nn.ConvTranspose2d(16, 8, 4, { stride: 2, padding: 1 });
 * assertEquals(layer.forward(randn(4, 16, 7, 7)).shape, [4, 8, 14, 14]);
 * ```
 */
export class ConvTranspose2d extends ConvTranspose {
  /**
   * Spreads the images' pixels.
   *
   * @param x Images [N, in, H, W] or [in, H, W].
   * @param outputSize Rows and columns of the result: with strides there are several that a convolution would take to x's.
   * @returns [N, out, H', W'] or [out, H', W'].
   * @throws {RangeError} if the channels do not fit, or the size cannot be had.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor, outputSize?: Size): Tensor {
    return this.spread(convTranspose2d, x, outputSize, arguments);
  }
}

/**
 * A transposed convolution over signals, which makes them longer: see `F.convTranspose1d`. Weights and bias start uniform in
 * ±1 / √(out / groups · k).
 *
 * PyTorch: `torch.nn.ConvTranspose1d`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const layer = new nn.ConvTranspose1d(4, 2, 3, { stride: 2 });
 * assertEquals(layer.forward(randn(1, 4, 5)).shape, [1, 2, 11]);
 * assertEquals(layer.forward(randn(1, 4, 5), 12).shape, [1, 2, 12]);
 * ```
 */
export class ConvTranspose1d extends ConvTranspose {
  /** @internal */
  protected override get spatial(): 1 {
    return 1;
  }

  /**
   * Spreads the signals' numbers.
   *
   * @param x Signals [N, in, L] or [in, L].
   * @param outputSize Length of the result: with strides there are several that a convolution would take to x's.
   * @returns [N, out, L'] or [out, L'].
   * @throws {RangeError} if the channels do not fit, or the length cannot be had.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor, outputSize?: Size): Tensor {
    return this.spread(convTranspose1d, x, outputSize, arguments);
  }
}
