/**
 * Handwritten digits as the chapters take them: a few, scaled up and normalized.
 *
 * @module
 */
import type { ImageDataset } from "../data/images.ts";
import { mnist, MNIST_STATISTICS } from "../data/mnist.ts";
import { resampler } from "../data/resample.ts";
import type { Split } from "../data/split.ts";
import { philoxBlock } from "../philox.ts";
import { checkChoice, checkNumber, checkOptions, checkWhole, describe, surplus } from "../text/arguments.ts";

/** The number of classes: the digits 0 … 9. */
const CLASSES = 10;
/** So many numbers a batch has at most: 2 GiB of them. */
const MOST_NUMBERS = 2 ** 29;

/** Digits as a network takes them. */
export interface DigitBatch {
  /** The pixels, normalized to mean 0 and standard deviation 1 over the training set, in row-major order. */
  images: Float32Array;
  /** The shape of `images`: [N, 1, size, size]. */
  shape: [count: number, channels: 1, height: number, width: number];
  /** The digit that each image shows: [N]. */
  labels: Int32Array;
  /** The same as rows with a single 1: [N, 10] in row-major order. */
  oneHot: Float32Array;
}

/** What {@linkcode digits} takes. */
export interface DigitsOptions {
  /** How many images; 10 unless told. Cycles through the classes: ten images show ten different digits. */
  count?: number;
  /** Which images, by their place in the set, instead of `count`. */
  indices?: ArrayLike<number>;
  /** Height and width that each image is scaled to; 224 unless told. */
  size?: number;
  /** Chooses the examples of each class; without it the first of each are taken. */
  seed?: number;
  /** Which set; "train" unless told. */
  split?: Split;
}

/**
 * Reads some handwritten digits, scaled up and normalized for a network: one of each class 0 … 9 in turn, so that
 * even a small batch shows different digits.
 *
 * @param options How many or which, how large, from which set; see {@linkcode DigitsOptions}.
 * @returns Images [N, 1, size, size], labels [N], one-hot labels [N, 10], as flat typed arrays.
 * @throws {RangeError} if a number is not a whole one, or asks for more than the set has.
 * @throws {TypeError} if an option is of another kind or name, or both `count` and `indices` are given.
 *
 * @example
 * ```ts
 * import { digits } from "descent/course";
 *
 * const { images, shape, labels } = await digits({ count: 4, size: 32 });
 * console.log(shape, labels); // [ 4, 1, 32, 32 ] Int32Array(4) [ 0, 1, 2, 3 ]
 * console.log(images.length); // 4096
 * ```
 */
export async function digits(options: DigitsOptions = {}): Promise<DigitBatch> {
  if (arguments.length > 1) surplus("digits", arguments, 1);
  checkOptions("digits", options, ["count", "indices", "size", "seed", "split"]);
  const { count, indices, size = 224, seed, split = "train" } = options;
  checkChoice("digits", "split", split, ["train", "test"]);
  if (seed !== undefined) checkWhole("digits", "seed", seed, 0);
  if (indices !== undefined && !Array.isArray(indices) && !ArrayBuffer.isView(indices)) {
    throw new TypeError(`digits: indices must be a list of whole numbers, not ${describe(indices)}`);
  }
  if (indices !== undefined && count !== undefined) {
    throw new TypeError("digits: give either count or indices, not both");
  }
  const set = await mnist({ split });
  return digitBatch(set, indices ?? oneOfEach(set.labels, count === undefined ? CLASSES : count, seed), size);
}

/**
 * Makes a batch of some images of a set: scaled as PyTorch's `interpolate(mode="bilinear")` does it, then normalized
 * by {@linkcode MNIST_STATISTICS}.
 *
 * @param set The images [N, 1, 28, 28] and labels [N].
 * @param indices Which of them.
 * @param size Height and width of the result.
 * @throws {RangeError} if an index lies outside the set, `size` is not a positive whole number, or the batch would take more than
 * 2 GiB.
 */
export function digitBatch(
  set: Pick<ImageDataset, "images" | "labels" | "shape">,
  indices: ArrayLike<number>,
  size: number,
): DigitBatch {
  whole("size", size, 1, 16384);
  const count = indices.length;
  if (count * size * size > MOST_NUMBERS) {
    throw new RangeError(
      `digits: ${count} images of ${size} × ${size} pixels take ${
        Math.ceil(count * size * size * 4 / 2 ** 30)
      } GiB; ` +
        `of that size ${Math.floor(MOST_NUMBERS / size / size)} can be had at once`,
    );
  }
  const images = new Float32Array(count * size * size);
  const labels = new Int32Array(count);
  const oneHot = new Float32Array(count * CLASSES);
  const [, height, width] = set.shape, pixels = height * width;
  const scale = resampler(height, width, size, size, false), { mean, std } = MNIST_STATISTICS;
  for (let n = 0; n < count; n++) {
    const index = whole("index", indices[n], 0, set.labels.length - 1);
    const image = images.subarray(n * size * size, (n + 1) * size * size);
    scale(set.images, index * pixels, image, 0);
    for (let i = 0; i < image.length; i++) image[i] = (image[i] / 255 - mean) / std;
    labels[n] = set.labels[index];
    oneHot[n * CLASSES + labels[n]] = 1;
  }
  return { images, shape: [count, 1, size, size], labels, oneHot };
}

/**
 * Which `count` images to take so that the classes come in turn: 0, 1, … 9, 0, 1, …. Without a seed the first examples
 * of each class, with one a random choice; no image twice.
 */
export function oneOfEach(labels: Uint8Array, count: number, seed?: number): number[] {
  whole("count", count, 1, labels.length);
  const examples: number[][] = Array.from({ length: CLASSES }, () => []);
  labels.forEach((label, index) => examples[label].push(index));
  const indices: number[] = [];
  for (let round = 0; indices.length < count; round++) {
    for (let digit = 0; digit < CLASSES && indices.length < count; digit++) {
      const rest = examples[digit];
      if (round >= rest.length) continue;
      if (seed !== undefined) {
        // One step of Fisher and Yates' shuffle: any of the examples that are not taken yet comes to this place.
        // The third counter word keeps these draws apart from a tensor's of the same seed, which leave it zero.
        const [word] = philoxBlock(round, 0, seed >>> 0, 0, 1 + digit);
        const other = round + Math.floor(word / 2 ** 32 * (rest.length - round));
        [rest[round], rest[other]] = [rest[other], rest[round]];
      }
      indices.push(rest[round]);
    }
  }
  return indices;
}

function whole(what: string, value: unknown, least: number, most: number): number {
  const number = checkNumber("digits", what, value);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new RangeError(`digits: ${what} must be a whole number from ${least} to ${most}, not ${number}`);
}
