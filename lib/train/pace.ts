/**
 * How fast a run of steps is, and how long it will take.
 *
 * @module
 */
import { duration } from "../text/numbers.ts";

/** Counts steps and looks at the clock. */
export class Pace {
  readonly total: number;
  readonly start: number;
  readonly #now: () => number;
  /** How many steps have ended, and when the last one did. */
  done: number;
  #lastEnd: number;
  /** So many steps were made before the clock was started. */
  readonly #before: number;
  /** The same after the first call of `step`: speed is measured from there. */
  #first?: { done: number; end: number };

  /** Starts the clock; `done` steps were made before, by another program. */
  constructor(total: number, now: () => number, done = 0) {
    this.total = total;
    this.#now = now;
    this.done = this.#before = done;
    this.start = this.#lastEnd = now();
  }

  /** So many steps have ended. */
  step(done: number): void {
    this.done = done;
    this.#lastEnd = this.#now();
    this.#first ??= { done, end: this.#lastEnd };
  }

  /** Milliseconds a step. The first, which compiles and allocates, counts only while there is no other. */
  get perStep(): number {
    const first = this.#first;
    if (first === undefined) return 0;
    if (this.done === first.done) return (first.end - this.start) / (first.done - this.#before);
    return (this.#lastEnd - first.end) / (this.done - first.done);
  }

  /** "20 ms/step"; "" before the first step ends. */
  rate(): string {
    const pace = this.perStep;
    if (pace === 0) return "";
    if (pace >= 1000) return `${(pace / 1000).toFixed(2)} s/step`;
    return pace >= 10 ? `${pace.toFixed(0)} ms/step` : `${(1000 / pace).toFixed(0)} steps/s`;
  }

  /** So many milliseconds were spent on something else than steps. */
  rest(milliseconds: number): void {
    if (this.#first !== undefined) this.#first.end += milliseconds;
    this.#lastEnd += milliseconds;
  }

  /** "18 s left", with so many milliseconds that something else will take; "" at both ends. */
  left(more = 0): string {
    const steps = this.total - this.done;
    return this.done === this.#before || steps === 0 ? "" : `${duration(steps * this.perStep + more)} left`;
  }

  /** "12 s": until now. */
  took(): string {
    return duration(this.#now() - this.start);
  }

  /** "12 s so far". */
  soFar(): string {
    return `${this.took()} so far`;
  }

  /** How it ended: "50 steps in 3.2 s", or where it stopped. */
  ended(error: unknown): string {
    const took = duration(this.#lastEnd - this.start);
    return this.done === this.total && error === undefined
      ? `${this.total} ${this.total === 1 ? "step" : "steps"} in ${took}`
      : `stopped after ${this.done} of ${this.total} steps, ${took}`;
  }
}
