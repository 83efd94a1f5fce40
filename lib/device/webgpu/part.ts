/**
 * Arrays larger than what a program may be given at once: a binding has a limit of its own, below that of a buffer. Such an array is
 * given in runs of its rows, the first dimension of its memory, to one dispatch after the other.
 *
 * @module
 */
import { OutOfMemoryError, readable } from "../memory.ts";
import { sizeOf, text } from "../shape.ts";
import { Storage } from "../storage.ts";
import type { Gpu } from "./gpu.ts";

const BYTES_PER_ELEMENT = 4;

/** Some of an array's elements, one behind the other in memory, as an array: a view, which owns nothing. */
export class Part extends Storage {
  /** How many elements of the memory lie before it. */
  readonly from: number;

  constructor(whole: Storage, from: number, shape: readonly number[]) {
    super(whole.dataId, [...shape], whole.dtype);
    this.from = fromOf(whole) + from;
  }
}

/** How many elements of its memory lie before an array. */
export function fromOf(x: Storage): number {
  return x instanceof Part ? x.from : 0;
}

/** Whether a program can be given the array at once. */
export function fits({ limits }: Gpu, { shape }: { readonly shape: readonly number[] }): boolean {
  return BYTES_PER_ELEMENT * sizeOf(shape) <= limits.maxStorageBufferBindingSize;
}

/** Where a program finds an array in its buffer; a whole one's is the buffer. */
export function rangeOf(x: Storage | undefined): { offset: number; size: number } | undefined {
  if (!(x instanceof Part)) return undefined;
  return { offset: BYTES_PER_ELEMENT * x.from, size: BYTES_PER_ELEMENT * sizeOf(x.shape) };
}

/** Some neighbouring rows. */
export interface Run {
  readonly from: number;
  readonly count: number;
}

/**
 * The rows that a program can be given at once: all, save where that is too much for a binding.
 *
 * @param rows How many there are.
 * @param each How many elements a row of each array has that is cut.
 */
export function runsOf({ limits }: Gpu, rows: number, each: readonly number[]): Run[] {
  const most = Math.floor(limits.maxStorageBufferBindingSize / BYTES_PER_ELEMENT),
    largest = Math.max(...each);
  const all = [{ from: 0, count: rows }];
  if (rows * largest <= most) return all;
  // A binding begins at a multiple of this.
  const unit = limits.minStorageBufferOffsetAlignment / BYTES_PER_ELEMENT;
  const step = Math.max(...each.map((n) => unit / greatestDivisor(unit, n)));
  const count = Math.floor(most / largest / step) * step;
  // One row alone is too large, as whoever is given it will say.
  if (count === 0) return all;
  return Array.from({ length: Math.ceil(rows / count) }, (_, i) => {
    return { from: i * count, count: Math.min(count, rows - i * count) };
  });
}

/** A run of an array's rows; the array itself where that is all of it. */
export function part(
  x: Storage,
  { from, count }: Run,
  each: number,
  shape: readonly number[] = [count * each],
): Storage {
  return count * each === sizeOf(x.shape) ? x : new Part(x, from * each, shape);
}

/** A power of two and any number. */
function greatestDivisor(power: number, n: number): number {
  let divisor = 1;
  while (divisor < power && n % (2 * divisor) === 0) divisor *= 2;
  return divisor;
}

/**
 * f of arrays whose rows have nothing to do with each other: of a run of them at a time where they are too large.
 *
 * @param inputs With one first dimension, which f's result has, too.
 */
export function byRows(
  gpu: Gpu,
  inputs: readonly Storage[],
  shape: readonly number[],
  f: (inputs: Storage[]) => Storage,
): Storage {
  const [rows] = shape, row = sizeOf(shape.slice(1)), each = inputs.map((x) => sizeOf(x.shape.slice(1)));
  const runs = runsOf(gpu, rows, [row, ...each]);
  if (runs.length === 1) return f([...inputs]);
  let result: Storage | undefined;
  for (const run of runs) {
    const some = f(inputs.map((x, i) => part(x, run, each[i], [run.count, ...x.shape.slice(1)])));
    result ??= gpu.allocate(shape, some.dtype);
    gpu.overwrite(part(result, run, row), some);
    gpu.free(some);
  }
  return result!;
}

/** f of arrays whose rows end in one result: of a run of them at a time where they are too large, and their results joined. */
export function overRows(
  gpu: Gpu,
  inputs: readonly Storage[],
  f: (inputs: Storage[]) => Storage,
  join: (a: Storage, b: Storage) => Storage,
): Storage {
  const [rows] = inputs[0].shape, each = inputs.map((x) => sizeOf(x.shape.slice(1)));
  return runsOf(gpu, rows, each)
    .map((run) => f(inputs.map((x, i) => part(x, run, each[i], [run.count, ...x.shape.slice(1)]))))
    .reduce((sum, next) => {
      const joined = join(sum, next);
      gpu.free(sum);
      gpu.free(next);
      return joined;
    });
}

/** Refuses an array that cannot be bound whole. */
export function checkBinding(shape: readonly number[], limits: GPUSupportedLimits): void {
  const bytes = BYTES_PER_ELEMENT * sizeOf(shape), limit = limits.maxStorageBufferBindingSize;
  if (bytes <= limit) return;
  throw new OutOfMemoryError(
    `an array of shape ${text(shape)} is too large for this kernel, which needs it whole. It takes ${
      readable(bytes)
    }, more than ` +
      `the ${
        readable(limit)
      } that the webgpu device gives a kernel at once. Take a smaller batch or a smaller model, or use ` +
      'useDevice("cpu").',
  );
}
