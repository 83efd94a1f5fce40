/**
 * A grid of letters with colours: what a terminal can draw. Braille letters hold 2 × 4 dots each.
 *
 * @module
 */
import { shortNumber } from "../../text/numbers.ts";
import type { Color } from "../terminal.ts";
import { paint, PLAIN } from "./ansi.ts";

/** How a chart becomes text. */
export interface TextOptions {
  /** How many letters a line may have. */
  columns: number;
  /** With which colours. */
  color: Color;
}

/** Which bit of a braille letter is the dot in a row and column of its 4 × 2. */
const DOTS = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/** What stands in one place. */
interface Cell {
  letter: string;
  dots: number;
  ink: string | null;
  /** The colours behind it: of the upper and of the lower half, which is a square each. */
  upper: string | null;
  lower: string | null;
}

/** Letters in rows and columns. */
export class Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly #cells: Cell[];

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#cells = Array.from(
      { length: columns * rows },
      () => ({ letter: " ", dots: 0, ink: null, upper: null, lower: null }),
    );
  }

  #at(column: number, row: number): Cell | undefined {
    if (column < 0 || row < 0 || column >= this.columns || row >= this.rows) return undefined;
    return this.#cells[row * this.columns + column];
  }

  /** Puts a letter. */
  put(column: number, row: number, letter: string, ink: string | null = null): void {
    const cell = this.#at(column, row);
    if (cell !== undefined) Object.assign(cell, { letter, dots: 0, ink });
  }

  /** Puts a braille dot, where no letter stands; dots are counted from the top left. */
  dot(x: number, y: number, ink: string | null): void {
    const cell = this.#at(x >> 1, y >> 2);
    if (cell === undefined || cell.letter !== " ") return;
    cell.dots |= DOTS[y & 3][x & 1];
    cell.ink = ink;
  }

  /** Colours the ground of half a place. Halves are counted from the top, two in a row. */
  ground(column: number, half: number, ink: string): void {
    const cell = this.#at(column, half >> 1);
    if (cell !== undefined) cell[half & 1 ? "lower" : "upper"] = ink;
  }

  /** The rows as text. */
  lines(color: Color): string[] {
    return Array.from({ length: this.rows }, (_, row) => {
      let line = "", inUse = "";
      for (const cell of this.#cells.slice(row * this.columns, (row + 1) * this.columns)) {
        const [letter, ink, ground] = shownAs(cell);
        // A space shows no ink, whatever it is.
        const inks = ink === null || letter === " " ? "" : paint(ink, color);
        const code = inks + (ground === null ? "" : paint(ground, color, "ground"));
        if (code !== inUse) line += (inUse === "" ? "" : PLAIN) + code;
        inUse = code;
        line += letter;
      }
      return inUse === "" ? line.trimEnd() : line + PLAIN;
    });
  }
}

/** The letter of a place, its colour, and the one behind it. */
function shownAs({ letter, dots, ink, upper, lower }: Cell): [letter: string, string | null, string | null] {
  if (dots > 0) return [String.fromCharCode(0x2800 + dots), ink, lower];
  if (letter !== " " || upper === lower) return [letter, ink, lower];
  return ["▀", upper, lower];
}

/** The points of a straight line from one to another (Bresenham 1965), at most some thousands. */
export function* straight(x0: number, y0: number, x1: number, y1: number): Generator<[number, number]> {
  const count = Math.min(4000, Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1));
  for (let i = 0; i <= count; i++) {
    yield [Math.round(x0 + (x1 - x0) * i / count), Math.round(y0 + (y1 - y0) * i / count)];
  }
}

/** A number in a few letters, beside a bar or in a matrix. */
export function tick(value: number): string {
  return shortNumber(value, { digits: 3 });
}
