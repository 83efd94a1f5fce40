/** Another size. */
import { checkBoolean, checkOptions, checkWhole, surplus } from "../../text/arguments.ts";
import { pair, type Size } from "../../tensor/shape.ts";
import { resampler } from "../resample.ts";
import { fixed, type FixedTransform } from "./plan.ts";

/** Options of {@linkcode resize}. */
export interface ResizeOptions {
  /** Whether an image that shrinks is smoothed, so that each pixel is a mean of those it stands for: true by default. */
  antialias?: boolean;
}

/**
 * Scales images by bilinear interpolation, as torchvision's Resize, which smooths what shrinks. Without `antialias` it is torch's
 * `interpolate(mode="bilinear")`. Bytes stay bytes, rounded to the nearest, half to even.
 *
 * PyTorch: `torchvision.transforms.Resize`.
 *
 * @param size The height and the width wanted; or one number, the length of the shorter side: the image keeps its proportions.
 * @param options antialias.
 * @returns The transform.
 * @throws {RangeError} if a size is no whole number ≥ 1.
 * @throws {TypeError} if it is no number, or there is no such option.
 * @example
 * ```ts
 * import { transforms } from "descent";
 * import { assertEquals } from "@std/assert";
 * const image = { data: new Float32Array([0, 1]), shape: [1, 1, 2] } as const;
 * assertEquals(transforms.resize([1, 4])(image).data, new Float32Array([0, 0.25, 0.75, 1]));
 * ```
 */
export function resize(size: Size, options: ResizeOptions = {}): FixedTransform {
  if (arguments.length > 2) {
    surplus("resize", arguments, 2, "a height and a width are one list, as in resize([32, 48])");
  }
  const one = typeof size === "number", sizes = pair("resize", "size", size, 1);
  if (one) checkWhole("resize", "size", size, 1);
  checkOptions("resize", options, ["antialias"]);
  const { antialias = true } = options;
  checkBoolean("resize", "antialias", antialias);
  return fixed("resize", (format) => {
    const [channels, height, width] = format.shape;
    const [toHeight, toWidth] = one ? proportional(height, width, sizes[0]) : sizes;
    const result = { shape: [channels, toHeight, toWidth] as const, bytes: format.bytes };
    if (toHeight === height && toWidth === width) {
      return { result, scalings: null, run: (source, target) => target.set(source) };
    }
    const scale = resampler(height, width, toHeight, toWidth, antialias);
    const rounded = format.bytes ? new Uint8ClampedArray(toHeight * toWidth) : null;
    return {
      result,
      scalings: null,
      run(source, target) {
        for (let channel = 0; channel < channels; channel++) {
          const start = channel * height * width, at = channel * toHeight * toWidth;
          if (rounded === null) scale(source, start, target as Float32Array, at);
          else {
            // Such arrays round, where others cut off.
            scale(source, start, rounded, 0);
            target.set(rounded, at);
          }
        }
      },
    };
  });
}

/** The height and the width whose shorter one is `size`, as torchvision rounds them. */
function proportional(height: number, width: number, size: number): [number, number] {
  return height <= width
    ? [size, Math.floor(size * width / height)]
    : [Math.floor(size * height / width), size];
}
