/** Charts as text. @module */
import type { Model } from "../chart/model.ts";
import { wrap } from "../../text/width.ts";
import { curvesText } from "./axes.ts";
import { barsText } from "./bars.ts";
import type { TextOptions } from "./canvas.ts";
import { fieldText, imagesText } from "./field.ts";

/** Wider is not easier to read. */
const WIDEST = 100;

/** A chart as text that fits into so many columns. */
export function textOf(model: Model, options: TextOptions): string {
  const columns = Math.max(16, Math.min(WIDEST, options.columns));
  return linesOf(model, { ...options, columns }).join("\n");
}

function linesOf(model: Model, options: TextOptions, small = false): string[] {
  const title = model.title === "" ? [] : wrap(model.title, options.columns);
  switch (model.kind) {
    case "curves":
      return [...title, ...curvesText(model, options, small ? 9 : 14)];
    case "bars":
      return [...title, ...barsText(model, options, small ? 6 : 8)];
    case "field":
      return [...title, ...fieldText(model, options, small ? 12 : 18)];
    case "images":
      return [...title, ...imagesText(model, options)];
    case "panels":
      return [
        ...title,
        ...model.panels.flatMap((panel, i) => [...i > 0 ? [""] : [], ...linesOf(panel, options, true)]),
      ];
  }
}
