/**
 * Where text goes, and a line that is drawn again and again.
 *
 * @module
 */
import { isTerminal, noColor, variable } from "../host/process.ts";
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
    const width = textWidth(line);
    const rest = Math.min(this.#width, columns) - width;
    this.#write("\r" + line + " ".repeat(Math.max(0, rest)) + "\r");
    this.#width = width;
  }

  /** Wipes the line. */
  clear(columns: number): void {
    if (this.#width > 0) this.draw("", columns);
  }
}

/** With which colours text may be written: none, the 256 that every terminal has, or all. */
export type Color = "none" | "256" | "full";

/**
 * The colours of the terminal: none where there is no terminal, where NO_COLOR is set, or where TERM says that it is dumb. All where
 * COLORTERM says so; but who may not read these variables is not asked for it, and gets the 256.
 */
export function terminalColor(): Color {
  if (!isTerminal() || noColor() || variable("TERM") === "dumb") return "none";
  return ["truecolor", "24bit"].includes(variable("COLORTERM")) ? "full" : "256";
}

/** Writes a line. A notebook shows what console.log prints, and a pipe that was closed does not make it throw. */
export function writeLine(text: string): void {
  console.log(text.replace(/\n$/, ""));
}
