/**
 * Sums and extremes over any dimensions of row-major arrays.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Storage, Values } from "../../storage.ts";
import type { Engine } from "../engine.ts";
import { fill, room } from "./unary.ts";

/** What becomes of two elements; the numbers are those of wasm/reduce.ts. */
const OPERATIONS = { sum: 0, max: 1, min: 2, prod: 3 } as const;

/** The name of a reduction. */
export type ReductionName = keyof typeof OPERATIONS;

const TINY = 64;
/** About so many elements go to one chunk; the order of the additions depends on it. */
const CHUNK = 32768;

/** One reduced run of dimensions: [outer, run, inner]. */
interface Slab {
  outer: number;
  run: number;
  inner: number;
}

/** Cuts a reduction into steps of one run of neighbouring dimensions each, last run first. */
function slabs(shape: readonly number[], axes: readonly number[]): Slab[] {
  const steps: Slab[] = [];
  const reduced = shape.map((_, i) => axes.includes(i));
  let inner = 1;
  for (let i = shape.length - 1; i >= 0;) {
    if (!reduced[i]) {
      inner *= shape[i--];
      continue;
    }
    let run = 1;
    for (; i >= 0 && (reduced[i] || shape[i] === 1); i--) run *= shape[i];
    let outer = 1;
    for (let j = i; j >= 0; j--) outer *= shape[j];
    steps.push({ outer, run, inner });
  }
  return steps;
}

/**
 * Reduces dimensions.
 *
 * @param axes Dimensions of the memory, at least one.
 * @param shape The result's.
 */
export function reduce(
  engine: Engine,
  name: ReductionName,
  x: Storage,
  axes: readonly number[],
  shape: number[],
): Storage {
  const block = engine.block(x), size = sizeOf(shape);
  // Of nothing there are a sum and a product; the contract refuses the others, unless nothing is asked for.
  if (block.size === 0 || size === 0) return fill(engine, shape, name === "prod" ? 1 : 0, x.dtype);
  if (block.size <= TINY && size === 1) {
    const out = room(engine, 1, shape, x.dtype);
    engine.block(out).view()[0] = line(name, block.view(), x.dtype === "float32");
    return out;
  }
  const steps = slabs(x.shape, axes);
  let from = x;
  steps.forEach((slab, i) => {
    const to = i === steps.length - 1 ? shape : [slab.outer * slab.inner];
    const next = x.dtype === "float32"
      ? reduceFloats(engine, name, from, slab, to)
      : reducePlain(engine, name, from, slab, to);
    if (from !== x) engine.free(from);
    from = next;
  });
  return from;
}

/** Reduces one run: chunks side by side, then the chunks, always alike. */
function reduceFloats(engine: Engine, name: ReductionName, x: Storage, slab: Slab, shape: number[]): Storage {
  const { outer, run, inner } = slab, op = OPERATIONS[name];
  const rows = Math.max(32, Math.ceil(CHUNK / inner / 32) * 32), count = Math.ceil(run / rows);
  const from = engine.pointer(x), out = engine.allocate(shape), to = engine.pointer(out);
  const partial = engine.heap.allocate(outer * count * inner * 8);
  try {
    const cost = 5 + Math.min(run, rows) * inner / 6;
    engine.wasm.launch(
      "reduceChunks",
      outer * count,
      cost,
      op,
      from,
      partial.pointer,
      run,
      inner,
      rows,
      count,
    );
    engine.wasm.launch(
      "reduceTogether",
      outer,
      3 * count * inner,
      op,
      partial.pointer,
      to,
      inner,
      count,
      1,
    );
  } finally {
    engine.heap.release(partial);
  }
  return out;
}

/** The same for int32 and bool, in JavaScript. Sums wrap. */
function reducePlain(engine: Engine, name: ReductionName, x: Storage, slab: Slab, shape: number[]): Storage {
  const { outer, run, inner } = slab;
  const out = room(engine, outer * inner, shape, x.dtype), to = engine.block(out).view();
  const from = engine.block(x).view();
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < inner; k++) {
      const start = o * run * inner + k;
      let result = from[start];
      for (let r = 1, at = start + inner; r < run; r++, at += inner) {
        const value = from[at];
        if (name === "sum") result = (result + value) | 0;
        else if (name === "prod") result = Math.imul(result, value);
        else if (name === "max" ? value > result : value < result) result = value;
      }
      to[o * inner + k] = result;
    }
  }
  return out;
}

/** A few elements to one. */
function line(name: ReductionName, values: Values, float: boolean): number {
  let result = values[0];
  for (let i = 1; i < values.length; i++) {
    result = name === "sum"
      ? float ? result + values[i] : (result + values[i]) | 0
      : name === "prod"
      ? float ? result * values[i] : Math.imul(result, values[i])
      : name === "max"
      ? Math.max(result, values[i])
      : Math.min(result, values[i]);
  }
  return result;
}
