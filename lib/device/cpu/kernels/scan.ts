/**
 * What becomes of a row from element to element, along the last dimension of row-major arrays. wasm/scan.ts says how.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import type { Engine } from "../engine.ts";

/** A long row is summed in parts of so many elements, side by side; the order of the additions depends on it. */
const PART = 1 << 15;

/** Runs a kernel over the rows of its first argument. */
function scan(
  engine: Engine,
  kernel: string,
  inputs: readonly Storage[],
  settings: readonly number[],
  cost: number,
  dtype = inputs[0].dtype,
  before: readonly number[] = [],
): Storage {
  const { shape } = inputs[0], out = engine.allocate([...shape], dtype), length = shape[shape.length - 1];
  const rows = sizeOf(shape) / length;
  if (rows > 0) {
    const from = inputs.map((x) => engine.pointer(x)), to = engine.pointer(out);
    engine.wasm.launch(kernel, rows, 10 + cost * length, ...before, ...from, to, length, ...settings);
  }
  return out;
}

/** y[i] = Σ x[0 … i]; `back`: from the end. */
export function cumsum(engine: Engine, x: Storage, back: boolean): Storage {
  if (x.dtype === "int32") return scan(engine, "scanIntegers", [x], [Number(back)], 1, x.dtype, [0]);
  const { shape } = x, out = engine.allocate([...shape]), length = shape[shape.length - 1];
  const size = sizeOf(shape);
  if (size === 0) return out;
  const parts = Math.ceil(length / PART), part = Math.ceil(length / parts), units = size / length * parts;
  const from = engine.pointer(x), to = engine.pointer(out), totals = engine.heap.allocate(8 * units);
  try {
    if (parts > 1) {
      engine.wasm.launch("scanTotals", units, part / 4, from, totals.pointer, length, part, parts);
    }
    const cost = 10 + part;
    engine.wasm.launch("scanSum", units, cost, from, totals.pointer, to, length, part, parts, Number(back));
  } finally {
    engine.heap.release(totals);
  }
  return out;
}

/** y[i] = Π x[0 … i]; `back`: from the end. */
export function cumprod(engine: Engine, x: Storage, back: boolean): Storage {
  return x.dtype === "int32"
    ? scan(engine, "scanIntegers", [x], [Number(back)], 1, x.dtype, [1])
    : scan(engine, "scanProduct", [x], [Number(back)], 1.2);
}

/** y[i] = a[i] y[i − 1] + b[i], the first y the first b; `back`: from the end. */
export function recurrence(engine: Engine, a: Storage, b: Storage, back: boolean): Storage {
  return scan(engine, "scanLinear", [a, b], [Number(back)], 2.5);
}

/** ln Σ e^x[0 … i]. */
export function logcumsumexp(engine: Engine, x: Storage): Storage {
  return scan(engine, "scanLogSum", [x], [], 25);
}

/** The place of the largest of x[0 … i]. */
export function argcummax(engine: Engine, x: Storage): Storage {
  return scan(engine, "scanLargest", [x], [Number(x.dtype === "float32")], 1.5, "int32");
}
