/**
 * The places of the elements of each row in the order of their size, and of the first of them: whole rows side by side, or
 * the parts of a long one. wasm/order.ts says how.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import type { Engine } from "../engine.ts";
import type { Chunk } from "../heap.ts";

/** The longest row that one thread sorts in its own memory. */
const LONGEST = 1 << 15;
/** Elements of a long row that are one unit of work. */
const CHUNK = 1 << 15;
/** Bits of a long row's digits, and how many numbers they make. */
const DIGIT = 11, BINS = 1 << DIGIT;
/** So few are found without sorting the others. */
const FEW = 32;
/** A row is cut into parts of at least so many elements to find a few. */
const PART = 1 << 15;

/** The places of the first `take` of each row of the last dimension, were it sorted; NaN is larger than all, equals stay. */
export function order(engine: Engine, x: Storage, take: number, descending: boolean): Storage {
  const length = x.shape[x.shape.length - 1], rows = sizeOf(x.shape) / length;
  const out = engine.allocate([...x.shape.slice(0, -1), take], "int32");
  if (take === 0 || rows * length === 0) return out;
  const kind = [Number(x.dtype === "float32"), descending ? -1 : 0];
  const from = engine.pointer(x), to = engine.pointer(out);
  if (take <= FEW && length > 2 * take) few(engine, from, to, rows, length, take, kind);
  else if (length <= LONGEST) {
    engine.wasm.reserveScratch(16 * length + 4096);
    engine.wasm.launch("orderRows", rows, 20 + 40 * length, from, to, length, take, ...kind);
  } else {
    for (let row = 0; row < rows; row++) {
      const long = { engine, from: from + 4 * row * length, to: to + 4 * row * take, length, kind };
      if (take === length) orderLong(long);
      else topOfLong(long, take);
    }
  }
  return out;
}

/** The first few of each row: those of its parts, then among them. */
function few(
  engine: Engine,
  from: number,
  to: number,
  rows: number,
  length: number,
  take: number,
  kind: readonly number[],
): void {
  const parts = Math.ceil(length / PART), pairs = engine.heap.allocate(8 * rows * parts * take);
  try {
    const part = Math.ceil(length / parts), cost = 20 + 20 * take + part;
    engine.wasm.launch(
      "leastOfParts",
      rows * parts,
      cost,
      from,
      pairs.pointer,
      length,
      part,
      parts,
      take,
      ...kind,
    );
    engine.wasm.launch("leastOfPairs", rows, 5 * parts * take, pairs.pointer, to, parts * take, take);
  } finally {
    engine.heap.release(pairs);
  }
}

/** A row that all threads work at. */
interface LongRow {
  readonly engine: Engine;
  readonly from: number;
  readonly to: number;
  readonly length: number;
  readonly kind: readonly number[];
}

/** Runs a body with room in the heap, which it then gives back. */
function withRoom(engine: Engine, body: (room: (bytes: number) => number) => void): void {
  const held: Chunk[] = [];
  try {
    body((bytes) => held[held.push(engine.heap.allocate(bytes)) - 1].pointer);
  } finally {
    for (const chunk of held) engine.heap.release(chunk);
  }
}

const words = (engine: Engine, pointer: number, count: number) =>
  new Int32Array(engine.heap.memory.buffer, pointer, count);

function orderLong({ engine, from, to, length, kind }: LongRow): void {
  withRoom(engine, (room) => {
    const pairs = room(8 * length);
    engine.wasm.launch("pairs", Math.ceil(length / CHUNK), 2 * CHUNK, from, pairs, length, CHUNK, ...kind);
    sortPairs(engine, pairs, to, length, room);
  });
}

/** Only those are sorted whose keys begin as the keys of the first `take` do. */
function topOfLong({ engine, from, to, length, kind }: LongRow, take: number): void {
  withRoom(engine, (room) => {
    const chunks = Math.ceil(length / CHUNK), counts = room(4 * BINS * chunks), starts = room(4 * chunks);
    engine.wasm.launch("firstDigits", chunks, 2 * CHUNK, from, counts, length, CHUNK, ...kind);
    const digits = words(engine, counts, BINS * chunks), found = new Int32Array(chunks);
    let count = 0, bin = -1;
    while (count < take) {
      bin++;
      for (let chunk = 0; chunk < chunks; chunk++) {
        const own = digits[chunk * BINS + bin];
        found[chunk] += own;
        count += own;
      }
    }
    let start = 0;
    words(engine, starts, chunks).forEach((_, chunk, list) => {
      list[chunk] = start;
      start += found[chunk];
    });
    const pairs = room(8 * count), places = room(4 * count);
    engine.wasm.launch("pairsUpTo", chunks, 2 * CHUNK, from, starts, pairs, length, CHUNK, bin, ...kind);
    const left = withoutRest(words(engine, pairs, 2 * count), bin, take);
    sortPairs(engine, pairs, places, left, room);
    words(engine, to, take).set(words(engine, places, take));
  });
}

/**
 * Leaves out those pairs whose first digit is the last that counts, and whose second says that they come too late: numbers
 * between 0 and 1 have few first digits.
 *
 * @param pairs Two words each, the key second; in place.
 * @returns How many are left.
 */
function withoutRest(pairs: Int32Array, first: number, take: number): number {
  const second = (key: number) => key >>> (21 - DIGIT) & (BINS - 1), found = new Int32Array(BINS);
  let sure = 0;
  for (let i = 1; i < pairs.length; i += 2) {
    if (pairs[i] >>> 21 < first) sure++;
    else found[second(pairs[i])]++;
  }
  let bin = -1;
  while (sure < take) sure += found[++bin];
  let to = 0;
  for (let i = 0; i < pairs.length; i += 2) {
    const key = pairs[i + 1];
    if (key >>> 21 === first && second(key) > bin) continue;
    pairs[to++] = pairs[i];
    pairs[to++] = key;
  }
  return to / 2;
}

/** How many pairs of each chunk have each digit become where each chunk's pairs of each digit begin. */
function countsToStarts(counts: Int32Array, chunks: number): void {
  for (let bin = 0, start = 0; bin < BINS; bin++) {
    for (let at = bin; at < BINS * chunks; at += BINS) {
      const count = counts[at];
      counts[at] = start;
      start += count;
    }
  }
}

/** The places of pairs, sorted digit by digit from the last (H. Seward's radix sort, 1954): all threads move pairs. */
function sortPairs(
  engine: Engine,
  pairs: number,
  to: number,
  length: number,
  room: (bytes: number) => number,
): void {
  const chunks = Math.ceil(length / CHUNK), counts = room(4 * BINS * chunks);
  let spare = room(8 * length);
  for (let shift = 0; shift < 32; shift += DIGIT) {
    const last = shift + DIGIT >= 32;
    engine.wasm.launch("radixCount", chunks, 2 * CHUNK, pairs, counts, length, CHUNK, shift);
    countsToStarts(words(engine, counts, BINS * chunks), chunks);
    const target = last ? to : spare;
    engine.wasm.launch(
      "radixMove",
      chunks,
      4 * CHUNK,
      pairs,
      counts,
      target,
      length,
      CHUNK,
      shift,
      Number(last),
    );
    [pairs, spare] = [spare, pairs];
  }
}
