/**
 * Pictures in files, as images of bytes.
 *
 * @module
 */
import { FileFormatError } from "../../host/format_error.ts";
import type { Image } from "../image.ts";
import { decodeJpeg, JPEG_SIGNATURE } from "./jpeg.ts";
import { decodePng, PNG_SIGNATURE } from "./png.ts";
import { PictureError, type Raster } from "./raster.ts";

/**
 * Decodes a PNG or a JPEG; which it is, its first bytes say, not its name. Opacity is dropped, as torchvision's ImageFolder does.
 *
 * @param name The function, as its user calls it.
 * @param file What to call the file in an error.
 * @param bytes The whole file.
 * @param channels 1: grey; 3: red, green, blue.
 * @throws {FileFormatError} if it is damaged or too large, or neither PNG nor JPEG.
 */
export async function decodePicture(
  name: string,
  file: string,
  bytes: Uint8Array<ArrayBuffer>,
  channels: 1 | 3,
): Promise<Image> {
  const begins = (signature: Uint8Array) => signature.every((byte, i) => bytes[i] === byte);
  try {
    if (begins(PNG_SIGNATURE)) return planar(await decodePng(bytes), channels);
    if (begins(JPEG_SIGNATURE)) return planar(await decodeJpeg(bytes), channels);
    throw new PictureError(bytes.length === 0 ? "is empty" : "is neither a PNG nor a JPEG");
  } catch (error) {
    if (error instanceof PictureError) throw new FileFormatError(`${name}: ${file} ${error.message}`);
    throw error;
  }
}

/** The numbers of a pixel apart: channels first. */
function planar({ width, height, channels: from, data }: Raster, channels: 1 | 3): Image {
  const count = width * height, pixels = new Uint8Array(channels * count);
  const isGrey = from < 3;
  for (let i = 0; i < count; i++) {
    const at = i * from, red = data[at];
    if (channels === 1) {
      pixels[i] = isGrey ? red : luma(red, data[at + 1], data[at + 2]);
    } else {
      pixels[i] = red;
      pixels[count + i] = isGrey ? red : data[at + 1];
      pixels[2 * count + i] = isGrey ? red : data[at + 2];
    }
  }
  return { data: pixels, shape: [channels, height, width] };
}

/** How bright a colour is, ITU-R BT.601's 0.299 R + 0.587 G + 0.114 B, in Pillow's fixed point. */
function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}
