/**
 * A photograph, small enough to lie in the library: the cat Chelsea, 160 × 120 grey pixels.
 *
 * Photographed by Stefan van der Walt, who put it under CC0 (no rights reserved). Cropped, shrunk and made grey from the
 * copy that scikit-image ships.
 *
 * @module
 */
import { fastPng } from "../host/packages.ts";
import { surplus } from "../text/arguments.ts";
import { bytesOf } from "../text/base64.ts";
import { PHOTO } from "./photo_png.ts";

/** One grey image, as a network takes it. */
export interface Photo {
  /** The pixels, 0 (black) … 1 (white), in row-major order. */
  image: Float32Array;
  /** The shape of `image`: [1, 1, 120, 160]. */
  shape: [count: 1, channels: 1, height: number, width: number];
}

/**
 * The photograph of a cat. No permission is asked: it is part of the module.
 *
 * @returns 120 rows of 160 pixels, 0 … 1.
 * @example
 * ```ts
 * import { tensor } from "descent";
 * import { photo } from "descent/course";
 * import { assertEquals } from "@std/assert";
 * const { image, shape } = await photo();
 * assertEquals(tensor(image, { shape }).shape, [1, 1, 120, 160]);
 * ```
 */
export async function photo(): Promise<Photo> {
  if (arguments.length > 0) surplus("photo", arguments, 0);
  const { decode } = await fastPng();
  const { width, height, data } = decode(bytesOf(PHOTO));
  return { image: Float32Array.from(data, (value) => value / 255), shape: [1, 1, height, width] };
}
