/**
 * What a run over epochs needs to go on in another program, beside its network, its optimizer and its loader.
 *
 * @module
 */
import { checkRange, checkWhole, describe, isList, isPlain } from "../text/arguments.ts";
import type { StateDict } from "../nn/state.ts";
import { type EpochRow, type History, Means } from "./history.ts";

/** Plain data, and the weights of the best epoch. */
interface SavedRun {
  /** Steps that are done. */
  step: number;
  /** Batches an epoch has. */
  batches: number;
  /** How long the epoch's batches took so far. */
  seconds: number;
  rows: EpochRow[];
  sums: Record<string, [sum: number, weight: number]>;
  best: StateDict | null;
}

/** A run over epochs, as far as it is. */
export class RunState {
  /** Steps that are done. */
  step = 0;
  /** How long the batches of this epoch took in programs before this one. */
  seconds = 0;
  /** The means of this epoch so far. */
  readonly means = new Means();
  readonly history: History;
  /** The weights of the best epoch, if they are wanted. */
  best: StateDict | null = null;
  readonly #batches: number;

  constructor(history: History, batches: number) {
    this.history = history;
    this.#batches = batches;
  }

  /** As it is now. */
  stateDict(): SavedRun {
    const { step, seconds, history: { rows }, means: { sums }, best } = this;
    const copied = Object.entries(sums).map(([name, [sum, weight]]) => [name, [sum, weight]]);
    const batches = this.#batches;
    return {
      step,
      batches,
      seconds,
      rows: rows.map((row) => ({ ...row })),
      sums: Object.fromEntries(copied),
      best,
    };
  }

  /**
   * Goes on from there.
   *
   * @throws {RangeError} if it does not fit this loader.
   * @throws {TypeError} if it is no such state.
   */
  loadStateDict(state: SavedRun): void {
    const { step, batches, seconds, rows, sums, best } = checkSaved(state);
    if (batches !== this.#batches) {
      throw new RangeError(
        `an epoch had ${batches} batches when it was saved, and the loader has ${this.#batches}`,
      );
    }
    this.step = step;
    this.seconds = seconds;
    this.best = best;
    this.means.clear();
    Object.assign(this.means.sums, sums);
    this.history.clear();
    for (const row of rows) this.history.add({ ...row });
  }
}

/** What a file says, looked at. */
function checkSaved(state: unknown): SavedRun {
  if (!isPlain(state)) throw new TypeError(`the state of a run is an object, not ${describe(state)}`);
  const { rows, sums, best } = state;
  const step = checkWhole("epochs", "the saved step", state.step, 0);
  const batches = checkWhole("epochs", "the saved number of batches", state.batches, 1);
  const seconds = checkRange("epochs", "the saved seconds", state.seconds, 0);
  const isNumber = (value: unknown) => typeof value === "number";
  const isRow = (row: unknown) => isPlain(row) && Object.values(row).every(isNumber);
  if (!isList(rows, isRow)) throw new TypeError("the saved history is no list of rows of numbers");
  const isPair = (value: unknown) => isList(value, isNumber) && (value as unknown[]).length === 2;
  if (!isPlain(sums) || !Object.values(sums).every(isPair)) {
    throw new TypeError("the saved sums are no pairs of numbers by name");
  }
  if (best !== null && !isPlain(best)) {
    throw new TypeError("the saved best weights are no state of a network");
  }
  const epoch = (rows as unknown[]).length;
  if (step < epoch * batches || step > (epoch + 1) * batches) {
    throw new RangeError(`step ${step} is not in the epoch behind ${epoch} of ${batches} batches`);
  }
  return { step, batches, seconds, rows, sums, best } as SavedRun;
}
