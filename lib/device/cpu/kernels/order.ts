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
    const places = take === length ? null : engine.heap.allocate(4 * length);
    try {
      for (let row = 0; row < rows; row++) {
        const start = to + 4 * row * take;
        orderLong(engine, from + 4 * row * length, places?.pointer ?? start, length, kind);
        if (places !== null) copy(engine, places.pointer, start, take);
      }
    } finally {
      if (places !== null) engine.heap.release(places);
    }
  }
  return out;
}

function copy(engine: Engine, from: number, to: number, count: number): void {
  const { buffer } = engine.heap.memory;
  new Int32Array(buffer, to, count).set(new Int32Array(buffer, from, count));
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

/** One long row, digit by digit from the last (H. Seward's radix sort, 1954): all threads move pairs of key and place. */
function orderLong(engine: Engine, from: number, to: number, length: number, kind: readonly number[]): void {
  const chunks = Math.ceil(length / CHUNK), held: Chunk[] = [];
  const room = (bytes: number) => held[held.push(engine.heap.allocate(bytes)) - 1].pointer;
  try {
    const counts = room(4 * BINS * chunks);
    let pairs = room(8 * length), spare = room(8 * length);
    engine.wasm.launch("pairs", chunks, 2 * CHUNK, from, pairs, length, CHUNK, ...kind);
    for (let shift = 0; shift < 32; shift += DIGIT) {
      const last = shift + DIGIT >= 32;
      engine.wasm.launch("radixCount", chunks, 2 * CHUNK, pairs, counts, length, CHUNK, shift);
      countsToStarts(new Int32Array(engine.heap.memory.buffer, counts, BINS * chunks), chunks);
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
  } finally {
    for (const chunk of held) engine.heap.release(chunk);
  }
}
