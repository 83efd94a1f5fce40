/**
 * Philox 4×32-10, the counter-based random generator behind every draw: a bijection of 128 bits keyed by 64, so that
 * the n-th number is a pure function of (seed, n) and every device, with any number of threads, makes the same one.
 *
 * Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 *
 * @module
 */

/** What is made from the random words: see {@linkcode philoxValues}. */
export type Distribution = "uniform" | "normal" | "dropout";

/** The 64-bit key of a draw: its low and high 32 bits. */
export type Seed = readonly [low: number, high: number];

/** A stretch of the generator's sequence; another one, where a recorded step runs again. */
export interface Draw {
  /** The key, as two unsigned 32-bit words. */
  seed: Seed;
  /** The counter of its first block of four words, < 2⁵³. */
  offset: number;
}

/** The two multipliers and the two Weyl constants (the golden ratio and √3 − 1, as 32-bit fractions). */
export const PHILOX = { m0: 0xd2511f53, m1: 0xcd9e8d57, w0: 0x9e3779b9, w1: 0xbb67ae85 } as const;

const ROUNDS = 10;
const M0_LOW = PHILOX.m0 & 0xffff, M0_HIGH = PHILOX.m0 >>> 16, M0 = PHILOX.m0 | 0;
const M1_LOW = PHILOX.m1 & 0xffff, M1_HIGH = PHILOX.m1 >>> 16, M1 = PHILOX.m1 | 0;
const W0 = PHILOX.w0 | 0, W1 = PHILOX.w1 | 0;

/**
 * Ten rounds on the counter (x0, x1, x2, x3), written to words[at … at + 3]. JavaScript has no 32 × 32 → 64 bit multiply,
 * so the high halves are put together from 16-bit products; each partial sum stays below 2³², hence wraps to an exact int32.
 */
function rounds(
  words: Uint32Array,
  at: number,
  x0: number,
  x1: number,
  x2: number,
  x3: number,
  key0: number,
  key1: number,
): void {
  for (let round = 0; round < ROUNDS; round++) {
    const aLow = x0 & 0xffff, aHigh = x0 >>> 16;
    const aMiddle = (Math.imul(aHigh, M0_LOW) + (Math.imul(aLow, M0_LOW) >>> 16)) | 0;
    const aCarry = (Math.imul(aLow, M0_HIGH) + (aMiddle & 0xffff)) | 0;
    const high0 = (Math.imul(aHigh, M0_HIGH) + (aMiddle >>> 16) + (aCarry >>> 16)) | 0;
    const low0 = Math.imul(x0, M0);

    const bLow = x2 & 0xffff, bHigh = x2 >>> 16;
    const bMiddle = (Math.imul(bHigh, M1_LOW) + (Math.imul(bLow, M1_LOW) >>> 16)) | 0;
    const bCarry = (Math.imul(bLow, M1_HIGH) + (bMiddle & 0xffff)) | 0;
    const high1 = (Math.imul(bHigh, M1_HIGH) + (bMiddle >>> 16) + (bCarry >>> 16)) | 0;
    const low1 = Math.imul(x2, M1);

    x0 = high1 ^ x1 ^ key0;
    x1 = low1;
    x2 = high0 ^ x3 ^ key1;
    x3 = low0;
    key0 = (key0 + W0) | 0;
    key1 = (key1 + W1) | 0;
  }
  words[at] = x0;
  words[at + 1] = x1;
  words[at + 2] = x2;
  words[at + 3] = x3;
}

/**
 * One block: four random 32-bit words from a 128-bit counter and a 64-bit key.
 *
 * @param counterLow Counter bits 0–31.
 * @param counterHigh Counter bits 32–63.
 * @param key0 Key bits 0–31.
 * @param key1 Key bits 32–63.
 * @param counter2 Counter bits 64–95; the draws of this library leave them zero.
 * @param counter3 Counter bits 96–127.
 * @returns Four uint32.
 */
export function philoxBlock(
  counterLow: number,
  counterHigh: number,
  key0: number,
  key1: number,
  counter2 = 0,
  counter3 = 0,
): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(4);
  rounds(words, 0, counterLow | 0, counterHigh | 0, counter2 | 0, counter3 | 0, key0 | 0, key1 | 0);
  return words;
}

/**
 * The words of a stream of its own: word i is word i % 4 of block ⌊i / 4⌋, whose counter is [⌊i / 4⌋, ...rest].
 *
 * @param words Receives them; a multiple of four.
 * @param block The first block, < 2³².
 * @param key The key.
 * @param rest Counter bits 32–63, 64–95 and 96–127, which tell streams of one key apart.
 */
export function philoxWords(
  words: Uint32Array,
  block: number,
  key: Seed,
  rest: readonly [number, number, number],
): void {
  const x1 = rest[0] | 0, x2 = rest[1] | 0, x3 = rest[2] | 0, key0 = key[0] | 0, key1 = key[1] | 0;
  for (let at = 0; at < words.length; at += 4) rounds(words, at, block++ | 0, x1, x2, x3, key0, key1);
}

/**
 * The largest 24-bit integer w for which the dropout rule w · 2⁻²⁴ < p still drops, plus one: an exact integer form of the
 * comparison, the same on a host with float64 and a GPU with float32.
 */
export function dropoutThreshold(p: number): number {
  return Math.ceil(p * 2 ** 24);
}

const BLOCKS_AT_ONCE = 1024;

/**
 * `size` numbers of one draw: block j is philox(counter = [low32(offset + j), high32(offset + j), 0, 0], key = seed); element i
 * takes word i % 4 of block ⌊i / 4⌋. On the host, about 50 million a second.
 *
 * @param distribution "uniform": in [0, 1). "normal": mean 0, variance 1. "dropout": 0 with probability p, else 1 / (1 − p).
 * @param size How many.
 * @param seed The key.
 * @param offset The first block's counter, an integer in [0, 2⁵³). The draw takes ⌈size / 4⌉ blocks.
 * @param p The probability of 0, for "dropout".
 * @returns The numbers, float32.
 * @throws {RangeError} if the distribution is unknown.
 */
export function philoxValues(
  distribution: Distribution,
  size: number,
  seed: Seed,
  offset: number,
  p = 0,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(size);
  const convert = converter(distribution, p);
  const words = new Uint32Array(4 * BLOCKS_AT_ONCE);
  const key0 = seed[0] | 0, key1 = seed[1] | 0;
  for (let start = 0; start < size; start += words.length) {
    const blocks = Math.min(BLOCKS_AT_ONCE, Math.ceil((size - start) / 4));
    for (let block = 0; block < blocks; block++) {
      const counter = offset + start / 4 + block;
      rounds(words, 4 * block, counter | 0, Math.floor(counter / 2 ** 32) | 0, 0, 0, key0, key1);
    }
    convert(words, values, start, Math.min(size, start + 4 * blocks));
  }
  return values;
}

type Convert = (words: Uint32Array, values: Float32Array, start: number, end: number) => void;

function converter(distribution: Distribution, p: number): Convert {
  switch (distribution) {
    case "uniform":
      return (words, values, start, end) => {
        for (let i = start; i < end; i++) values[i] = (words[i - start] >>> 8) * 2 ** -24;
      };
    case "dropout": {
      const threshold = dropoutThreshold(p), kept = 1 / (1 - p);
      return (words, values, start, end) => {
        for (let i = start; i < end; i++) values[i] = (words[i - start] >>> 8) < threshold ? 0 : kept;
      };
    }
    case "normal":
      return boxMuller;
    default:
      throw new RangeError(
        `Philox: unknown distribution "${distribution}"; it is "uniform", "normal" or "dropout".`,
      );
  }
}

/** G. E. P. Box, M. E. Muller, "A note on the generation of random normal deviates", 1958: two normals from two uniforms. */
function boxMuller(words: Uint32Array, values: Float32Array, start: number, end: number): void {
  for (let i = start; i < end; i += 2) {
    const u = ((words[i - start] >>> 8) + 1) * 2 ** -24;
    const v = (words[i - start + 1] >>> 8) * 2 ** -24;
    const radius = Math.sqrt(-2 * Math.log(u));
    values[i] = radius * Math.cos(2 * Math.PI * v);
    if (i + 1 < end) values[i + 1] = radius * Math.sin(2 * Math.PI * v);
  }
}

/** So many words of a permutation are drawn at once, a multiple of four; and the last word of their counter. */
const AT_ONCE = 4096, ORDER = 1;

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
