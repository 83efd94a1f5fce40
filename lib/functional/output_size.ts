/** Sizes that a result is to have. */
import { perDimension, type Size } from "../tensor/shape.ts";

/** A size for all spatial dimensions, or one for each; null leaves a dimension as it is. */
export type OutputSize = number | null | readonly (number | null)[];

/**
 * Sizes of a result, of which null stands for the input's.
 *
 * @throws {RangeError} if one is no whole number ≥ 1.
 * @throws {TypeError} if they are of another kind.
 */
export function checkOutputSize(name: string, size: OutputSize, spatial: number): (number | null)[] {
  const list = Array.isArray(size) ? [...size] : Array<number | null>(spatial).fill(size as number | null);
  const whole = perDimension(
    name,
    "output size",
    list.every((n) => n === null || typeof n === "number") ? list.map((n) => n ?? 1) : size as Size,
    1,
    spatial,
  );
  return whole.map((n, i) => list[i] === null ? null : n);
}
