/**
 * Curves between two axes, as text.
 *
 * @module
 */
import { textWidth, truncate } from "../../text/width.ts";
import type { Axis, Curve, CurvesModel } from "../chart/model.ts";
import { Canvas, foreground, straight, type TextOptions, tick } from "./canvas.ts";

/** What tells curves apart where there is no colour. */
const GLYPHS = ["•", "×", "o", "+", "▲", "#", "*"];

/** A chart of curves as lines of text. */
export function curvesText(model: CurvesModel, options: TextOptions, rows = 14): string[] {
  const { x, y, curves } = model;
  const draw = (canvas: Canvas) => drawCurves(canvas, curves, x, y, options.color);
  return [...legend(curves, options), ...framed(x, y, options, rows, draw)];
}

/** The names of the curves, each with what it is drawn with. */
export function legend(curves: Curve[], { columns, color }: TextOptions): string[] {
  if (curves.length < 2 || curves.every(({ name }) => name === "")) return [];
  const lines: string[] = [];
  let width = Infinity;
  for (const [i, { name, color: ink }] of curves.entries()) {
    if (name === "") continue;
    const sample = color ? `${foreground(ink)}━━\x1b[0m` : GLYPHS[i % GLYPHS.length];
    const label = truncate(name, Math.max(4, columns - 6));
    const long = textWidth(label) + (color ? 3 : 2);
    if (width + 3 + long > columns) {
      lines.push("");
      width = -3;
    }
    lines[lines.length - 1] += `${width >= 0 ? "   " : ""}${sample} ${label}`;
    width += 3 + long;
  }
  return lines;
}

/** From 0 to 1 along an axis. */
function share(axis: Axis, value: number): number {
  const place = axis.log ? Math.log : (x: number) => x;
  const [low, high] = axis.range.map(place);
  return (place(value) - low) / (high - low || 1);
}

/** Draws curves: in braille, or, where several must be told apart without colour, with a letter each. */
export function drawCurves(
  canvas: Canvas,
  curves: Curve[],
  x: Axis,
  y: Axis,
  color: boolean,
  letters = curves.length > 1 && !color,
): void {
  const wide = letters ? canvas.columns : 2 * canvas.columns;
  const high = letters ? canvas.rows : 4 * canvas.rows;
  for (const [i, curve] of curves.entries()) {
    const glyph = GLYPHS[i % GLYPHS.length];
    const put = (column: number, row: number) =>
      letters ? canvas.put(column, row, glyph, curve.color) : canvas.dot(column, row, curve.color);
    const place = (j: number): [number, number] => [
      clamp(share(x, curve.x[j]) * (wide - 1), wide),
      clamp((1 - share(y, curve.y[j])) * (high - 1), high),
    ];
    for (let j = 0; j < curve.x.length; j++) {
      const [column, row] = place(j);
      if (curve.mode !== "markers" && j > 0) {
        for (const [c, r] of straight(...place(j - 1), column, row)) put(c, r);
      }
      if (!letters && curve.mode !== "lines" && curve.x.length <= 60) {
        canvas.put(column >> 1, row >> 2, "●", curve.color);
      } else put(column, row);
    }
  }
}

/** Far away points stay near enough to draw a line to them. */
function clamp(at: number, size: number): number {
  return Math.round(Math.min(3 * size, Math.max(-2 * size, at)));
}

/** A canvas with the ends of its axes, and what they are called. */
export function framed(
  x: Axis,
  y: Axis,
  { columns, color }: TextOptions,
  rows: number,
  draw: (canvas: Canvas) => void,
): string[] {
  const middle = y.log ? Math.sqrt(y.range[0] * y.range[1]) : (y.range[0] + y.range[1]) / 2;
  const labels = new Map([[0, tick(y.range[1])], [rows >> 1, tick(middle)], [rows - 1, tick(y.range[0])]]);
  const margin = Math.max(...[...labels.values()].map((label) => label.length));
  const canvas = new Canvas(Math.max(8, columns - margin - 3), rows);
  draw(canvas);
  const lines = canvas.lines(color).map((line, row) => {
    const label = labels.get(row);
    return `${(label ?? "").padStart(margin)} ${label === undefined ? "│" : "┤"}${line}`;
  });
  if (y.title !== "") lines.unshift(truncate(`${y.title}${y.log ? " (log)" : ""}`, columns));
  lines.push(`${" ".repeat(margin + 1)}└${"─".repeat(canvas.columns)}`);
  const [low, high] = x.range.map(tick);
  const room = canvas.columns - low.length - high.length - 2;
  const name = truncate(`${x.title}${x.log ? " (log)" : ""}`, Math.max(0, room));
  const before = Math.max(1, (canvas.columns - textWidth(name) >> 1) - low.length);
  const after = Math.max(1, canvas.columns - low.length - before - textWidth(name) - high.length);
  lines.push(" ".repeat(margin + 2) + low + " ".repeat(before) + name + " ".repeat(after) + high);
  return lines;
}
