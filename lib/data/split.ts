/**
 * The two parts of a data set.
 *
 * @module
 */
import { checkChoice, checkOptions, isPlain } from "../text/arguments.ts";

/** Which part of a data set: what is trained on, or what the network never sees before it is tested. */
export type Split = "train" | "test";

/**
 * The part that options ask for: "train" unless told.
 *
 * @param name The function, as its user calls it.
 * @param options What it was given.
 * @param others Its options beside `split`.
 * @throws {RangeError} if there is no such part.
 * @throws {TypeError} if it is no text, or an option has another name.
 */
export function splitOf(name: string, options: { split?: Split }, others: readonly string[] = []): Split {
  // torchvision's way to say it.
  if (isPlain(options) && "train" in options) {
    throw new TypeError(`${name}: there is no option "train"; write { split: "train" } or { split: "test" }`);
  }
  checkOptions(name, options, ["split", ...others]);
  const { split = "train" } = options;
  return checkChoice(name, "split", split, ["train", "test"]);
}
