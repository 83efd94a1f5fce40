/**
 * Images from tensors: numbers become shades of gray, or colours.
 *
 * @module
 */
import { text } from "../../device/shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { ImageGridOptions } from "./describe.ts";
import type { ImagesModel, Tile } from "./model.ts";
import { extent, type Read, read } from "./numbers.ts";
import { DIVERGING, shade } from "./palette.ts";

/** Channel by channel: one plane of gray, or three of colour. */
interface Raw {
  planes: ArrayLike<number>[];
  width: number;
  height: number;
}

/** More images than this are not shown: nobody looks at them, and files grow. */
const MOST = 256;

/** Reads images and gives every pixel its colour. */
export async function resolveImages(options: ImageGridOptions): Promise<ImagesModel> {
  const { images } = options;
  const isList = Array.isArray(images) && images[0] instanceof Tensor;
  const parts = isList
    ? await Promise.all((images as Tensor[]).map((image, i) => read(image, `imageGrid: images[${i}]`)))
    : [await read(images as Tensor, "imageGrid: images")];
  const raws = parts.flatMap(split);
  if (raws.length === 0) throw new RangeError("imageGrid: there is no image");
  const shown = raws.slice(0, MOST);
  const { range = "all", colors = "gray", labels = [] } = options;
  const all = Array.isArray(range) ? range : extent(...shown.flatMap(({ planes }) => planes));
  const tiles = shown.map((raw, i): Tile => {
    const [low, high] = range === "each" ? extent(...raw.planes) : all;
    const label = labels[i] === undefined ? "" : String(labels[i]);
    const tile = { pixels: paint(raw, low, high, colors), width: raw.width, height: raw.height, label };
    if (colors === "gray" || raw.planes.length > 1) return tile;
    return {
      ...tile,
      amount: Uint8Array.from(raw.planes[0], (value) => 255 * (value - low) / (high - low || 1)),
    };
  });
  const columns = Math.min(tiles.length, options.columns ?? bestColumns(tiles.length));
  const title = (options.title ?? "") +
    (raws.length > MOST ? ` (the first ${MOST} of ${raws.length} images)` : "");
  return { kind: "images", title, width: options.width ?? 600, height: 0, tiles, columns };
}

/** The images in an array: its last two dimensions are rows and columns. */
function split({ values, shape }: Read): Raw[] {
  if (shape.length < 2 || shape.length > 4 || shape.includes(0)) {
    throw new RangeError(
      `imageGrid: images are [H, W], [C, H, W], [N, H, W] or [N, C, H, W], not ${text(shape)}`,
    );
  }
  const [height, width] = shape.slice(-2);
  const size = height * width;
  const planes: ArrayLike<number>[] = Array.from(
    { length: values.length / size },
    (_, i) => Array.prototype.slice.call(values, i * size, (i + 1) * size),
  );
  // [3, H, W] is a colour image; of many images only [N, 3, H, W] can be told from gray ones.
  const colour = shape.length > 2 && shape.at(-3) === 3;
  if (!colour) return planes.map((plane) => ({ planes: [plane], width, height }));
  return Array.from(
    { length: planes.length / 3 },
    (_, i) => ({ planes: planes.slice(3 * i, 3 * i + 3), width, height }),
  );
}

function paint(
  { planes, width, height }: Raw,
  low: number,
  high: number,
  colors: "gray" | "diverging",
): Uint8Array {
  const pixels = new Uint8Array(3 * width * height);
  const reach = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const span = high - low || 1;
  for (let i = 0; i < width * height; i++) {
    if (colors === "diverging" && planes.length === 1) {
      pixels.set(shade(DIVERGING, planes[0][i] / reach / 2 + 0.5), 3 * i);
      continue;
    }
    for (let c = 0; c < 3; c++) {
      const value = (planes.length === 3 ? planes[c] : planes[0])[i];
      pixels[3 * i + c] = Math.round(255 * Math.min(1, Math.max(0, (value - low) / span)));
    }
  }
  return pixels;
}

/** A row's length that makes the grid wide rather than high. */
function bestColumns(count: number): number {
  if (count <= 8) return count;
  return Math.min(16, Math.ceil(Math.sqrt(count * 1.8)));
}
