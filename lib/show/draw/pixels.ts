/**
 * Pixels as PNG: images inside of pictures, and pictures as a whole.
 *
 * @module
 */
import { fastPng, packageFile, resvg } from "../../host/packages.ts";
import { base64Of } from "../../text/base64.ts";
import type { Svg } from "./spec.ts";

/**
 * Encodes pixels as a PNG in a data URL. A small image is enlarged by repeating pixels, since browsers would blur it.
 *
 * @param image Red, green, blue for each pixel.
 * @param shown How many pixels wide it will be shown.
 */
export async function encodeImage(
  image: { pixels: Uint8Array; width: number; height: number },
  shown: number,
): Promise<string> {
  const { encode } = await fastPng();
  const { width, height, pixels } = enlarge(image, Math.min(64, Math.round(2 * shown / image.width)), shown);
  const png = encode({ width, height, data: pixels, channels: 3, depth: 8 });
  return `data:image/png;base64,${base64Of(png)}`;
}

function enlarge(
  { pixels, width, height }: { pixels: Uint8Array; width: number; height: number },
  factor: number,
  shown: number,
) {
  if (factor <= 1 || width >= shown) return { pixels, width, height };
  const wide = width * factor;
  const large = new Uint8Array(3 * wide * height * factor);
  for (let row = 0; row < height; row++) {
    const start = 3 * row * factor * wide;
    for (let column = 0; column < wide; column++) {
      const from = 3 * (row * width + Math.floor(column / factor));
      large[start + 3 * column] = pixels[from];
      large[start + 3 * column + 1] = pixels[from + 1];
      large[start + 3 * column + 2] = pixels[from + 2];
    }
    for (let copy = 1; copy < factor; copy++) {
      large.copyWithin(start + 3 * copy * wide, start, start + 3 * wide);
    }
  }
  return { pixels: large, width: wide, height: height * factor };
}

let ready: ReturnType<typeof load> | undefined;

/** Loads the renderer and its fonts, once. Both come as bytes of modules: no file is read, nothing is asked. */
async function load() {
  const [renderer, wasm, ...fonts] = await Promise.all([
    resvg(),
    packageFile("@resvg/resvg-wasm", "index_bg.wasm"),
    packageFile("dejavu-fonts-ttf", "ttf/DejaVuSans.ttf"),
    packageFile("dejavu-fonts-ttf", "ttf/DejaVuSans-Bold.ttf"),
  ]);
  await renderer.initWasm(wasm);
  return { renderer, fonts };
}

/**
 * A picture as PNG, with two pixels for one: sharp on most screens. A notebook keeps it as text, so it is written as short as may
 * be: without transparency, and unfiltered, which suits lines on white, unless filters, which suit photographs, make it shorter.
 */
export async function drawPng(svg: Svg): Promise<Uint8Array> {
  const [{ renderer, fonts }, { encode }] = await Promise.all([ready ??= load(), fastPng()]);
  // Of the two ways to say that pixels keep their edges, which Vega writes one behind the other, resvg knows only the older.
  const text = svg.text.replaceAll("image-rendering: pixelated;", "");
  const drawer = new renderer.Resvg(text, {
    fitTo: { mode: "zoom", value: 2 },
    background: "white",
    font: { fontBuffers: fonts, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" },
  });
  const image = drawer.render();
  const { width, height, pixels } = image;
  const filtered = image.asPng();
  image.free();
  drawer.free();
  const data = withoutAlpha(pixels);
  const plain = encode({ width, height, data, channels: 3, depth: 8 }, { zlib: { level: 9 } });
  return plain.length < filtered.length ? plain : filtered;
}

/** Red, green, blue of red, green, blue, alpha. */
function withoutAlpha(pixels: Uint8Array): Uint8Array {
  const opaque = new Uint8Array(pixels.length / 4 * 3);
  for (let from = 0, to = 0; from < pixels.length; from += 4) {
    opaque[to++] = pixels[from];
    opaque[to++] = pixels[from + 1];
    opaque[to++] = pixels[from + 2];
  }
  return opaque;
}
