/** Which of a file's arrays are asked for. */
import { describe, isList } from "../text/arguments.ts";
import { nearest } from "../text/nearest.ts";

/**
 * Checks names of arrays.
 *
 * @param names What was asked for; undefined: all.
 * @param there What is in the file, by name.
 * @returns The names, each once.
 * @throws {TypeError} if they are no list of texts.
 * @throws {RangeError} if one is not there: with the nearest one that is.
 */
export function checkNames(caller: string, names: unknown, there: ReadonlyMap<string, unknown>): string[] {
  if (names === undefined) return [...there.keys()];
  if (!isList(names, (name) => typeof name === "string")) {
    throw new TypeError(`${caller}: names are a list of texts such as ["fc.weight"], not ${describe(names)}`);
  }
  for (const name of names as string[]) {
    if (there.has(name)) continue;
    const guess = nearest(name, [...there.keys()]);
    throw new RangeError(
      `${caller}: there is no ${describe(name)} in the file${
        guess === undefined ? `, which has ${there.size} others` : `; did you mean ${describe(guess)}?`
      }`,
    );
  }
  return [...new Set(names as string[])];
}
