/**
 * What every training loop does between two of its steps: it reads what was logged, shows it, listens, stops.
 *
 * @module
 */
import { currentDevice } from "../device/mod.ts";
import { text } from "../device/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkText, describe, isPlain, surplus } from "../text/arguments.ts";
import type { Watch } from "./watch.ts";
import { stoppable } from "./interrupt.ts";
import type { RunLog } from "./run_log.ts";
import { StepProfile } from "./step_profile.ts";

/** What a step may log: numbers, or tensors of one element. */
export type Loggable = number | Tensor;

/** One iteration of {@linkcode steps}. */
export interface Step {
  /** Counts from 0. */
  readonly index: number;
  /** How many there will be. */
  readonly total: number;
  /**
   * Shows values beside the progress. Reads them from the device in the background: the loop goes on meanwhile.
   *
   * @param values By name: `step.log({ loss })`.
   * @throws {TypeError} if they do not stand in one object, or one is neither a number nor a tensor.
   * @throws {RangeError} if a tensor has more than one element, or none.
   */
  log(values: Record<string, Loggable>): void;
  /**
   * Prints a line that stays, above the bar.
   *
   * @param text The line.
   * @throws {TypeError} if it is no text.
   */
  print(text: string): void;
}

/** What shows how far a loop is. Steps are counted from 1. */
export interface Display {
  /** Values of a step will come later. */
  expect(step: number): void;
  /** Values of a step. */
  log(step: number, values: Record<string, number>): void;
  /** A step has ended. */
  step(step: number): void;
  /** A line of its own. */
  print(line: string): void;
  /** The end, and what brought it about. */
  end(options: { error?: unknown }): void | Promise<void>;
}

/** So many milliseconds a loop computes at most before it listens: to Stop, to a window that wants to be drawn. */
const LISTEN_EVERY = 100;
/** So many reads of logged values may be on their way before the loop waits for the oldest. */
const READS_IN_FLIGHT = 2;

/** A loop that runs. */
export class Running {
  readonly #display: Display | null;
  readonly #file: RunLog;
  readonly #watch: Watch | null;
  readonly #interrupt: ReturnType<typeof stoppable>;
  readonly #profile: StepProfile;
  readonly #reads: Promise<void>[] = [];
  /** The last read: what comes behind it is told behind it, even where its own numbers are there first. */
  #told: Promise<void> = Promise.resolve();
  #failure: unknown;
  #listenAt = performance.now() + LISTEN_EVERY;

  /**
   * @param display What shows it; null: nothing does.
   * @param file Where it is logged.
   * @param watch Who looks at its numbers; null: nobody does.
   * @param label What it is called.
   * @param finishes Whether a program that is to end waits for the step that runs: then the loop calls `leave()` behind it.
   */
  constructor(display: Display | null, file: RunLog, watch: Watch | null, label: string, finishes = false) {
    this.#profile = new StepProfile(label, display === null);
    this.#display = display;
    this.#file = file;
    this.#watch = watch;
    const finish = () => display?.print("Stopping after this step; a second Ctrl-C ends it at once.");
    this.#interrupt = stoppable(
      () => display?.end({ error: "interrupted" }),
      finishes ? finish : undefined,
    );
  }

  /**
   * What the body of the loop is given for a step.
   *
   * @param index Counts from 0.
   * @param logged Is told of the step's values as they come.
   */
  step(index: number, total: number, logged: (values: Record<string, number>) => void = () => {}): Step {
    const log = (values: Record<string, Loggable>) => this.#log(index + 1, values, logged);
    const print = (line: string) => this.print(line);
    this.#profile.begin(index + 1);
    return {
      index,
      total,
      log(values) {
        checkLogged(arguments);
        log(values);
      },
      print(line) {
        if (arguments.length > 1) surplus("step.print", arguments, 1);
        print(checkText("step.print", "the line", line));
      },
    };
  }

  print(line: string): void {
    if (this.#display === null) console.log(line);
    else this.#display.print(line);
  }

  #log(step: number, values: Record<string, Loggable>, logged: (read: Record<string, number>) => void): void {
    this.#display?.expect(step);
    this.#told = Promise.all([readLogged(values), this.#told]).then(([read]) => {
      logged(read);
      this.#file.step(step, read);
      this.#display?.log(step, read);
      this.#watch?.logged(step, read);
    }).catch((error) => {
      this.#failure ??= error;
    });
    this.#reads.push(this.#told);
  }

  /** Waits until no more reads than these are on their way. */
  async settle(left = 0): Promise<void> {
    while (this.#reads.length > left) await this.#reads.shift();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** A step has ended, counted from 1. */
  async turn(step: number): Promise<void> {
    this.#display?.step(step);
    await this.settle(READS_IN_FLIGHT);
    await this.#profile.turn(step);
    if (performance.now() > this.#listenAt) await this.listen();
  }

  /** What is computed next is no training: a profile does not count it. */
  async pause(): Promise<void> {
    await this.#profile.stop();
  }

  /** Lets signals and whatever else waits have their turn. */
  async listen(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    this.#listenAt = performance.now() + LISTEN_EVERY;
  }

  /** Whether somebody wants the loop to end. */
  get stopped(): boolean {
    return this.#interrupt.stopped;
  }

  /** The loop has ended. */
  async end(ended: { error?: unknown }): Promise<void> {
    this.#interrupt.end();
    this.#watch?.end();
    await Promise.all(this.#reads);
    await this.#display?.end(ended);
    await this.#profile.end(ended);
  }
}

/** What the loop before has left, another network and its optimizer, goes before a loop makes its own. */
export async function makeRoom(): Promise<void> {
  const { pressure } = currentDevice();
  if (pressure.isLarge) await pressure.relieve();
}

/** The numbers of what was logged. */
export async function readLogged(values: Record<string, Loggable>): Promise<Record<string, number>> {
  const names = Object.keys(values);
  const numbers = await Promise.all(names.map((name) => {
    const value = values[name];
    return typeof value === "number" ? value : value.item();
  }));
  return Object.fromEntries(names.map((name, i) => [name, numbers[i]]));
}

/** Throws unless values can be logged. */
function checkLogged(given: ArrayLike<unknown>): void {
  const { 0: values } = given;
  if (given.length > 1) surplus("step.log", given, 1, "values stand in one object such as { loss }");
  checkLoggable("step.log", values);
}

/** Throws unless these are numbers, or tensors of one element, by name. */
export function checkLoggable(name: string, values: unknown): asserts values is Record<string, Loggable> {
  if (!isPlain(values)) {
    throw new TypeError(`${name}: values stand in one object such as { loss }, not ${describe(values)}`);
  }
  for (const [key, value] of Object.entries(values)) {
    if (typeof value === "number") continue;
    if (!(value instanceof Tensor)) {
      const hint = value instanceof Promise ? "; await it first" : "";
      throw new TypeError(
        `${name}: ${key} must be a number or a tensor of one element, not ${describe(value)}${hint}`,
      );
    }
    if (value.size === 1) continue;
    throw new RangeError(
      `${name}: ${key}: a tensor of one element is needed, not one of shape ${text(value.shape)}`,
    );
  }
}
