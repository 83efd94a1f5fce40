/** Parts of data sets. */
import { drawKey } from "../tensor/random.ts";
import { describe, isNumbers, surplus } from "../text/arguments.ts";
import { checkDataset, checkIndex, type Dataset, samplesOf } from "./dataset.ts";
import { permutation } from "../philox.ts";

/** What {@linkcode subset} makes. */
export class Subset<Sample> implements Dataset<Sample> {
  readonly length: number;

  constructor(readonly dataset: Dataset<Sample>, readonly indices: ArrayLike<number>) {
    this.length = indices.length;
  }

  get(index: number): Sample | Promise<Sample> {
    if (arguments.length > 1) surplus("subset.get", arguments, 1);
    return this.dataset.get(this.indices[checkIndex("subset.get", index, this.length)]);
  }
}

/**
 * Some samples of a data set, as torch's Subset.
 *
 * PyTorch: `torch.utils.data.Subset`.
 *
 * @param dataset The whole.
 * @param indices Which of its samples, in what order; the same one may come several times.
 * @returns A data set.
 * @throws {RangeError} if one of the indices is none of the data set's.
 * @throws {TypeError} if it is no data set, or the indices are no list of numbers.
 * @example
 * ```ts
 * import { subset, tensor, tensorDataset } from "descent";
 * import { assertEquals } from "@std/assert";
 * const squares = tensorDataset(tensor([0, 1, 4, 9]));
 * const [last] = await subset(squares, [3, 1]).get(0);
 * assertEquals(await last.item(), 9);
 * ```
 */
export function subset<Sample>(
  dataset: Dataset<Sample>,
  indices: readonly number[] | Int32Array | Uint32Array,
): Dataset<Sample> {
  if (arguments.length > 2) surplus("subset", arguments, 2, "the indices are one list");
  checkDataset("subset", dataset);
  if (!isNumbers(indices) && !(indices instanceof Int32Array) && !(indices instanceof Uint32Array)) {
    throw new TypeError(`subset: the indices must be a list of whole numbers, not ${describe(indices)}`);
  }
  const length = samplesOf("subset", dataset);
  const own = Uint32Array.from(indices, (index) => {
    if (Number.isInteger(index) && index >= 0 && index < length) return index;
    throw new RangeError(`subset: there is no sample ${index} among ${length}`);
  });
  return new Subset(dataset, own);
}

/**
 * Splits a data set at random, as torch's random_split: the same for the same `manualSeed()`.
 *
 * PyTorch: `torch.utils.data.random_split`.
 *
 * @param dataset The whole.
 * @param lengths How many samples each part has, all of them in sum; or which share of all, in sum 1: then what rounding down
 * leaves over goes to the first parts, one to each.
 * @returns A data set for each length.
 * @throws {RangeError} if the lengths do not add up.
 * @throws {TypeError} if it is no data set, or they are no list of numbers.
 * @example
 * ```ts
 * import { randomSplit } from "descent";
 * import { assertEquals } from "@std/assert";
 * const squares = { length: 10, get: (index: number) => index ** 2 };
 * const [train, test] = randomSplit(squares, [0.8, 0.2]);
 * assertEquals([train.length, test.length], [8, 2]);
 * ```
 */
export function randomSplit<Sample>(dataset: Dataset<Sample>, lengths: readonly number[]): Dataset<Sample>[] {
  if (arguments.length > 2) {
    surplus("randomSplit", arguments, 2, "the lengths are one list; manualSeed() seeds what is random");
  }
  checkDataset("randomSplit", dataset);
  if (!isNumbers(lengths)) {
    throw new TypeError(`randomSplit: the lengths must be a list of numbers, not ${describe(lengths)}`);
  }
  const count = samplesOf("randomSplit", dataset), sizes = wholeLengths(lengths, count);
  const order = permutation(count, drawKey());
  let start = 0;
  return sizes.map((size) => new Subset(dataset, order.subarray(start, start += size)));
}

function wholeLengths(lengths: readonly number[], count: number): readonly number[] {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (lengths.every((length) => Number.isSafeInteger(length) && length >= 0) && total === count) {
    return lengths;
  }
  if (!lengths.every((length) => length >= 0 && length <= 1) || Math.abs(total - 1) > 1e-6) {
    throw new RangeError(
      `randomSplit: lengths are whole numbers whose sum is the dataset's ${count}, or shares whose sum is 1, not ${
        describe(lengths)
      }`,
    );
  }
  const sizes = lengths.map((share) => Math.floor(count * share));
  const over = count - sizes.reduce((sum, size) => sum + size, 0);
  return sizes.map((size, i) => size + Math.floor((over + lengths.length - 1 - i) / lengths.length));
}
