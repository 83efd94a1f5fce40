/** Rotations, shifts, other scales, shears. */
import {
  checkChoice,
  checkOptions,
  checkRange,
  describe,
  isNumbers,
  isPlain,
  surplus,
} from "../../text/arguments.ts";
import type { Format, Pixels } from "../image.ts";
import { checkInterval, fillFor } from "./options.ts";
import { fixed, type FixedTransform, random, type Transform } from "./plan.ts";

/** How a pixel of the result is made of those around the place it came from: the nearest one, or a mixture of four. */
export type Interpolation = "nearest" | "bilinear";

/** Options of all transforms that turn an image. */
export interface InterpolationOptions {
  /** "nearest" by default. */
  interpolation?: Interpolation;
  /** The value of pixels that come from outside: 0 by default. */
  fill?: number;
}

/** Options of {@linkcode affine}. */
export interface AffineOptions extends InterpolationOptions {
  /** By how many degrees it is turned, clockwise: 0 by default. */
  angle?: number;
  /** By how many pixels it is shifted to the right and downwards: [0, 0] by default. */
  translate?: readonly [x: number, y: number];
  /** By what factor it grows: 1 by default. */
  scale?: number;
  /** By how many degrees it is sheared along x and along y; one number: along x. 0 by default. */
  shear?: number | readonly [x: number, y: number];
}

/** Options of {@linkcode randomAffine}. */
export interface RandomAffineOptions extends InterpolationOptions {
  /** By what shares of its width and height at most it is shifted, either way: [0, 0] by default. */
  translate?: readonly [x: number, y: number];
  /** Between what the factor lies by which it grows: [1, 1] by default. */
  scale?: readonly [low: number, high: number];
  /**
   * Between what its shear along x lies, in degrees; a number: from −shear to shear. Four numbers: also along y. 0 by default.
   */
  shear?:
    | number
    | readonly [low: number, high: number]
    | readonly [
      lowX: number,
      highX: number,
      lowY: number,
      highY: number,
    ];
}

/** x′ = a x + b y + c, y′ = d x + e y + f: where a pixel of the result comes from, counted from the middle of the image. */
type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

const radians = (degrees: number) => degrees * Math.PI / 180;

/** The inverse of: scaled, sheared and turned around the middle, then shifted. */
function inverse(
  angle: number,
  [x, y]: readonly [number, number],
  scale: number,
  shear: readonly [number, number],
): Matrix {
  const turn = radians(angle), sx = Math.tan(radians(shear[0])), sy = radians(shear[1]);
  const a = Math.cos(turn - sy) / Math.cos(sy), c = Math.sin(turn - sy) / Math.cos(sy);
  const b = -a * sx - Math.sin(turn), d = -c * sx + Math.cos(turn);
  // The determinant of [[a, b], [c, d]] is 1.
  const [p, q, r, s] = [d / scale, -b / scale, -c / scale, a / scale];
  return [p, q, -p * x - q * y, r, s, -r * x - s * y];
}

/** Makes an image of the places that its pixels come from. */
function sample(
  source: Pixels,
  target: Pixels,
  { shape: [channels, height, width], bytes }: Format,
  [a, b, c, d, e, f]: Matrix,
  interpolation: Interpolation,
  fill: number,
): void {
  const middleX = (width - 1) / 2, middleY = (height - 1) / 2, size = height * width;
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      const x = a * (column - middleX) + b * (row - middleY) + c + middleX;
      const y = d * (column - middleX) + e * (row - middleY) + f + middleY;
      if (interpolation === "nearest") {
        const left = Math.round(x), top = Math.round(y);
        const inside = left >= 0 && left < width && top >= 0 && top < height, from = top * width + left;
        for (let channel = 0; channel < size * channels; channel += size) {
          target[channel + at] = inside ? source[channel + from] : fill;
        }
        continue;
      }
      const left = Math.floor(x),
        top = Math.floor(y),
        right = x - left,
        down = y - top,
        from = top * width + left;
      // What is outside of the image weighs nothing.
      const isLeft = left >= 0 && left < width, isRight = left >= -1 && left < width - 1;
      const isTop = top >= 0 && top < height, isBottom = top >= -1 && top < height - 1;
      const w00 = isTop && isLeft ? (1 - right) * (1 - down) : 0,
        w01 = isTop && isRight ? right * (1 - down) : 0;
      const w10 = isBottom && isLeft ? (1 - right) * down : 0, w11 = isBottom && isRight ? right * down : 0;
      const covered = w00 + w01 + w10 + w11;
      for (let channel = 0; channel < size * channels; channel += size) {
        const place = channel + from;
        let mixed = 0;
        if (w00 !== 0) mixed += w00 * source[place];
        if (w01 !== 0) mixed += w01 * source[place + 1];
        if (w10 !== 0) mixed += w10 * source[place + width];
        if (w11 !== 0) mixed += w11 * source[place + width + 1];
        // torchvision's arithmetic: at the border the pixels are weighed twice.
        const value = mixed * covered + (1 - covered) * fill;
        target[channel + at] = bytes ? halfToEven(value) : value;
      }
    }
  }
}

function halfToEven(value: number): number {
  const low = Math.floor(value), half = value - low;
  return half > 0.5 || half === 0.5 && low % 2 === 1 ? low + 1 : low;
}

function checkSampling(
  name: string,
  { interpolation = "nearest", fill = 0 }: InterpolationOptions,
): Required<InterpolationOptions> {
  return {
    interpolation: checkChoice(name, "interpolation", interpolation, ["nearest", "bilinear"]),
    fill: checkRange(name, "fill", fill),
  };
}

function checkPair(
  name: string,
  what: string,
  value: unknown,
  low = -Infinity,
  high = Infinity,
): [number, number] {
  if (!isNumbers(value) || value.length !== 2) {
    throw new TypeError(`${name}: ${what} must be a list of two numbers [x, y], not ${describe(value)}`);
  }
  for (const one of value) checkRange(name, what, one, low, high);
  return [value[0], value[1]];
}

function checkScale(name: string, scale: number): number {
  if (scale > 0) return scale;
  throw new RangeError(`${name}: scale must be positive, not ${scale}`);
}

/** A range of degrees; a number stands for both signs of it. */
function degreesOf(name: string, what: string, value: unknown): [number, number] {
  if (typeof value !== "number") return checkInterval(name, what, value);
  checkRange(name, what, value, 0);
  return [-value, value];
}

/**
 * Shifts, turns, scales and shears each image alike, as torchvision's functional `affine`: how well a network knows images that
 * are shifted by two pixels, `affine({ translate: [2, 0] })` tells.
 *
 * PyTorch: `torchvision.transforms.functional.affine`.
 *
 * @param options angle, translate, scale, shear, interpolation, fill.
 * @returns The transform. The image keeps its size; what leaves it is lost.
 * @throws {RangeError} if a number makes no sense; the transform throws one if `fill` does not fit an image of bytes.
 * @throws {TypeError} if something is of another kind, or there is no such option.
 * @example
 * ```ts
 * import { transforms } from "descent";
 * import { assertEquals } from "@std/assert";
 * const image = { data: new Uint8Array([1, 2, 3]), shape: [1, 1, 3] } as const;
 * assertEquals([...transforms.affine({ translate: [1, 0] })(image).data], [0, 1, 2]);
 * assertEquals([...transforms.affine({ angle: 180 })(image).data], [3, 2, 1]);
 * ```
 */
export function affine(options: AffineOptions = {}): FixedTransform {
  const name = "affine";
  if (arguments.length > 1) surplus(name, arguments, 1, "all stands in one object");
  checkOptions(name, options, ["angle", "translate", "scale", "shear", "interpolation", "fill"]);
  const { angle = 0, translate = [0, 0], scale = 1, shear = 0 } = options;
  const { interpolation, fill } = checkSampling(name, options);
  checkRange(name, "angle", angle);
  checkScale(name, checkRange(name, "scale", scale));
  const shears = typeof shear === "number"
    ? [checkRange(name, "shear", shear), 0] as const
    : checkPair(name, "shear", shear);
  const matrix = inverse(angle, checkPair(name, "translate", translate), scale, shears);
  return fixed(name, (format) => {
    const value = fillFor(name, "fill", fill, format);
    return {
      result: format,
      scalings: null,
      run: (source, target) => sample(source, target, format, matrix, interpolation, value),
    };
  });
}

/**
 * Turns each image by a random angle, as torchvision's RandomRotation.
 *
 * PyTorch: `torchvision.transforms.RandomRotation`.
 *
 * @param degrees Between what the angle lies, counterclockwise; a number: from −degrees to degrees.
 * @param options interpolation, fill.
 * @returns The transform. The image keeps its size; what leaves it is lost.
 * @throws {RangeError} if a number makes no sense; the transform throws one if `fill` does not fit an image of bytes.
 * @throws {TypeError} if something is of another kind, or there is no such option.
 * @example
 * ```ts
 * import { transforms } from "descent";
 * import { assertEquals } from "@std/assert";
 * const image = { data: new Uint8Array([1, 2, 3, 4]), shape: [1, 2, 2] } as const;
 * assertEquals([...transforms.randomRotation([90, 90])(image, Math.random).data], [2, 4, 1, 3]);
 * ```
 */
export function randomRotation(
  degrees: number | readonly [low: number, high: number],
  options: InterpolationOptions = {},
): Transform {
  const name = "randomRotation";
  if (arguments.length > 2) surplus(name, arguments, 2, "the options stand in one object");
  const [low, high] = degreesOf(name, "degrees", degrees);
  checkOptions(name, options, ["interpolation", "fill"]);
  const { interpolation, fill } = checkSampling(name, options);
  return random(name, (format) => {
    const value = fillFor(name, "fill", fill, format);
    return {
      result: format,
      scalings: null,
      run(source, target, random) {
        const matrix = inverse(-(low + random() * (high - low)), [0, 0], 1, [0, 0]);
        sample(source, target, format, matrix, interpolation, value);
      },
    };
  });
}

/**
 * Turns, shifts, scales and shears each image at random, as torchvision's RandomAffine.
 *
 * PyTorch: `torchvision.transforms.RandomAffine`.
 *
 * @param degrees Between what the angle lies, clockwise; a number: from −degrees to degrees; 0: it is not turned.
 * @param options translate, scale, shear, interpolation, fill.
 * @returns The transform. The image keeps its size; shifts are by whole pixels.
 * @throws {RangeError} if a number makes no sense; the transform throws one if `fill` does not fit an image of bytes.
 * @throws {TypeError} if something is of another kind, or there is no such option.
 * @example
 * ```ts
 * import { transforms } from "descent";
 * import { assertEquals } from "@std/assert";
 * const image = { data: new Uint8Array([1, 2, 3, 4]), shape: [1, 1, 4] } as const;
 * const shift = transforms.randomAffine(0, { translate: [0.25, 0] });
 * assertEquals([...shift(image, () => 0.999).data], [0, 1, 2, 3]);
 * ```
 */
export function randomAffine(
  degrees: number | readonly [low: number, high: number],
  options: RandomAffineOptions = {},
): Transform {
  const name = "randomAffine";
  if (arguments.length > 2) surplus(name, arguments, 2, "the options stand in one object");
  if (isPlain(degrees)) {
    throw new TypeError(`${name}: the degrees come first, as in ${name}(10, { translate: [0.1, 0.1] })`);
  }
  const angles = degreesOf(name, "degrees", degrees);
  checkOptions(name, options, ["translate", "scale", "shear", "interpolation", "fill"]);
  const { interpolation, fill } = checkSampling(name, options);
  const { translate = [0, 0], scale = [1, 1], shear = 0 } = options;
  const shares = checkPair(name, "translate", translate, 0, 1), scales = checkInterval(name, "scale", scale);
  checkScale(name, scales[0]);
  const four = isNumbers(shear) && shear.length === 4;
  const shearX = degreesOf(name, "shear", four ? shear.slice(0, 2) : shear);
  const shearY = degreesOf(name, "shear", four ? shear.slice(2) : 0);
  return random(name, (format) => {
    const value = fillFor(name, "fill", fill, format), [, height, width] = format.shape;
    return {
      result: format,
      scalings: null,
      run(source, target, random) {
        const from = ([low, high]: readonly [number, number]) =>
          low === high ? low : low + random() * (high - low);
        const within = (most: number) => Math.round(from([-most, most])) + 0;
        const angle = from(angles),
          shift = [within(shares[0] * width), within(shares[1] * height)] as const;
        const matrix = inverse(angle, shift, from(scales), [from(shearX), from(shearY)]);
        sample(source, target, format, matrix, interpolation, value);
      },
    };
  });
}
