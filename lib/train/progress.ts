/**
 * How far a training run is: one line on a terminal that redraws itself, plain lines in a file, a pipe or a notebook.
 *
 * @module
 */
import {
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
import type { Part } from "../text/width.ts";
import { Pace } from "./pace.ts";
import { type BarLine, checkSettings, type ProgressOptions, Screen } from "./screen.ts";
import { Sparkline } from "./sparkline.ts";

/** A step whose plain line waits for its values, and the speed when it ended. */
interface Milestone {
  step: number;
  rate: string;
  left: string;
}

/** A file gets this many lines, evenly, and some more at the beginning. */
const LINES = 10;
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
  readonly #screen: Screen;
  readonly #pace: Pace;
  #ended = false;

  /** The values last logged, and the step they belong to. */
  #values: Record<string, number> = {};
  #arrived = 0;
  /** The course of the first of them. */
  readonly #course = new Sparkline(SPARKS);

  /** In a file: ended steps whose lines are due, and the steps whose values are announced and have not come. */
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
    this.#screen = new Screen(options);
    this.#pace = new Pace(total, this.#screen.now);
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
    if (this.#screen.isTerminal) return this.#draw("step");
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
    if (this.#screen.isTerminal) this.#draw("log");
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
    this.#screen.print(text);
    if (!this.#ended) this.#draw("step");
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
    this.#screen.clear();
    if (this.#total === 0) return;
    this.#screen.printParts([
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

  #draw(why: "step" | "log"): void {
    this.#screen.draw(why, () => this.#line());
  }

  #line(): BarLine {
    const pace = this.#pace, course = String(this.#course);
    const count = { text: `${pace.done}/${this.#total}`, weight: 5 };
    const parts = [
      this.#name(),
      count,
      { text: course, weight: 0.5 },
      ...this.#shown(),
      { text: pace.rate(), weight: 1 },
      { text: pace.left(), weight: 3 },
      { text: pace.soFar(), weight: 0 },
    ];
    return { parts, at: count, share: pace.done / this.#total, keepsBar: course !== "" };
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

  /** Prints the plain lines that are due, in order, until one is not ready. */
  #release(ready: (step: number) => boolean): void {
    while (this.#due.length > 0 && ready(this.#due[0].step)) {
      const { step, rate, left } = this.#due.shift()!;
      const number = String(step).padStart(String(this.#total).length);
      const values = step === this.#arrived ? this.#shown() : [];
      const count = `step ${number}/${this.#total}`;
      this.#screen.printParts([
        this.#name(),
        { text: count, weight: 5 },
        ...values,
        { text: rate, weight: 1 },
        { text: left, weight: 0 },
      ]);
    }
  }
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
