/**
 * Samples into a batch, as torch's default_collate: what stands at one place of every sample becomes one tensor.
 *
 * @module
 */
import { isTyped, type TypedArray } from "../tensor/data.ts";
import { stack } from "../tensor/join.ts";
import { Tensor } from "../tensor/tensor.ts";
import { makeValue } from "../tensor/values.ts";
import { describe, isPlain } from "../text/arguments.ts";
import { differ, type ImageColumn, type Make, type NameOf } from "./column.ts";
import { checkImage, type Image, isImage } from "./image.ts";
import type { SampleStream } from "./random.ts";

/**
 * What becomes of samples in a batch: tensors of images [N, channels, height, width] and typed arrays [N, length], of tensors
 * [N, …], numbers and booleans [N]; lists of text; lists and objects of all these.
 */
export type Collated<Sample> = Sample extends Tensor | Image | TypedArray | number | boolean ? Tensor
  : Sample extends string ? string[]
  : Sample extends readonly unknown[] | Record<string, unknown>
    ? { -readonly [Place in keyof Sample]: Collated<Sample[Place]> }
  : never;

/** What a column of a batch is made with. */
export interface Columns {
  /** What takes the images that stand at a place of each sample. */
  images(place: string): ImageColumn;
  /** The place of the first sample in the epoch. */
  readonly first: number;
  readonly stream: SampleStream | null;
  readonly nameOf: NameOf;
}

/**
 * What makes the tensors of a batch.
 *
 * @param samples At least one.
 * @throws {RangeError} if they differ in shape.
 * @throws {TypeError} if they differ in kind, or are of a kind that has no tensors.
 */
export function collate(samples: readonly unknown[], columns: Columns): Make<unknown> {
  return column(samples, "", columns);
}

/** What stands at one place of the samples: how its kind is told, and what is made of it. */
function column(values: readonly unknown[], place: string, columns: Columns): Make<unknown> {
  const [first] = values, { nameOf } = columns;
  const named: NameOf = (i) => nameOf(i) + place;
  const all = <T>(is: (value: unknown) => value is T): readonly T[] => {
    values.forEach((value, i) => {
      if (!is(value)) throw new TypeError(differ(describe(first), describe(value), named(0), named(i)));
    });
    return values as T[];
  };
  const alike = <T>(list: readonly T[], say: (value: T) => string): readonly T[] => {
    const wanted = say(list[0]);
    list.forEach((value, i) => {
      if (say(value) !== wanted) throw new RangeError(differ(wanted, say(value), named(0), named(i)));
    });
    return list;
  };
  // An image of other arrays was meant to be one, too.
  if (isImage(first) || isPlain(first) && "shape" in first && ArrayBuffer.isView(first.data)) {
    checkImage("DataLoader", named(0), first);
    const images = all(isImage);
    images.forEach((image, i) => checkImage("DataLoader", named(i), image));
    return columns.images(place).prepare(images, columns.first, columns.stream, named);
  }
  if (first instanceof Tensor) {
    const tensors = all((value) => value instanceof Tensor);
    alike(tensors, (tensor) => `a tensor [${tensor.shape.join(", ")}] of ${tensor.dtype}`);
    return () => stack(tensors);
  }
  if (typeof first === "number" || typeof first === "boolean") {
    const numbers = all((value): value is number | boolean => typeof value === typeof first);
    return () => new Tensor(makeValue("DataLoader", [...numbers], { literals: "int32" }));
  }
  if (typeof first === "string") {
    const texts = all((value) => typeof value === "string");
    return () => [...texts];
  }
  if (isTyped(first)) {
    const arrays = alike(all(isTyped), (array) => `a ${array.constructor.name}(${array.length})`);
    return () => new Tensor(makeValue("DataLoader", [...arrays]));
  }
  if (Array.isArray(first)) {
    const lists = alike(all(Array.isArray), (list: unknown[]) => `a list of ${list.length}`);
    const parts = first.map((_, i) => column(lists.map((list) => list[i]), `${place}[${i}]`, columns));
    return () => parts.map((part) => part());
  }
  if (isPlain(first)) {
    const names = Object.keys(first);
    const objects = alike(all(isPlain), (one) => `{ ${Object.keys(one).sort().join(", ")} }`);
    const parts = names.map((name) => column(objects.map((one) => one[name]), `${place}.${name}`, columns));
    return () => Object.fromEntries(names.map((name, i) => [name, parts[i]()]));
  }
  throw new TypeError(
    `DataLoader: ${named(0)} is ${
      describe(first)
    }, of which no tensor is made; samples are images, numbers, ` +
      "typed arrays, tensors, and lists and objects of these; a collate of your own takes any",
  );
}
