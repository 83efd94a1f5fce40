/** Layers that enlarge and shrink. */
import { interpolate, type InterpolateOptions, type InterpolationMode } from "../functional/interpolate.ts";
import { channelShuffle, pixelShuffle, pixelUnshuffle } from "../functional/shuffle.ts";
import type { Size } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { argumentsText } from "./describe.ts";
import {
  checkBoolean,
  checkChoice,
  checkOptions,
  checkWhole,
  describe,
  isNumbers,
  surplus,
} from "../text/arguments.ts";
import { oneTensor } from "./input.ts";
import { Module } from "./module.ts";

/** Settings of {@linkcode Upsample}. */
export type UpsampleOptions = Omit<InterpolateOptions, "antialias">;

const MODES = ["nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "area"] as const;

/**
 * Samples images, signals or volumes anew, at another size: see `F.interpolate`.
 *
 * PyTorch: `torch.nn.Upsample`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const layer = new nn.Upsample({ scaleFactor: 2, mode: "bilinear" });
 * assertEquals(layer.forward(randn(4, 16, 7, 7)).shape, [4, 16, 14, 14]);
 * ```
 */
export class Upsample extends Module {
  /** The size of the result; null where a factor says it. */
  readonly size: Size | null;
  /** How many times larger the result is; null where its size is said. */
  readonly scaleFactor: number | readonly number[] | null;
  /** How pixels between pixels are found. */
  readonly mode: InterpolationMode;
  /** Whether the outermost centers, not the outermost edges, lie on one another. */
  readonly alignCorners: boolean;
  /** Whether the distance of the places follows from both sizes even where a scale factor is given. */
  readonly recomputeScaleFactor: boolean;

  /**
   * Makes the layer.
   *
   * @param options size or scaleFactor; mode, alignCorners, recomputeScaleFactor: see `F.interpolate`.
   * @throws {RangeError} if neither or both of size and scaleFactor are given, or there is no such mode.
   * @throws {TypeError} if an option is of another kind, or there is no such option.
   */
  constructor(options: UpsampleOptions) {
    super();
    if (arguments.length > 1) surplus("Upsample", arguments, 1, "size and scaleFactor are options");
    checkOptions("Upsample", options, [
      "size",
      "scaleFactor",
      "mode",
      "alignCorners",
      "recomputeScaleFactor",
    ]);
    const { size, scaleFactor, mode = "nearest", alignCorners = false, recomputeScaleFactor = false } =
      options;
    if ((size === undefined) === (scaleFactor === undefined)) {
      throw new RangeError("Upsample: either size or scaleFactor is needed, and not both");
    }
    for (const [name, value] of Object.entries({ size, scaleFactor })) {
      if (value === undefined || typeof value === "number" || isNumbers(value)) continue;
      throw new TypeError(`Upsample: ${name} must be a number, or one a dimension, not ${describe(value)}`);
    }
    this.size = size ?? null;
    this.scaleFactor = scaleFactor ?? null;
    this.mode = checkChoice("Upsample", "mode", mode, MODES);
    this.alignCorners = checkBoolean("Upsample", "alignCorners", alignCorners);
    this.recomputeScaleFactor = checkBoolean("Upsample", "recomputeScaleFactor", recomputeScaleFactor);
  }

  /**
   * Samples anew.
   *
   * @param x [N, C, L], [N, C, H, W] or [N, C, D, H, W].
   * @returns The same with other sizes behind the channels.
   * @throws {RangeError} if the shape is not one of the mode, or nothing would be left of it.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    const { size, scaleFactor, mode, alignCorners, recomputeScaleFactor } = this;
    const sizes = size === null ? { scaleFactor: scaleFactor!, recomputeScaleFactor } : { size };
    return interpolate(oneTensor(this, x, arguments), { ...sizes, mode, alignCorners });
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const { size, scaleFactor, mode, alignCorners, recomputeScaleFactor } = this;
    const options = { size, scaleFactor, mode, alignCorners, recomputeScaleFactor };
    const defaults = {
      size: null,
      scaleFactor: null,
      mode: "nearest",
      alignCorners: false,
      recomputeScaleFactor: false,
    };
    return argumentsText([], options, defaults);
  }
}

/**
 * Rearranges r² channels to r × r pixels: see `F.pixelShuffle`.
 *
 * PyTorch: `torch.nn.PixelShuffle`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new nn.PixelShuffle(3).forward(randn(1, 9, 4, 4)).shape, [1, 1, 12, 12]);
 * ```
 */
export class PixelShuffle extends Module {
  /**
   * Makes the layer.
   *
   * @param upscaleFactor r.
   * @throws {RangeError} if it is no whole number ≥ 1.
   * @throws {TypeError} if it is no number.
   */
  constructor(readonly upscaleFactor: number) {
    super();
    if (arguments.length > 1) surplus("PixelShuffle", arguments, 1);
    checkWhole("PixelShuffle", "upscaleFactor", upscaleFactor, 1);
  }

  /**
   * Rearranges.
   *
   * @param x Images [..., C r², H, W].
   * @returns [..., C, H r, W r].
   * @throws {RangeError} if the channels are no multiple of r².
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return pixelShuffle(oneTensor(this, x, arguments), this.upscaleFactor);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return String(this.upscaleFactor);
  }
}

/**
 * Rearranges r × r pixels to r² channels: see `F.pixelUnshuffle`.
 *
 * PyTorch: `torch.nn.PixelUnshuffle`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new nn.PixelUnshuffle(3).forward(randn(1, 1, 12, 12)).shape, [1, 9, 4, 4]);
 * ```
 */
export class PixelUnshuffle extends Module {
  /**
   * Makes the layer.
   *
   * @param downscaleFactor r.
   * @throws {RangeError} if it is no whole number ≥ 1.
   * @throws {TypeError} if it is no number.
   */
  constructor(readonly downscaleFactor: number) {
    super();
    if (arguments.length > 1) surplus("PixelUnshuffle", arguments, 1);
    checkWhole("PixelUnshuffle", "downscaleFactor", downscaleFactor, 1);
  }

  /**
   * Rearranges.
   *
   * @param x Images [..., C, H, W].
   * @returns [..., C r², H / r, W / r].
   * @throws {RangeError} if height or width are no multiple of r.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return pixelUnshuffle(oneTensor(this, x, arguments), this.downscaleFactor);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return String(this.downscaleFactor);
  }
}

/**
 * Mixes the channels of groups: see `F.channelShuffle`.
 *
 * PyTorch: `torch.nn.ChannelShuffle`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new nn.ChannelShuffle(2).forward(randn(1, 8, 4, 4)).shape, [1, 8, 4, 4]);
 * ```
 */
export class ChannelShuffle extends Module {
  /**
   * Makes the layer.
   *
   * @param groups How many groups the channels fall into.
   * @throws {RangeError} if it is no whole number ≥ 1.
   * @throws {TypeError} if it is no number.
   */
  constructor(readonly groups: number) {
    super();
    if (arguments.length > 1) surplus("ChannelShuffle", arguments, 1);
    checkWhole("ChannelShuffle", "groups", groups, 1);
  }

  /**
   * Mixes.
   *
   * @param x [N, C, ...].
   * @returns The same shape.
   * @throws {RangeError} if the groups do not divide the channels.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    return channelShuffle(oneTensor(this, x, arguments), this.groups);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return String(this.groups);
  }
}
