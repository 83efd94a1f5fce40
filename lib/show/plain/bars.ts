/**
 * Bars as text.
 *
 * @module
 */
import { textWidth, truncate } from "../../text/width.ts";
import type { Axis, BarsModel } from "../chart/model.ts";
import { ticks } from "../chart/numbers.ts";
import { paint, PLAIN } from "./ansi.ts";
import { framed } from "./axes.ts";
import { type TextOptions, tick } from "./canvas.ts";

/** Parts of a letter's width, and of its height, in eighths. */
const ACROSS = " ▏▎▍▌▋▊▉█", UP = " ▁▂▃▄▅▆▇█";

/** A bar chart or a histogram as lines of text. */
export function barsText(model: BarsModel, options: TextOptions, rows = 8): string[] {
  return model.edges === null ? lying(model, options) : standing(model, options, rows);
}

/** Bars from left to right, a line each: names and numbers have room beside them. */
function lying({ names, groups, y }: BarsModel, { columns, color }: TextOptions): string[] {
  const labels = names.flatMap((name, i) =>
    groups.map((group, g) => {
      const label = groups.length === 1 ? name : `${g === 0 ? name : ""} ${group.name}`;
      return { label, value: group.values[i], ink: group.color };
    })
  );
  const most = Math.max(6, Math.floor(columns * 0.4));
  const margin = Math.min(most, Math.max(...labels.map(({ label }) => textWidth(label))));
  const numbers = Math.max(...labels.map(({ value }) => tick(value).length));
  const room = Math.max(4, columns - margin - numbers - 4);
  const reach = Math.max(Math.abs(y.range[0]), Math.abs(y.range[1]));
  const length = (value: number) => {
    if (!y.log) return Math.abs(value) / reach;
    return value > 0 ? Math.log(value / y.range[0]) / Math.log(y.range[1] / y.range[0]) : 0;
  };
  const lines = labels.map(({ label, value, ink }) => {
    const eighths = Math.round(8 * room * Math.min(1, Math.max(0, length(value))));
    const bar = "█".repeat(eighths >> 3) + (eighths & 7 ? ACROSS[eighths & 7] : "");
    const name = truncate(label, margin);
    const painted = color !== "none" && bar !== "" ? paint(ink, color) + bar + PLAIN : bar;
    return `${" ".repeat(margin - textWidth(name))}${name} │${painted} ${tick(value)}`;
  });
  if (y.title !== "") lines.unshift(truncate(`${y.title}${y.log ? " (log)" : ""}`, columns));
  return lines;
}

/**
 * Bars from the ground up. Each set of values gets a picture of its own, from the same left to the same right, and as high as its own
 * bars: with the height of another's, one that is spread out would be a line on the ground.
 */
function standing({ x, y: common, edges, groups }: BarsModel, options: TextOptions, rows: number): string[] {
  return groups.flatMap(({ name, values, color }) => {
    const y = groups.length === 1 ? common : ownHeight(common, values);
    const high = groups.length === 1 ? rows : Math.max(5, rows >> 1);
    const picture = framed(x, y, options, high, (canvas) => {
      for (let column = 0; column < canvas.columns; column++) {
        const from = x.range[0], to = x.range[1];
        const along = (column + 0.5) / canvas.columns;
        const at = x.log ? from * (to / from) ** along : from + (to - from) * along;
        const bin = edges!.findIndex((edge) => edge > at) - 1;
        const value = values[bin] ?? 0;
        const reach = y.log
          ? value > 0 ? Math.log(value / y.range[0]) / Math.log(y.range[1] / y.range[0]) : 0
          : (value - y.range[0]) / (y.range[1] - y.range[0]);
        const eighths = Math.max(value > 0 ? 1 : 0, Math.round(8 * canvas.rows * Math.min(1, reach)));
        for (let row = 0; row < canvas.rows; row++) {
          const filled = Math.min(8, Math.max(0, eighths - 8 * (canvas.rows - 1 - row)));
          if (filled > 0) canvas.put(column, row, UP[filled], color);
        }
      }
    });
    return name === "" ? picture : [truncate(name, options.columns), ...picture];
  });
}

/** An axis from the ground that is no higher than these values need. */
function ownHeight(y: Axis, values: readonly number[]): Axis {
  const most = values.reduce((high, value) => Math.max(high, value), 0);
  if (y.log || y.range[0] !== 0 || most === 0 || most >= y.range[1]) return y;
  const top = ticks(0, 1.05 * most, 5).at(-1)!;
  return { ...y, range: [0, Math.min(y.range[1], top >= most ? top : 1.05 * most)] };
}
