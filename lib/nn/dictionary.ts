/** Things by name, that a module holds: what ModuleDict and ParameterDict share. */
import { checkText, describe, isPlain, surplus } from "../text/arguments.ts";
import type { CopyOf } from "./copy.ts";
import { Module } from "./module.ts";
import type { Kind } from "./kind.ts";

/**
 * The base class of ModuleDict and ParameterDict: a module that holds things by name, and is asked for them as a Map is.
 *
 * @typeParam Things Which thing has which name.
 */
export abstract class Dictionary<Things extends object> extends Module
  implements Iterable<[name: keyof Things & string, thing: Things[keyof Things]]> {
  readonly #items = new Map<string, unknown>();
  readonly #kind: Kind<unknown>;

  /** @internal */
  protected constructor(kind: Kind<unknown>, things: unknown) {
    super();
    this.#kind = kind;
    this.#add(kind.owner, things);
  }

  /** @internal What is registered has a name here, if it is of the kind. */
  protected override hold(caller: string, name: string, thing: unknown): void {
    if (!this.#kind.fits(thing)) return super.hold(caller, name, thing);
    const own = this.#checkName(caller, name);
    if (this.#items.has(own)) {
      throw new RangeError(`${caller}: ${describe(name)} is taken; set() replaces it`);
    }
    this.#items.set(own, thing);
  }

  #add(caller: string, things: unknown): void {
    if (!isPlain(things) && !(things instanceof Map) && !(things instanceof Dictionary)) {
      throw new TypeError(
        `${caller}: an object of ${this.#kind.item}s by name is needed, not ${describe(things)}`,
      );
    }
    const entries = isPlain(things) ? Object.entries(things) : [...things as Iterable<[string, unknown]>];
    const taken = entries.map(([name, one]) =>
      [this.#checkName(caller, name), this.#kind.take(name, one)] as const
    );
    for (const [name, one] of taken) this.#items.set(name, one);
  }

  #checkName(caller: string, name: unknown): string {
    checkText(caller, "a name", name);
    if (name === "" || (name as string).includes(".")) {
      throw new RangeError(`${caller}: a name is needed that has no dot, not ${describe(name)}`);
    }
    return name as string;
  }

  /** How many there are. */
  get size(): number {
    return this.#items.size;
  }

  /**
   * What has a name.
   *
   * @param name The name.
   * @returns It.
   * @throws {RangeError} if there is none.
   * @throws {TypeError} if the name is no text.
   */
  get<Name extends keyof Things & string>(name: Name): Things[Name] {
    if (arguments.length > 1) surplus("get", arguments, 1);
    checkText("get", "name", name);
    if (this.#items.has(name)) return this.#items.get(name) as Things[Name];
    const { owner, item } = this.#kind;
    const there = this.size === 0 ? "" : `; there is ${[...this.#items.keys()].join(", ")}`;
    throw new RangeError(`get: ${owner} has no ${item} ${describe(name)}${there}`);
  }

  /**
   * Whether there is one of a name.
   *
   * @param name The name.
   * @returns True or false.
   * @throws {TypeError} if the name is no text.
   */
  has(name: string): boolean {
    if (arguments.length > 1) surplus("has", arguments, 1);
    return this.#items.has(checkText("has", "name", name));
  }

  /**
   * Gives a name to a thing, in the place of the one that had it.
   *
   * @param name The name, without a dot.
   * @param thing What it names.
   * @returns This module.
   * @throws {RangeError} if the name is empty, or has a dot.
   * @throws {TypeError} if an argument is of another kind.
   */
  set<Name extends keyof Things & string>(name: Name, thing: Things[Name]): this {
    if (arguments.length > 2) surplus("set", arguments, 2);
    this.#items.set(this.#checkName("set", name), this.#kind.take(name, thing));
    return this;
  }

  /**
   * Gives names to several things.
   *
   * @param things A plain object, a map, or another of these modules.
   * @returns This module.
   * @throws {RangeError} if a name is empty, or has a dot.
   * @throws {TypeError} if one is of another kind; nothing is added then.
   */
  update(things: Partial<Things>): this {
    if (arguments.length > 1) surplus("update", arguments, 1);
    this.#add("update", things);
    return this;
  }

  /**
   * Takes one out.
   *
   * @param name Its name.
   * @returns Whether there was one.
   * @throws {TypeError} if the name is no text.
   */
  delete(name: string): boolean {
    if (arguments.length > 1) surplus("delete", arguments, 1);
    return this.#items.delete(checkText("delete", "name", name));
  }

  /**
   * The names.
   *
   * @returns In the order in which they were given.
   */
  keys(): (keyof Things & string)[] {
    if (arguments.length > 0) surplus("keys", arguments, 0);
    return [...this.#items.keys()] as (keyof Things & string)[];
  }

  /**
   * The things.
   *
   * @returns In the order in which they were given.
   */
  values(): Things[keyof Things][] {
    if (arguments.length > 0) surplus("values", arguments, 0);
    return [...this.#items.values()] as Things[keyof Things][];
  }

  /** The things with their names. */
  [Symbol.iterator](): Iterator<[name: keyof Things & string, thing: Things[keyof Things]]> {
    return this.#items.entries() as Iterator<[keyof Things & string, Things[keyof Things]]>;
  }

  /** @internal */
  protected override *members(): Iterable<[string, unknown]> {
    yield* this.#items;
    yield* super.members();
  }

  /** @internal */
  protected override copyInto(copy: this, copyOf: CopyOf): void {
    for (const [name, item] of this.#items) copy.#items.set(name, copyOf(item));
    super.copyInto(copy, copyOf);
  }
}
