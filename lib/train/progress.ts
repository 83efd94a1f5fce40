/**
 * How far a training run is: one line on a terminal that redraws itself, plain lines in a file, a pipe or a notebook.
 *
 * @module
 */
import {
  inNotebook,
  RedrawnLine,
  terminalColor,
  terminalColumns,
  writeLine,
  writeToTerminal,
} from "../show/terminal.ts";
import {
  checkBoolean,
  checkFunction,
  checkNumber,
  checkOptions,
  checkText,
  checkWhole,
  describe,
  isPlain,
  surplus,
} from "../text/arguments.ts";
import { legible } from "../text/escape.ts";
import { shortNumber } from "../text/numbers.ts";
import { fit, joinedWidth, type Part, truncate } from "../text/width.ts";
import { Pace } from "./pace.ts";
import { Sparkline } from "./sparkline.ts";

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

/** A step whose plain line waits for its values, and the speed when it ended. */
interface Milestone {
  step: number;
  rate: string;
  left: string;
}

/** Milliseconds between drawings on a terminal: nobody reads faster, and drawing takes time. */
const REDRAW_EVERY = 50;
/** A file gets this many lines, evenly, and some more at the beginning. */
const LINES = 10;
/** The widest bar, in columns, and the narrowest that still says something. */
const WIDEST = 30, NARROWEST = 6;
/** So many letters show the course of the first value. */
const SPARKS = 12;

/**
 * Shows how far a run of `total` steps is: steps done, speed, time taken and left, the values last logged.
 *
 * Steps are counted from 1, as they are printed. Values come in the order of their steps: before the step ends, or,
 * where the device delivers them later, while other steps run; then `expect(step)` announces them before the step ends.
 *
 * @example
 * ```ts
 * import { Progress } from "descent";
 *
 * const progress = new Progress(3, { label: "AlexNet" });
 * for (let step = 1; step <= 3; step++) {
 *   progress.log(step, { loss: 1 / step });
 *   progress.step(step);
 * }
 * progress.end();
 * ```
 */
export class Progress {
  readonly #total: number;
  readonly #label: string;
  readonly #write: (text: string) => void;
  readonly #columns: () => number;
  readonly #isTerminal: boolean;
  readonly #color: boolean;
  readonly #now: () => number;
  readonly #pace: Pace;
  #ended = false;

  /** The values last logged, and the step they belong to. */
  #values: Record<string, number> = {};
  #arrived = 0;
  /** The course of the first of them. */
  readonly #course = new Sparkline(SPARKS);

  /** On a terminal: the line, and when it was last drawn for a step's end and for new values. */
  readonly #redrawn: RedrawnLine;
  readonly #drawnAt = { step: -Infinity, log: -Infinity };

  /** Otherwise: ended steps whose lines are due, and the steps whose values are announced and have not come. */
  readonly #due: Milestone[] = [];
  readonly #announced = new Set<number>();

  /**
   * Starts the clock, and on a terminal draws the empty bar.
   *
   * @param total How many steps there will be.
   * @param options How to show it; the defaults suit a chapter.
   * @throws {RangeError} if `total` is not a whole number from 0 up.
   * @throws {TypeError} if it is no number, or an option is of another kind or name.
   */
  constructor(total: number, options: ProgressOptions = {}) {
    if (arguments.length > 2) surplus("Progress", arguments, 2);
    checkWhole("Progress", "the number of steps", total, 0);
    checkSettings(options);
    this.#total = total;
    this.#label = legible(options.label ?? "");
    this.#isTerminal = options.isTerminal ?? (Deno.stdout.isTerminal() && !inNotebook());
    this.#write = options.write ?? (this.#isTerminal ? writeToTerminal : writeLine);
    this.#redrawn = new RedrawnLine(this.#write);
    this.#columns = options.columns ?? terminalColumns;
    this.#color = options.color ?? (this.#isTerminal && terminalColor() !== "none");
    this.#now = options.now ?? (() => performance.now());
    this.#pace = new Pace(total, this.#now);
    if (total > 0) this.#draw("step");
  }

  /**
   * Says that a step has ended.
   *
   * @param step Its number, from 1.
   * @throws {RangeError} if there is no such step.
   * @throws {TypeError} if it is no number.
   */
  step(step: number): void {
    this.#checkStep("step", step, arguments, 1);
    if (this.#ended) return;
    this.#pace.step(step);
    if (this.#isTerminal) return this.#draw("step");
    if (isMilestone(step, this.#total)) {
      this.#due.push({ step, rate: this.#pace.rate(), left: this.#pace.left() });
    }
    this.#release((due) => due <= this.#arrived || !this.#announced.has(due));
  }

  /**
   * Announces, before a step ends, that its values will come later, so that its line waits for them.
   *
   * @param step Its number, from 1.
   * @throws {RangeError} if there is no such step.
   * @throws {TypeError} if it is no number.
   */
  expect(step: number): void {
    this.#checkStep("expect", step, arguments, 1);
    this.#announced.add(step);
  }

  /**
   * Shows values of a step; they may come while later steps run.
   *
   * @param step The step's number, from 1.
   * @param values What to show: `{ loss: 0.25 }`. A second call for the same step adds to the first.
   * @throws {RangeError} if there is no such step.
   * @throws {TypeError} if the values are not numbers by name.
   */
  log(step: number, values: Record<string, number>): void {
    this.#checkStep("log", step, arguments, 2);
    if (!isPlain(values)) {
      throw new TypeError(`log: values stand in one object such as { loss: 0.25 }, not ${describe(values)}`);
    }
    for (const [name, value] of Object.entries(values)) checkNumber("log", name, value);
    if (this.#ended) return;
    // Values come in order: what is due from before this step will get none.
    this.#release((due) => due < step);
    this.#values = step === this.#arrived ? { ...this.#values, ...values } : values;
    this.#arrived = step;
    const [first] = Object.values(values);
    if (first !== undefined) this.#course.add(first);
    this.#announced.delete(step);
    if (this.#isTerminal) this.#draw("log");
    else this.#release((due) => due <= step);
  }

  /**
   * Prints a line of its own, above the bar.
   *
   * @param text The line, without its end.
   * @throws {TypeError} if it is no text.
   */
  print(text: string): void {
    if (arguments.length > 1) surplus("print", arguments, 1);
    checkText("print", "the line", text);
    if (this.#ended || !this.#isTerminal) {
      this.#write(text + "\n");
      return;
    }
    this.#redrawn.clear(this.#room());
    this.#write(text + "\n");
    this.#drawnAt.step = -Infinity;
    this.#draw("step");
  }

  /**
   * Ends the display with a line that stays: how many steps, how long, the last values. Calling it again does nothing.
   *
   * @param options.error What ended the run before its time, if something did; it is reported by whoever catches it.
   */
  end(options: { error?: unknown } = {}): void {
    if (arguments.length > 1) surplus("end", arguments, 1);
    checkOptions("end", options, ["error"]);
    if (this.#ended) return;
    this.#release(() => true);
    this.#ended = true;
    if (this.#isTerminal) this.#redrawn.clear(this.#room());
    if (this.#total === 0) return;
    this.#writeLine([
      this.#name(),
      { text: this.#pace.ended(options.error), weight: 5 },
      { text: this.#pace.rate(), weight: 1 },
      ...this.#shown(),
    ]);
  }

  /** Throws unless there is such a step. */
  #checkStep(method: string, step: unknown, given: ArrayLike<unknown>, most: number): void {
    if (given.length > most) surplus(method, given, most);
    if (checkWhole(method, "the step", step, 1) <= this.#total || this.#ended) return;
    throw new RangeError(`${method}: there is no step ${step} among ${this.#total}`);
  }

  /** Draws the terminal's line, unless it was drawn a moment ago for the same reason. */
  #draw(why: "step" | "log"): void {
    if (!this.#isTerminal) return;
    const now = this.#now();
    if (now - this.#drawnAt[why] < REDRAW_EVERY) return;
    this.#drawnAt[why] = now;
    this.#redrawn.draw(this.#line(this.#room()), this.#room());
  }

  /** The columns of the terminal's line. The last one stays free: a letter there makes some terminals begin a new line. */
  #room(): number {
    return Math.max(1, this.#columns() - 1);
  }

  /** The line in at most so many columns: the least important parts give way first, then the bar, then the end. */
  #line(columns: number): string {
    const pace = this.#pace, course = String(this.#course);
    const count = { text: `${pace.done}/${this.#total}`, weight: 5 };
    const parts = fit([
      this.#name(),
      count,
      { text: course, weight: 0.5 },
      ...this.#shown(),
      { text: pace.rate(), weight: 1 },
      { text: pace.left(), weight: 3 },
      { text: pace.soFar(), weight: 0 },
    ], course === "" ? columns : columns - NARROWEST - 2);
    const texts = parts.map(({ text }) => text);
    const room = Math.min(WIDEST, columns - joinedWidth(parts) - 2);
    if (room < NARROWEST) return truncate(texts.join("  "), columns);
    texts.splice(parts.indexOf(count), 0, this.#bar(room));
    return texts.join("  ");
  }

  #name(): Part {
    return { text: this.#label, weight: 2 };
  }

  /** The values last logged; the first is wanted most. */
  #shown(): Part[] {
    return Object.entries(this.#values).map(([name, value], i) => (
      { text: `${legible(name)} ${shortNumber(value)}`, weight: i === 0 ? 4 : 2.5 }
    ));
  }

  #bar(width: number): string {
    const filled = Math.round(width * this.#pace.done / this.#total);
    const [full, empty] = ["━".repeat(filled), "─".repeat(width - filled)];
    return this.#color ? `\x1b[36m${full}\x1b[2m${empty}\x1b[0m` : full + empty;
  }

  /** Prints the plain lines that are due, in order, until one is not ready. */
  #release(ready: (step: number) => boolean): void {
    while (this.#due.length > 0 && ready(this.#due[0].step)) {
      const { step, rate, left } = this.#due.shift()!;
      const number = String(step).padStart(String(this.#total).length);
      const values = step === this.#arrived ? this.#shown() : [];
      const count = `step ${number}/${this.#total}`;
      this.#writeLine([
        this.#name(),
        { text: count, weight: 5 },
        ...values,
        { text: rate, weight: 1 },
        { text: left, weight: 0 },
      ]);
    }
  }

  /** Writes a line that stays. A terminal's is kept to its width; a file's holds everything. */
  #writeLine(parts: Part[]): void {
    const columns = this.#isTerminal ? this.#room() : Infinity;
    this.#write(truncate(fit(parts, columns).map(({ text }) => text).join("  "), columns) + "\n");
  }
}

/** Throws where an option is of another kind or name. */
function checkSettings(options: ProgressOptions): void {
  const functions = ["write", "columns", "now"] as const, switches = ["isTerminal", "color"] as const;
  checkOptions("Progress", options, ["label", ...functions, ...switches]);
  if (options.label !== undefined) checkText("Progress", "label", options.label);
  for (const name of functions) {
    if (options[name] !== undefined) checkFunction("Progress", name, options[name], "() => 80");
  }
  for (const name of switches) if (options[name] !== undefined) checkBoolean("Progress", name, options[name]);
}

/**
 * The last step and {@linkcode LINES} even parts before it; and until the first of these is over, steps 1, 2, 5, 10, 20, 50, …: however
 * long a run is, one sees early that it goes well. All of a short run.
 */
function isMilestone(step: number, total: number): boolean {
  if (total <= LINES + 2) return true;
  if (step * LINES < total) return [1, 2, 5].includes(step / 10 ** Math.floor(Math.log10(step) + 1e-9));
  return Math.floor(step * LINES / total) > Math.floor((step - 1) * LINES / total);
}
