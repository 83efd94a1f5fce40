/**
 * What became of a run, epoch by epoch.
 *
 * @module
 */
import { shouldRise } from "../text/rising.ts";

/** One epoch. */
export interface EpochRow {
  /** Counts from 1. */
  epoch: number;
  /** How long its batches took, without the test behind them. */
  seconds: number;
  /** Means of what its steps logged, then what the test came to: "loss", "testLoss". */
  [name: string]: number;
}

/** Means of what was logged, weighted by the sizes of the batches. */
export class Means {
  /** By name: the sum of weighted values, and that of the weights. Plain data, so that a checkpoint takes it along. */
  readonly sums: Record<string, [sum: number, weight: number]> = {};

  /** Values of a batch of so many samples. */
  add(values: Record<string, number>, size: number): void {
    for (const [name, value] of Object.entries(values)) {
      const sum = Object.hasOwn(this.sums, name) ? this.sums[name] : this.sums[name] = [0, 0];
      sum[0] += value * size;
      sum[1] += size;
    }
  }

  /** The means so far, in the order in which their names first came. */
  values(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.sums).map(([name, [sum, weight]]) => [name, sum / weight]));
  }

  /** Begins anew. */
  clear(): void {
    for (const name of Object.keys(this.sums)) delete this.sums[name];
  }
}

/** "testLoss": what a test calls "loss". */
export function testName(name: string): string {
  return `test${name[0]?.toUpperCase() ?? ""}${name.slice(1)}`;
}

/** How it is told which epoch was the best. */
export interface Goal {
  /** The value that counts; "": of the values of the test the first, or the first of all. */
  monitor: string;
  /** Whether it should fall or rise; "auto": an accuracy should rise, all else should fall. */
  mode: "min" | "max" | "auto";
  /** So much better it must be. */
  minDelta: number;
}

/** The epochs so far, and which of them was the best. */
export class History {
  readonly rows: EpochRow[] = [];
  readonly #goal: Goal;
  /** The best row; null while there is none. */
  best: EpochRow | null = null;
  /** So many epochs have passed since one was better by `minDelta`. */
  since = 0;
  /** What that one came to. */
  #mark = NaN;

  constructor(goal: Goal) {
    this.#goal = goal;
  }

  /**
   * The value that tells which epoch was the best.
   *
   * @throws {RangeError} if a row has no such value.
   */
  monitored(row: EpochRow): string {
    const { monitor } = this.#goal;
    const names = Object.keys(row).filter((name) => name !== "epoch" && name !== "seconds");
    if (monitor === "") return names.find((name) => /^test[^a-z]/.test(name)) ?? names[0] ?? "";
    if (names.includes(monitor)) return monitor;
    throw new RangeError(
      `epochs: monitor is ${JSON.stringify(monitor)}, and an epoch ends with ${
        names.join(", ") || "nothing"
      }`,
    );
  }

  /** Whether larger values are better. */
  rises(name: string): boolean {
    const { mode } = this.#goal;
    return mode === "max" || mode === "auto" && shouldRise(name);
  }

  /** Begins anew. */
  clear(): void {
    this.rows.length = 0;
    this.best = null;
    this.since = 0;
    this.#mark = NaN;
  }

  /** Takes on the next epoch. */
  add(row: EpochRow): void {
    this.rows.push(row);
    const name = this.monitored(row), value = row[name];
    if (name === "") return;
    const sign = this.rises(name) ? 1 : -1;
    if (!Number.isNaN(value) && !(this.best !== null && sign * value <= sign * this.best[name])) {
      this.best = row;
    }
    if (!Number.isNaN(value) && !(sign * (value - this.#mark) <= this.#goal.minDelta)) {
      this.#mark = value;
      this.since = 0;
    } else this.since++;
  }
}
