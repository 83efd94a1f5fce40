/**
 * How far a run over epochs is: one line on a terminal that redraws itself, with a line an epoch that stays; plain lines in a file.
 *
 * @module
 */
import { legible } from "../text/escape.ts";
import { duration, shortNumber } from "../text/numbers.ts";
import type { Part } from "../text/width.ts";
import { type EpochRow, testName } from "./history.ts";
import { Pace } from "./pace.ts";
import type { Display } from "./running.ts";
import { type BarLine, type ProgressOptions, Screen } from "./screen.ts";
import { Sparkline } from "./sparkline.ts";

/** What shows how far a run over epochs is. */
export interface EpochDisplay extends Display {
  /** The batches of an epoch are through, and what it learned is tested. */
  testing(): void;
  /** An epoch is over. */
  row(row: EpochRow): void;
}

/** How a run over epochs is shown. */
export interface EpochDisplayOptions {
  label: string;
  /** How many epochs, and how many batches each has. */
  epochs: number;
  batches: number;
  /** So many steps were made before, by a program that this one goes on from. */
  done: number;
  /** Whether a test follows each epoch. */
  tests: boolean;
  /** The means of the epoch so far. */
  means: () => Record<string, number>;
  /** How the run ended, or stands: what was best. */
  summary: () => string;
}

/** So many letters show the course of the first value. */
const SPARKS = 12;
/** In a file, an epoch of more batches than this gets a line each time so many are done. */
const LONG = 1000;

/** Shows a run over epochs on a terminal or in a file. Steps are counted from 1, over all epochs. */
export class EpochProgress implements EpochDisplay {
  readonly #options: EpochDisplayOptions;
  readonly #screen: Screen;
  readonly #pace: Pace;
  readonly #course = new Sparkline(SPARKS);
  /** The step whose values came last. */
  #arrived = 0;
  /** In a file: the step whose line waits for its values; 0: none does. */
  #due = 0;
  /** Milliseconds that the last test took, and when the one began that runs. */
  #test = 0;
  #testing = NaN;
  #ended = false;

  /** Starts the clock, and on a terminal draws the empty bar. */
  constructor(options: EpochDisplayOptions, screen: ProgressOptions = {}) {
    this.#options = { ...options, label: legible(options.label) };
    this.#screen = new Screen(screen);
    this.#pace = new Pace(options.epochs * options.batches, this.#screen.now, options.done);
    this.#draw("step");
  }

  expect(_step: number): void {}

  log(step: number, values: Record<string, number>): void {
    const [first] = Object.values(values);
    if (first !== undefined) this.#course.add(first);
    this.#arrived = step;
    if (step >= this.#due) this.#release();
    this.#draw("log");
  }

  step(step: number): void {
    this.#pace.step(step);
    if (this.#screen.isTerminal) return this.#draw("step");
    this.#release();
    const { batches } = this.#options, batch = (step - 1) % batches + 1;
    const early = step <= batches && Number.isInteger(Math.log10(batch));
    if (batch < batches && (early || batch % LONG === 0)) this.#due = step;
    if (step <= this.#arrived) this.#release();
  }

  /** Writes the line that is due. */
  #release(): void {
    const step = this.#due, { batches } = this.#options;
    if (step === 0) return;
    this.#due = 0;
    this.#screen.printParts([
      this.#label(),
      { text: this.#epoch(step), weight: 5 },
      { text: `batch ${(step - 1) % batches + 1}/${batches}`, weight: 4 },
      ...this.#values(),
      { text: this.#pace.rate(), weight: 1 },
      { text: this.#left(), weight: 3 },
    ]);
  }

  testing(): void {
    this.#testing = this.#screen.now();
    this.#screen.hurry();
    this.#draw("step");
  }

  row(row: EpochRow): void {
    if (!Number.isNaN(this.#testing)) {
      this.#test = this.#screen.now() - this.#testing;
      this.#pace.rest(this.#test);
      this.#testing = NaN;
    }
    this.#screen.printParts([
      this.#label(),
      { text: `epoch ${row.epoch}/${this.#options.epochs}`, weight: 5 },
      ...rowParts(row),
      { text: duration(1000 * row.seconds), weight: 1 },
    ]);
    if (row.epoch < this.#options.epochs) this.#draw("step");
  }

  print(line: string): void {
    this.#screen.print(line);
    if (!this.#ended) this.#draw("step");
  }

  end({ error }: { error?: unknown } = {}): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#release();
    this.#screen.clear();
    const { epochs, batches, summary } = this.#options;
    if (epochs * batches === 0) return;
    const { done, total } = this.#pace, took = this.#pace.took();
    const whole = Math.floor(done / batches), more = done - this.#options.done;
    const ended = error === undefined && done % batches === 0 && this.#options.done === 0
      ? `${whole} ${whole === 1 ? "epoch" : "epochs"} in ${took}`
      : error === undefined && done === total
      ? `${more} more ${more === 1 ? "step" : "steps"} in ${took}`
      : `stopped after ${done} of ${total} steps, ${took}`;
    this.#screen.printParts([
      this.#label(),
      { text: ended, weight: 5 },
      { text: this.#pace.rate(), weight: 1 },
      { text: summary(), weight: 4 },
    ]);
  }

  #draw(why: "step" | "log"): void {
    if (!this.#ended && this.#pace.total > 0) this.#screen.draw(why, () => this.#line());
  }

  #line(): BarLine {
    const { batches } = this.#options, { done } = this.#pace;
    const testing = !Number.isNaN(this.#testing);
    // A test belongs to the epoch whose batches are through; before the first batch of the next, that one has begun.
    const batch = testing ? batches : done % batches;
    const count = { text: testing ? "testing" : `${batch}/${batches}`, weight: 3.5 };
    const course = String(this.#course);
    return {
      parts: [
        this.#label(),
        { text: this.#epoch(testing ? done : done + 1), weight: 5 },
        count,
        { text: course, weight: 0.5 },
        ...this.#values(),
        { text: this.#pace.rate(), weight: 1 },
        { text: this.#left(), weight: 3 },
      ],
      at: count,
      share: batch / batches,
      keepsBar: course !== "",
    };
  }

  #label(): Part {
    return { text: this.#options.label, weight: 2 };
  }

  /** The epoch that a step belongs to. */
  #epoch(step: number): string {
    const { epochs, batches } = this.#options;
    return `epoch ${Math.min(epochs, Math.ceil(step / batches))}/${epochs}`;
  }

  #values(): Part[] {
    return valueParts(this.#options.means());
  }

  /** The time left for all epochs, tests included once one was seen. */
  #left(): string {
    const { epochs, batches, tests } = this.#options, { done } = this.#pace;
    return this.#pace.left(tests ? this.#test * (epochs - Math.floor(done / batches)) : 0);
  }
}

/** Values beside a bar; the first is wanted most. */
export function valueParts(values: Record<string, number>): Part[] {
  return Object.entries(values).map(([name, value], i) => (
    { text: `${legible(name)} ${shortNumber(value)}`, weight: i === 0 ? 4 : 2.5 }
  ));
}

/** What an epoch came to: "loss 0.1234, test 0.0987". What was tested is wanted most. */
export function rowParts(row: EpochRow): Part[] {
  const names = Object.keys(row).filter((name) => name !== "epoch" && name !== "seconds");
  const tested = names.map(testName).filter((name) => names.includes(name));
  return names.filter((name) => !tested.includes(name)).map((name, i) => {
    const test = testName(name), value = `${legible(spaced(name))} ${shortNumber(row[name])}`;
    const text = tested.includes(test) ? `${value}, test ${shortNumber(row[test])}` : value;
    return { text, weight: i === 0 ? 4 : 3 };
  });
}

/** "test accuracy" of "testAccuracy". */
export function spaced(name: string): string {
  return name.replace(/^test([A-Z])/, (_, letter: string) => `test ${letter.toLowerCase()}`);
}
