/** What several transforms are told alike, checked. */
import { checkRange, describe, isNumbers } from "../../text/arguments.ts";
import type { Format } from "../image.ts";

/** A probability. */
export function checkProbability(name: string, p: unknown): number {
  return checkRange(name, "p", p, 0, 1);
}

/**
 * A range [low, high].
 *
 * @throws {RangeError} if it is empty, or its ends are not finite or below `least`.
 * @throws {TypeError} if it is no list of two numbers.
 */
export function checkInterval(
  name: string,
  what: string,
  value: unknown,
  least = -Infinity,
): [number, number] {
  if (!isNumbers(value) || value.length !== 2) {
    throw new TypeError(`${name}: ${what} must be a list of two numbers [low, high], not ${describe(value)}`);
  }
  const [low, high] = value;
  checkRange(name, `the low end of ${what}`, low, least);
  checkRange(name, `the high end of ${what}`, high, low);
  return [low, high];
}

/**
 * The value of pixels that an image has not, in the units of its format.
 *
 * @throws {RangeError} if the image is of bytes, and it is none.
 */
export function fillFor(name: string, what: string, fill: number, { bytes }: Format): number {
  if (!bytes || (Number.isInteger(fill) && fill >= 0 && fill <= 255)) return fill;
  throw new RangeError(
    `${name}: ${what} is ${fill}, and the image is of bytes, whole numbers from 0 to 255; toTensor() before it makes floats`,
  );
}
