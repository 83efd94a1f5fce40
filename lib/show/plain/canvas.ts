/**
 * A grid of letters with colours: what a terminal can draw. Braille letters hold 2 × 4 dots each.
 *
 * @module
 */
import { shortNumber } from "../../text/numbers.ts";
import { rgb } from "../chart/palette.ts";

/** How a chart becomes text. */
export interface TextOptions {
  /** How many letters a line may have. */
  columns: number;
  /** Whether to colour letters with ANSI codes. */
  color: boolean;
}

/** Which bit of a braille letter is the dot in a row and column of its 4 × 2. */
const DOTS = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/** Letters in rows and columns. */
export class Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly #letters: string[];
  readonly #dots: Uint8Array;
  readonly #ink: (string | null)[];

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#letters = new Array(columns * rows).fill(" ");
    this.#dots = new Uint8Array(columns * rows);
    this.#ink = new Array(columns * rows).fill(null);
  }

  /** Puts a letter. */
  put(column: number, row: number, letter: string, ink: string | null = null): void {
    if (column < 0 || row < 0 || column >= this.columns || row >= this.rows) return;
    const at = row * this.columns + column;
    this.#letters[at] = letter;
    this.#dots[at] = 0;
    this.#ink[at] = ink;
  }

  /** Puts a braille dot; dots are counted from the top left. */
  dot(x: number, y: number, ink: string | null): void {
    const column = x >> 1, row = y >> 2;
    if (column < 0 || row < 0 || column >= this.columns || row >= this.rows) return;
    const at = row * this.columns + column;
    if (this.#letters[at] !== " ") return;
    this.#dots[at] |= DOTS[y & 3][x & 1];
    this.#ink[at] = ink;
  }

  /** The rows as text. */
  lines(color: boolean): string[] {
    return Array.from({ length: this.rows }, (_, row) => {
      let line = "";
      let inUse: string | null = null;
      for (let column = 0; column < this.columns; column++) {
        const at = row * this.columns + column;
        const letter = this.#dots[at] > 0 ? String.fromCharCode(0x2800 + this.#dots[at]) : this.#letters[at];
        const ink: string | null = letter === " " ? inUse : this.#ink[at];
        if (color && ink !== inUse) line += ink === null ? "\x1b[0m" : foreground(ink);
        if (color) inUse = ink;
        line += letter;
      }
      return inUse === null ? line.trimEnd() : `${line.trimEnd()}\x1b[0m`;
    });
  }
}

/** The points of a straight line from one to another (Bresenham 1965), at most some thousands. */
export function* straight(x0: number, y0: number, x1: number, y1: number): Generator<[number, number]> {
  const count = Math.min(4000, Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1));
  for (let i = 0; i <= count; i++) {
    yield [Math.round(x0 + (x1 - x0) * i / count), Math.round(y0 + (y1 - y0) * i / count)];
  }
}

/** The code that colours what follows. 256 colours: what every terminal has. */
export function foreground(hex: string): string {
  return `\x1b[38;5;${nearest256(rgb(hex))}m`;
}

/** The code that colours the ground of what follows. */
export function background(color: readonly number[]): string {
  return `\x1b[48;5;${nearest256(color)}m`;
}

/** The nearest of a terminal's 6 × 6 × 6 colours or 24 grays. */
function nearest256([r, g, b]: readonly number[]): number {
  if (Math.max(r, g, b) - Math.min(r, g, b) < 12) {
    const gray = Math.round((r - 8) / 10);
    return gray < 0 ? 16 : gray > 23 ? 231 : 232 + gray;
  }
  const level = (part: number) => part < 48 ? 0 : part < 115 ? 1 : Math.min(5, Math.round((part - 55) / 40));
  return 16 + 36 * level(r) + 6 * level(g) + level(b);
}

/** A number in a few letters, for the end of an axis. */
export function tick(value: number): string {
  return shortNumber(value, { digits: 3 });
}
