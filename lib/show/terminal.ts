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

/** With which colours text may be written: none, the 256 that every terminal has, or all. */
export type Color = "none" | "256" | "full";

/**
 * The colours of the terminal: none where there is no terminal, where NO_COLOR is set, or where TERM says that it is dumb. All where
 * COLORTERM says so; but who may not read these variables is not asked for it, and gets the 256.
 */
export function terminalColor(): Color {
  if (!Deno.stdout.isTerminal() || Deno.noColor || granted("TERM") === "dumb") return "none";
  return ["truecolor", "24bit"].includes(granted("COLORTERM")) ? "full" : "256";
}

/** A variable of the environment; "" if it is not there, or if the program was not allowed to look. */
function granted(variable: string): string {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) ?? "" : "";
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
