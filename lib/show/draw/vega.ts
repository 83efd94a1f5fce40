/**
 * Pictures of charts as SVG, drawn by Vega.
 *
 * @module
 */
import { vega } from "../../host/packages.ts";
import { escapeMarkup } from "../../text/escape.ts";
import type { BarsModel, CurvesModel, FieldModel, ImagesModel, Model, PanelsModel } from "../chart/model.ts";
import { INK } from "../chart/palette.ts";
import { barsSpec } from "./bars.ts";
import { curvesSpec } from "./curves.ts";
import { cellsSpec, contourSpec } from "./field.ts";
import { imagesSpec } from "./images.ts";
import { drawnWidth } from "./metrics.ts";
import { FONT, type Spec, type Svg, titleLines } from "./spec.ts";

/** Draws a chart. Vega is loaded with the first one. */
export async function drawSvg(model: Model): Promise<Svg> {
  if (model.kind === "panels") return await drawPanels(model);
  const { parse, View } = await loadVega();
  const view = new View(parse(await specOf(model) as Parameters<typeof parse>[0]), { renderer: "none" });
  const text = await view.toSVG();
  view.finalize();
  return sized(text);
}

/** A text in a picture, as far as Vega tells what it looks like. */
interface TextItem {
  fontSize?: number;
  fontWeight?: string | number;
  /** It is cut so that it takes no more. */
  limit?: number;
}

/** Vega lays out by guesses of how wide texts are, unless it is told. */
async function loadVega(): Promise<typeof import("vega")> {
  const loaded = await vega();
  const { textMetrics } = loaded as unknown as {
    textMetrics: { width(item: TextItem, text?: string | null): number };
  };
  textMetrics.width = ({ fontSize = 11, fontWeight, limit }, text) => {
    const width = drawnWidth(String(text ?? "").trim(), fontSize, fontWeight === "bold");
    return limit ? Math.min(limit, width) : width;
  };
  return loaded;
}

async function specOf(model: CurvesModel | FieldModel | BarsModel | ImagesModel): Promise<Spec> {
  switch (model.kind) {
    case "curves":
      return curvesSpec(model);
    case "bars":
      return barsSpec(model);
    case "images":
      return await imagesSpec(model);
    case "field":
      return model.style === "contour" ? contourSpec(model) : await cellsSpec(model);
  }
}

function sized(text: string): Svg {
  const of = (name: string) => Number(new RegExp(`<svg[^>]* ${name}="([\\d.]+)"`).exec(text)?.[1] ?? 0);
  return { text, width: of("width"), height: of("height") };
}

/** Space between panels, in pixels. */
const GAP = 8;

/** SVGs in an SVG: each panel is drawn alone, and keeps its coordinates. */
async function drawPanels({ title, width, columns, panels }: PanelsModel): Promise<Svg> {
  const own = Math.floor((width - GAP * (columns - 1)) / columns);
  const drawn: Svg[] = [];
  for (const panel of panels) {
    const height = columns > 1 ? Math.round(panel.height * Math.max(0.62, own / 600)) : panel.height;
    drawn.push(await drawSvg({ ...panel, width: own, height: Math.max(height, 200 * Number(height > 0)) }));
  }
  const lines = titleLines(title, width);
  let top = lines.length === 0 ? 0 : 12 + 20 * lines.length;
  let content = lines.map((line, i) =>
    `<text x="10" y="${24 + 20 * i}" font-family="${FONT}" font-size="15" font-weight="bold" fill="${INK}">${
      escapeMarkup(line)
    }</text>`
  ).join("");
  for (let row = 0; row < drawn.length; row += columns) {
    const across = drawn.slice(row, row + columns);
    across.forEach(({ text }, i) => {
      // Each picture calls its clipping shapes clip1, clip2, …: names that would meet in one document.
      const local = text.replace(/(id="|url\(#)(\w+)/g, `$1p${row + i}$2`);
      content += local.replace("<svg ", `<svg x="${i * (own + GAP)}" y="${top}" `);
    });
    top += Math.max(...across.map(({ height }) => height)) + GAP;
  }
  const height = Math.ceil(top - GAP);
  const text =
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}"><rect width="${width}" height="${height}" fill="white"/>${content}</svg>`;
  return { text, width, height };
}
