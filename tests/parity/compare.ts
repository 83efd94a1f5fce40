/**
 * Whether numbers are PyTorch's: |error| ≤ absolute + relative · |expected|, element by element.
 *
 * @module
 */
import type { Tensor } from "descent";
import { readTensor } from "./text.ts";

/** How far a number may be from the expected one. */
export interface Bound {
  absolute: number;
  relative: number;
}

/**
 * The bound of all operations, layers and optimizers. The makers of the fixtures refuse a case in which PyTorch's own
 * float32 error takes more than a fifth of it.
 */
export const BOUND: Bound = { absolute: 1e-5, relative: 1e-4 };

/** Throws if a number is farther from the expected one than the bound; NaN and infinities must be the same. */
export function compareNumber(what: string, actual: number, expected: number, bound = BOUND): void {
  if (Object.is(actual, expected) || actual === expected) return;
  const error = Math.abs(actual - expected);
  if (error <= bound.absolute + bound.relative * Math.abs(expected) && Number.isFinite(expected)) return;
  throw new Error(`${what} is ${actual}, PyTorch says ${expected} (off by ${error.toPrecision(3)})`);
}

/** Compares flat values; the message names the place as an index into `shape`. */
export function compareValues(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  shape: readonly number[],
  bound = BOUND,
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${what} has ${actual.length} elements, PyTorch's ${expected.length}`);
  }
  for (let i = 0; i < expected.length; i++) {
    compareNumber(`${what}[${place(i, shape)}]`, actual[i], expected[i], bound);
  }
}

/** Compares shape, dtype and elements of a tensor with a written one. */
export async function compareTensor(
  what: string,
  actual: Tensor | null,
  text: string,
  bound = BOUND,
): Promise<void> {
  if (actual === null) throw new Error(`${what} is null`);
  const expected = readTensor(text);
  if (`${actual.shape}` !== `${expected.shape}`) {
    throw new Error(`${what} has shape [${actual.shape}], PyTorch's [${expected.shape}]`);
  }
  if (actual.dtype !== expected.dtype) {
    throw new Error(`${what} is ${actual.dtype}, PyTorch's ${expected.dtype}`);
  }
  compareValues(what, await actual.data(), expected.values, expected.shape, bound);
}

function place(flat: number, shape: readonly number[]): string {
  const index: number[] = [];
  for (let d = shape.length - 1; d >= 0; d--) {
    index.unshift(flat % shape[d]);
    flat = Math.floor(flat / shape[d]);
  }
  return index.join(", ");
}
