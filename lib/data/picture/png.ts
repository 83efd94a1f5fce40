/**
 * PNG files, decoded by fast-png; what that leaves open about files of strangers is looked at first.
 *
 * Source: Portable Network Graphics (PNG) Specification, second edition, W3C 2003.
 *
 * @module
 */
import { fastPng } from "../../host/packages.ts";
import { checkSize, PictureError, type Raster } from "./raster.ts";

/** What every PNG begins with. */
export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** How many numbers a pixel has, by the header's colour type; a palette's index is one. */
const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Which depths a colour type may have. */
const DEPTHS: Record<number, number[]> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
const PALETTE = 3;
/** The most that pixels may inflate to: 8,192 × 8,192 of four channels of 8 bits take less. */
const MOST_INFLATED = 300_000_000;

/** A PNG's header, and its chunks that pixels depend on. */
interface Parts {
  width: number;
  height: number;
  depth: number;
  color: number;
  interlaced: boolean;
  palette: Uint8Array;
  /** Compressed pixels, in pieces. */
  pixels: Uint8Array<ArrayBuffer>[];
  /** The file without what pixels do not depend on: profiles, texts, transparency. */
  essential: Uint8Array[];
}

/**
 * Decodes a PNG of any colour type and depth; what is transparent is taken as if it were not.
 *
 * @throws {PictureError} if it is damaged, too large, or interlaced with less than 8 bits.
 */
export async function decodePng(bytes: Uint8Array<ArrayBuffer>): Promise<Raster> {
  const parts = readChunks(bytes);
  const { width, height, depth, color } = parts;
  await checkPixels(parts);
  const { decode } = await fastPng();
  let data: ArrayLike<number>;
  try {
    ({ data } = decode(concatenate(parts.essential), { checkCrc: true }));
  } catch (error) {
    throw new PictureError(`is a damaged PNG: ${(error as Error).message}`);
  }
  const count = width * height;
  if (depth < 8) data = unpack(data, width, height, depth);
  if (color === PALETTE) return { width, height, channels: 3, data: lookUp(data, count, parts.palette) };
  const channels = CHANNELS[color];
  if (depth === 8) return { width, height, channels, data };
  // 1, 2 and 4 bits are spread over 0 … 255; of 16 the upper 8 are kept.
  const scaled = new Uint8Array(count * channels);
  const spread = 255 / (2 ** depth - 1);
  for (let i = 0; i < scaled.length; i++) scaled[i] = depth === 16 ? data[i] >> 8 : data[i] * spread;
  return { width, height, channels, data: scaled };
}

/** Walks over the chunks of a file. */
function readChunks(bytes: Uint8Array<ArrayBuffer>): Parts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: Partial<Parts> & Pick<Parts, "palette" | "pixels" | "essential"> = {
    palette: new Uint8Array(),
    pixels: [],
    essential: [PNG_SIGNATURE],
  };
  let at = PNG_SIGNATURE.length;
  for (let first = true;; first = false) {
    if (at + 12 > bytes.length) throw new PictureError("is a PNG that was cut short");
    const length = view.getUint32(at), end = at + 12 + length;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (end > bytes.length) throw new PictureError("is a PNG that was cut short");
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (first !== (type === "IHDR")) throw new PictureError("is a damaged PNG: it has no header, or two");
    if (type === "IHDR") Object.assign(parts, readHeader(body));
    if (type === "PLTE") parts.palette = body;
    if (type === "IDAT") parts.pixels.push(body);
    if (["IHDR", "PLTE", "IDAT", "IEND"].includes(type)) parts.essential.push(bytes.subarray(at, end));
    if (type === "IEND") break;
    at = end;
  }
  return parts as Parts;
}

function readHeader(body: Uint8Array): Pick<Parts, "width" | "height" | "depth" | "color" | "interlaced"> {
  if (body.length !== 13) throw new PictureError("is a damaged PNG: its header should have 13 bytes");
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const [depth, color, , , interlace] = body.subarray(8);
  if (!DEPTHS[color]?.includes(depth)) {
    throw new PictureError(`is a damaged PNG: there is no colour type ${color} of ${depth} bits`);
  }
  if (interlace > 1) throw new PictureError(`is a damaged PNG: there is no interlace method ${interlace}`);
  if (interlace === 1 && depth < 8) {
    throw new PictureError(
      `is an interlaced PNG of ${depth} bits, which cannot be read; save it without interlacing`,
    );
  }
  const width = view.getUint32(0), height = view.getUint32(4);
  checkSize(width, height);
  return { width, height, depth, color, interlaced: interlace === 1 };
}

/**
 * Inflates the pixels and counts them: fewer would leave a part of the picture black without a word, and a small file may hold so many
 * that there is no room for them. The browser's own inflater does it in a small part of the time that decoding takes.
 */
async function checkPixels(parts: Parts): Promise<void> {
  const expected = inflatedSize(parts);
  if (expected > MOST_INFLATED) {
    throw new PictureError(
      `is too large: its pixels take ${expected} bytes before they are decoded; ${MOST_INFLATED} can be read`,
    );
  }
  const { readable, writable } = new DecompressionStream("deflate");
  const written = (async () => {
    const writer = writable.getWriter();
    for (const piece of parts.pixels) await writer.write(piece);
    await writer.close();
  })();
  // What goes wrong while writing is seen while reading, too.
  written.catch(() => {});
  let size = 0;
  try {
    for await (const piece of readable) {
      size += piece.length;
      if (size > expected) break;
    }
  } catch {
    throw new PictureError("is a damaged PNG: its pixels cannot be inflated");
  }
  if (size !== expected) {
    throw new PictureError(
      `is a damaged PNG: its pixels should take ${expected} bytes, and ${
        size > expected ? "are more" : `are ${size}`
      }`,
    );
  }
}

/** The bytes of all rows, each with the byte that names its filter. Adam7 sends the picture in seven smaller ones. */
function inflatedSize({ width, height, depth, color, interlaced }: Parts): number {
  const rows = (wide: number, high: number) =>
    wide <= 0 || high <= 0 ? 0 : high * (1 + Math.ceil(wide * depth * CHANNELS[color] / 8));
  if (!interlaced) return rows(width, height);
  const passes = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [
    0,
    1,
    1,
    2,
  ]];
  return passes.reduce(
    (sum, [x, y, dx, dy]) => sum + rows(Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)),
    0,
  );
}

/** Numbers of 1, 2 or 4 bits, a byte each. A row begins with a byte of its own. */
function unpack(data: ArrayLike<number>, width: number, height: number, depth: number): Uint8Array {
  const numbers = new Uint8Array(width * height);
  const stride = Math.ceil(width * depth / 8), each = 8 / depth, mask = 2 ** depth - 1;
  for (let y = 0, n = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const byte = data[y * stride + Math.floor(x / each)];
      numbers[n++] = byte >> (8 - depth * (1 + x % each)) & mask;
    }
  }
  return numbers;
}

/** The colours of a palette: red, green, blue for each index. */
function lookUp(indices: ArrayLike<number>, count: number, palette: Uint8Array): Uint8Array {
  const colors = new Uint8Array(3 * count);
  for (let i = 0; i < count; i++) {
    const from = 3 * indices[i];
    if (from + 3 > palette.length) {
      throw new PictureError(`is a damaged PNG: its palette has no colour ${indices[i]}`);
    }
    colors[3 * i] = palette[from];
    colors[3 * i + 1] = palette[from + 1];
    colors[3 * i + 2] = palette[from + 2];
  }
  return colors;
}

function concatenate(pieces: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
