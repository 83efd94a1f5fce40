/**
 * What there is to see of a thing: as text, as a notebook's bundle, as files.
 *
 * @module
 */
import { Profile } from "../device/profile/mod.ts";
import { inspected } from "../host/process.ts";
import { Summary } from "../nn/summary.ts";
import { Tensor } from "../tensor/tensor.ts";
import { formatValues } from "../tensor/print.ts";
import { base64Of } from "../text/base64.ts";
import { legibleLines } from "../text/escape.ts";
import { isChart } from "./chart/build.ts";
import type { Chart } from "./chart/describe.ts";
import type { Model } from "./chart/model.ts";
import { resolve } from "./chart/resolve.ts";
import { BESIDE } from "./draw/beside.ts";
import { withDark } from "./draw/dark.ts";
import { pageOf } from "./draw/page.ts";
import { drawPng } from "./draw/pixels.ts";
import { figureOf } from "./draw/plotly.ts";
import type { Svg } from "./draw/spec.ts";
import { drawSvg } from "./draw/vega.ts";
import type { Files } from "./output.ts";
import type { TextOptions } from "./plain/canvas.ts";
import { textOf } from "./plain/mod.ts";
import { drawGraph } from "./graph/draw.ts";
import { Graph } from "./graph/graph.ts";
import { graphText } from "./graph/text.ts";
import { readAll } from "./graph/values.ts";
import { profileHtml } from "./profile.ts";
import { summaryHtml, summaryText } from "./summary.ts";
import { isTable, tableHtml, tableText } from "./table.ts";

/** The same thing in several formats, by MIME type: each viewer takes the best that it knows. */
type Bundle = Record<string, string | object>;

/** Something that can be shown. */
interface Picture {
  title: string;
  /** For a terminal, a pipe, and wherever no picture can be seen. */
  text(options: TextOptions): string;
  /** For a notebook. */
  bundle(): Promise<{ bundle: Bundle; metadata: Record<string, unknown> }>;
  /** For files, by the endings of their names; null: the text says it all. */
  files: Files | null;
  /** What its page needs beside it. */
  beside: Files;
}

/** In a notebook text is as wide as the lines of most viewers. */
const NOTEBOOK: TextOptions = { columns: 76, color: "none" };

/** What there is to see of a thing. */
export async function pictureOf(x: unknown): Promise<Picture> {
  if (x instanceof Tensor) return words(await tensorText(x));
  if (isChart(x)) return await chartPicture(x);
  if (x instanceof Summary) return summaryPicture(x);
  if (x instanceof Profile) {
    return tabular("profile", (columns) => x.text(columns), () => profileHtml(x));
  }
  if (x instanceof Graph) return await graphPicture(x);
  if (isTable(x)) return tablePicture(x);
  return words(typeof x === "string" ? x : inspected(x, 6));
}

async function tensorText(tensor: Tensor): Promise<string> {
  return `${tensor}\n${formatValues(await tensor.data(), tensor.shape, tensor.dtype)}`;
}

/** What is text and nothing else. */
function words(shown: string): Picture {
  const text = legibleLines(shown);
  return {
    title: "",
    text: () => text,
    bundle: () => Promise.resolve({ bundle: { "text/plain": text }, metadata: {} }),
    files: null,
    beside: {},
  };
}

function tablePicture(rows: Record<string, unknown>[]): Picture {
  return tabular("table", (columns) => tableText(rows, columns), () => tableHtml(rows));
}

function summaryPicture(summary: Summary): Picture {
  return tabular("summary", (columns) => summaryText(summary, columns), () => summaryHtml(summary));
}

/** What is a table in a notebook, and text elsewhere. */
function tabular(title: string, text: (columns: number) => string, html: () => string): Picture {
  const bundle = () => ({ "text/html": html(), "text/plain": text(Infinity) });
  return {
    title,
    text: ({ columns }) => text(columns),
    bundle: () => Promise.resolve({ bundle: bundle(), metadata: {} }),
    files: null,
    beside: {},
  };
}

async function chartPicture(chart: Chart): Promise<Picture> {
  const model = await resolve(chart);
  let drawn: Promise<Svg> | undefined;
  const svg = () => drawn ??= drawSvg(model);
  const figure = figureOf(model);
  const title = model.title || chart.kind;
  return {
    title,
    text: (options) => textOf(model, options),
    bundle: async () => {
      const bundle: Bundle = { "text/plain": textOf(model, NOTEBOOK) };
      if (figure !== null) bundle["application/vnd.plotly.v1+json"] = figure;
      return await withPng(bundle, await svg(), altOf(model), { drawn: isDrawn(model) });
    },
    files: {
      html: async () => pageOf({ title, alt: altOf(model), figure, svg: await svg() }),
      svg: async () => withDark(await svg()).text,
    },
    beside: figure === null ? {} : BESIDE,
  };
}

async function graphPicture({ root, title: given }: Graph): Promise<Picture> {
  const read = await readAll(root);
  const title = given || "graph";
  let drawn: Promise<Svg> | undefined;
  const svg = () => drawn ??= drawGraph(root, read, given);
  const alt = `${title}: a computation graph from its inputs to its result`;
  const text = (columns: number) => `${given === "" ? "" : `${given}\n`}${graphText(root, read, columns)}`;
  return {
    title,
    text: ({ columns }) => text(columns),
    bundle: async () => await withPng({ "text/plain": text(NOTEBOOK.columns) }, await svg(), alt),
    files: {
      html: async () => pageOf({ title, alt, figure: null, svg: await svg() }),
      svg: async () => withDark(await svg()).text,
    },
    beside: {},
  };
}

/** Adds a PNG to a bundle, with its size on the screen, what a screen reader says, and whether it was drawn or photographed. */
async function withPng(bundle: Bundle, svg: Svg, alt: string, { drawn = true } = {}) {
  const png = await drawPng(svg);
  const size = { width: Math.round(svg.width), height: Math.round(svg.height) };
  return {
    bundle: { "image/png": base64Of(png), ...bundle },
    metadata: { "image/png": { ...size, alt, drawn }, alt },
  };
}

/** A chart in a sentence, for who cannot see it. */
function altOf(model: Model): string {
  const title = model.title === "" ? "" : `${model.title}: `;
  switch (model.kind) {
    case "curves":
    case "bars": {
      const parts = model.kind === "curves" ? model.curves : model.groups;
      const named = parts.map(({ name }) => name).filter((name) => name !== "").join(", ");
      const what = model.kind === "curves" ? "curves" : model.edges === null ? "bars" : "a histogram";
      const axes = [model.y.title, model.x.title].filter((name) => name !== "").join(" over ");
      return `${title}${what}${axes === "" ? "" : `, ${axes}`}${named === "" ? "" : ` (${named})`}`;
    }
    case "field": {
      const what = model.style === "contour" ? "lines of equal height" : "a grid of coloured cells";
      return `${title}${what}, ${model.z.length} rows and ${model.z[0].length} columns`;
    }
    case "images":
      return `${title}${model.tiles.length} ${model.tiles.length === 1 ? "image" : "images"}`;
    case "panels":
      return title + model.panels.map(altOf).join("; ");
  }
}

/** Whether it consists of lines and areas, whose colours may be turned round on a dark page; photographs may not. */
function isDrawn(model: Model): boolean {
  return model.kind === "panels" ? model.panels.some(isDrawn) : model.kind !== "images";
}
