/** The row of a table of vectors that stands for padding. */
import { checkInteger } from "../text/arguments.ts";

/**
 * A padding's row counted from the front, or null for none.
 *
 * @throws {RangeError} if there is no such row.
 * @throws {TypeError} if it is no number.
 */
export function checkPaddingIdx(name: string, paddingIdx: number | null, rows: number): number | null {
  if (paddingIdx === null) return null;
  checkInteger(name, "paddingIdx", paddingIdx);
  if (paddingIdx < -rows || paddingIdx >= rows) {
    throw new RangeError(`${name}: paddingIdx ${paddingIdx} is no row of a table of ${rows}`);
  }
  return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
}
