/**
 * The random numbers of an epoch: pure functions of its key and of a place in it, so that they are the same on all devices,
 * and an epoch that goes on in another process goes on as it would have.
 *
 * @module
 */
import { philoxWords, type Seed } from "../philox.ts";

/** The last word of the counter tells apart what a key is used for; tensors, which leave it 0, use no such keys. */
const ORDER = 1, SAMPLES = 2;

/** So many words are drawn at once, a multiple of four. */
const AT_ONCE = 4096;

/** The whole numbers below `count` in random order: R. A. Fisher and F. Yates' shuffle. */
export function permutation(count: number, key: Seed): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i), words = new Uint32Array(AT_ONCE);
  for (let i = 0; i < count; i++) {
    if (i % AT_ONCE === 0) philoxWords(words, i / 4, key, [0, 0, ORDER]);
    const other = i + Math.floor(words[i % AT_ONCE] / 2 ** 32 * (count - i));
    const taken = order[other];
    order[other] = order[i];
    order[i] = taken;
  }
  return order;
}

/** The samples' own random numbers: one stream for each place in the epoch. */
export class SampleStream {
  readonly #key: Seed;
  readonly #words = new Uint32Array(4);
  #place = 0;
  #drawn = 0;

  constructor(key: Seed) {
    this.#key = key;
  }

  /** Begins the stream of a place. */
  begin(place: number): void {
    this.#place = place;
    this.#drawn = 0;
  }

  /** The next number, in [0, 1), of 24 bits as a tensor's. */
  readonly next = (): number => {
    const word = this.#drawn % 4;
    if (word === 0) philoxWords(this.#words, this.#drawn / 4, this.#key, [this.#place, 0, SAMPLES]);
    this.#drawn++;
    return (this.#words[word] >>> 8) * 2 ** -24;
  };
}
