/** What the modules that hold other things hold. */
import { describe } from "../text/arguments.ts";

/** What a class of Sequence or of Dictionary holds. */
export interface Kind<T> {
  /** The class, and what one of the things is called: for errors. */
  owner: string;
  item: string;
  /** Whether something is one of these. */
  fits(thing: unknown): boolean;
  /**
   * What is held of what was given.
   *
   * @throws {TypeError} if it is of another kind.
   */
  take(name: string, given: unknown): T;
}

/** What is in a list, a set, another sequence. */
export function listOf(name: string, given: unknown): unknown[] {
  if (typeof given === "object" && given !== null && Symbol.iterator in given) {
    return [...given as Iterable<unknown>];
  }
  throw new TypeError(`${name}: a list is needed, not ${describe(given)}`);
}
