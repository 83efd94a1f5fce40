/**
 * What a data set is: so many samples, each found by its index.
 *
 * @module
 */
import { Tensor } from "../tensor/tensor.ts";
import { checkWhole, describe } from "../text/arguments.ts";

/** Samples by index. An object with these two is all it takes; a sample may be anything, and take its time. */
export interface Dataset<Sample> {
  /** How many samples there are. */
  readonly length: number;
  /**
   * One sample. Its arrays must stay as they are until the batch is handed out.
   *
   * @param index From 0 to `length` − 1.
   */
  get(index: number): Sample | Promise<Sample>;
}

/** An error about one sample, of the kind that its cause is: of so many samples one wants to know which. */
export function failure(what: string, cause: unknown): Error {
  const kind = cause instanceof RangeError ? RangeError : cause instanceof TypeError ? TypeError : Error;
  return new kind(`DataLoader: ${what} failed: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}

/** The most samples: an index is one word of 32 bits. */
const MOST = 2 ** 32 - 1;

/**
 * A data set.
 *
 * @param name The function or class that was given it, as its user calls it.
 * @throws {RangeError} if its length is no whole number.
 * @throws {TypeError} for anything else.
 */
export function checkDataset<Sample>(name: string, value: Dataset<Sample>): Dataset<Sample> {
  const given = value as unknown;
  if (typeof given !== "object" || given === null || typeof (given as { get?: unknown }).get !== "function") {
    const hint = given instanceof Promise
      ? "; await it first"
      : given instanceof Tensor
      ? "; tensorDataset(…) makes one of tensors"
      : Array.isArray(given)
      ? "; a list is one as { length: list.length, get: (index) => list[index] }"
      : "";
    throw new TypeError(`${name}: a dataset { length, get } is needed, not ${describe(given)}${hint}`);
  }
  samplesOf(name, value);
  return value;
}

/**
 * How many samples a data set has, now.
 *
 * @throws {RangeError} if that is no whole number, or too large.
 */
export function samplesOf(name: string, dataset: Dataset<unknown>): number {
  const length = checkWhole(name, "the dataset's length", dataset.length, 0);
  if (length <= MOST) return length;
  throw new RangeError(`${name}: a dataset has at most 2³² − 1 samples, not ${length}`);
}

/**
 * An index of a sample.
 *
 * @param name What is called with it: "ImageDataset.get".
 * @param length How many samples there are.
 * @throws {RangeError} if there is no sample of that index.
 * @throws {TypeError} if it is no number.
 */
export function checkIndex(name: string, index: unknown, length: number): number {
  const place = checkWhole(name, "the index", index, 0);
  if (place < length) return place;
  throw new RangeError(`${name}: there is no sample ${place} among ${length}`);
}
