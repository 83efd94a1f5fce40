/** Where a loader is, as plain data, and whether it fits another one. */
import { describe, isPlain } from "../text/arguments.ts";

/** Where a `DataLoader` is. */
export interface LoaderState {
  /** What the epoch's order and its samples' random numbers follow from; null where it has not begun, or nothing is random. */
  key: [low: number, high: number] | null;
  /** The number of the epoch, from 0. */
  epoch: number;
  /** How many batches of the epoch were handed out. */
  position: number;
  /** How many samples the data set has. */
  samples: number;
  /** How many samples a batch has. */
  batchSize: number;
  /** Whether the order is random. */
  shuffle: boolean;
}

const NAMES = ["key", "epoch", "position", "samples", "batchSize", "shuffle"];

function refuse(why: string): never {
  throw new TypeError(`loadStateDict: ${why}; nothing was changed`);
}

function misfit(why: string): never {
  throw new RangeError(`loadStateDict: ${why}; nothing was changed`);
}

const isWhole = (value: unknown, least: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= least;

const isWord = (value: unknown) => isWhole(value, 0) && value < 2 ** 32;

/**
 * Checks a saved state against a loader.
 *
 * @throws {RangeError} if its numbers make no sense, or it is in the middle of an epoch of another loader.
 * @throws {TypeError} if it is no state of a loader.
 */
export function checkLoaderState(
  saved: unknown,
  loader: { samples: number; batchSize: number; shuffle: boolean; batches: number },
): LoaderState {
  if (!isPlain(saved)) {
    refuse(`a loader's state is an object as stateDict() returns it, not ${describe(saved)}`);
  }
  const odd = Object.keys(saved).find((name) => !NAMES.includes(name)) ??
    NAMES.find((name) => !Object.hasOwn(saved, name));
  if (odd !== undefined) refuse(`a loader's state has ${NAMES.join(", ")}; ${odd} is not in both`);
  const { key, epoch, position, samples, batchSize, shuffle } = saved;
  if (key !== null && !(Array.isArray(key) && key.length === 2 && key.every(isWord))) {
    refuse(`the key must be two whole numbers below 2³², or null, not ${describe(key)}`);
  }
  if (typeof shuffle !== "boolean") refuse(`shuffle must be true or false, not ${describe(shuffle)}`);
  for (
    const [name, value, least] of [["epoch", epoch, 0], ["position", position, 0], ["samples", samples, 1], [
      "batchSize",
      batchSize,
      1,
    ]] as const
  ) {
    if (typeof value !== "number") refuse(`${name} must be a number, not ${describe(value)}`);
    if (!isWhole(value, least)) misfit(`${name} must be a whole number ≥ ${least}, not ${value}`);
  }
  const state = saved as unknown as LoaderState;
  if (state.position === 0) return state;
  // Between two epochs all may differ; in the middle of one the same batches must follow.
  for (const name of ["samples", "batchSize", "shuffle"] as const) {
    if (state[name] === loader[name]) continue;
    misfit(
      `the state is in the middle of an epoch with ${name} ${state[name]}, and this loader's is ${
        loader[name]
      }`,
    );
  }
  if (state.position > loader.batches) {
    misfit(`the position is ${state.position}, and an epoch of this loader has ${loader.batches} batches`);
  }
  if (state.shuffle && key === null) misfit("the order is random, and the key is null");
  return state;
}
