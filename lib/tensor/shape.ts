/** Arithmetic of shapes, and the sentences that say what is wrong with one. */

/** A number for every dimension, or the same one for both spatial dimensions. */
export type Size = number | readonly number[];

/** "[2, 3]" */
export function text(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** How many elements a shape holds. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/** Whether two shapes are equal. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

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
  if (dim === undefined) return Array.from({ length: ndim }, (_, i) => i);
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
 * The shape that two shapes broadcast to: aligned at the end, equal or 1 in every dimension.
 *
 * @throws {RangeError} if they do not fit.
 */
export function broadcastShapes(operation: string, a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const p = a[a.length - i] ?? 1, q = b[b.length - i] ?? 1;
    if (p !== q && p !== 1 && q !== 1) {
      throw new RangeError(
        `${operation}: shapes ${text(a)} and ${
          text(b)
        } do not broadcast; counted from the end, sizes must be equal or 1`,
      );
    }
    result[rank - i] = p === 1 ? q : p;
  }
  return result;
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
