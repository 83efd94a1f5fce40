/** What a reader says of shapes and dimensions, checked: sentences that say what is wrong. */
import { describe, isNumbers, isPlain } from "../text/arguments.ts";

/** A number for each spatial dimension, or the same one for all of them. */
export type Size = number | readonly number[];

/**
 * Checks that every entry is a size: a whole number ≥ 0.
 *
 * @throws {RangeError} naming the operation and the shape.
 * @throws {TypeError} if the shape is no list of numbers.
 */
export function checkShape(operation: string, shape: readonly number[]): number[] {
  if (!Array.isArray(shape)) {
    throw new TypeError(`${operation}: a shape is a list of sizes such as [2, 3], not ${describe(shape)}`);
  }
  for (const n of shape) {
    if (!Number.isInteger(n) || n < 0) {
      const message = `${operation}: sizes must be whole numbers ≥ 0, not ${describe(n)} in ${
        describe(shape)
      }`;
      throw typeof n === "number" ? new RangeError(message) : new TypeError(message);
    }
  }
  return [...shape];
}

/**
 * Sizes, or dimensions, as separate arguments or as one list.
 *
 * @throws {TypeError} for anything but numbers.
 */
export function sizes(operation: string, args: readonly (number | readonly number[])[]): number[] {
  const list = (args.length === 1 && Array.isArray(args[0]) ? args[0] : args) as readonly number[];
  for (const n of list) {
    if (typeof n === "number") continue;
    throw new TypeError(
      `${operation}: takes numbers, ${operation}(2, 3), or one list of them, ${operation}([2, 3]), not ${
        describe(n)
      }`,
    );
  }
  return [...list];
}

/**
 * A dimension counted from the front.
 *
 * @throws {RangeError} if there is no such dimension.
 * @throws {TypeError} if it is no number.
 */
export function checkDim(operation: string, dim: number, ndim: number): number {
  if (typeof dim !== "number") {
    const hint = typeof dim === "object" && dim !== null && "dim" in dim
      ? `; it stands by itself, without a name`
      : isPlain(dim)
      ? `; options come behind it`
      : "";
    throw new TypeError(`${operation}: a dimension is a number, not ${describe(dim)}${hint}`);
  }
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
    const hint = isPlain(dim) ? "; options such as { keepdim: true } come second" : "";
    throw new TypeError(
      `${operation}: a dimension is a number, or a list of them, not ${describe(dim)}${hint}`,
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
 * @throws {TypeError} if it is neither a number nor a list of numbers.
 */
export function pair(operation: string, name: string, value: Size, least: number): [number, number] {
  const [rows, columns] = perDimension(operation, name, value, least, 2);
  return [rows, columns];
}

/** In words how many numbers there may be beside one alone. */
const COUNTS = ["none", "a list of one", "two", "three"];

/**
 * A setting that is a number for all spatial dimensions, or one for each.
 *
 * @param count How many dimensions there are.
 * @throws {RangeError} if an entry is not a whole number ≥ `least`.
 * @throws {TypeError} if it is neither a number nor a list of numbers.
 */
export function perDimension(
  operation: string,
  name: string,
  value: Size,
  least: number,
  count: number,
): number[] {
  const all = typeof value === "number" ? Array<number>(count).fill(value) : value;
  const numbers = isNumbers(all);
  if (!numbers || all.length !== count || all.some((n) => !Number.isInteger(n) || n < least)) {
    const message = `${operation}: ${name} must be one whole number ≥ ${least}, or ${COUNTS[count]}, not ${
      describe(value)
    }`;
    throw numbers ? new RangeError(message) : new TypeError(message);
  }
  return [...all];
}
