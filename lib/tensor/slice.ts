/** What `at()` and `set_()` are asked for, as the part of a tensor that it names. */
import type { Slice } from "../device/kernels.ts";
import { text } from "../device/shape.ts";
import { describe, isNumbers } from "../text/arguments.ts";

/** A part of one dimension: an index, `[start, end, step?]` (end excluded), or null for all of it. */
export type Index = number | readonly [number, number] | readonly [number, number, number] | null;

/**
 * Reads indices.
 *
 * @param operation Who asks, for the errors.
 * @param index One a dimension, from the front; those that are missing mean all.
 * @param shape The tensor's.
 * @returns The part, and the dimensions that go since a single index was given.
 * @throws {RangeError} if one lies outside, or there are too many.
 * @throws {TypeError} if one is neither a number, nor a range, nor null.
 */
export function slice(
  operation: string,
  index: readonly Index[],
  shape: readonly number[],
): { part: Slice; gone: number[] } {
  if (index.length > shape.length) {
    throw new RangeError(
      `${operation}: ${index.length} indices for a tensor of ${shape.length} dimensions, ${text(shape)}`,
    );
  }
  const begin = shape.map(() => 0), size = [...shape], step = shape.map(() => 1);
  const gone: number[] = [];
  [...index].forEach((part, d) => {
    if (part === null) return;
    if (typeof part !== "number" && !isRange(part)) throw new TypeError(noIndex(operation, part));
    [begin[d], size[d], step[d]] = typeof part === "number"
      ? oneIndex(operation, part, d, shape)
      : span(operation, part, d, shape);
    if (typeof part === "number") gone.push(d);
  });
  return { part: { begin, size, step }, gone };
}

function isRange(part: unknown): boolean {
  return isNumbers(part) && (part.length === 2 || part.length === 3);
}

function noIndex(operation: string, part: unknown): string {
  const hint = part === ":" || part === "..." || part === undefined
    ? "; null takes all of a dimension"
    : Array.isArray(part)
    ? ""
    : part !== null && typeof part === "object" && "dtype" in part
    ? "; gather() and where() pick by tensors"
    : "";
  return `${operation}: an index is a number, a range [start, end, step?] or null, not ${
    describe(part)
  }${hint}`;
}

function oneIndex(
  operation: string,
  index: number,
  d: number,
  shape: readonly number[],
): [number, number, number] {
  const from = index < 0 ? index + shape[d] : index;
  if (!Number.isInteger(index) || from < 0 || from >= shape[d]) {
    throw new RangeError(
      `${operation}: index ${index} is outside of dimension ${d} of size ${shape[d]} in ${text(shape)}`,
    );
  }
  return [from, 1, 1];
}

function span(
  operation: string,
  part: readonly number[],
  d: number,
  shape: readonly number[],
): [number, number, number] {
  const [start, end, step = 1] = part;
  if (
    ![start, end].every((n) => Number.isInteger(n) || n === Infinity) || !Number.isInteger(step) || step < 1
  ) {
    throw new RangeError(
      `${operation}: a range [start, end, step?] needs whole numbers and a step ≥ 1, not ${text(part)}`,
    );
  }
  const n = shape[d];
  const clip = (i: number) => Math.min(n, Math.max(0, i < 0 ? i + n : i));
  const from = clip(start), to = Math.max(from, clip(end));
  return [from, Math.ceil((to - from) / step), step];
}
