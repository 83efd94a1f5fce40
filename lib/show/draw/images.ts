/** Images side by side, for Vega. @module */
import type { ImagesModel } from "../chart/model.ts";
import { INK } from "../chart/palette.ts";
import { encodeImage } from "./pixels.ts";
import { FONT, frameSpec, type Spec } from "./spec.ts";

/** Pixels between images, the height of a label, and the widest image. */
const GAP = 6, LABEL = 18, WIDEST = 300;

/** The specification of a grid of images. */
export async function imagesSpec({ title, width, tiles, columns }: ImagesModel): Promise<Spec> {
  const labelled = tiles.some(({ label }) => label !== "");
  const most = Math.min(WIDEST, Math.floor((width - 20 + GAP) / columns) - GAP);
  // Whole pixels of the PNG for each pixel of an image keep their edges sharp.
  const wide = Math.max(...tiles.map((tile) => tile.width));
  const room = 2 * most > wide ? Math.floor(2 * most / wide) * wide / 2 : most;
  const ratio = Math.max(...tiles.map((tile) => tile.height / tile.width));
  const rowHeight = Math.round(room * ratio) + GAP + (labelled ? LABEL : 0);
  const values = await Promise.all(tiles.map(async (tile, i) => ({
    x: (i % columns) * (room + GAP),
    y: Math.floor(i / columns) * rowHeight,
    high: Math.round(room * tile.height / tile.width),
    url: await encodeImage(tile, room),
    label: tile.label,
  })));
  const place = { x: { field: "x" }, y: { field: "y" } };
  const rows = Math.ceil(tiles.length / columns);
  return {
    ...frameSpec(title, Math.min(tiles.length, columns) * (room + GAP) - GAP, rows * rowHeight - GAP),
    autosize: "pad",
    data: [{ name: "tiles", values }],
    marks: [
      {
        name: "photographs",
        type: "image",
        from: { data: "tiles" },
        encode: {
          enter: {
            ...place,
            url: { field: "url" },
            width: { value: room },
            height: { field: "high" },
            aspect: { value: false },
          },
        },
      },
      {
        type: "text",
        from: { data: "tiles" },
        encode: {
          enter: {
            x: { field: "x", offset: room / 2 },
            y: { field: "y", offset: { signal: "datum.high + 4" } },
            text: { field: "label" },
            align: { value: "center" },
            baseline: { value: "top" },
            limit: { value: room + GAP },
            font: { value: FONT },
            fontSize: { value: Math.max(9, Math.min(12, room / 5)) },
            fill: { value: INK },
          },
        },
      },
    ],
  };
}
