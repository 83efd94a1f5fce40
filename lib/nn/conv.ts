/** The convolutional layer. */
import { conv2d } from "../functional/convolution.ts";
import { text } from "../device/shape.ts";
import { pair, type Size } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { argumentsText } from "./describe.ts";
import { checkBoolean, checkOptions, checkWhole, surplus, withDefaults } from "../text/arguments.ts";
import { asFilters, learned, uniform } from "./draw.ts";
import { oneTensor } from "./input.ts";
import { Module } from "./module.ts";
import type { Parameter } from "./parameter.ts";

/** Settings of {@linkcode Conv2d}. */
export interface Conv2dLayerOptions {
  /** How far the window moves: 1 if not said. */
  stride?: Size;
  /** Rows and columns of zeros on each side: 0 if not said. */
  padding?: Size;
  /** Distance between the taps of the kernel: 1 if not said. */
  dilation?: Size;
  /** How many groups the channels fall into; each output channel sees those of its own: 1 if not said. */
  groups?: number;
  /** Whether a bias is added to each output channel: true if not said. */
  bias?: boolean;
}

const DEFAULTS: Required<Conv2dLayerOptions> = { stride: 1, padding: 0, dilation: 1, groups: 1, bias: true };

/**
 * A convolution over images: see `F.conv2d`. Weights and bias start uniform in ±1 / √(in / groups · kH · kW).
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const layer = new nn.Conv2d(3, 16, 5, { stride: 2, padding: 2 });
 * assertEquals(layer.forward(randn(4, 3, 32, 32)).shape, [4, 16, 16, 16]);
 * ```
 */
export class Conv2d extends Module {
  /** [out, in / groups, kH, kW] */
  readonly weight: Parameter;
  /** [out], or null. */
  readonly bias: Parameter | null;
  /** Rows and columns of the window. */
  readonly kernelSize: readonly [number, number];
  /** How far the window moves, down and to the right. */
  readonly stride: readonly [number, number];
  /** Rows of zeros above and below, columns of zeros left and right. */
  readonly padding: readonly [number, number];
  /** Distance between the taps of the kernel. */
  readonly dilation: readonly [number, number];
  /** How many groups the channels fall into. */
  readonly groups: number;

  /**
   * Makes the layer.
   *
   * @param inChannels Channels of the input.
   * @param outChannels Channels of the output.
   * @param kernelSize Size of the window: one number, or rows and columns.
   * @param options stride, padding, dilation, groups, bias.
   * @throws {RangeError} if a size is negative or fractional, or `groups` does not divide the channels.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: Size,
    options: Conv2dLayerOptions = {},
  ) {
    super();
    if (arguments.length > 4) surplus("Conv2d", arguments, 4, "what Python names stands in one object");
    checkWhole("Conv2d", "inChannels", inChannels, 1);
    checkWhole("Conv2d", "outChannels", outChannels, 1);
    this.kernelSize = pair("Conv2d", "kernel size", kernelSize, 1);
    checkOptions("Conv2d", options, Object.keys(DEFAULTS));
    const { stride, padding, dilation, groups, bias } = withDefaults(DEFAULTS, options);
    this.stride = pair("Conv2d", "stride", stride, 1);
    this.padding = pair("Conv2d", "padding", padding, 0);
    this.dilation = pair("Conv2d", "dilation", dilation, 1);
    this.groups = checkWhole("Conv2d", "groups", groups, 1);
    checkBoolean("Conv2d", "bias", bias);
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new RangeError(
        `Conv2d: groups must divide the channels ${text([inChannels, outChannels])}; ${groups} does not`,
      );
    }
    const shape = [outChannels, inChannels / groups, ...this.kernelSize];
    const bound = 1 / Math.sqrt(shape[1] * shape[2] * shape[3]);
    this.weight = learned(asFilters(uniform(shape, -bound, bound)));
    this.bias = bias ? learned(uniform([outChannels], -bound, bound)) : null;
  }

  /**
   * Convolves the images.
   *
   * @param x Images [N, in, H, W].
   * @returns [N, out, H', W'].
   * @throws {RangeError} if the channels do not fit, or the image is smaller than the window.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    const { bias, stride, padding, dilation, groups } = this;
    return conv2d(oneTensor(this, x, arguments), this.weight, { bias, stride, padding, dilation, groups });
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const { inChannels, outChannels, kernelSize, stride, padding, dilation, groups, bias } = this;
    const options = { stride, padding, dilation, groups, bias: bias !== null };
    return argumentsText([inChannels, outChannels, kernelSize], options, DEFAULTS);
  }
}
