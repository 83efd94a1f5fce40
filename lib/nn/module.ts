/** What a network is made of: modules that hold parameters and other modules. */
import type { Tensor } from "../tensor/tensor.ts";
import { checkBoolean, checkOptions, surplus } from "../text/arguments.ts";
import { legible } from "../text/escape.ts";
import { scopedCall } from "./call.ts";
import { loadState } from "./load.ts";
import type { Parameter } from "./parameter.ts";
import { type Parts, partsOf } from "./parts.ts";
import type { LoadResult, StateDict } from "./state.ts";

/**
 * The base class of all layers and networks: a plain class with a `forward`. Fields that hold modules, parameters or
 * other tensors (running statistics, called buffers), or lists, sets, maps and plain objects of these, are found by
 * themselves, in the order they were set. Names are the paths to the fields, as in PyTorch's state_dict: "conv.0.weight".
 * Fields whose names begin with `#` cannot be seen from here: what is in them is not learned, saved or moved to training,
 * which suits a module's parent, or a network that another one only asks. A module must not find itself inside of itself.
 *
 * A module is called by its name: `net.forward(x)`. JavaScript's objects cannot be called like functions, `net(x)`.
 *
 * What `forward` makes and does not return is freed by `backward()`, or, where nothing is recorded, when it returns.
 *
 * PyTorch: `torch.nn.Module`.
 *
 * @example
 * ```ts
 * import { nn, randn, type Tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 *
 * class Net extends nn.Module {
 *   hidden = new nn.Linear(2, 8);
 *   out = new nn.Linear(8, 1);
 *   override forward(x: Tensor): Tensor {
 *     return this.out.forward(this.hidden.forward(x).relu());
 *   }
 * }
 * const net = new Net();
 * assertEquals(net.forward(randn(5, 2)).shape, [5, 1]);
 * assertEquals(Object.keys(net.stateDict()), ["hidden.weight", "hidden.bias", "out.weight", "out.bias"]);
 * ```
 * @example Of several arguments and results
 * ```ts
 * import { nn, randn, type Tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 *
 * class Encoder extends nn.Module {
 *   both = new nn.Linear(6, 4);
 *   override forward(x: Tensor, temperature: number): { mean: Tensor; std: Tensor } {
 *     const y = this.both.forward(x);
 *     return { mean: y.at(null, [0, 2]), std: y.at(null, [2, 4]).exp().mul(temperature) };
 *   }
 * }
 * const { mean, std } = new Encoder().forward(randn(5, 6), 0.5);
 * assertEquals([mean.shape, std.shape], [[5, 2], [5, 2]]);
 * ```
 */
export abstract class Module {
  /** Whether it is training: dropout and batch normalization act differently then. Set by train() and eval(). */
  training = true;

  /**
   * Puts `forward` into a scope of its own.
   *
   * @throws {TypeError} if it is given arguments that the class does not take: a class without a constructor takes none.
   */
  constructor() {
    if (arguments.length > 0) surplus(new.target.name, arguments, 0);
    const { forward } = this;
    Object.defineProperty(this, "forward", {
      value: (...inputs: unknown[]) => scopedCall(this, forward, inputs),
      writable: true,
      configurable: true,
      enumerable: false,
    });
  }

  /**
   * Computes the output from the input. Write it as a method, not as a field, with the arguments and the result that the
   * module has: `forward(x: Tensor): Tensor`, `forward(x: Tensor, k: number): [Tensor, Tensor]`. What takes and returns one
   * tensor is a {@linkcode Layer}.
   *
   * @param inputs Anything. Most modules take one tensor; losses take two.
   * @returns Anything but a promise, or nothing. Tensors in lists, sets, maps and objects live on as those returned by themselves.
   */
  // deno-lint-ignore no-explicit-any -- a subclass says what its own forward takes and returns, and the compiler holds it to that
  abstract forward(...inputs: any[]): any;

  /** What the module holds, by name: its fields. A module that keeps things elsewhere overrides this. */
  protected members(): Iterable<[name: string, member: unknown]> {
    return Object.entries(this);
  }

  /** Brings buffers up to date before somebody looks at them. */
  protected refresh(): void {}

  /** The arguments it was made with, for printing. */
  protected describe(): string {
    return "";
  }

  /** Its members, sorted as PyTorch lists them. */
  #parts(): Parts<Module> {
    return partsOf(this.constructor.name, this.members(), (thing) => thing instanceof Module);
  }

  /**
   * Visits this module and all inside, with their paths; one that is reached twice is visited twice.
   *
   * @throws {TypeError} if a module is inside of itself.
   */
  #walk(
    visit: (path: string, parts: Parts<Module>, module: Module) => void,
    path = "",
    above: readonly [path: string, module: Module][] = [],
  ): void {
    const parts = this.#parts();
    visit(path, parts, this);
    const line: readonly [string, Module][] = [...above, [path, this]];
    for (const [name, child] of parts.children) {
      const inside = join(path, name), around = line.find(([, module]) => module === child);
      if (around !== undefined) throw new TypeError(circle(line[0][1], inside, around[0]));
      child.#walk(visit, inside, line);
    }
  }

  /**
   * The modules right under this one.
   *
   * @returns With their names, in the order they were set; each once.
   */
  namedChildren(): [name: string, module: Module][] {
    if (arguments.length > 0) surplus("namedChildren", arguments, 0);
    const seen = new Set<Module>();
    return this.#parts().children.filter(([, child]) => !seen.has(child) && seen.add(child));
  }

  /**
   * The modules right under this one.
   *
   * @returns In the order they were set; each once.
   */
  children(): Module[] {
    if (arguments.length > 0) surplus("children", arguments, 0);
    return this.namedChildren().map(([, child]) => child);
  }

  /**
   * This module and all inside.
   *
   * @returns With their paths, outer ones first; this one's path is "". A module that is shared is listed once.
   */
  namedModules(): [path: string, module: Module][] {
    if (arguments.length > 0) surplus("namedModules", arguments, 0);
    const found = new Map<Module, string>();
    this.#walk((path, _, module) => {
      if (!found.has(module)) found.set(module, path);
    });
    return [...found].map(([module, path]) => [path, module]);
  }

  /**
   * This module and all inside.
   *
   * @returns Outer ones first; a module that is shared is listed once.
   */
  modules(): Module[] {
    if (arguments.length > 0) surplus("modules", arguments, 0);
    return this.namedModules().map(([, module]) => module);
  }

  /**
   * What is learned, here and in all modules inside.
   *
   * @returns With their paths; a parameter that is shared is listed once, under its first name.
   */
  namedParameters(): [path: string, parameter: Parameter][] {
    if (arguments.length > 0) surplus("namedParameters", arguments, 0);
    return this.#named("parameters");
  }

  /**
   * What is learned, here and in all modules inside: what an optimizer is given.
   *
   * @returns Each parameter once.
   * @throws {TypeError} if a module is inside of itself, or a module or a parameter lies where it would not be found: in an
   * object of another class, or in a map under what is no name.
   */
  parameters(): Parameter[] {
    if (arguments.length > 0) surplus("parameters", arguments, 0);
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /**
   * Tensors that belong to the state but are not learned, such as running statistics.
   *
   * @returns With their paths, each once.
   */
  namedBuffers(): [path: string, buffer: Tensor][] {
    if (arguments.length > 0) surplus("namedBuffers", arguments, 0);
    return this.#named("buffers");
  }

  /**
   * Tensors that belong to the state but are not learned, such as running statistics.
   *
   * @returns Each once.
   */
  buffers(): Tensor[] {
    if (arguments.length > 0) surplus("buffers", arguments, 0);
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  #named<K extends "parameters" | "buffers">(kind: K): Parts<Module>[K] {
    const found: [string, Tensor][] = [], seen = new Set<unknown>();
    this.#walk((path, parts, module) => {
      if (kind === "buffers") module.refresh();
      for (const [name, tensor] of parts[kind]) {
        if (seen.has(tensor.value)) continue;
        seen.add(tensor.value);
        found.push([join(path, name), tensor]);
      }
    });
    return found as Parts<Module>[K];
  }

  /**
   * Sets this module and all inside to training: dropout drops, batch normalization uses the batch's statistics.
   *
   * @param on Whether to train: true if not said.
   * @returns This module.
   * @throws {TypeError} if a module is inside of itself.
   */
  train(on = true): this {
    if (arguments.length > 1) surplus("train", arguments, 1);
    checkBoolean("train", "on", on);
    for (const module of this.modules()) module.training = on;
    return this;
  }

  /**
   * Sets this module and all inside to evaluation: the same input gives the same output.
   *
   * @returns This module.
   */
  eval(): this {
    if (arguments.length > 0) surplus("eval", arguments, 0);
    return this.train(false);
  }

  /** Forgets the gradients of all parameters and frees their memory. */
  zeroGrad(): void {
    if (arguments.length > 0) surplus("zeroGrad", arguments, 0);
    for (const parameter of this.parameters()) parameter.zeroGrad();
  }

  /**
   * Lets all parameters learn, or freezes them.
   *
   * @param on Whether they require gradients: true if not said.
   * @returns This module.
   */
  requiresGrad_(on = true): this {
    if (arguments.length > 1) surplus("requiresGrad_", arguments, 1);
    checkBoolean("requiresGrad_", "on", on);
    for (const parameter of this.parameters()) parameter.requiresGrad = on;
    return this;
  }

  /**
   * All parameters and buffers by their paths, with PyTorch's names, shapes and order, as they are now: what the module learns
   * later does not reach them. Kept, as by `keep()`; nothing is copied until the module changes.
   *
   * @returns A plain object; a parameter that is shared stands under each of its names.
   * @example
   * ```ts
   * import { nn } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(Object.keys(new nn.BatchNorm2d(3).stateDict()), [
   *   "weight", "bias", "running_mean", "running_var", "num_batches_tracked",
   * ]);
   * ```
   */
  stateDict(): StateDict {
    if (arguments.length > 0) surplus("stateDict", arguments, 0);
    const state = this.#state();
    for (const name in state) state[name] = state[name].detach().keep();
    return state;
  }

  /** The parameters and buffers themselves. */
  #state(): StateDict {
    const state: StateDict = {};
    this.#walk((path, { parameters, buffers }, module) => {
      module.refresh();
      for (const [name, tensor] of [...parameters, ...buffers]) state[join(path, name)] = tensor;
    });
    return state;
  }

  /**
   * Copies values into the module's parameters and buffers. All entries are checked before the first is written.
   *
   * @param state Tensors by path, as `stateDict()` returns them.
   * @param options `strict`: whether missing and unexpected entries are errors; true if not said.
   * @returns The names that were missing, and those the module does not have.
   * @throws {RangeError} if entries are missing, unexpected or misshapen; one sentence names them.
   * @throws {TypeError} if `state` is no such object, or an entry is no tensor, or of another dtype or device.
   * @example
   * ```ts
   * import { nn } from "descent";
   * const a = new nn.Linear(3, 2), b = new nn.Linear(3, 2);
   * b.loadStateDict(a.stateDict()); // now b computes what a computes
   * ```
   */
  loadStateDict(state: StateDict, options: { strict?: boolean } = {}): LoadResult {
    if (arguments.length > 2) surplus("loadStateDict", arguments, 2);
    checkOptions("loadStateDict", options, ["strict"]);
    const { strict = true } = options;
    checkBoolean("loadStateDict", "strict", strict);
    return loadState(this.constructor.name, this.#state(), state, strict);
  }

  /** The tree of modules, each line as the call that makes it; a module inside of itself is not opened again. */
  toString(): string {
    if (arguments.length > 0) surplus("toString", arguments, 0);
    if (printing.includes(this)) return `${legible(this.constructor.name)}, which is around this`;
    printing.push(this);
    try {
      const own = legible(`${this.constructor.name}(${this.describe()}`);
      const { children } = this.#parts();
      if (children.length === 0) return `${own})`;
      const lines = children.map(([name, child]) => `(${legible(name)}): ${child}`.replaceAll("\n", "\n  "));
      return `${own}\n  ${lines.join("\n  ")}\n)`;
    } finally {
      printing.pop();
    }
  }

  /** @internal What console.log shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/**
 * A module that takes one tensor and returns one, as all layers do: what can stand in a `Sequential`. Not a class but a
 * type, which every module has whose `forward` says so.
 *
 * @example
 * ```ts
 * import { nn, type Tensor } from "descent";
 *
 * class Residual extends nn.Module {
 *   constructor(readonly body: nn.Layer) {
 *     super();
 *   }
 *   override forward(x: Tensor): Tensor {
 *     return this.body.forward(x).add(x);
 *   }
 * }
 * console.log(new nn.Sequential(new Residual(new nn.Linear(2, 2)), new nn.ReLU()));
 * ```
 */
export interface Layer extends Module {
  /**
   * Computes the output from the input.
   *
   * @param x The input.
   * @returns The output.
   */
  forward(x: Tensor): Tensor;
}

/** The modules that are being printed, outer ones first. */
const printing: Module[] = [];

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function circle(root: Module, inside: string, around: string): string {
  const what = around === "" ? "that module itself" : `${around}, which is around it`;
  const field = inside.split(".").at(-1);
  return `${root.constructor.name}: ${inside} is ${what}; a module that holds its parent holds itself. ` +
    `Keep it in a field whose name begins with #${
      /^[a-z_]\w*$/i.test(field!) ? `, #${field}` : ""
    }, which is not looked at`;
}
