/** Modules one after the other. */
import { Tensor } from "../tensor/tensor.ts";
import { checkInteger, checkText, describe, isPlain, surplus } from "../text/arguments.ts";
import { legible } from "../text/escape.ts";
import { freeBetween } from "./call.ts";
import { oneTensor } from "./input.ts";
import { type Layer, Module } from "./module.ts";

/**
 * Modules one after the other: each gets what the one before it returned, one tensor. `net[1]` is the second of them, `net[-1]`
 * the last; `net[1] = head` puts another one into its place.
 *
 * PyTorch: `torch.nn.Sequential`.
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
export class Sequential extends Module implements Iterable<Layer> {
  /** One of the modules: from the front, or negative from the end. Another one takes its name. */
  [index: number]: Layer;
  readonly #modules = new Map<string, Layer>();

  // An index is no field, and as a field would be a module that forward passes over. A proxy behind the prototype is asked for
  // what neither an instance nor this class has; in front of the instances it would slow down every access to them.
  static {
    const isIndex = (name: string | symbol): name is string =>
      typeof name === "string" && /^-?\d+(\.\d+)?$/.test(name);
    const behind = new Proxy(Object.create(Module.prototype), {
      get(target, name, net) {
        return isIndex(name) && #modules in net ? net.at(Number(name)) : Reflect.get(target, name, net);
      },
      set(target, name, value, net) {
        if (!isIndex(name) || !(#modules in net)) return Reflect.set(target, name, value, net);
        net.#set(net.#nameAt(Number(name)), value);
        return true;
      },
    });
    Object.setPrototypeOf(this.prototype, behind);
  }

  /**
   * Makes the network.
   *
   * @param modules Modules, which are named "0", "1", …; or one plain object of modules by name.
   * @throws {TypeError} if one is no module.
   * @throws {RangeError} if a name is empty, or has a dot.
   */
  constructor(...modules: Layer[] | [Record<string, Layer>]) {
    super();
    const named = modules.length === 1 && isPlain(modules[0]) ? modules[0] : modules;
    for (const [name, module] of Object.entries(named)) this.#add("Sequential", name, module);
  }

  #add(caller: string, name: string, module: unknown): void {
    if (name === "" || name.includes(".") || this.#modules.has(name)) {
      throw new RangeError(
        `${caller}: a name is needed that is not taken and has no dot, not ${describe(name)}`,
      );
    }
    this.#set(name, module);
  }

  #set(name: string, module: unknown): void {
    if (!(module instanceof Module)) {
      const hint = Array.isArray(module)
        ? "; spread it: new Sequential(...layers)"
        : typeof module === "function"
        ? `; did you mean new ${module.name || "…"}()?`
        : "";
      throw new TypeError(`Sequential: entry "${name}" must be a module, not ${describe(module)}${hint}`);
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
   * @throws {TypeError} if the index is no number.
   */
  at(index: number): Layer {
    if (arguments.length > 1) surplus("Sequential.at", arguments, 1);
    return this.#modules.get(this.#nameAt(index))!;
  }

  #nameAt(index: number): string {
    checkInteger("Sequential", "an index", index);
    const name = [...this.#modules.keys()].at(index);
    if (name === undefined) {
      throw new RangeError(
        `Sequential: there is no module ${index} among ${this.length}; append(module) adds one`,
      );
    }
    return name;
  }

  /**
   * Puts a module at the end, named by its number.
   *
   * @param module The module.
   * @returns This module.
   * @throws {TypeError} if it is no module.
   */
  append(module: Layer): this {
    if (arguments.length > 1) surplus("append", arguments, 1);
    return this.addModule(String(this.length), module);
  }

  /**
   * Puts a module at the end under a name.
   *
   * @param name A name that is not taken, without a dot.
   * @param module The module.
   * @returns This module.
   * @throws {RangeError} if the name is taken, empty, or has a dot.
   * @throws {TypeError} if it is no module, or the name no text.
   */
  addModule(name: string, module: Layer): this {
    if (arguments.length > 2) surplus("addModule", arguments, 2);
    this.#add("addModule", checkText("addModule", "name", name), module);
    return this;
  }

  /** The modules, in order. */
  [Symbol.iterator](): Iterator<Layer> {
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
   * @throws {TypeError} if x is no tensor, or more is given, or one of the modules returns anything but a tensor.
   */
  override forward(x: Tensor): Tensor {
    let signal = oneTensor(this, x, arguments);
    for (const [name, module] of this.#modules) {
      const next = module.forward(signal);
      if (!(next instanceof Tensor)) throw new TypeError(notOne(name, module, next));
      if (signal !== x) freeBetween(signal, next);
      signal = next;
    }
    return signal === x ? x.clone() : signal;
  }
}

function notOne(name: string, module: Module, result: unknown): string {
  return `Sequential: entry "${name}", ${named(module)}, returned ${
    describe(result)
  }, and each must return one tensor; ` +
    `write a class with a forward of its own, which takes from it what the next one is to get`;
}

function named(module: Module): string {
  const { name } = module.constructor;
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${legible(name)}`;
}
