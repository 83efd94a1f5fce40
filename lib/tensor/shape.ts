/** What a reader says of shapes and dimensions, checked: sentences that say what is wrong. */
import { text } from "../device/shape.ts";

/** A number for every dimension, or the same one for both spatial dimensions. */
export type Size = number | readonly number[];

/**
 * Checks that every entry is a size: a whole number ≥ 0.
 *
 * @throws {RangeError} naming the operation and the shape.
 * @throws {TypeError} if the shape is no list.
 */
export function checkShape(operation: string, shape: readonly number[]): number[] {
  if (!Array.isArray(shape)) {
    throw new TypeError(`${operation}: a shape is a list of sizes such as [2, 3], not ${String(shape)}`);
  }
  for (const n of shape) {
    if (!Number.isInteger(n) || n < 0) {
      throw new RangeError(`${operation}: sizes must be whole numbers ≥ 0, not ${n} in ${text(shape)}`);
    }
  }
  return [...shape];
}

/** Sizes as separate arguments or as one list. */
export function sizes(args: readonly (number | readonly number[])[]): number[] {
  return args.flat() as number[];
}

/**
 * A dimension counted from the front.
 *
 * @throws {RangeError} if there is no such dimension.
 */
export function checkDim(operation: string, dim: number, ndim: number): number {
  const found = dim < 0 ? dim + ndim : dim;
  if (!Number.isInteger(dim) || found < 0 || found >= ndim) {
    const range = ndim === 0 ? "it has none" : `use ${-ndim} to ${ndim - 1}`;
    throw new RangeError(
      `${operation}: dimension ${dim} does not exist in a tensor of ${ndim} dimensions; ${range}`,
    );
  }
  return found;
}

/**
 * Several dimensions counted from the front; none named: all.
 *
 * @throws {RangeError} if one does not exist or is named twice.
 * @throws {TypeError} if it is neither a number nor a list.
 */
export function checkDims(
  operation: string,
  dim: number | readonly number[] | undefined,
  ndim: number,
): number[] {
  if (dim === undefined) {
    const all = new Array<number>(ndim);
    for (let i = 0; i < ndim; i++) all[i] = i;
    return all;
  }
  if (typeof dim !== "number" && !Array.isArray(dim)) {
    throw new TypeError(
      `${operation}: a dimension is a number, or a list of them; options such as { keepdim: true } come second`,
    );
  }
  const dims = (typeof dim === "number" ? [dim] : dim).map((d) => checkDim(operation, d, ndim));
  if (new Set(dims).size !== dims.length) {
    throw new RangeError(`${operation}: dimensions [${[dim].flat().join(", ")}] name one twice`);
  }
  return dims;
}

/**
 * A setting that is a number for both spatial dimensions, or one for each.
 *
 * @throws {RangeError} if an entry is not a whole number ≥ `least`.
 */
export function pair(operation: string, name: string, value: Size, least: number): [number, number] {
  const both = typeof value === "number" ? [value, value] : value;
  if (both.length !== 2 || both.some((n) => !Number.isInteger(n) || n < least)) {
    const given = typeof value === "number" ? value : text(value);
    throw new RangeError(`${operation}: ${name} must be one whole number ≥ ${least}, or two, not ${given}`);
  }
  return [both[0], both[1]];
}
