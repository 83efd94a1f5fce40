/**
 * Arithmetic of shapes: what every floor of the library computes with them, once.
 *
 * @module
 */

/** "[2, 3]" */
export function text(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** How many elements a shape holds. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i];
  return size;
}

/** Whether two shapes are equal. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Row-major steps, in elements: how far apart neighbours along each dimension lie. */
export function stepsOf(shape: readonly number[]): number[] {
  const steps = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    steps[i] = step;
    step *= shape[i];
  }
  return steps;
}

/** The place of the i-th element of a shape in row-major order. */
export function placeOf(i: number, shape: readonly number[]): number[] {
  return stepsOf(shape).map((step, d) => Math.floor(i / step) % shape[d]);
}

/**
 * The shape that two shapes broadcast to, as in NumPy: counted from the end, sizes are equal or one of them is 1.
 *
 * @throws {RangeError} if they do not broadcast.
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

/** A shape with the dimensions `dims` gone, or, kept, of size 1. */
export function reducedShape(shape: readonly number[], dims: readonly number[], keepdim: boolean): number[] {
  return keepdim
    ? shape.map((size, d) => dims.includes(d) ? 1 : size)
    : shape.filter((_, d) => !dims.includes(d));
}
