/** The convolutional layers. */
import { bordered } from "../functional/border.ts";
import { conv1d, conv2d } from "../functional/convolution.ts";
import { borders, checkPadding, type Padding } from "../functional/filters.ts";
import { text } from "../device/shape.ts";
import { perDimension, type Size } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { argumentsText } from "./describe.ts";
import {
  checkBoolean,
  checkChoice,
  checkOptions,
  checkWhole,
  surplus,
  withDefaults,
} from "../text/arguments.ts";
import { asFilters, learned, uniform } from "./draw.ts";
import { oneTensor } from "./input.ts";
import { Module } from "./module.ts";
import type { Parameter } from "./parameter.ts";

/** Settings of {@linkcode Conv1d} and {@linkcode Conv2d}. */
export interface ConvLayerOptions {
  /** How far the window moves: 1 by default. */
  stride?: Size;
  /** A border on each side, per dimension; or "same", which leaves the size as it is; or "valid", none: 0 by default. */
  padding?: Padding;
  /** Distance between the taps of the kernel: 1 by default. */
  dilation?: Size;
  /** How many groups the channels fall into; each output channel sees those of its own: 1 by default. */
  groups?: number;
  /** Whether a bias is added to each output channel: true by default. */
  bias?: boolean;
  /** What the border is made of, see `F.pad`: "zeros" by default. */
  paddingMode?: "zeros" | "reflect" | "replicate" | "circular";
}

const DEFAULTS: Required<ConvLayerOptions> = {
  stride: 1,
  padding: 0,
  dilation: 1,
  groups: 1,
  bias: true,
  paddingMode: "zeros",
};

/** What the convolutions share; they differ in how many dimensions follow the channels. */
abstract class Conv extends Module {
  /** [out, in / groups, ...kernelSize] */
  weight: Parameter;
  /** [out], or null. */
  bias: Parameter | null;
  /** The window's size, per dimension. */
  readonly kernelSize: readonly number[];
  /** How far the window moves, per dimension. */
  readonly stride: readonly number[];
  /** The border on each side, per dimension, or "same", or "valid". */
  readonly padding: readonly number[] | "same" | "valid";
  /** Distance between the taps of the kernel, per dimension. */
  readonly dilation: readonly number[];
  /** How many groups the channels fall into. */
  readonly groups: number;
  /** What the border is made of. */
  readonly paddingMode: "zeros" | "reflect" | "replicate" | "circular";

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
   * @param options stride, padding, dilation, groups, bias, paddingMode.
   * @throws {RangeError} if a size is negative or fractional, `groups` does not divide the channels, or "same" meets a stride.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: Size,
    options: ConvLayerOptions = {},
  ) {
    super();
    const { name } = new.target, { spatial } = this;
    if (arguments.length > 4) surplus(name, arguments, 4, "what Python names stands in one object");
    checkWhole(name, "inChannels", inChannels, 1);
    checkWhole(name, "outChannels", outChannels, 1);
    this.kernelSize = perDimension(name, "kernel size", kernelSize, 1, spatial);
    checkOptions(name, options, Object.keys(DEFAULTS));
    const { stride, padding, dilation, groups, bias, paddingMode } = withDefaults(DEFAULTS, options);
    this.stride = perDimension(name, "stride", stride, 1, spatial);
    this.padding = checkPadding(name, padding, spatial);
    this.dilation = perDimension(name, "dilation", dilation, 1, spatial);
    this.groups = checkWhole(name, "groups", groups, 1);
    this.paddingMode = checkChoice(name, "paddingMode", paddingMode, [
      "zeros",
      "reflect",
      "replicate",
      "circular",
    ]);
    checkBoolean(name, "bias", bias);
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new RangeError(
        `${name}: groups must divide the channels ${text([inChannels, outChannels])}; ${groups} does not`,
      );
    }
    borders(name, this.padding, this.kernelSize, this.stride, this.dilation);
    const shape = [outChannels, inChannels / groups, ...this.kernelSize];
    const bound = 1 / Math.sqrt(this.kernelSize.reduce((size, n) => size * n, shape[1]));
    this.weight = learned(asFilters(uniform(shape, -bound, bound)));
    this.bias = bias ? learned(uniform([outChannels], -bound, bound)) : null;
  }

  /** @internal The convolution of x, whose border is made where it is not of zeros. */
  protected convolve(convolution: typeof conv2d, x: Tensor): Tensor {
    const { weight, bias, stride, padding, dilation, groups, paddingMode } = this;
    const settings = { bias, stride, dilation, groups };
    if (paddingMode === "zeros") return convolution(x, weight, { ...settings, padding });
    const { name } = this.constructor;
    const { before, more } = borders(name, padding, this.kernelSize, stride, dilation);
    const pads = before.map((n, i) => [n, n + more[i]]).reverse().flat();
    return convolution(bordered(name, x, pads, paddingMode), weight, settings);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const { inChannels, outChannels, kernelSize, stride, padding, dilation, groups, bias, paddingMode } =
      this;
    const options = { stride, padding, dilation, groups, bias: bias !== null, paddingMode };
    return argumentsText([inChannels, outChannels, kernelSize], options, DEFAULTS);
  }
}

/** A type only: nobody but this file makes classes of it. */
export type { Conv };

/**
 * A convolution over images: see `F.conv2d`. Weights and bias start uniform in ±1 / √(in / groups · kH · kW).
 *
 * PyTorch: `torch.nn.Conv2d`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const layer = new nn.Conv2d(3, 16, 5, { stride: 2, padding: 2 });
 * assertEquals(layer.forward(randn(4, 3, 32, 32)).shape, [4, 16, 16, 16]);
 * ```
 */
export class Conv2d extends Conv {
  /**
   * Convolves the images.
   *
   * @param x Images [N, in, H, W] or [in, H, W].
   * @returns [N, out, H', W'] or [out, H', W'].
   * @throws {RangeError} if the channels do not fit, or the image is smaller than the window or a mirrored border.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return this.convolve(conv2d, oneTensor(this, x, arguments));
  }
}

/**
 * A convolution over signals: see `F.conv1d`. Weights and bias start uniform in ±1 / √(in / groups · k).
 *
 * PyTorch: `torch.nn.Conv1d`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const layer = new nn.Conv1d(2, 8, 3, { padding: "same", paddingMode: "circular" });
 * assertEquals(layer.forward(randn(4, 2, 100)).shape, [4, 8, 100]);
 * ```
 */
export class Conv1d extends Conv {
  /** @internal */
  protected override get spatial(): 1 {
    return 1;
  }

  /**
   * Convolves the signals.
   *
   * @param x Signals [N, in, L] or [in, L].
   * @returns [N, out, L'] or [out, L'].
   * @throws {RangeError} if the channels do not fit, or the signal is shorter than the window or a mirrored border.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return this.convolve(conv1d, oneTensor(this, x, arguments));
  }
}
