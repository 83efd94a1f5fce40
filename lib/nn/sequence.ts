/** Things in a row, that a module holds under their numbers or under names: what Sequential, ModuleList and ParameterList share. */
import { checkInteger, checkText, describe, surplus } from "../text/arguments.ts";
import type { CopyOf } from "./copy.ts";
import { type Kind, listOf } from "./kind.ts";
import { Module } from "./module.ts";

function isIndex(name: string | symbol): name is string {
  return typeof name === "string" && /^-?\d+(\.\d+)?$/.test(name);
}

/**
 * The base class of Sequential, ModuleList and ParameterList: a module that holds things in a row. `list[1]` is the second of them,
 * `list[-1]` the last; `list[1] = other` replaces one.
 *
 * @typeParam T What the things are.
 */
export abstract class Sequence<T> extends Module implements Iterable<T> {
  /** One of the things: from the front, or negative from the end. Another one takes its name. */
  [index: number]: T;
  readonly #items = new Map<string, T>();
  readonly #kind: Kind<T>;

  // An index is no field, and as a field would be a module that nobody passes by. A proxy behind the prototype is asked for what
  // neither an instance nor this class has; in front of the instances it would slow down every access to them.
  static {
    const behind = new Proxy(Object.create(Module.prototype), {
      get(target, name, list) {
        return isIndex(name) && #items in list ? list.at(Number(name)) : Reflect.get(target, name, list);
      },
      set(target, name, value, list) {
        if (!isIndex(name) || !(#items in list)) return Reflect.set(target, name, value, list);
        list.#set(list.#nameAt(Number(name)), value);
        return true;
      },
    });
    Object.setPrototypeOf(this.prototype, behind);
  }

  /** @internal */
  protected constructor(kind: Kind<T>) {
    super();
    this.#kind = kind;
  }

  /** @internal What is registered stands in the row, if it is of its kind. */
  protected override hold(caller: string, name: string, thing: unknown): void {
    if (this.#kind.fits(thing)) this.put(caller, checkText(caller, "name", name), thing);
    else if (isIndex(name)) throw new RangeError(`${caller}: ${name} is the place of ${this.#kind.item}s`);
    else super.hold(caller, name, thing);
  }

  /** @internal Puts one at the end, under a name that is not taken and has no dot. */
  protected put(caller: string, name: string, given: unknown): void {
    if (name === "" || name.includes(".") || this.#items.has(name)) {
      throw new RangeError(
        `${caller}: a name is needed that is not taken and has no dot, not ${describe(name)}`,
      );
    }
    this.#set(name, given);
  }

  #set(name: string, given: unknown): void {
    this.#items.set(name, this.#kind.take(name, given));
  }

  #nameAt(index: number): string {
    const { owner, item } = this.#kind;
    checkInteger(owner, "an index", index);
    const name = [...this.#items.keys()].at(index);
    if (name === undefined) {
      throw new RangeError(
        `${owner}: there is no ${item} ${index} among ${this.length}; append(${item}) adds one`,
      );
    }
    return name;
  }

  /** @internal The things with their names. */
  protected named(): [name: string, item: T][] {
    return [...this.#items];
  }

  /** How many there are. */
  get length(): number {
    return this.#items.size;
  }

  /**
   * One of the things.
   *
   * @param index From the front, or negative from the end.
   * @returns It.
   * @throws {RangeError} if there is none.
   * @throws {TypeError} if the index is no number.
   */
  at(index: number): T {
    if (arguments.length > 1) surplus("at", arguments, 1);
    return this.#items.get(this.#nameAt(index))!;
  }

  /**
   * Puts one at the end, named by its number.
   *
   * @param item What is put there.
   * @returns This module.
   * @throws {TypeError} if it is of another kind.
   */
  append(item: T): this {
    if (arguments.length > 1) surplus("append", arguments, 1);
    this.put("append", String(this.length), item);
    return this;
  }

  /**
   * Puts several at the end.
   *
   * @param items A list, or another sequence.
   * @returns This module.
   * @throws {TypeError} if one is of another kind; nothing is added then.
   */
  extend(items: Iterable<T>): this {
    if (arguments.length > 1) surplus("extend", arguments, 1);
    const { owner, take } = this.#kind;
    const all = listOf("extend", items).map((one, i) => take(String(this.length + i), one));
    for (const one of all) this.put(owner, String(this.length), one);
    return this;
  }

  /**
   * Puts one in front of another; those behind it get the next numbers.
   *
   * @param index Before which one: from the front, or negative from the end. The length puts it at the end.
   * @param item What is put there.
   * @returns This module.
   * @throws {RangeError} if there is no such place, or the things have names of their own.
   * @throws {TypeError} if it is of another kind, or the index no number.
   */
  insert(index: number, item: T): this {
    if (arguments.length > 2) surplus("insert", arguments, 2);
    checkInteger("insert", "an index", index);
    const place = index < 0 ? index + this.length : index;
    if (place < 0 || place > this.length) {
      throw new RangeError(`insert: there is no place ${index} among ${this.length}`);
    }
    this.#renumber("insert", [...this].toSpliced(place, 0, this.#kind.take(String(place), item)));
    return this;
  }

  /**
   * Takes one out; those behind it get the numbers before.
   *
   * @param index From the front, or negative from the end: the last by default.
   * @returns What was taken out.
   * @throws {RangeError} if there is none.
   * @throws {TypeError} if the index is no number.
   */
  pop(index = -1): T {
    if (arguments.length > 1) surplus("pop", arguments, 1);
    const name = this.#nameAt(index), item = this.#items.get(name)!;
    if (this.#isNumbered()) this.#renumber("pop", [...this].filter((_, i) => String(i) !== name));
    else this.#items.delete(name);
    return item;
  }

  #isNumbered(): boolean {
    return [...this.#items.keys()].every((name, i) => name === String(i));
  }

  #renumber(caller: string, items: readonly T[]): void {
    if (!this.#isNumbered()) {
      throw new RangeError(
        `${caller}: what is in it has names of its own, ${
          [...this.#items.keys()].join(", ")
        }; numbers cannot be moved up`,
      );
    }
    this.#items.clear();
    items.forEach((item, i) => this.#items.set(String(i), item));
  }

  /** The things, in order. */
  [Symbol.iterator](): Iterator<T> {
    return this.#items.values();
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
