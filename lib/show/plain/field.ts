/**
 * Contours, matrices and images as text.
 *
 * @module
 */
import { truncate } from "../../text/width.ts";
import type { FieldModel, ImagesModel, Tile } from "../chart/model.ts";
import { bandColors, DIVERGING, hex, SEQUENTIAL, shade } from "../chart/palette.ts";
import { drawCurves, framed, legend } from "./axes.ts";
import { background, foreground, type TextOptions, tick } from "./canvas.ts";

/** From empty to full. */
const SHADES = " ░▒▓█";
/** For contours: every band gets a letter, so that neighbours differ. */
const BANDS = " .:-=+*%#@";

/** A landscape or a matrix as lines of text. */
export function fieldText(model: FieldModel, options: TextOptions, rows = 18): string[] {
  if (model.style === "contour") return contourText(model, options, rows);
  const numbers = model.values ? matrixText(model, options.columns) : null;
  if (numbers !== null) return numbers;
  const { z, zRange: [low, high], rowsDown } = model;
  const ordered = rowsDown ? z : [...z].reverse();
  const ramp = model.diverging ? DIVERGING : SEQUENTIAL;
  const width = z[0].length, height = z.length;
  const pixels = new Uint8Array(3 * width * height);
  ordered.flat().forEach((value, i) => {
    const part = (value - low) / (high - low || 1);
    const color = options.color ? shade(ramp, part) : new Array(3).fill(Math.round(255 * part));
    pixels.set(color, 3 * i);
  });
  // A letter is twice as high as wide; a large matrix is not to fill the whole window.
  const room = Math.min(options.columns, 2 * width, Math.max(8, Math.round(3 * rows * width / height)));
  return [
    ...tileText({ pixels, width, height, label: "" }, options, room),
    `${tick(low)} ${options.color ? "…" : `"${SHADES}"`} ${tick(high)}`,
  ];
}

/** The numbers themselves, if they fit. */
function matrixText({ z, xLabels, yLabels }: FieldModel, columns: number): string[] | null {
  const rows = z.map((row, i) => [...yLabels === null ? [] : [yLabels[i]], ...row.map(tick)]);
  if (xLabels !== null) rows.unshift([...yLabels === null ? [] : [""], ...xLabels]);
  const widths = rows[0].map((_, j) => Math.max(...rows.map((row) => row[j].length)));
  const lines = rows.map((row) => row.map((text, j) => text.padStart(widths[j])).join("  "));
  return lines[0].length <= columns ? lines : null;
}

function contourText(model: FieldModel, options: TextOptions, rows: number): string[] {
  const { x, y, xs, ys, z, levels, over } = model;
  const bands = levels.length + 1, colors = bandColors(model);
  const band = (value: number) => levels.filter((level) => value >= level).length;
  const lines = framed(x, y, options, rows, (canvas) => {
    for (let row = 0; row < canvas.rows; row++) {
      for (let column = 0; column < canvas.columns; column++) {
        const i = Math.round((ys.length - 1) * (1 - (row + 0.5) / canvas.rows));
        const j = Math.round((xs.length - 1) * (column + 0.5) / canvas.columns);
        const at = band(z[i][j]);
        if (options.color) canvas.put(column, row, "█", colors[at]);
        else canvas.put(column, row, BANDS[Math.round(at * (BANDS.length - 1) / Math.max(1, bands - 1))]);
      }
    }
    for (const curve of over) {
      const points = { ...curve, mode: "markers" as const };
      // Where it goes is told by its points; a line of letters would hide them.
      drawCurves(
        canvas,
        [{ ...points, x: points.x.slice(0, 400), y: points.y.slice(0, 400) }],
        x,
        y,
        true,
        true,
      );
    }
  });
  return [...legend(over, options), ...lines];
}

/** Images side by side as lines of text: as many as fit into two rows. */
export function imagesText({ tiles, columns: wanted }: ImagesModel, options: TextOptions): string[] {
  const least = Math.min(14, Math.max(4, ...tiles.map(({ width }) => width)));
  const columns = Math.max(1, Math.min(wanted, Math.floor((options.columns + 1) / (least + 1))));
  const widest = columns === 1 ? 64 : 32;
  const room = Math.min(
    Math.floor((options.columns + 1) / columns) - 1,
    widest,
    Math.max(...tiles.map(({ width }) => 2 * width)),
  );
  const lines: string[] = [];
  const shown = tiles.slice(0, 2 * columns);
  for (let start = 0; start < shown.length; start += columns) {
    const row = shown.slice(start, start + columns);
    const texts = row.map((tile) => tileText(tile, options, room));
    const high = Math.max(...texts.map(({ length }) => length));
    for (let line = 0; line < high; line++) {
      lines.push(texts.map((text) => text[line] ?? " ".repeat(room)).join(" ").trimEnd());
    }
    if (row.some(({ label }) => label !== "")) {
      lines.push(row.map(({ label }) => truncate(label, room).padEnd(room)).join(" ").trimEnd());
    }
  }
  const rest = tiles.length - shown.length;
  if (rest > 0) lines.push(`… and ${rest} more`);
  return lines;
}

/** One image in so many columns. With colour a letter shows two pixels, one above the other; without, shades. */
function tileText(tile: Tile, { color }: TextOptions, columns: number): string[] {
  const { width, height, amount } = tile;
  const pixels = !color && amount !== undefined
    ? Uint8Array.from({ length: 3 * amount.length }, (_, i) => amount[Math.floor(i / 3)])
    : tile.pixels;
  const wide = Math.max(1, Math.min(columns, color ? width : 2 * width));
  // A letter is twice as high as wide.
  const rows = Math.max(1, Math.round(wide * height / width / 2));
  const [across, down] = [wide, color ? 2 * rows : rows];
  const at = (column: number, row: number): number[] => {
    // The mean over the pixels behind: thin strokes stay visible.
    const sum = [0, 0, 0];
    const [x0, y0] = [Math.floor(column * width / across), Math.floor(row * height / down)];
    const [x1, y1] = [
      Math.max(x0 + 1, Math.floor((column + 1) * width / across)),
      Math.max(y0 + 1, Math.floor((row + 1) * height / down)),
    ];
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) for (let c = 0; c < 3; c++) sum[c] += pixels[3 * (y * width + x) + c];
    }
    return sum.map((part) => Math.round(part / (x1 - x0) / (y1 - y0)));
  };
  return Array.from({ length: rows }, (_, row) => {
    let line = "";
    for (let column = 0; column < wide; column++) {
      if (color) {
        line += `${foreground(hex(at(column, 2 * row)))}${background(at(column, 2 * row + 1))}▀`;
      } else {
        const [r, g, b] = at(column, row);
        const gray = (0.299 * r + 0.587 * g + 0.114 * b) / 255;
        line += SHADES[Math.min(SHADES.length - 1, Math.floor(gray * SHADES.length))];
      }
    }
    return color ? `${line}\x1b[0m` : line;
  });
}
