/**
 * A whole set of images in memory, as bytes: MNIST's 60,000 take 47 MB so, and as floats of 224 × 224 pixels 12 GB.
 *
 * @module
 */
import { checkOptions, describe, isList, surplus } from "../text/arguments.ts";
import { checkIndex, type Dataset } from "./dataset.ts";
import { type Image, type ImageShape, pixelsOf } from "./image.ts";

/** What an {@linkcode ImageDataset} is made of. */
export interface ImageDatasetParts {
  /** The pixels of all images, one image after the other: [N, channels, height, width], row-major. */
  images: Uint8Array;
  /** The class of each image: [N]. */
  labels: Uint8Array;
  /** What the classes are called, in the order of the labels. */
  classes: readonly string[];
  /** The shape of one image. */
  shape: ImageShape;
}

/**
 * Images of one shape and their classes, in memory.
 *
 * @example
 * ```ts
 * import { ImageDataset } from "descent";
 * import { assertEquals } from "@std/assert";
 * const set = new ImageDataset({
 *   images: new Uint8Array(2 * 28 * 28),
 *   labels: new Uint8Array([0, 1]),
 *   classes: ["cat", "dog"],
 *   shape: [1, 28, 28],
 * });
 * const [image, label] = set.get(1);
 * assertEquals([set.length, image.shape, set.classes[label]], [2, [1, 28, 28], "dog"]);
 * ```
 */
export class ImageDataset implements Dataset<[image: Image, label: number]> {
  /** The pixels of all images: [N, channels, height, width], row-major. */
  readonly images: Uint8Array;
  /** The class of each image: [N]. */
  readonly labels: Uint8Array;
  /** What the classes are called. */
  readonly classes: readonly string[];
  /** The shape of one image: channels, height, width. */
  readonly shape: ImageShape;
  /** How many images there are. */
  readonly length: number;

  /**
   * Takes the arrays as they are; nothing is copied.
   *
   * @param parts The images, their labels, the names of the classes, the shape of one image.
   * @throws {RangeError} if the images do not fill the shape, their number is not that of the labels, or a label has no class.
   * @throws {TypeError} if something is missing or of another kind.
   */
  constructor(parts: ImageDatasetParts) {
    if (arguments.length > 1) surplus("ImageDataset", arguments, 1, "all stands in one object");
    checkOptions("ImageDataset", parts, ["images", "labels", "classes", "shape"]);
    const { images, labels, classes, shape } = parts;
    for (const [name, value] of Object.entries({ images, labels })) {
      if (value instanceof Uint8Array) continue;
      throw new TypeError(`ImageDataset: ${name} must be a Uint8Array, not ${describe(value)}`);
    }
    if (!isList(classes, (name) => typeof name === "string")) {
      throw new TypeError(`ImageDataset: classes must be a list of names, not ${describe(classes)}`);
    }
    if (!isList(shape, (size) => typeof size === "number")) {
      throw new TypeError(
        `ImageDataset: the shape must be [channels, height, width], not ${describe(shape)}`,
      );
    }
    if (shape.length as number !== 3 || !shape.every((size) => Number.isSafeInteger(size) && size > 0)) {
      throw new RangeError(
        `ImageDataset: the shape must be [channels, height, width], whole numbers ≥ 1, not ${
          describe(shape)
        }`,
      );
    }
    const size = pixelsOf(shape);
    if (images.length !== labels.length * size) {
      throw new RangeError(
        `ImageDataset: ${labels.length} images of shape [${shape.join(", ")}] have ${
          labels.length * size
        } pixels, not ${images.length}`,
      );
    }
    const odd = labels.findIndex((label) => label >= classes.length);
    if (odd >= 0) {
      throw new RangeError(
        `ImageDataset: label ${odd} is ${labels[odd]}, and there are ${classes.length} classes`,
      );
    }
    this.images = images;
    this.labels = labels;
    this.classes = [...classes];
    this.shape = [...shape];
    this.length = labels.length;
  }

  /**
   * An image and its class.
   *
   * @param index Which one.
   * @returns A view on the bytes of all images, so do not write to it; and the label.
   * @throws {RangeError} if there is none of that index.
   * @throws {TypeError} if it is no number.
   * @example
   * ```ts
   * import { ImageDataset } from "descent";
   * import { assertEquals } from "@std/assert";
   * const images = new Uint8Array([1, 2, 3, 4]), labels = new Uint8Array([0, 1]);
   * const set = new ImageDataset({ images, labels, classes: ["one", "two"], shape: [1, 1, 2] });
   * assertEquals(set.get(1), [{ data: new Uint8Array([3, 4]), shape: [1, 1, 2] }, 1]);
   * ```
   */
  get(index: number): [image: Image, label: number] {
    if (arguments.length > 1) surplus("ImageDataset.get", arguments, 1);
    const i = checkIndex("ImageDataset.get", index, this.length), size = pixelsOf(this.shape);
    return [{ data: this.images.subarray(i * size, (i + 1) * size), shape: this.shape }, this.labels[i]];
  }
}
