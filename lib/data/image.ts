/**
 * What a picture is before it is a tensor.
 *
 * @module
 */
import { describe, isPlain } from "../text/arguments.ts";

/** The sizes of an image. */
export type ImageShape = readonly [channels: number, height: number, width: number];

/** The pixels of an image: bytes from 0 to 255, or floats. */
export type Pixels = Uint8Array | Float32Array;

/** An image on the host. */
export interface Image {
  /** Row-major, channels first. */
  readonly data: Pixels;
  /** Its sizes. */
  readonly shape: ImageShape;
}

/** What a transform may know of an image without its pixels. */
export interface Format {
  readonly shape: ImageShape;
  /** Bytes, or else floats. */
  readonly bytes: boolean;
}

function isPixels(value: unknown): value is Pixels {
  return value instanceof Uint8Array || value instanceof Float32Array;
}

/** Whether something is an image, or was meant to be one. */
export function isImage(value: unknown): value is Image {
  return typeof value === "object" && value !== null && "data" in value && "shape" in value &&
    isPixels(value.data) && Array.isArray(value.shape);
}

/**
 * An image.
 *
 * @param name The function or class that was given it, as its user calls it.
 * @param what What it is to that function, such as "the image".
 * @throws {RangeError} if its pixels do not fill its shape.
 * @throws {TypeError} for anything else.
 */
export function checkImage(name: string, what: string, value: unknown): Image {
  if (!isImage(value)) {
    const hint = value instanceof Promise
      ? "; await it first"
      : isPlain(value) && "data" in value
      ? "; its data are a Uint8Array or a Float32Array, its shape is [channels, height, width]"
      : "";
    throw new TypeError(`${name}: ${what} must be an image { data, shape }, not ${describe(value)}${hint}`);
  }
  const { data, shape } = value, sizes = shape as readonly unknown[];
  if (sizes.length !== 3 || !sizes.every((size) => Number.isSafeInteger(size) && (size as number) > 0)) {
    throw new RangeError(
      `${name}: the shape of ${what} must be [channels, height, width], not ${describe(shape)}`,
    );
  }
  const size = shape[0] * shape[1] * shape[2];
  if (data.length !== size) {
    throw new RangeError(
      `${name}: ${what} has ${data.length} pixels, but its shape [${shape.join(", ")}] holds ${size}`,
    );
  }
  return value;
}

/** Shapes and kinds of pixels, as a sentence says them: "[3, 32, 32] of bytes". */
export function formatText({ shape, bytes }: Format): string {
  return `[${shape.join(", ")}] of ${bytes ? "bytes" : "floats"}`;
}

/** Whether two formats are the same. */
export function sameFormat(a: Format, b: Format): boolean {
  return a === b ||
    a.bytes === b.bytes && a.shape[0] === b.shape[0] && a.shape[1] === b.shape[1] &&
      a.shape[2] === b.shape[2];
}

/** How many pixels an image of a shape has, channel by channel. */
export function pixelsOf([channels, height, width]: ImageShape): number {
  return channels * height * width;
}

/** Room for the pixels of an image. */
export function pixelsFor({ shape, bytes }: Format): Pixels {
  const size = pixelsOf(shape);
  return bytes ? new Uint8Array(size) : new Float32Array(size);
}
