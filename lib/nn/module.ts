/** What a network is made of: modules that hold parameters and other modules. */
import { Tensor } from "../tensor/tensor.ts";
import { legible } from "../text/escape.ts";
import { scopedCall } from "./call.ts";
import { loadState } from "./load.ts";
import { Parameter } from "./parameter.ts";
import type { LoadResult, StateDict } from "./state.ts";

/** The parts of one module: its own parameters, its own other tensors, and the modules right under it. */
interface Parts {
  parameters: [string, Parameter][];
  buffers: [string, Tensor][];
  children: [string, Module][];
}

/**
 * The base class of all layers and networks: a plain class with a `forward`. Fields that hold modules, parameters or
 * other tensors (running statistics, called buffers), or lists and plain objects of these, are found by themselves, in
 * the order they were set. Fields whose names begin with `#` are not. Names are the paths to the fields, as in PyTorch's
 * state_dict: "conv.0.weight".
 *
 * What `forward` makes and does not return is freed by `backward()`, or, where nothing is recorded, when it returns.
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
 */
export abstract class Module {
  /** Whether it is training: dropout and batch normalization act differently then. Set by train() and eval(). */
  training = true;

  /** Puts `forward` into a scope of its own. */
  constructor() {
    const { forward } = this;
    Object.defineProperty(this, "forward", {
      value: (...inputs: Tensor[]) => scopedCall(this, forward, inputs),
      writable: true,
      configurable: true,
      enumerable: false,
    });
  }

  /**
   * Computes the output from the input. Write it as a method, not as a field.
   *
   * @param inputs Most modules take one tensor; losses take two.
   * @returns The output.
   */
  abstract forward(...inputs: Tensor[]): Tensor;

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
  #parts(): Parts {
    const parts: Parts = { parameters: [], buffers: [], children: [] };
    const sort = (name: string, member: unknown): void => {
      if (member instanceof Module) parts.children.push([name, member]);
      else if (member instanceof Parameter) parts.parameters.push([name, member]);
      else if (member instanceof Tensor) { if (member.isLeaf) parts.buffers.push([name, member]); }
      else if (Array.isArray(member)) member.forEach((item, i) => sort(`${name}.${i}`, item));
      else if (isPlainObject(member)) {
        for (const [key, item] of Object.entries(member)) sort(`${name}.${key}`, item);
      }
    };
    for (const [name, member] of this.members()) sort(name, member);
    return parts;
  }

  /** Visits this module and all inside, with their paths; one that is reached twice is visited twice. */
  #walk(visit: (path: string, parts: Parts, module: Module) => void, path = "", above: Module[] = []): void {
    const parts = this.#parts();
    visit(path, parts, this);
    const line = [...above, this];
    for (const [name, child] of parts.children) {
      if (!line.includes(child)) child.#walk(visit, join(path, name), line);
    }
  }

  /**
   * The modules right under this one.
   *
   * @returns With their names, in the order they were set; each once.
   */
  namedChildren(): [name: string, module: Module][] {
    const seen = new Set<Module>();
    return this.#parts().children.filter(([, child]) => !seen.has(child) && seen.add(child));
  }

  /**
   * The modules right under this one.
   *
   * @returns In the order they were set; each once.
   */
  children(): Module[] {
    return this.namedChildren().map(([, child]) => child);
  }

  /**
   * This module and all inside.
   *
   * @returns With their paths, outer ones first; this one's path is "". A module that is shared is listed once.
   */
  namedModules(): [path: string, module: Module][] {
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
    return this.namedModules().map(([, module]) => module);
  }

  /**
   * What is learned, here and in all modules inside.
   *
   * @returns With their paths; a parameter that is shared is listed once, under its first name.
   */
  namedParameters(): [path: string, parameter: Parameter][] {
    return this.#named("parameters");
  }

  /**
   * What is learned, here and in all modules inside: what an optimizer is given.
   *
   * @returns Each parameter once.
   */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /**
   * Tensors that belong to the state but are not learned, such as running statistics.
   *
   * @returns With their paths, each once.
   */
  namedBuffers(): [path: string, buffer: Tensor][] {
    return this.#named("buffers");
  }

  /**
   * Tensors that belong to the state but are not learned, such as running statistics.
   *
   * @returns Each once.
   */
  buffers(): Tensor[] {
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  #named<K extends "parameters" | "buffers">(kind: K): Parts[K] {
    const found: [string, Tensor][] = [], seen = new Set<unknown>();
    this.#walk((path, parts, module) => {
      if (kind === "buffers") module.refresh();
      for (const [name, tensor] of parts[kind]) {
        if (seen.has(tensor.value)) continue;
        seen.add(tensor.value);
        found.push([join(path, name), tensor]);
      }
    });
    return found as Parts[K];
  }

  /**
   * Sets this module and all inside to training: dropout drops, batch normalization uses the batch's statistics.
   *
   * @param on Whether to train: true if not said.
   * @returns This module.
   */
  train(on = true): this {
    for (const module of this.modules()) module.training = on;
    return this;
  }

  /**
   * Sets this module and all inside to evaluation: the same input gives the same output.
   *
   * @returns This module.
   */
  eval(): this {
    return this.train(false);
  }

  /** Forgets the gradients of all parameters and frees their memory. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.zeroGrad();
  }

  /**
   * Lets all parameters learn, or freezes them.
   *
   * @param on Whether they require gradients: true if not said.
   * @returns This module.
   */
  requiresGrad_(on = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = on;
    return this;
  }

  /**
   * All parameters and buffers by their paths, with PyTorch's names, shapes and order. The tensors share memory with the
   * module: they follow as it learns. `clone()` one to keep what it is now.
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
    const state: StateDict = {};
    this.#walk((path, { parameters, buffers }, module) => {
      module.refresh();
      for (const [name, tensor] of [...parameters, ...buffers]) state[join(path, name)] = tensor.detach();
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
   * @throws {TypeError} if an entry is no tensor, or of another dtype or device.
   * @example
   * ```ts
   * import { nn } from "descent";
   * const a = new nn.Linear(3, 2), b = new nn.Linear(3, 2);
   * b.loadStateDict(a.stateDict()); // now b computes what a computes
   * ```
   */
  loadStateDict(state: StateDict, { strict = true }: { strict?: boolean } = {}): LoadResult {
    return loadState(this.constructor.name, this.stateDict(), state, strict);
  }

  /** The tree of modules, each line as the call that makes it. */
  toString(): string {
    const own = legible(`${this.constructor.name}(${this.describe()}`);
    const { children } = this.#parts();
    if (children.length === 0) return `${own})`;
    const lines = children.map(([name, child]) => `(${legible(name)}): ${child}`.replaceAll("\n", "\n  "));
    return `${own}\n  ${lines.join("\n  ")}\n)`;
  }

  /** @internal What console.log shows. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
