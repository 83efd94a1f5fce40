/**
 * Batches of a data set.
 *
 * @module
 */
import { current, runIn } from "../autograd/context.ts";
import { currentDevice } from "../device/mod.ts";
import { permutation, type Seed } from "../philox.ts";
import { drawKey } from "../tensor/random.ts";
import { checkBoolean, checkFunction, checkOptions, checkWhole, surplus } from "../text/arguments.ts";
import { Ahead } from "./ahead.ts";
import type { Collated } from "./collate.ts";
import type { Make } from "./column.ts";
import { checkDataset, type Dataset, samplesOf } from "./dataset.ts";
import { Preparation } from "./prepare.ts";
import { checkLoaderState, type LoaderState } from "./state.ts";
import type { Transform } from "./transforms/plan.ts";

/** Options of a {@linkcode DataLoader}. */
export interface DataLoaderOptions<Sample, Batch> {
  /** How many samples a batch has: 1 by default. */
  batchSize?: number;
  /** Whether each epoch goes through the samples in another random order, which `manualSeed()` seeds: false by default. */
  shuffle?: boolean;
  /** Whether a last batch that is not full is left out: false by default. */
  dropLast?: boolean;
  /** What is done to the image of each sample: to the sample itself, or to the first of a list as in [image, label]. */
  transform?: Transform;
  /**
   * What makes the batch of the samples, when it is handed out; by default, whatever stands at one place of each sample becomes
   * one tensor.
   */
  collate?: (samples: Sample[]) => Batch;
}

/** A pass through the data. */
interface Epoch {
  /** What its order and its samples' random numbers follow from; null: nothing is random, or it has not begun. */
  readonly key: Seed | null;
  /** Counts from 0. */
  readonly number: number;
  /** How many batches were handed out. */
  position: number;
  /** Whether the loop that runs through it is still to come. */
  readonly isWaiting: boolean;
}

/** After so many milliseconds a loop that waits for nothing makes way for what does. */
const LISTEN_EVERY = 100;

/** When a loop makes way: for the freeing of forgotten tensors, for whoever wants to stop it. */
class Listening {
  #next = performance.now() + LISTEN_EVERY;

  get isDue(): boolean {
    return performance.now() > this.#next || currentDevice().pressure.isHigh;
  }

  async turn(): Promise<void> {
    const { pressure } = currentDevice();
    if (pressure.isHigh) await pressure.relieve();
    else await new Promise((resolve) => setTimeout(resolve));
    this.#next = performance.now() + LISTEN_EVERY;
  }
}

/**
 * Goes through a data set in batches, as torch's DataLoader: `for await (const [images, labels] of loader)` is one epoch.
 *
 * A batch of samples [image, label] is a tensor of floats [N, channels, height, width], bytes turned into 0 … 1, and one of
 * integers [N], on the current device. The next batch is got and transformed while the program waits for the current one; if
 * `get()` returns promises, those of a batch are on their way at once, and while the current one is computed with. Tensors are
 * made at the moment at which a batch is handed out: inside `steps()`, `epochs()` or `scope()` they are freed like all that is
 * made there, and elsewhere when JavaScript forgets them.
 *
 * What is random follows from a key that an epoch takes from the library's sequence when it begins, and from nothing else: the
 * same on all devices, and `stateDict()` and `loadStateDict()` go on in the middle of an epoch, random transforms included.
 * An epoch of which nothing is random takes nothing from the sequence.
 *
 * A loop that is left early has ended its epoch: the next one begins anew. Of two loops at once each runs through an epoch of
 * its own; the state is that of the one that began last.
 *
 * PyTorch: `torch.utils.data.DataLoader`.
 *
 * @typeParam Sample What the data set's `get()` returns.
 * @typeParam Batch What a loop is given.
 * @example
 * ```ts
 * import { DataLoader, tensor, tensorDataset } from "descent";
 * import { assertEquals } from "@std/assert";
 * const loader = new DataLoader(tensorDataset(tensor([0, 1, 2, 3, 4])), { batchSize: 2, shuffle: true });
 * const seen: number[] = [];
 * for await (const [x] of loader) seen.push(...await x.data());
 * assertEquals([loader.length, seen.sort()], [3, [0, 1, 2, 3, 4]]);
 * ```
 */
export class DataLoader<Sample, Batch = Collated<Sample>> {
  /** What it goes through. */
  readonly dataset: Dataset<Sample>;
  /** How many samples a batch has; the last may have fewer. */
  readonly batchSize: number;
  /** Whether each epoch has a random order. */
  readonly shuffle: boolean;
  /** Whether a last batch that is not full is left out. */
  readonly dropLast: boolean;
  readonly #transform: Transform | undefined;
  readonly #collate: ((samples: Sample[]) => Batch) | undefined;
  /** The one that began last. */
  #epoch: Epoch = { key: null, number: 0, position: 0, isWaiting: true };

  /**
   * Takes the data set as it is; nothing is read before a loop begins.
   *
   * @param dataset What has a `length` and a `get(index)`.
   * @param options batchSize, shuffle, dropLast, transform, collate.
   * @throws {RangeError} if there would be no batch: the data set is empty, or smaller than a batch and `dropLast` is true.
   * @throws {TypeError} if it is no data set, or an option is of another kind or name.
   */
  constructor(dataset: Dataset<Sample>, options: DataLoaderOptions<Sample, Batch> = {}) {
    if (arguments.length > 2) surplus("DataLoader", arguments, 2, "options stand in one object");
    checkDataset("DataLoader", dataset);
    checkOptions("DataLoader", options, ["batchSize", "shuffle", "dropLast", "transform", "collate"]);
    const { batchSize = 1, shuffle = false, dropLast = false, transform, collate } = options;
    this.dataset = dataset;
    this.batchSize = checkWhole("DataLoader", "batchSize", batchSize, 1);
    this.shuffle = checkBoolean("DataLoader", "shuffle", shuffle);
    this.dropLast = checkBoolean("DataLoader", "dropLast", dropLast);
    if (transform !== undefined) {
      checkFunction("DataLoader", "transform", transform, "compose([toTensor(), normalize(0.5, 0.5)])");
    }
    if (collate !== undefined) checkFunction("DataLoader", "collate", collate, "(samples) => samples");
    this.#transform = transform;
    this.#collate = collate;
    this.#samples();
    Object.defineProperty(this, Symbol.iterator, { value: forWithoutAwait });
  }

  /** How many batches an epoch has. */
  get length(): number {
    return this.#batches(this.#samples());
  }

  /**
   * One epoch.
   *
   * @returns What `for await` runs through.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, void> {
    const samples = this.#samples(),
      batches = this.#batches(samples),
      { batchSize } = this,
      epoch = this.#begin();
    const order = this.shuffle
      ? permutation(samples, epoch.key!)
      : Uint32Array.from({ length: samples }, (_, i) => i);
    const recipe = { transform: this.#transform, collate: this.#collate };
    const preparation = new Preparation(this.dataset, recipe, epoch.key), ahead = new Ahead<Make<Batch>>();
    // In no scope: what is made for a batch must outlive the iteration that it is made in.
    const context = { recording: current().recording, scope: null };
    const prepare = (first: number) =>
      runIn(context, () => preparation.prepare(order.subarray(first, first + batchSize), first));
    const listening = new Listening();
    try {
      while (epoch.position < batches) {
        const first = epoch.position * batchSize, prepared = ahead.take(() => prepare(first));
        const make = prepared instanceof Promise ? await prepared : prepared;
        if (listening.isDue) await listening.turn();
        const batch = make();
        if (++epoch.position < batches) ahead.begin(() => prepare(first + batchSize));
        yield batch;
      }
      if (this.#epoch === epoch) {
        this.#epoch = { key: null, number: epoch.number + 1, position: 0, isWaiting: true };
      }
    } finally {
      ahead.end();
    }
  }

  /** The epoch that a loop begins: the one that waits for it, or the next. */
  #begin(): Epoch {
    const { key, number, position, isWaiting } = this.#epoch;
    const isRandom = this.shuffle || this.#transform !== undefined && this.#transform.length !== 1;
    const newKey = () => isRandom ? drawKey() : null;
    return this.#epoch = isWaiting
      ? { key: isRandom ? key ?? newKey() : null, number, position, isWaiting: false }
      : { key: newKey(), number: number + 1, position: 0, isWaiting: false };
  }

  /** How many samples there are, of which there is at least one batch. */
  #samples(): number {
    const samples = samplesOf("DataLoader", this.dataset);
    if (samples === 0) throw new RangeError("DataLoader: the dataset is empty");
    if (this.#batches(samples) > 0) return samples;
    throw new RangeError(
      `DataLoader: the dataset's ${samples} samples do not fill a batch of ${this.batchSize}, and dropLast leaves out what is not full`,
    );
  }

  #batches(samples: number): number {
    return this.dropLast ? Math.floor(samples / this.batchSize) : Math.ceil(samples / this.batchSize);
  }

  /**
   * Where it is: plain data, which JSON keeps. In the body of a loop the batch that the body has counts as handed out: who trains
   * with it and then asks for the state, goes on from there with the next one.
   *
   * @returns The epoch's key, its number, how many batches of it were handed out; and what tells whether it fits another loader.
   * @example
   * ```ts
   * import { DataLoader } from "descent";
   * import { assertEquals } from "@std/assert";
   * const squares = { length: 10, get: (index: number) => index ** 2 };
   * const loader = new DataLoader(squares, { batchSize: 4, shuffle: true });
   * for await (const _ of loader) break;
   * const resumed = new DataLoader(squares, { batchSize: 4, shuffle: true });
   * resumed.loadStateDict(JSON.parse(JSON.stringify(loader.stateDict())));
   * const sizes = [];
   * for await (const batch of resumed) sizes.push(batch.size);
   * assertEquals(sizes, [4, 2]);
   * ```
   */
  stateDict(): LoaderState {
    if (arguments.length > 0) surplus("stateDict", arguments, 0);
    const { key, number, position } = this.#epoch, { batchSize, shuffle } = this;
    return {
      key: key === null ? null : [...key],
      epoch: number,
      position,
      samples: this.#samples(),
      batchSize,
      shuffle,
    };
  }

  /**
   * Goes where another loader was: the next loop runs through the rest of that epoch, with the same samples and the same random
   * numbers; the loop after it begins the next epoch. A loop under way is not disturbed.
   *
   * @param state What `stateDict()` returned.
   * @throws {RangeError} if it does not fit this loader; then nothing has changed.
   * @throws {TypeError} if it is no such state.
   */
  loadStateDict(state: LoaderState): void {
    if (arguments.length > 1) surplus("loadStateDict", arguments, 1);
    const samples = this.#samples(), { batchSize, shuffle } = this;
    const { key, epoch, position } = checkLoaderState(state, {
      samples,
      batchSize,
      shuffle,
      batches: this.#batches(samples),
    });
    this.#epoch = { key: key === null ? null : [...key], number: epoch, position, isWaiting: true };
  }
}

function forWithoutAwait(): never {
  throw new TypeError("DataLoader: batches must be waited for; write for await (const batch of loader)");
}
