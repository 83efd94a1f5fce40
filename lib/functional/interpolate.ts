/** Images and signals of another size. */
import { apply } from "../autograd/graph.ts";
import { sampler, type SamplingMode } from "../device/interpolation.ts";
import { text } from "../device/shape.ts";
import type { Taps } from "../device/taps.ts";
import { checkTensor } from "../tensor/check.ts";
import { toDtype } from "../tensor/combine.ts";
import { perDimension, type Size } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkBoolean, checkChoice, checkOptions, describe, isNumbers, surplus } from "../text/arguments.ts";
import { checkRoom } from "./room.ts";

/** How pixels between pixels are found. */
export type InterpolationMode =
  | "nearest"
  | "nearest-exact"
  | "linear"
  | "bilinear"
  | "bicubic"
  | "trilinear"
  | "area";

/** Settings of {@linkcode interpolate}. */
export interface InterpolateOptions {
  /** The size of the result: this, or `scaleFactor`. */
  size?: Size;
  /** How many times larger the result is, for all spatial dimensions or each: this, or `size`. */
  scaleFactor?: number | readonly number[];
  /**
   * "nearest": the pixel in whose square the place lies; "nearest-exact": the one whose center is nearest; "linear" of signals,
   * "bilinear" of images, "trilinear" of volumes: between the centers around; "bicubic": by a cubic convolution with a = −3/4;
   * "area": means of all that a pixel covers. "nearest" by default.
   */
  mode?: InterpolationMode;
  /** Whether the outermost centers, not the outermost edges, lie on one another; of linear and cubic modes: false by default. */
  alignCorners?: boolean;
  /** Whether the distance of the places follows from both sizes even where a scale factor is given: false by default. */
  recomputeScaleFactor?: boolean;
  /** Whether what shrinks is smoothed over all pixels that it covers; of "bilinear" and "bicubic": false by default. */
  antialias?: boolean;
}

/** How many spatial dimensions a mode takes, if not any, and what it does along each. */
const MODES: Record<InterpolationMode, { spatial?: number; along: SamplingMode }> = {
  "nearest": { along: "nearest" },
  "nearest-exact": { along: "nearest-exact" },
  "linear": { spatial: 1, along: "linear" },
  "bilinear": { spatial: 2, along: "linear" },
  "trilinear": { spatial: 3, along: "linear" },
  "bicubic": { spatial: 2, along: "cubic" },
  "area": { along: "area" },
};

const KNOWN = ["size", "scaleFactor", "mode", "alignCorners", "recomputeScaleFactor", "antialias"];

/**
 * Samples images, signals or volumes anew, at another size: every spatial dimension by itself.
 *
 * PyTorch: `torch.nn.functional.interpolate`.
 *
 * @param x [N, C, L], [N, C, H, W] or [N, C, D, H, W].
 * @param options size or scaleFactor; mode, alignCorners, recomputeScaleFactor, antialias.
 * @returns The same with other sizes behind the channels, as float32.
 * @throws {RangeError} if the shape is none of these or not one of the mode, neither or both of size and scaleFactor are given, a
 * size is no whole number ≥ 1, or an option is not one of the mode.
 * @throws {TypeError} if x is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const x = tensor([[[1, 3]]]);
 * assertEquals(await F.interpolate(x, { scaleFactor: 2 }).array(), [[[1, 1, 3, 3]]]);
 * assertEquals(await F.interpolate(x, { size: 3, mode: "linear", alignCorners: true }).array(), [[[1, 2, 3]]]);
 * ```
 */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  if (arguments.length > 2) surplus("interpolate", arguments, 2, "size and mode are options");
  checkTensor("interpolate", "x", x);
  checkOptions("interpolate", options, KNOWN);
  const { mode = "nearest", alignCorners = false, recomputeScaleFactor = false, antialias = false } = options;
  const { spatial, along } = MODES[checkChoice("interpolate", "mode", mode, names)];
  checkBoolean("interpolate", "alignCorners", alignCorners);
  checkBoolean("interpolate", "recomputeScaleFactor", recomputeScaleFactor);
  checkBoolean("interpolate", "antialias", antialias);
  const sizes = x.shape.slice(2);
  if (sizes.length < 1 || sizes.length > 3 || (spatial ?? sizes.length) !== sizes.length) {
    const shapes = ["[N, C, L]", "[N, C, H, W]", "[N, C, D, H, W]"];
    throw new RangeError(
      `interpolate: mode "${mode}" needs ${
        spatial === undefined ? shapes.join(" or ") : shapes[spatial - 1]
      }, not shape ${text(x.shape)}`,
    );
  }
  if (alignCorners && along !== "linear" && along !== "cubic") {
    throw new RangeError(
      `interpolate: alignCorners is an option of linear and cubic modes, not of "${mode}"`,
    );
  }
  if (antialias && mode !== "bilinear" && mode !== "bicubic") {
    throw new RangeError(`interpolate: antialias is an option of "bilinear" and "bicubic", not of "${mode}"`);
  }
  if (x.shape.slice(1).some((n) => n === 0)) {
    throw new RangeError(`interpolate: there is nothing to sample in shape ${text(x.shape)}`);
  }
  const { size, scale } = resultSize(options, sizes, recomputeScaleFactor);
  checkRoom("interpolate", x.device, [...x.shape.slice(0, 2), ...size]);
  const result = sizes.reduce((y, from, i) => {
    const taps: Taps | null = sampler(along, from, size[i], { scale: scale?.[i], alignCorners, antialias });
    return taps === null ? y : apply("resample", [y], { dim: 2 + i, taps });
  }, toDtype(x.value, "float32"));
  return result === x.value ? x.clone() : new Tensor(result);
}

const names = Object.keys(MODES) as InterpolationMode[];

/** The size of the result, and the scale factors where the distance of the places follows from them. */
function resultSize(
  { size, scaleFactor }: InterpolateOptions,
  sizes: readonly number[],
  recompute: boolean,
): { size: number[]; scale?: readonly number[] } {
  if ((size === undefined) === (scaleFactor === undefined)) {
    throw new RangeError("interpolate: either size or scaleFactor is needed, and not both");
  }
  if (size !== undefined) {
    if (recompute) {
      throw new RangeError(
        "interpolate: recomputeScaleFactor is an option beside scaleFactor, not beside size",
      );
    }
    return { size: perDimension("interpolate", "size", size, 1, sizes.length) };
  }
  const scale = typeof scaleFactor === "number" ? sizes.map(() => scaleFactor) : scaleFactor!;
  const numbers = isNumbers(scale);
  if (
    !numbers || scale.length !== sizes.length ||
    scale.some((s, i) => !(Math.floor(s * sizes[i]) >= 1 && s < Infinity))
  ) {
    const message =
      `interpolate: scaleFactor must be one number, or ${sizes.length}, that leaves at least a ` +
      `pixel of ${text(sizes)}, not ${describe(scaleFactor)}`;
    throw numbers ? new RangeError(message) : new TypeError(message);
  }
  const whole = scale.map((s, i) => Math.floor(s * sizes[i]));
  return recompute ? { size: whole } : { size: whole, scale };
}
