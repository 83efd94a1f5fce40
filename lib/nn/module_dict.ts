/** Modules by name. */
import { describe, surplus } from "../text/arguments.ts";
import { Dictionary } from "./dictionary.ts";
import { Module } from "./module.ts";
import type { Kind } from "./kind.ts";

const MODULES: Kind<Module> = {
  owner: "ModuleDict",
  item: "module",
  fits: (thing) => thing instanceof Module,
  take(name, module) {
    if (module instanceof Module) return module;
    throw new TypeError(`ModuleDict: entry ${describe(name)} must be a module, not ${describe(module)}`);
  },
};

/**
 * Modules by name, for a `forward` that chooses among them. A plain object in a field does the same: `heads = { small, large }`.
 *
 * PyTorch: `torch.nn.ModuleDict`.
 *
 * @typeParam Modules Which module has which name: known from what it is made of.
 * @example
 * ```ts
 * import { nn, ones } from "descent";
 * import { assertEquals } from "@std/assert";
 * const heads = new nn.ModuleDict({ digits: new nn.Linear(8, 10), letters: new nn.Linear(8, 26) });
 * assertEquals(heads.get("letters").forward(ones(1, 8)).shape, [1, 26]);
 * assertEquals(Object.keys(heads.stateDict())[0], "digits.weight");
 * ```
 */
export class ModuleDict<Modules extends Record<string, Module> = Record<string, Module>>
  extends Dictionary<Modules> {
  /**
   * Makes the dictionary.
   *
   * @param modules A plain object, a map, or another dictionary.
   * @throws {RangeError} if a name is empty, or has a dot.
   * @throws {TypeError} if one is no module.
   */
  constructor(modules: Modules = {} as Modules) {
    super(MODULES, modules);
    if (arguments.length > 1) surplus("ModuleDict", arguments, 1);
  }

  /** A dictionary does not know which of its modules is meant: it always throws. */
  override forward(): never {
    throw new TypeError("ModuleDict: has no forward; call one of its modules: heads.get(name).forward(x)");
  }

  /** @internal */
  protected override blank(): this {
    return Reflect.construct(ModuleDict, [], Object.getPrototypeOf(this).constructor) as this;
  }
}
