/** Modules one after the other. */
import type { Tensor } from "../tensor/tensor.ts";
import { freeBetween } from "./call.ts";
import { Module } from "./module.ts";

/**
 * Modules one after the other: each gets what the one before it returned.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const net = new nn.Sequential(new nn.Linear(2, 8), new nn.ReLU(), new nn.Linear(8, 1));
 * assertEquals(net.forward(randn(5, 2)).shape, [5, 1]);
 * assertEquals(Object.keys(net.stateDict()), ["0.weight", "0.bias", "2.weight", "2.bias"]);
 * ```
 * @example With names
 * ```ts
 * import { nn } from "descent";
 * const net = new nn.Sequential({ hidden: new nn.Linear(2, 8), relu: new nn.ReLU() });
 * net.addModule("out", new nn.Linear(8, 1));
 * console.log(net);
 * ```
 */
export class Sequential extends Module implements Iterable<Module> {
  readonly #modules = new Map<string, Module>();

  /**
   * Makes the network.
   *
   * @param modules Modules, which are named "0", "1", …; or one plain object of modules by name.
   * @throws {TypeError} if one is no module.
   */
  constructor(...modules: Module[] | [Record<string, Module>]) {
    super();
    const [first] = modules;
    const named = modules.length === 1 && !(first instanceof Module) && typeof first === "object" &&
      first !== null && !Array.isArray(first);
    for (const [name, module] of Object.entries(named ? first : modules)) this.#set(name, module);
  }

  #set(name: string, module: unknown): void {
    if (!(module instanceof Module)) {
      const what = Array.isArray(module)
        ? "an array; spread it: new Sequential(...layers)"
        : typeof module === "function"
        ? `a function${module.name === "" ? "" : ` ${module.name}`}; did you mean new ${
          module.name || "…"
        }()?`
        : String(module);
      throw new TypeError(`Sequential: entry "${name}" must be a module, not ${what}`);
    }
    this.#modules.set(name, module);
  }

  /** How many modules it has. */
  get length(): number {
    return this.#modules.size;
  }

  /**
   * One of the modules.
   *
   * @param index From the front, or negative from the end.
   * @returns The module.
   * @throws {RangeError} if there is none.
   */
  at(index: number): Module {
    const found = [...this.#modules.values()].at(index);
    if (found === undefined || !Number.isInteger(index)) {
      throw new RangeError(`Sequential: there is no module ${index} among ${this.length}`);
    }
    return found;
  }

  /**
   * Puts a module at the end, named by its number.
   *
   * @param module The module.
   * @returns This module.
   * @throws {TypeError} if it is no module.
   */
  append(module: Module): this {
    return this.addModule(String(this.length), module);
  }

  /**
   * Puts a module at the end under a name.
   *
   * @param name A name that is not taken, without a dot.
   * @param module The module.
   * @returns This module.
   * @throws {RangeError} if the name is taken, empty, or has a dot.
   * @throws {TypeError} if it is no module.
   */
  addModule(name: string, module: Module): this {
    if (name === "" || name.includes(".") || this.#modules.has(name)) {
      throw new RangeError(
        `addModule: a name is needed that is not taken and has no dot, not ${JSON.stringify(name)}`,
      );
    }
    this.#set(name, module);
    return this;
  }

  /** The modules, in order. */
  [Symbol.iterator](): Iterator<Module> {
    return this.#modules.values();
  }

  /** @internal */
  protected override *members(): Iterable<[string, unknown]> {
    yield* this.#modules;
    yield* super.members();
  }

  /**
   * Applies the modules one after the other.
   *
   * @param x The input of the first module.
   * @returns The output of the last; x if there is none.
   */
  override forward(x: Tensor): Tensor {
    let signal = x;
    for (const module of this.#modules.values()) {
      const next = module.forward(signal);
      if (signal !== x) freeBetween(signal, next);
      signal = next;
    }
    return signal;
  }
}
