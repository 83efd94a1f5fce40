/** Modules one after the other. */
import { Tensor } from "../tensor/tensor.ts";
import { checkInteger, checkText, describe, isPlain, surplus } from "../text/arguments.ts";
import { legible } from "../text/escape.ts";
import { freeBetween } from "./call.ts";
import { oneTensor } from "./input.ts";
import type { Kind } from "./kind.ts";
import { type Layer, Module } from "./module.ts";
import { Sequence } from "./sequence.ts";

const LAYERS: Kind<Layer> = {
  owner: "Sequential",
  item: "module",
  fits: (thing) => thing instanceof Module,
  take(name, module) {
    if (module instanceof Module) return module;
    const hint = Array.isArray(module)
      ? "; spread it: new Sequential(...layers)"
      : typeof module === "function"
      ? `; did you mean new ${module.name || "…"}()?`
      : "";
    throw new TypeError(`Sequential: entry "${name}" must be a module, not ${describe(module)}${hint}`);
  },
};

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
export class Sequential extends Sequence<Layer> {
  /**
   * Makes the network.
   *
   * @param modules Modules, which are named "0", "1", …; or one plain object of modules by name.
   * @throws {TypeError} if one is no module.
   * @throws {RangeError} if a name is empty, or has a dot.
   */
  constructor(...modules: Layer[] | [Record<string, Layer>]) {
    super(LAYERS);
    const named = modules.length === 1 && isPlain(modules[0]) ? modules[0] : modules;
    for (const [name, module] of Object.entries(named)) this.put("Sequential", name, module);
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
    this.put("addModule", checkText("addModule", "name", name), module);
    return this;
  }

  /**
   * A part of the network, of the same modules under the same names: `net.slice(0, -1)` is all but the last.
   *
   * @param start The first of them, from the front or negative from the end: 0 by default.
   * @param end The first that is left out: the length by default.
   * @returns A new Sequential.
   * @throws {RangeError} if one is no whole number.
   * @throws {TypeError} if one is no number.
   */
  slice(start = 0, end = this.length): Sequential {
    if (arguments.length > 2) surplus("slice", arguments, 2);
    const part = new Sequential();
    for (
      const [name, module] of this.named().slice(
        checkInteger("slice", "start", start),
        checkInteger("slice", "end", end),
      )
    ) {
      part.put("slice", name, module);
    }
    return part;
  }

  /** @internal */
  protected override blank(): this {
    return Reflect.construct(Sequential, [], Object.getPrototypeOf(this).constructor) as this;
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
    for (const [name, module] of this.named()) {
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
