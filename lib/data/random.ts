/**
 * The random numbers of an epoch: pure functions of its key and of a place in it, so that they are the same on all devices,
 * and an epoch that goes on in another process goes on as it would have.
 *
 * @module
 */
import { philoxWords, type Seed } from "../philox.ts";

/** The last word of the counter tells apart what a key is used for: a permutation has 1; tensors, which leave it 0, use no such keys. */
const SAMPLES = 2;

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
