/**
 * From the description of a chart to its numbers.
 *
 * @module
 */
import { legible } from "../../text/escape.ts";
import { resolveBars, resolveHistogram } from "./bars.ts";
import { resolveCurves } from "./curves.ts";
import { checkChart } from "./build.ts";
import type { Chart } from "./describe.ts";
import { resolveContour, resolveHeatmap } from "./field.ts";
import { resolveImages } from "./images.ts";
import type { Model, PanelsModel } from "./model.ts";

/** Reads a chart's data and decides what was left open: ranges, bins, colours. All of its texts are legible. */
export async function resolve(chart: Chart): Promise<Model> {
  checkChart(chart);
  return legibleTexts(await read(chart)) as Model;
}

/** A model with every text in it made legible. Lists of numbers, which are long, stay as they are. */
function legibleTexts(part: unknown): unknown {
  if (typeof part === "string") return legible(part);
  if (typeof part !== "object" || part === null || ArrayBuffer.isView(part)) return part;
  if (Array.isArray(part)) return typeof part[0] === "number" ? part : part.map(legibleTexts);
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, legibleTexts(value)]));
}

async function read(chart: Chart): Promise<Model> {
  switch (chart.kind) {
    case "line":
    case "scatter":
      return await resolveCurves(chart.kind, chart);
    case "contour":
      return await resolveContour(chart);
    case "heatmap":
      return await resolveHeatmap(chart);
    case "histogram":
      return await resolveHistogram(chart);
    case "bar":
      return await resolveBars(chart);
    case "imageGrid":
      return await resolveImages(chart);
    case "panels": {
      const models = await Promise.all(chart.charts.map(resolve));
      const panels = models.flatMap((model) =>
        model.kind === "panels" ? model.panels : [model]
      ) as PanelsModel["panels"];
      if (panels.length === 0) throw new RangeError("panels: needs at least one chart");
      const columns = Math.min(panels.length, chart.columns ?? 2);
      return {
        kind: "panels",
        title: chart.title ?? "",
        width: chart.width ?? 720,
        height: 0,
        columns,
        panels,
      };
    }
  }
}
