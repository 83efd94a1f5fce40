/** Normalization within a sample as layers: `F.layerNorm`, `F.rmsNorm` and `F.groupNorm` with parameters of their own. */
import { groupNorm } from "../functional/group_norm.ts";
import { layerNorm, rmsNorm } from "../functional/layer_norm.ts";
import { ones, zeros } from "../tensor/create.ts";
import { checkShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  checkBoolean,
  checkOptions,
  checkRange,
  checkWhole,
  surplus,
  withDefaults,
} from "../text/arguments.ts";
import { argumentsText } from "./describe.ts";
import { learned } from "./draw.ts";
import { oneTensor } from "./input.ts";
import { Module } from "./module.ts";
import type { Parameter } from "./parameter.ts";

/** Settings of {@linkcode LayerNorm}. */
export interface LayerNormLayerOptions {
  /** ε, added to the variance: 1e-5 by default. */
  eps?: number;
  /** Whether the result is scaled by γ and shifted by β, which are learned, a number for each element: true by default. */
  elementwiseAffine?: boolean;
  /** Whether there is a β: true by default. */
  bias?: boolean;
}

const DEFAULTS: Required<LayerNormLayerOptions> = { eps: 1e-5, elementwiseAffine: true, bias: true };

/**
 * Normalizes each sample over its last dimensions, then scales and shifts every element (Ba et al. 2016). It is the same in training
 * and in evaluation.
 *
 * PyTorch: `torch.nn.LayerNorm`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertAlmostEquals } from "@std/assert";
 * const y = new nn.LayerNorm(64).forward(randn(32, 128, 64));
 * assertAlmostEquals(await y.at(3, 5).mean().item(), 0, 1e-5);
 * ```
 */
export class LayerNorm extends Module {
  /** The sizes of the dimensions that are normalized together. */
  readonly normalizedShape: readonly number[];
  /** ε, added to the variance. */
  readonly eps: number;
  /** γ, ones at first; null without `elementwiseAffine`. */
  weight: Parameter | null;
  /** β, zeros at first; null without `elementwiseAffine` or without `bias`. */
  bias: Parameter | null;

  /**
   * Makes the layer.
   *
   * @param normalizedShape The sizes of the last dimensions, or of the last one.
   * @param options eps, elementwiseAffine, bias.
   * @throws {RangeError} if a number makes no sense.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(normalizedShape: number | readonly number[], options: LayerNormLayerOptions = {}) {
    super();
    if (arguments.length > 2) surplus("LayerNorm", arguments, 2);
    checkOptions("LayerNorm", options, Object.keys(DEFAULTS));
    const { eps, elementwiseAffine, bias } = withDefaults(DEFAULTS, options);
    this.normalizedShape = checkNormalizedShape("LayerNorm", normalizedShape);
    this.eps = checkRange("LayerNorm", "eps", eps, 0);
    checkBoolean("LayerNorm", "elementwiseAffine", elementwiseAffine);
    checkBoolean("LayerNorm", "bias", bias);
    this.weight = elementwiseAffine ? learned(ones(this.normalizedShape)) : null;
    this.bias = elementwiseAffine && bias ? learned(zeros(this.normalizedShape)) : null;
  }

  /**
   * Normalizes.
   *
   * @param x [..., normalizedShape].
   * @returns The same shape.
   * @throws {RangeError} if x does not end with the normalized shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    const { weight, bias, eps } = this;
    return layerNorm(oneTensor(this, x, arguments), this.normalizedShape, { weight, bias, eps });
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const { normalizedShape, eps, weight } = this, elementwiseAffine = weight !== null;
    const options = { eps, elementwiseAffine, bias: !elementwiseAffine || this.bias !== null };
    return `[${normalizedShape.join(", ")}]${after(argumentsText([], options, DEFAULTS))}`;
  }
}

/** Settings of {@linkcode RMSNorm}. */
export interface RMSNormLayerOptions {
  /** ε, added to the mean of the squares: 2⁻²³ by default, the distance from 1 to the next float32. */
  eps?: number | null;
  /** Whether the result is scaled by γ, which is learned, a number for each element: true by default. */
  elementwiseAffine?: boolean;
}

const RMS_DEFAULTS: Required<RMSNormLayerOptions> = { eps: null, elementwiseAffine: true };

/**
 * Divides each sample by the root of the mean of its squares over its last dimensions, then scales every element (Zhang & Sennrich
 * 2019): what many language models have in the place of {@linkcode LayerNorm}.
 *
 * PyTorch: `torch.nn.RMSNorm`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * const y = new nn.RMSNorm(2).forward(tensor([[1, 7]]));
 * console.log(await y.format()); // [[0.2000, 1.4000]]
 * ```
 */
export class RMSNorm extends Module {
  /** The sizes of the dimensions that are normalized together. */
  readonly normalizedShape: readonly number[];
  /** ε, added to the mean of the squares; null: 2⁻²³. */
  readonly eps: number | null;
  /** γ, ones at first; null without `elementwiseAffine`. */
  weight: Parameter | null;

  /**
   * Makes the layer.
   *
   * @param normalizedShape The sizes of the last dimensions, or of the last one.
   * @param options eps, elementwiseAffine.
   * @throws {RangeError} if a number makes no sense.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(normalizedShape: number | readonly number[], options: RMSNormLayerOptions = {}) {
    super();
    if (arguments.length > 2) surplus("RMSNorm", arguments, 2);
    checkOptions("RMSNorm", options, Object.keys(RMS_DEFAULTS));
    const { eps, elementwiseAffine } = withDefaults(RMS_DEFAULTS, options);
    this.normalizedShape = checkNormalizedShape("RMSNorm", normalizedShape);
    this.eps = eps === null ? null : checkRange("RMSNorm", "eps", eps, 0);
    checkBoolean("RMSNorm", "elementwiseAffine", elementwiseAffine);
    this.weight = elementwiseAffine ? learned(ones(this.normalizedShape)) : null;
  }

  /**
   * Normalizes.
   *
   * @param x [..., normalizedShape].
   * @returns The same shape.
   * @throws {RangeError} if x does not end with the normalized shape.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    const { weight, eps } = this;
    return rmsNorm(oneTensor(this, x, arguments), this.normalizedShape, { weight, eps });
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const { normalizedShape, eps } = this, elementwiseAffine = this.weight !== null;
    const options = { eps, elementwiseAffine };
    return `[${normalizedShape.join(", ")}]${after(argumentsText([], options, RMS_DEFAULTS))}`;
  }
}

/** Settings of {@linkcode GroupNorm}. */
export interface GroupNormLayerOptions {
  /** ε, added to the variance: 1e-5 by default. */
  eps?: number;
  /** Whether the result is scaled by γ and shifted by β, which are learned, a number for each channel: true by default. */
  affine?: boolean;
}

const GROUP_DEFAULTS: Required<GroupNormLayerOptions> = { eps: 1e-5, affine: true };

/**
 * Normalizes groups of channels of each sample, then scales and shifts every channel (Wu & He 2018): unlike batch normalization it
 * needs no batch.
 *
 * PyTorch: `torch.nn.GroupNorm`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new nn.GroupNorm(2, 6).forward(randn(1, 6, 8, 8)).shape, [1, 6, 8, 8]);
 * ```
 */
export class GroupNorm extends Module {
  /** ε, added to the variance. */
  readonly eps: number;
  /** γ [C], ones at first; null without `affine`. */
  weight: Parameter | null;
  /** β [C], zeros at first; null without `affine`. */
  bias: Parameter | null;

  /**
   * Makes the layer.
   *
   * @param numGroups How many groups of neighbouring channels.
   * @param numChannels C, the size of dimension 1.
   * @param options eps, affine.
   * @throws {RangeError} if a number makes no sense, or the groups do not divide the channels.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(readonly numGroups: number, readonly numChannels: number, options: GroupNormLayerOptions = {}) {
    super();
    if (arguments.length > 3) surplus("GroupNorm", arguments, 3);
    checkOptions("GroupNorm", options, Object.keys(GROUP_DEFAULTS));
    const { eps, affine } = withDefaults(GROUP_DEFAULTS, options);
    checkWhole("GroupNorm", "numGroups", numGroups, 1);
    checkWhole("GroupNorm", "numChannels", numChannels, 1);
    if (numChannels % numGroups !== 0) {
      throw new RangeError(
        `GroupNorm: numGroups must divide ${numChannels} channels, and ${numGroups} does not`,
      );
    }
    this.eps = checkRange("GroupNorm", "eps", eps, 0);
    checkBoolean("GroupNorm", "affine", affine);
    this.weight = affine ? learned(ones(numChannels)) : null;
    this.bias = affine ? learned(zeros(numChannels)) : null;
  }

  /**
   * Normalizes.
   *
   * @param x [N, C, ...].
   * @returns The same shape.
   * @throws {RangeError} if there are not C channels, or all of x is a single number a group.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    const { weight, bias, eps } = this;
    return groupNorm(oneTensor(this, x, arguments), this.numGroups, { weight, bias, eps });
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const { numGroups, numChannels, eps } = this;
    return argumentsText([numGroups, numChannels], { eps, affine: this.weight !== null }, GROUP_DEFAULTS);
  }
}

const after = (options: string): string => options === "" ? "" : `, ${options}`;

function checkNormalizedShape(name: string, given: number | readonly number[]): number[] {
  const shape = checkShape(name, typeof given === "number" ? [given] : given);
  if (shape.length === 0) {
    throw new RangeError(`${name}: the normalized shape must have at least one dimension`);
  }
  return shape;
}
