/** Modules in a list. */
import { checkInteger, describe, surplus } from "../text/arguments.ts";
import { Module } from "./module.ts";
import { type Kind, listOf } from "./kind.ts";
import { Sequence } from "./sequence.ts";

const MODULES: Kind<Module> = {
  owner: "ModuleList",
  item: "module",
  fits: (thing) => thing instanceof Module,
  take(name, module) {
    if (module instanceof Module) return module;
    throw new TypeError(`ModuleList: entry ${name} must be a module, not ${describe(module)}`);
  },
};

/**
 * Modules in a list, for a `forward` that goes through them in its own way. A plain list in a field does the same, and knows
 * `map`: `layers = [new nn.Linear(2, 2), new nn.Linear(2, 2)]`.
 *
 * PyTorch: `torch.nn.ModuleList`.
 *
 * @typeParam M What the modules are.
 * @example
 * ```ts
 * import { nn, ones, type Tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * class Net extends nn.Module {
 *   layers = new nn.ModuleList([new nn.Linear(2, 4), new nn.Linear(4, 1)]);
 *   override forward(x: Tensor): Tensor {
 *     for (const layer of this.layers) x = layer.forward(x).relu();
 *     return x;
 *   }
 * }
 * const net = new Net();
 * assertEquals(net.forward(ones(3, 2)).shape, [3, 1]);
 * assertEquals(Object.keys(net.stateDict())[0], "layers.0.weight");
 * ```
 */
export class ModuleList<M extends Module = Module> extends Sequence<M> {
  /**
   * Makes the list.
   *
   * @param modules The modules, which are named "0", "1", …: a list, another module list.
   * @throws {TypeError} if one is no module.
   */
  constructor(modules: Iterable<M> = []) {
    super(MODULES as Kind<M>);
    if (arguments.length > 1) surplus("ModuleList", arguments, 1, "the modules stand in one list");
    for (const module of listOf("ModuleList", modules)) this.put("ModuleList", String(this.length), module);
  }

  /**
   * A part of the list.
   *
   * @param start The first of them, from the front or negative from the end: 0 by default.
   * @param end The first that is left out: the length by default.
   * @returns A new list of the same modules.
   * @throws {RangeError} if one is no whole number.
   * @throws {TypeError} if one is no number.
   */
  slice(start = 0, end = this.length): ModuleList<M> {
    if (arguments.length > 2) surplus("slice", arguments, 2);
    checkInteger("slice", "start", start);
    checkInteger("slice", "end", end);
    return new ModuleList([...this].slice(start, end));
  }

  /** A list does not know in which way its modules are meant: it always throws. */
  override forward(): never {
    throw new TypeError(
      "ModuleList: has no forward; go through it: for (const layer of list) x = layer.forward(x)",
    );
  }

  /** @internal */
  protected override blank(): this {
    return Reflect.construct(ModuleList, [], Object.getPrototypeOf(this).constructor) as this;
  }
}
