/**
 * Where progress is written: one line of a terminal that redraws itself, or lines of a file.
 *
 * @module
 */
import { inNotebook, isTerminal, terminalColumns, writeToTerminal } from "../host/process.ts";
import { RedrawnLine, terminalColor, writeLine } from "../show/terminal.ts";
import { checkBoolean, checkFunction, checkOptions, checkText } from "../text/arguments.ts";
import { fit, joinedWidth, type Part, truncate } from "../text/width.ts";

/** How a {@linkcode Progress} is shown, and what tests replace. */
export interface ProgressOptions {
  /** What is being trained: "AlexNet". */
  label?: string;
  /** Receives the text: whole lines that end with "\n", or on a terminal what redraws the line. */
  write?: (text: string) => void;
  /** How many columns the terminal has; asked before each drawing, since windows change. */
  columns?: () => number;
  /** Whether to redraw one line; unless told, whether stdout is a terminal. */
  isTerminal?: boolean;
  /** Whether to colour the bar; unless told, on a terminal that has colours, when NO_COLOR is not set. */
  color?: boolean;
  /** The clock, in milliseconds. */
  now?: () => number;
}

/** Milliseconds between drawings on a terminal: nobody reads faster, and drawing takes time. */
const REDRAW_EVERY = 50;
/** The widest bar, in columns, and the narrowest that still says something. */
const WIDEST = 30, NARROWEST = 6;

/** A line that is redrawn: its parts, and a bar in front of one of them. */
export interface BarLine {
  parts: Part[];
  /** The part that the bar stands in front of, and which share of the bar is full. */
  at: Part;
  share: number;
  /** Whether parts give way to the bar. */
  keepsBar: boolean;
}

/** A terminal or a file. */
export class Screen {
  readonly isTerminal: boolean;
  /** The clock, in milliseconds. */
  readonly now: () => number;
  readonly #write: (text: string) => void;
  readonly #columns: () => number;
  readonly #color: boolean;
  readonly #redrawn: RedrawnLine;
  /** When the line was last drawn for a step's end and for new values. */
  readonly #drawnAt = { step: -Infinity, log: -Infinity };

  constructor(options: ProgressOptions) {
    this.isTerminal = options.isTerminal ?? (isTerminal() && !inNotebook());
    this.#write = options.write ?? (this.isTerminal ? writeToTerminal : writeLine);
    this.#redrawn = new RedrawnLine(this.#write);
    this.#columns = options.columns ?? terminalColumns;
    this.#color = options.color ?? (this.isTerminal && terminalColor() !== "none");
    this.now = options.now ?? (() => performance.now());
  }

  /** Draws the terminal's line, unless it was drawn a moment ago for the same reason. */
  draw(why: "step" | "log", line: () => BarLine): void {
    if (!this.isTerminal) return;
    const now = this.now();
    if (now - this.#drawnAt[why] < REDRAW_EVERY) return;
    this.#drawnAt[why] = now;
    this.#redrawn.draw(this.#line(line(), this.#room()), this.#room());
  }

  /** The next drawing is not put off. */
  hurry(): void {
    this.#drawnAt.step = -Infinity;
  }

  /** Wipes the terminal's line. */
  clear(): void {
    if (this.isTerminal) this.#redrawn.clear(this.#room());
  }

  /** Writes a line that stays, above the one that is redrawn. */
  print(line: string): void {
    this.clear();
    this.#write(line + "\n");
    this.hurry();
  }

  /** Writes parts as a line that stays. A terminal's is kept to its width; a file's holds everything. */
  printParts(parts: Part[]): void {
    const columns = this.isTerminal ? this.#room() : Infinity;
    this.print(truncate(fit(parts, columns).map(({ text }) => text).join("  "), columns));
  }

  /** The columns of the terminal's line. The last one stays free: a letter there makes some terminals begin a new line. */
  #room(): number {
    return Math.max(1, this.#columns() - 1);
  }

  /** The line in at most so many columns: the least important parts give way first, then the bar, then the end. */
  #line({ parts, at, share, keepsBar }: BarLine, columns: number): string {
    const kept = fit(parts, keepsBar ? columns - NARROWEST - 2 : columns);
    const texts = kept.map(({ text }) => text);
    const room = Math.min(WIDEST, columns - joinedWidth(kept) - 2);
    if (room < NARROWEST) return truncate(texts.join("  "), columns);
    texts.splice(Math.max(0, kept.indexOf(at)), 0, this.#bar(room, share));
    return texts.join("  ");
  }

  #bar(width: number, share: number): string {
    const filled = Math.round(width * share);
    const [full, empty] = ["━".repeat(filled), "─".repeat(width - filled)];
    return this.#color ? `\x1b[36m${full}\x1b[2m${empty}\x1b[0m` : full + empty;
  }
}

/** Throws where an option is of another kind or name. */
export function checkSettings(options: ProgressOptions): void {
  const functions = ["write", "columns", "now"] as const, switches = ["isTerminal", "color"] as const;
  checkOptions("Progress", options, ["label", ...functions, ...switches]);
  if (options.label !== undefined) checkText("Progress", "label", options.label);
  for (const name of functions) {
    if (options[name] !== undefined) checkFunction("Progress", name, options[name], "() => 80");
  }
  for (const name of switches) if (options[name] !== undefined) checkBoolean("Progress", name, options[name]);
}
