/**
 * Arrays of the reference: typed arrays of JavaScript, row-major, nothing else.
 *
 * @module
 */
import { sizeOf, stepsOf } from "../shape.ts";
import { ARRAYS, type DType, type Shaped, type Values } from "../storage.ts";

/** A dense row-major array in JavaScript's own memory. */
export interface HostArray extends Shaped {
  readonly shape: number[];
  /** As many as the shape holds. */
  readonly data: Values;
}

/** An array of zeros. */
export function zeros(shape: readonly number[], dtype: DType = "float32"): HostArray {
  return { shape: [...shape], dtype, data: new ARRAYS[dtype](sizeOf(shape)) };
}

/** A number as an array of no dimensions. */
export function scalar(value: number, dtype: DType): HostArray {
  return { shape: [], dtype, data: ARRAYS[dtype].of(dtype === "bool" ? Number(value !== 0) : value) };
}

/**
 * Where the elements of an array lie: entry i, counted in row-major order of `shape`, is at `start` plus the sum of index times
 * step over all dimensions. Every kernel that moves, repeats or gathers numbers is a choice of steps.
 */
export function places(shape: readonly number[], steps: readonly number[], start = 0): Int32Array {
  let list = Int32Array.of(start);
  shape.forEach((size, d) => {
    const outer = list;
    list = new Int32Array(outer.length * size);
    for (let i = 0, at = 0; i < outer.length; i++) {
      for (let j = 0; j < size; j++) list[at++] = outer[i] + j * steps[d];
    }
  });
  return list;
}

/** The steps through x that repeat it to `shape`: 0 along what is repeated. */
export function repeating(x: Shaped, shape: readonly number[]): number[] {
  const lead = shape.length - x.shape.length, own = stepsOf(x.shape);
  return shape.map((_, d) => d < lead || x.shape[d - lead] === 1 ? 0 : own[d - lead]);
}

/** Every dimension as three: those before `dim`, itself, those after it; element (o, j, i) is at (o · size + j) · inner + i. */
export function around(
  shape: readonly number[],
  dim: number,
): { outer: number; size: number; inner: number } {
  return { outer: sizeOf(shape.slice(0, dim)), size: shape[dim], inner: sizeOf(shape.slice(dim + 1)) };
}
