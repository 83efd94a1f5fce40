/**
 * Curves between two axes, as text.
 *
 * @module
 */
import { textWidth, truncate } from "../../text/width.ts";
import type { Axis, Curve, CurvesModel } from "../chart/model.ts";
import { type Point, visible } from "../chart/visible.ts";
import { paint, PLAIN } from "./ansi.ts";
import { Canvas, straight, type TextOptions } from "./canvas.ts";
import { axisTicks, share, type Tick } from "./ticks.ts";

/** What tells curves apart, with colour and without. */
const GLYPHS = ["•", "×", "o", "+", "▲", "#", "*"];
/** The lines of the legend. */
const SAMPLES = { solid: "━", dash: "╌", dot: "┈" };
/** How long a dash is, in places along the line, and with the gap behind it. */
const DASHES = { solid: [1, 1], dash: [3, 5], dot: [1, 3] };
/** A coloured curve beside others shows its letter every so many columns. */
const MARK_EVERY = 14;
/** More points than this are too close together for letters of their own. */
const MANY = 60;

/** A chart of curves as lines of text. */
export function curvesText(model: CurvesModel, options: TextOptions, rows = 14): string[] {
  const { x, y, curves } = model;
  const draw = (canvas: Canvas) =>
    drawCurves(canvas, curves, x, y, curves.length > 1 && options.color === "none");
  return [...legend(curves, options), ...framed(x, y, options, rows, draw)];
}

/** The names of the curves, each with what it is drawn with. */
export function legend(curves: Curve[], { columns, color }: TextOptions): string[] {
  if (curves.length < 2 || curves.every(({ name }) => name === "")) return [];
  const lines: string[] = [];
  let width = Infinity;
  for (const [i, { name, color: ink, dash, mode }] of curves.entries()) {
    if (name === "") continue;
    const glyph = glyphOf(i), line = SAMPLES[dash];
    const sample = color === "none" || mode === "markers" ? glyph : line + glyph + line;
    const label = truncate(name, Math.max(4, columns - 7));
    const long = textWidth(label) + textWidth(sample) + 1;
    if (width + 3 + long > columns) {
      lines.push("");
      width = -3;
    }
    const painted = color === "none" ? sample : paint(ink, color) + sample + PLAIN;
    lines[lines.length - 1] += `${width >= 0 ? "   " : ""}${painted} ${label}`;
    width += 3 + long;
  }
  return lines;
}

function glyphOf(index: number): string {
  return GLYPHS[index % GLYPHS.length];
}

/** The letters that curves are drawn with, where they are drawn in letters. */
export function glyphs(curves: Curve[]): string[] {
  return curves.length > 1 ? curves.map((_, i) => glyphOf(i)) : ["●"];
}

/**
 * Draws curves: in braille, with a letter now and then where there are several; or told apart by letters alone, except those
 * with points, which tell it by these.
 */
export function drawCurves(canvas: Canvas, curves: Curve[], x: Axis, y: Axis, byLetters: boolean): void {
  for (const [i, { mode, dash, color, x: xs, y: ys }] of curves.entries()) {
    const letters = byLetters && !(mode === "lines+markers" && xs.length <= MANY);
    const [across, up] = letters ? [1, 1] : [2, 4];
    const wide = across * canvas.columns, high = up * canvas.rows;
    // A letter is twice as high as wide.
    const [unit, unitUp] = letters ? [1, 0.5] : [2, 2];
    const glyph = glyphs(curves)[i];
    const [long, every] = DASHES[dash];
    const isMarked = curves.length > 1 && mode === "lines" && !letters;
    // Where a curve goes up and down within a column, one letter is enough.
    const marks = new Map<number, number>();
    const first = Math.round(MARK_EVERY * (i + 0.5) / curves.length);
    let gone = 0;
    const put = (column: number, row: number) =>
      letters ? canvas.put(column, row, glyph, color) : canvas.dot(column, row, color);
    const shares = (j: number): Point => [share(x, xs[j]), 1 - share(y, ys[j])];
    const place = ([right, down]: Point): Point => [clamp(right * wide, wide), clamp(down * high, high)];
    if (mode !== "markers") {
      for (let j = 1; j < xs.length; j++) {
        const seen = visible(shares(j - 1), shares(j));
        if (seen === null) continue;
        let [column, row] = place(seen[0]);
        for (const [c, r] of straight(column, row, ...place(seen[1]))) {
          gone += Math.hypot((c - column) / unit, (r - row) / unitUp);
          [column, row] = [c, r];
          if (gone % every < long) put(c, r);
          if (isMarked && (c >> 1) % MARK_EVERY === first) marks.set(c >> 1, r >> 2);
        }
      }
    }
    const isPointed = mode !== "lines" && (letters || xs.length <= MANY);
    for (let j = 0; j < xs.length; j++) {
      const [column, row] = place(shares(j));
      if (isPointed) canvas.put(Math.floor(column / across), Math.floor(row / up), glyph, color);
      else if (mode === "markers" || xs.length === 1) put(column, row);
    }
    for (const [column, row] of marks) canvas.put(column, row, glyph, color);
  }
}

/** The place of a share of so many; far away points stay outside, and in reach of whole numbers. */
function clamp(at: number, size: number): number {
  if (at === size) return size - 1;
  return Math.floor(Math.min(3 * size, Math.max(-2 * size, at)));
}

/** A canvas with round numbers along its axes, and what they are called. */
export function framed(
  x: Axis,
  y: Axis,
  { columns, color }: TextOptions,
  rows: number,
  draw: (canvas: Canvas) => void,
  across: (room: number) => number = (room) => room,
): string[] {
  const labels = new Map<number, string>();
  for (const { share, text } of axisTicks(y, Math.max(2, Math.floor(rows / 3)))) {
    labels.set(Math.min(rows - 1, Math.floor((1 - share) * rows)), text);
  }
  const margin = Math.max(...[...labels.values()].map((label) => label.length));
  const canvas = new Canvas(Math.max(8, across(columns - margin - 3)), rows);
  draw(canvas);
  const lines = canvas.lines(color).map((line, row) => {
    const label = labels.get(row);
    return `${(label ?? "").padStart(margin)} ${label === undefined ? "│" : "┤"}${line}`;
  });
  if (y.title !== "") lines.unshift(truncate(`${y.title}${y.log ? " (log)" : ""}`, columns));
  lines.push(...ground(x, canvas.columns, margin + 2, columns));
  return lines;
}

/** What stands below a picture: the axis with its marks, their numbers, its name. */
function ground(x: Axis, wide: number, left: number, columns: number): string[] {
  const place = ({ share, text }: Tick) => {
    const column = Math.min(wide - 1, Math.floor(share * wide));
    const begin = Math.min(columns - left - text.length, Math.max(0, column - (text.length >> 1)));
    return { column, begin, text };
  };
  let places: { column: number; begin: number; text: string }[] = [];
  for (let most = Math.max(1, Math.floor(wide / 9)); most >= 1; most--) {
    places = axisTicks(x, most).map(place);
    if (places.every(({ begin }, i) => i === 0 || begin > places[i - 1].begin + places[i - 1].text.length)) {
      break;
    }
    if (most === 1) places = places.slice(0, 1);
  }
  const marks = new Set(places.map(({ column }) => column));
  const line = Array.from({ length: wide }, (_, column) => marks.has(column) ? "┬" : "─").join("");
  const numbers = places.reduce((text, { begin, text: number }) => text.padEnd(left + begin) + number, "");
  const lines = [`${" ".repeat(left - 1)}└${line}`, numbers];
  if (x.title !== "") {
    const name = truncate(`${x.title}${x.log ? " (log)" : ""}`, columns);
    const begin = left + (wide - textWidth(name) >> 1);
    lines.push(" ".repeat(Math.max(0, Math.min(begin, columns - textWidth(name)))) + name);
  }
  return lines;
}
