/**
 * Getting the samples of a batch and making it of them.
 *
 * @module
 */
import type { Seed } from "../philox.ts";
import { describe } from "../text/arguments.ts";
import { collate } from "./collate.ts";
import { ImageColumn, type Make } from "./column.ts";
import { type Dataset, failure } from "./dataset.ts";
import { checkImage, type Image, isImage } from "./image.ts";
import { SampleStream } from "./random.ts";
import { Subset } from "./subset.ts";
import { TensorDataset } from "./tensors.ts";
import { type FixedTransform, plannerOf, type Transform } from "./transforms/plan.ts";

/** So many samples at most of one batch are on their way at once: files are opened, requests made. */
const AT_ONCE = 32;

/** How batches are made, as the loader's options say. */
export interface Recipe<Sample, Batch> {
  readonly transform?: Transform;
  readonly collate?: (samples: Sample[]) => Batch;
}

/** Prepares the batches of one epoch, one after the other. */
export class Preparation<Sample, Batch> {
  readonly #dataset: Dataset<Sample>;
  readonly #recipe: Recipe<Sample, Batch>;
  readonly #stream: SampleStream | null;
  readonly #columns = new Map<string, ImageColumn>();

  /** @param key The epoch's; null where nothing is random. */
  constructor(dataset: Dataset<Sample>, recipe: Recipe<Sample, Batch>, key: Seed | null) {
    this.#dataset = dataset;
    this.#recipe = recipe;
    this.#stream = key === null ? null : new SampleStream(key);
  }

  /**
   * Gets samples, and does with them what need not wait until they are handed out.
   *
   * @param indices Which ones.
   * @param first The place of the first one in the epoch.
   * @returns A promise if one of the samples is.
   */
  prepare(indices: ArrayLike<number>, first: number): Make<Batch> | Promise<Make<Batch>> {
    const rows = this.#rows(indices);
    if (rows !== null) return rows;
    const samples = new Array<Sample>(indices.length);
    for (let i = 0; i < samples.length; i++) {
      const sample = this.#get(indices[i]);
      if (isPromise(sample)) {
        return this.#wait(samples, indices, i, sample).then(() => this.#make(samples, indices, first));
      }
      samples[i] = sample;
    }
    return this.#make(samples, indices, first);
  }

  /** Rows of tensors, which are picked all at once; null if the samples are anything else. */
  #rows(indices: ArrayLike<number>): Make<Batch> | null {
    if (this.#recipe.transform !== undefined || this.#recipe.collate !== undefined) return null;
    let dataset: Dataset<unknown> = this.#dataset, own = indices;
    while (dataset instanceof Subset) {
      const { indices: inner } = dataset;
      own = Uint32Array.from(own, (index) => inner[index]);
      dataset = dataset.dataset;
    }
    return dataset instanceof TensorDataset ? () => dataset.rows(own) as Batch : null;
  }

  #get(index: number): Sample | Promise<Sample> {
    try {
      return this.#dataset.get(index);
    } catch (error) {
      throw failure(`the dataset's get(${index})`, error);
    }
  }

  /** Waits for the samples from place `from` on, the first of which is on its way already. */
  async #wait(
    samples: Sample[],
    indices: ArrayLike<number>,
    from: number,
    first: PromiseLike<Sample>,
  ): Promise<void> {
    let next = from + 1, failed = false;
    const work = async (place: number, underWay?: PromiseLike<Sample>) => {
      for (; !failed && place < samples.length; place = next++) {
        try {
          samples[place] = await (underWay ?? this.#dataset.get(indices[place]));
        } catch (error) {
          failed = true;
          throw failure(`the dataset's get(${indices[place]})`, error);
        }
        underWay = undefined;
      }
    };
    const more = Math.min(AT_ONCE, samples.length - from) - 1;
    await Promise.all([work(from, first), ...Array.from({ length: more }, () => work(next++))]);
  }

  #make(samples: Sample[], indices: ArrayLike<number>, first: number): Make<Batch> {
    const { transform, collate: own } = this.#recipe, nameOf = (i: number) => `get(${indices[i]})`;
    const inside = transform !== undefined && own === undefined && plannerOf(transform) !== undefined;
    let ready: unknown[] = samples, place: string | null = null;
    if (transform !== undefined) {
      place = imagePlace(samples[0], nameOf(0));
      if (!inside) {
        ready = samples.map((sample, i) => this.#transformed(sample, place!, first + i, nameOf(i)));
      }
    }
    if (own !== undefined) return () => collated(own(ready as Sample[]));
    return collate(ready, {
      images: (where) => {
        let column = this.#columns.get(where);
        if (column === undefined) {
          column = new ImageColumn(inside && where === place ? transform : undefined);
          this.#columns.set(where, column);
        }
        return column;
      },
      first,
      stream: this.#stream,
      nameOf,
    }) as Make<Batch>;
  }

  /** A sample with its image transformed by a function of which no more is known. */
  #transformed(sample: unknown, place: string, at: number, name: string): unknown {
    const { transform } = this.#recipe, image = place === "" ? sample : (sample as unknown[])?.[0];
    checkImage("DataLoader", name + place, image);
    this.#stream?.begin(at);
    let made: unknown;
    try {
      made = this.#stream === null
        ? (transform as FixedTransform)(image as Image)
        : transform!(image as Image, this.#stream.next);
    } catch (error) {
      throw failure(`transform of ${name + place}`, error);
    }
    if (isPromise(made)) made.then(undefined, () => {});
    checkImage("DataLoader", `what transform made of ${name + place}`, made);
    return place === "" ? made : (sample as unknown[]).with(0, made);
  }
}

const isPromise = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> =>
  typeof value === "object" && value !== null && typeof (value as PromiseLike<T>).then === "function";

/** Where the image of a sample is: "", or "[0]" of a list. */
function imagePlace(sample: unknown, name: string): string {
  if (isImage(sample)) return "";
  if (Array.isArray(sample) && isImage(sample[0])) return "[0]";
  throw new TypeError(
    `DataLoader: transform takes an image, { data, shape }, by itself or first in a list as in [image, label]; ${name} is ${
      describe(sample)
    }`,
  );
}

/** What a collate of one's own returned. */
function collated<Batch>(batch: Batch): Batch {
  if (!isPromise(batch)) return batch;
  batch.then(undefined, () => {});
  throw new TypeError(
    "DataLoader: collate must not be asynchronous; what takes time belongs into the dataset's get()",
  );
}
