/**
 * Contours, matrices and images as text.
 *
 * @module
 */
import { truncate } from "../../text/width.ts";
import type { FieldModel, ImagesModel, Tile } from "../chart/model.ts";
import { bandColors, DIVERGING, hex, SEQUENTIAL, shade } from "../chart/palette.ts";
import { paint, PLAIN } from "./ansi.ts";
import { drawCurves, framed, glyphs, legend } from "./axes.ts";
import { type TextOptions, tick } from "./canvas.ts";

/** From nothing to full. Nothing is a dot: one sees how far an image goes. */
const SHADES = "·░▒▓█";
/** For contours: every band gets a letter, so that neighbours differ; none that a curve over them has. */
const BANDS = " .:-=+*%#@";
/** The scale of colours below a matrix has so many letters. */
const SCALE = 16;
/** The rows of a picture whose sides have one scale: it is narrow enough to be higher than others. */
const EQUAL_ROWS = 24;
/** Letters between images, and how many lines all of them may take. */
const GAP = 2, LINES = 26;

/** A landscape or a matrix as lines of text. */
export function fieldText(model: FieldModel, options: TextOptions, rows = 18): string[] {
  if (model.style === "contour") return contourText(model, options, rows);
  const numbers = model.values ? matrixText(model, options.columns) : null;
  if (numbers !== null) return numbers;
  const { z, zRange: [low, high], rowsDown } = model;
  const ordered = rowsDown ? z : [...z].reverse();
  const isColored = options.color !== "none";
  const ramp = model.diverging ? DIVERGING : SEQUENTIAL;
  const width = z[0].length, height = z.length;
  const pixels = new Uint8Array(3 * width * height);
  ordered.flat().forEach((value, i) => {
    const part = (value - low) / (high - low || 1);
    pixels.set(isColored ? shade(ramp, part) : new Array(3).fill(Math.round(255 * part)), 3 * i);
  });
  // A letter is twice as high as wide; a large matrix is not to fill the whole window.
  const room = Math.min(options.columns, 2 * width, Math.max(8, Math.round(3 * rows * width / height)));
  const [from, to] = [tick(low), tick(high)];
  const long = Math.max(2, Math.min(SCALE, options.columns - from.length - to.length - 2));
  const scale = isColored
    ? Array.from({ length: long }, (_, i) => paint(hex(shade(ramp, i / (long - 1))), options.color) + "█")
      .join("") + PLAIN
    : SHADES;
  return [
    ...tileText({ pixels, width, height, label: "" }, options, room),
    `${from} ${scale} ${to}`,
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

function contourText(model: FieldModel, options: TextOptions, most: number): string[] {
  const { x, y, xs, ys, z, levels, over, equal } = model;
  const bands = levels.length + 1, colors = bandColors(model);
  const isColored = options.color !== "none";
  const letters = [...BANDS].filter((letter) => !glyphs(over).includes(letter));
  // Two bands differ enough without the heaviest letters, in which points would drown.
  const heaviest = (letters.length - 1) * Math.min(1, bands / 5);
  // Where one unit is as long both ways, a picture is so many letters wide for each one that it is high.
  const shape = equal ? 2 * (x.range[1] - x.range[0]) / (y.range[1] - y.range[0]) : null;
  const rows = shape === null
    ? most
    : Math.max(4, Math.min(most + EQUAL_ROWS - 18, Math.round((options.columns - 8) / shape)));
  const across = (room: number) => shape === null ? room : Math.min(room, Math.round(rows * shape));
  const lines = framed(x, y, options, rows, (canvas) => {
    /** The band in the middle of a part of the picture, each counted from the left and from the top. */
    const band = (column: number, part: number, parts: number) => {
      const i = Math.round((ys.length - 1) * (1 - (part + 0.5) / parts));
      const j = Math.round((xs.length - 1) * (column + 0.5) / canvas.columns);
      return levels.filter((level) => z[i][j] >= level).length;
    };
    for (let column = 0; column < canvas.columns; column++) {
      for (let half = 0; isColored && half < 2 * canvas.rows; half++) {
        canvas.ground(column, half, colors[band(column, half, 2 * canvas.rows)]);
      }
      for (let row = 0; !isColored && row < canvas.rows; row++) {
        const at = band(column, row, canvas.rows);
        canvas.put(column, row, letters[Math.round(at * heaviest / Math.max(1, bands - 1))]);
      }
    }
    // Without colour its points tell where a walk goes; a line of letters would hide them.
    const shown = over.map((curve) => ({
      ...curve,
      mode: isColored || curve.mode === "lines" ? curve.mode : "markers" as const,
      x: curve.x.slice(0, 400),
      y: curve.y.slice(0, 400),
    }));
    drawCurves(canvas, shown, x, y, !isColored);
  }, across);
  return [...legend(over, options), ...lines];
}

/** Images side by side as lines of text: as many as have room. */
export function imagesText({ tiles, columns: wanted }: ImagesModel, options: TextOptions): string[] {
  // A small image is not squeezed: its pixels are as wide as two letters.
  const least = Math.min(16, Math.max(4, ...tiles.map(({ width }) => 2 * width)));
  const fitting = Math.max(1, Math.floor((options.columns + GAP) / (least + GAP)));
  const widest = Math.min(wanted, fitting);
  // As many rows as that makes, evenly filled: six are three and three, and not five and one.
  const columns = wanted <= fitting ? wanted : Math.ceil(tiles.length / Math.ceil(tiles.length / widest));
  const room = Math.min(
    Math.floor((options.columns + GAP) / widest) - GAP,
    widest === 1 ? 64 : 32,
    Math.max(...tiles.map(({ width }) => 2 * width)),
  );
  const lines: string[] = [];
  let shown = 0;
  while (shown < tiles.length) {
    const row = tiles.slice(shown, shown + columns);
    const texts = row.map((tile) => tileText(tile, options, room));
    const high = Math.max(...texts.map(({ length }) => length));
    if (shown > 0 && lines.length + 1 + high > LINES) break;
    if (shown > 0) lines.push("");
    for (let line = 0; line < high; line++) {
      lines.push(texts.map((text) => text[line] ?? " ".repeat(room)).join(" ".repeat(GAP)).trimEnd());
    }
    if (row.some(({ label }) => label !== "")) {
      lines.push(row.map(({ label }) => truncate(label, room).padEnd(room)).join(" ".repeat(GAP)).trimEnd());
    }
    shown += row.length;
  }
  const rest = tiles.length - shown;
  if (rest > 0) lines.push(`… and ${rest} more`);
  return lines;
}

/**
 * One image, as wide as it may be, in lines of so many columns. With colour two letters show a pixel, or, where there is less room, one
 * letter shows two, one above the other; without colour, shades.
 */
function tileText(tile: Tile, { color }: TextOptions, columns: number): string[] {
  const { width, height, amount } = tile;
  const isColored = color !== "none";
  const pixels = !isColored && amount !== undefined
    ? Uint8Array.from({ length: 3 * amount.length }, (_, i) => amount[Math.floor(i / 3)])
    : tile.pixels;
  // A letter is twice as high as wide.
  const isWide = !isColored || columns >= 2 * width;
  const across = Math.max(1, Math.min(columns, isWide ? 2 * width : width));
  const down = Math.max(1, Math.round(across * height / width / (isWide ? 2 : 1)));
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
  /** A letter, and its colours. */
  const letter = (column: number, line: number): [code: string, letter: string] => {
    if (!isColored) {
      const [r, g, b] = at(column, line);
      const gray = (0.299 * r + 0.587 * g + 0.114 * b) / 255;
      return ["", SHADES[Math.min(SHADES.length - 1, Math.floor(gray * SHADES.length))]];
    }
    if (isWide) return [paint(hex(at(column, line)), color, "ground"), " "];
    const upper = paint(hex(at(column, 2 * line)), color);
    // An odd number of rows ends in the middle of a line.
    const lower = 2 * line + 1 < down ? paint(hex(at(column, 2 * line + 1)), color, "ground") : "";
    return [upper + lower, "▀"];
  };
  const padding = " ".repeat(columns - across);
  return Array.from({ length: isColored && !isWide ? Math.ceil(down / 2) : down }, (_, line) => {
    let text = "", inUse = "";
    for (let column = 0; column < across; column++) {
      const [code, sign] = letter(column, line);
      text += (code === inUse ? "" : code) + sign;
      inUse = code;
    }
    return text + (inUse === "" ? "" : PLAIN) + padding;
  });
}
