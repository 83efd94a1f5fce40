/**
 * What decoders give, and what is wrong with a picture that they cannot decode.
 *
 * @module
 */

/** Pixels as files have them: row by row, the numbers of a pixel side by side. */
export interface Raster {
  width: number;
  height: number;
  /** 1: grey, 2: grey and opacity, 3: red, green, blue, 4: those and opacity. */
  channels: number;
  /** 0 … 255. */
  data: ArrayLike<number>;
}

/** Why a picture cannot be had. The message goes on where the file's name ends: "is a PNG that was cut short". */
export class PictureError extends Error {}

/** The most pixels: 8,192 × 8,192. Decoding so many takes about 1 GB. */
const MOST_PIXELS = 2 ** 26;

/**
 * Looks at the size that a file claims, before room is made for it.
 *
 * @throws {PictureError} if there are no pixels, or too many.
 */
export function checkSize(width: number, height: number): void {
  if (width > 0 && height > 0 && width * height <= MOST_PIXELS) return;
  const wrong = width === 0 || height === 0 ? "is damaged: it" : "is too large: it";
  const most = width === 0 || height === 0 ? "" : `; ${MOST_PIXELS} pixels can be read`;
  throw new PictureError(`${wrong} says that it has ${width} × ${height} pixels${most}`);
}
