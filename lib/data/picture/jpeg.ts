/**
 * JPEG files, decoded by mozjpeg (libjpeg as WebAssembly): the same pixels, bit for bit, as Pillow and so torchvision have.
 *
 * @module
 */
import { mozjpeg, packageFile } from "../../host/packages.ts";
import { checkSize, PictureError, type Raster } from "./raster.ts";

/** What every JPEG begins with: the marker of its start, and the first byte of the next. */
export const JPEG_SIGNATURE = Uint8Array.of(0xff, 0xd8, 0xff);

/** What the decoder says of data that are not whole. Of some bytes too many it says something, too; they harm nothing. */
const BROKEN = /premature end|bad huffman|instead of RST|inconsistent progression/i;

/**
 * How many pixels times how many passes over them. A progressive picture takes some ten passes; a small file can ask for thousands over
 * a large one, which takes hours.
 */
const MOST_PASSED = 2 ** 30;

/** A decoder's memory never shrinks: after a picture of more pixels another one takes its place. */
const KEPT = 2 ** 23;

/** A decoder, and what it has said. */
interface Decoder {
  decode(
    bytes: Uint8Array,
    turned: boolean,
  ): { width: number; height: number; data: ArrayLike<number> } | null;
  said: string[];
}

let program: Promise<WebAssembly.Module> | null = null;
let decoder: Promise<Decoder> | null = null;

/**
 * Decodes a JPEG, baseline or progressive, grey or in colours, upright as the camera's note (EXIF) says.
 *
 * @throws {PictureError} if it is damaged, too large, or made for printing (CMYK).
 */
export async function decodeJpeg(bytes: Uint8Array): Promise<Raster> {
  checkFrame(bytes);
  decoder ??= start();
  // It cannot be had without a network, the first time; the next call tries again.
  decoder.catch(() => decoder = null);
  const { decode, said } = await decoder;
  said.length = 0;
  let image: ReturnType<Decoder["decode"]> = null;
  try {
    image = decode(bytes, true);
  } catch {
    // A decoder that has given up is not used again.
    decoder = null;
  }
  if (said.some((line) => line.startsWith("Premature end of JPEG file"))) throw cutShort();
  const broken = image === null ? said[0] ?? "it cannot be decoded" : said.find((line) => BROKEN.test(line));
  if (image === null || broken !== undefined) throw new PictureError(`is a damaged JPEG: ${broken}`);
  if (image.width * image.height > KEPT) decoder = null;
  return { width: image.width, height: image.height, channels: 4, data: image.data };
}

async function start(): Promise<Decoder> {
  const [{ default: codec }, wasm] = await Promise.all([
    mozjpeg(),
    packageFile("@jsquash/jpeg", "codec/dec/mozjpeg_dec.wasm"),
  ]);
  program ??= WebAssembly.compile(wasm);
  const compiled = await program, said: string[] = [];
  const module = await codec({
    noInitialRun: true,
    instantiateWasm: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => {
      const instance = new WebAssembly.Instance(compiled, imports);
      done(instance);
      return instance.exports;
    },
    printErr: (line: string) => said.push(line),
  });
  return { decode: (data, turned) => module.decode(data as Uint8Array<ArrayBuffer>, turned), said };
}

function cutShort(): PictureError {
  return new PictureError("is a JPEG that was cut short");
}

/**
 * Looks for the frame's header, which says how large the picture is and in how many colours, before room is made for it.
 *
 * Source: ITU-T T.81, annex B: markers are 0xff and a byte; all but a few are followed by their length.
 */
function checkFrame(bytes: Uint8Array): void {
  for (let at = 2;;) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    if (at + 4 > bytes.length) throw cutShort();
    const marker = bytes[at + 1], length = bytes[at + 2] << 8 | bytes[at + 3];
    if (bytes[at] !== 0xff || length < 2) {
      throw new PictureError("is a damaged JPEG: where a marker should be is none");
    }
    // C4, C8 and CC are no frames; DA is where the pixels begin.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      if (at + 10 > bytes.length) throw cutShort();
      const height = bytes[at + 5] << 8 | bytes[at + 6], width = bytes[at + 7] << 8 | bytes[at + 8];
      checkSize(width, height);
      const passes = countScans(bytes);
      if (passes * width * height > MOST_PASSED) {
        throw new PictureError(
          `is too laborious: a JPEG of ${passes} passes over ${width} × ${height} pixels`,
        );
      }
      if (bytes[at + 9] === 4) {
        throw new PictureError("is a JPEG of four inks (CMYK), for printing; save it as RGB");
      }
      return;
    }
    if (marker === 0xda || marker === 0xd9) throw new PictureError("is a damaged JPEG: it says no size");
    at += 2 + length;
  }
}

/** How many scans follow: within pixels, an 0xff is followed by other bytes than a scan's marker. */
function countScans(bytes: Uint8Array): number {
  let scans = 0;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xda) scans++;
  }
  return scans;
}
