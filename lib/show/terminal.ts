/**
 * Where text goes, and a line that is drawn again and again.
 *
 * @module
 */
import { textWidth } from "../text/width.ts";

/** One line of a terminal that is redrawn in place. */
export class RedrawnLine {
  readonly #write: (text: string) => void;
  #width = 0;

  /** @param write Receives the text. */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /**
   * Draws a line over the one before. Spaces, instead of an erasing code, wipe what a longer one left; the cursor then
   * rests at the line's beginning, so that whatever else is printed starts there.
   *
   * @param line The text, with colours or without.
   * @param columns How many columns there are now: a window may have shrunk since the last drawing.
   */
  draw(line: string, columns: number): void {
    const width = textWidth(line.replace(COLORS, ""));
    const rest = Math.min(this.#width, columns) - width;
    this.#write("\r" + line + " ".repeat(Math.max(0, rest)) + "\r");
    this.#width = width;
  }

  /** Wipes the line. */
  clear(columns: number): void {
    if (this.#width > 0) this.draw("", columns);
  }
}

// deno-lint-ignore no-control-regex
const COLORS = /\x1b\[\d+m/g;

/** Whether this runs in a Jupyter kernel, where nobody sees stdout. */
export function inNotebook(): boolean {
  try {
    return Deno.jupyter !== undefined;
  } catch {
    return false;
  }
}

/** How many columns the terminal has; 80 when there is none to ask. */
export function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}

/** Writes a line. A notebook shows what console.log prints, and a pipe that was closed does not make it throw. */
export function writeLine(text: string): void {
  console.log(text.replace(/\n$/, ""));
}

/** Writes to stdout at once, whatever the text. */
export function writeToTerminal(text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}
