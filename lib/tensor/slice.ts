/** One dimension of what `at()` and `set_()` are asked for, by plain numbers. */
import { text } from "../device/shape.ts";
import { describe } from "../text/arguments.ts";

/** `[start, end, step?]`, the end excluded; null for an end that is left open. */
export type IndexRange =
  | readonly [start: number | null, end: number | null]
  | readonly [start: number | null, end: number | null, step: number];

/** Where a slice begins, how many elements it takes, and its step. */
type Span = readonly [begin: number, size: number, step: number];

/** Whether something is written as a range is. */
export function isRange(part: unknown): part is IndexRange {
  if (!Array.isArray(part) || (part.length !== 2 && part.length !== 3)) return false;
  for (const n of part) if (typeof n !== "number" && n !== null) return false;
  return true;
}

/**
 * The place that a number means.
 *
 * @param d The dimension, of `shape`.
 * @throws {RangeError} if it lies outside.
 */
export function place(operation: string, index: number, d: number, shape: readonly number[]): number {
  const found = index < 0 ? index + shape[d] : index;
  if (Number.isInteger(index) && found >= 0 && found < shape[d]) return found;
  throw new RangeError(
    `${operation}: index ${index} is outside of dimension ${d} of size ${shape[d]} in ${text(shape)}`,
  );
}

/**
 * The elements that a range means; ends beyond the dimension are cut.
 *
 * @throws {RangeError} if it is not of whole numbers, or its step below 1.
 */
export function span(operation: string, range: IndexRange, n: number): Span {
  const [start, end] = range, step = range[2] ?? 1;
  const first = start ?? 0,
    past = end ?? Infinity,
    isEnd = (i: number) => Number.isInteger(i) || i === Infinity;
  if (!isEnd(first) || !isEnd(past) || !Number.isInteger(step) || step < 1) {
    const back = Number.isInteger(step) && step < 0 ? "; flip() turns a dimension round" : "";
    throw new RangeError(
      `${operation}: a range [start, end, step?] needs whole numbers and a step ≥ 1, not ${
        describe(range)
      }${back}`,
    );
  }
  const clip = (i: number) => Math.min(n, Math.max(0, i < 0 ? i + n : i));
  const from = clip(first), to = Math.max(from, clip(past));
  return [from, Math.ceil((to - from) / step), step];
}
