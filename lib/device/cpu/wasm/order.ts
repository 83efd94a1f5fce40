// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/**
 * Sorting. An element becomes 64 bits: a key above, which orders as the numbers do, its place below. No two are equal, so
 * whatever way they are sorted by, the order is the stable one. NaN is larger than all, and −0 is 0. The order itself is the
 * result: 32-bit places.
 */
import { scratch } from "./simd";

/** Digits of long lines: 11 bits, three of them; of short ones: 8 bits, four. */
const BINS = 2048;
const BIN_BYTES: usize = 8192;

/** The key of a float32, or of an int32. */
@inline
function keyOf(bits: u32, float: bool, flip: u32): u32 {
  if (!float) return bits ^ 0x80000000 ^ flip;
  if ((bits & 0x7fffffff) > 0x7f800000) return ~flip;
  if (bits == 0x80000000) bits = 0;
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000) ^ flip;
}

@inline
function pairOf(x: usize, i: i32, float: bool, flip: u32): u64 {
  return <u64>keyOf(load<u32>(x + (<usize>i << 2)), float, flip) << 32 | <u64>i;
}

/** A few pairs in place. */
@inline
function insertionSort(pairs: usize, n: i32): void {
  for (let i = 1; i < n; i++) {
    const pair = load<u64>(pairs + (<usize>i << 3));
    let at = pairs + (<usize>i << 3);
    while (at > pairs) {
      const before = load<u64>(at - 8);
      if (before < pair) break;
      store<u64>(at, before);
      at -= 8;
    }
    store<u64>(at, pair);
  }
}

/** Pairs sorted by their keys, given in the order of their places; `spare` is as large. Returns which of the two holds them. */
function radixSort(pairs: usize, spare: usize, n: i32, counts: usize): usize {
  memory.fill(counts, 0, 4096);
  for (let i = 0; i < n; i++) {
    const key = load<u32>(pairs + (<usize>i << 3), 4);
    for (let digit = 0; digit < 4; digit++) {
      const at = counts + (<usize>(digit << 8 | (key >> (digit << 3) & 255)) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
  }
  for (let digit = 0; digit < 4; digit++) {
    const bins = counts + (<usize>digit << 10), shift = <u64>(32 + (digit << 3));
    let start: u32 = 0;
    const first = load<u32>(bins + (<usize>(load<u64>(pairs) >> shift & 255) << 2));
    // All in one bin: nothing moves.
    if (first == <u32>n) continue;
    for (let bin: usize = 0; bin < 1024; bin += 4) {
      const count = load<u32>(bins + bin);
      store<u32>(bins + bin, start);
      start += count;
    }
    for (let i = 0; i < n; i++) {
      const pair = load<u64>(pairs + (<usize>i << 3)), bin = bins + (<usize>(pair >> shift & 255) << 2);
      const to = load<u32>(bin);
      store<u32>(bin, to + 1);
      store<u64>(spare + (<usize>to << 3), pair);
    }
    const swap = pairs;
    pairs = spare;
    spare = swap;
  }
  return pairs;
}

/** The places of the smallest `take` of each row of n, in order; scratch: 16 n + 4096 bytes. Units are rows. */
export function orderRows(
  x: usize, out: usize, n: i32, take: i32, float: i32, flip: i32, begin: i32, end: i32,
): void {
  const counts = scratch, pairs = scratch + 4096, spare = pairs + (<usize>n << 3);
  for (let row = begin; row < end; row++) {
    const from = x + (<usize>row * <usize>n << 2), to = out + (<usize>row * <usize>take << 2);
    for (let i = 0; i < n; i++) store<u64>(pairs + (<usize>i << 3), pairOf(from, i, float != 0, flip));
    let sorted = pairs;
    if (n <= 48) insertionSort(pairs, n);
    else sorted = radixSort(pairs, spare, n, counts);
    for (let i = 0; i < take; i++) store<u32>(to + (<usize>i << 2), load<u32>(sorted + (<usize>i << 3)));
  }
}

/**
 * The same for a few of many: each element that is smaller than the last of those kept goes in among them. Scratch: 8 take
 * bytes. Units are parts of `part` elements of a row, `parts` a row; each gives `take` pairs (the last part perhaps less, and
 * then pairs larger than all).
 */
export function leastOfParts(
  x: usize, pairs: usize, n: i32, part: i32, parts: i32, take: i32, float: i32, flip: i32, begin: i32, end: i32,
): void {
  for (let unit = begin; unit < end; unit++) {
    const first = unit % parts * part, last = min(n, first + part);
    const from = x + (<usize>(unit / parts) * <usize>n << 2), to = pairs + (<usize>unit * <usize>take << 3);
    for (let i = 0; i < take; i++) store<u64>(to + (<usize>i << 3), u64.MAX_VALUE);
    const end = to + (<usize>take << 3) - 8;
    let worst = u64.MAX_VALUE;
    // A float is passed over where it does not come before the worst: four at a time. NaN compares with nothing.
    let bound = f32x4.splat(0), bounded = false;
    let i = first;
    while (i < last) {
      if (float && bounded && i + 4 <= last) {
        const four = v128.load(from + (<usize>i << 2));
        const behind = flip ? f32x4.le(four, bound) : f32x4.ge(four, bound);
        if (v128.all_true<i32>(behind)) {
          i += 4;
          continue;
        }
      }
      const stop = min(last, i + 4);
      for (; i < stop; i++) {
        const pair = pairOf(from, i, float != 0, flip);
        if (pair >= worst) continue;
        let at = end;
        while (at > to) {
          const before = load<u64>(at - 8);
          if (before < pair) break;
          store<u64>(at, before);
          at -= 8;
        }
        store<u64>(at, pair);
        worst = load<u64>(end);
        if (worst != u64.MAX_VALUE) {
          const value = load<f32>(from + (<usize><u32>worst << 2));
          bounded = value == value;
          bound = f32x4.splat(value);
        }
      }
    }
  }
}

/** The smallest `take` of each row of `n` pairs, which are rows of parts, each sorted; in place, then their places. Units are rows. */
export function leastOfPairs(pairs: usize, out: usize, n: i32, take: i32, begin: i32, end: i32): void {
  for (let row = begin; row < end; row++) {
    const from = pairs + (<usize>row * <usize>n << 3), to = out + (<usize>row * <usize>take << 2);
    insertionSort(from, n);
    for (let i = 0; i < take; i++) store<u32>(to + (<usize>i << 2), load<u32>(from + (<usize>i << 3)));
  }
}

/** How many elements of a chunk have each first digit of their keys: [chunk, bin]. Units are chunks. */
export function firstDigits(
  x: usize, counts: usize, n: i32, chunk: i32, float: i32, flip: i32, begin: i32, end: i32,
): void {
  for (let unit = begin; unit < end; unit++) {
    const bins = counts + <usize>unit * BIN_BYTES, stop = min(n, (unit + 1) * chunk);
    memory.fill(bins, 0, BIN_BYTES);
    for (let i = unit * chunk; i < stop; i++) {
      const digit = keyOf(load<u32>(x + (<usize>i << 2)), float != 0, flip) >> 21, at = bins + (<usize>digit << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
  }
}

/** The pairs of a chunk whose first digit is at most `bin`, from where `starts` says on. Units are chunks. */
export function pairsUpTo(
  x: usize, starts: usize, out: usize, n: i32, chunk: i32, bin: u32, float: i32, flip: i32, begin: i32, end: i32,
): void {
  for (let unit = begin; unit < end; unit++) {
    const stop = min(n, (unit + 1) * chunk);
    let to = out + (<usize>load<u32>(starts + (<usize>unit << 2)) << 3);
    for (let i = unit * chunk; i < stop; i++) {
      const pair = pairOf(x, i, float != 0, flip);
      if (<u32>(pair >> 53) > bin) continue;
      store<u64>(to, pair);
      to += 8;
    }
  }
}

/** Pairs of one line; units are chunks of `chunk` elements. */
export function pairs(
  x: usize, out: usize, n: i32, chunk: i32, float: i32, flip: i32, begin: i32, end: i32,
): void {
  const stop = min(n, end * chunk);
  for (let i = begin * chunk; i < stop; i++) store<u64>(out + (<usize>i << 3), pairOf(x, i, float != 0, flip));
}

/** How many pairs of a chunk have each digit: [chunk, bin]. Units are chunks. */
export function radixCount(pairs: usize, counts: usize, n: i32, chunk: i32, shift: i32, begin: i32, end: i32): void {
  for (let unit = begin; unit < end; unit++) {
    const bins = counts + <usize>unit * BIN_BYTES, stop = min(n, (unit + 1) * chunk);
    memory.fill(bins, 0, BIN_BYTES);
    for (let i = unit * chunk; i < stop; i++) {
      const digit = load<u32>(pairs + (<usize>i << 3), 4) >> shift & (BINS - 1), at = bins + (<usize>digit << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
  }
}

/** Moves pairs behind those of smaller digits; `last`: their places alone. Units are chunks. */
export function radixMove(
  pairs: usize, counts: usize, out: usize, n: i32, chunk: i32, shift: i32, last: i32, begin: i32, end: i32,
): void {
  const down = <u64>(32 + shift);
  for (let unit = begin; unit < end; unit++) {
    const bins = counts + <usize>unit * BIN_BYTES, stop = min(n, (unit + 1) * chunk);
    for (let i = unit * chunk; i < stop; i++) {
      const pair = load<u64>(pairs + (<usize>i << 3)), at = bins + (<usize>(pair >> down & (BINS - 1)) << 2);
      const to = load<u32>(at);
      store<u32>(at, to + 1);
      if (last) store<u32>(out + (<usize>to << 2), <u32>pair);
      else store<u64>(out + (<usize>to << 3), pair);
    }
  }
}
