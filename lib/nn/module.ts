/** What a network is made of: modules that hold parameters and other modules. */
import { relocate } from "../autograd/carry.ts";
import { type Device, type DeviceName, deviceOf } from "../device/mod.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkTensorOrNull } from "../tensor/check.ts";
import {
  checkBoolean,
  checkFunction,
  checkOptions,
  checkText,
  describe,
  surplus,
} from "../text/arguments.ts";
import { legible } from "../text/escape.ts";
import { scopedCall } from "./call.ts";
import { copier, type CopyOf } from "./copy.ts";
import { refuseHidden } from "./hidden.ts";
import type { RemovableHandle } from "../autograd/hooks.ts";
import type { ModuleGradients, Replaced } from "./gradients.ts";
import { Hooks, register } from "./hooks.ts";
import { loadState } from "./load.ts";
import { Parameter } from "./parameter.ts";
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
  #hooks: Hooks<Module> | null = null;
  /** The names of buffers that are no part of the state. */
  #transient: ReadonlySet<string> = new Set();

  /**
   * Puts `forward` into a scope of its own.
   *
   * @throws {TypeError} if it is given arguments that the class does not take: a class without a constructor takes none.
   */
  constructor() {
    if (arguments.length > 0) surplus(new.target.name, arguments, 0);
    const { forward } = this;
    Object.defineProperty(this, "forward", {
      value: (...inputs: unknown[]) => {
        if (this.#hooks === null) return scopedCall(this, forward, inputs);
        return this.#hooks.call(this, (inputs) => scopedCall(this, forward, inputs), inputs);
      },
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

  /** The arguments it was made with, for printing. */
  protected describe(): string {
    return "";
  }

  /** @internal Puts something into a field that is not there yet. */
  protected hold(caller: string, name: string, thing: unknown): void {
    checkText(caller, "name", name);
    if (name === "" || name.includes(".") || (name in this && Reflect.get(this, name) !== undefined)) {
      throw new RangeError(
        `${caller}: a name is needed that ${this.constructor.name} does not have yet, and without a dot, not ${
          describe(name)
        }`,
      );
    }
    Reflect.set(this, name, thing);
  }

  /** @internal Another instance of its class, of which no constructor of a program's was run: what {@linkcode Module.deepCopy} fills. */
  protected blank(): this {
    return Reflect.construct(Module, [], Object.getPrototypeOf(this).constructor);
  }

  /** @internal Fills a {@linkcode Module.blank}. */
  protected copyInto(copy: this, copyOf: CopyOf): void {
    for (const [name, field] of Object.entries(this)) {
      Object.defineProperty(copy, name, {
        value: copyOf(field),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
    copy.#hooks = this.#hooks?.copy() ?? null;
    copy.#transient = new Set(this.#transient);
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
   * PyTorch: `torch.nn.Module.named_children`.
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
   * PyTorch: `torch.nn.Module.children`.
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
   * PyTorch: `torch.nn.Module.named_modules`.
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
   * PyTorch: `torch.nn.Module.modules`.
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
   * PyTorch: `torch.nn.Module.named_parameters`.
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
   * PyTorch: `torch.nn.Module.parameters`.
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
   * PyTorch: `torch.nn.Module.named_buffers`.
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
   * PyTorch: `torch.nn.Module.buffers`.
   *
   * @returns Each once.
   */
  buffers(): Tensor[] {
    if (arguments.length > 0) surplus("buffers", arguments, 0);
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  #named<K extends "parameters" | "buffers">(kind: K): Parts<Module>[K] {
    const found: [string, Tensor][] = [], seen = new Set<unknown>();
    this.#walk((path, parts) => {
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
   * PyTorch: `torch.nn.Module.train`.
   *
   * @param on Whether to train: true by default.
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
   * PyTorch: `torch.nn.Module.eval`.
   *
   * @returns This module.
   */
  eval(): this {
    if (arguments.length > 0) surplus("eval", arguments, 0);
    return this.train(false);
  }

  /**
   * Forgets the gradients of all parameters and frees their memory.
   *
   * PyTorch: `torch.nn.Module.zero_grad`.
   */
  zeroGrad(): void {
    if (arguments.length > 0) surplus("zeroGrad", arguments, 0);
    for (const parameter of this.parameters()) parameter.zeroGrad();
  }

  /**
   * Lets all parameters learn, or freezes them.
   *
   * PyTorch: `torch.nn.Module.requires_grad_`.
   *
   * @param on Whether they require gradients: true by default.
   * @returns This module.
   */
  requiresGrad_(on = true): this {
    if (arguments.length > 1) surplus("requiresGrad_", arguments, 1);
    checkBoolean("requiresGrad_", "on", on);
    for (const parameter of this.parameters()) parameter.requiresGrad = on;
    return this;
  }

  /**
   * Moves all parameters and buffers, and the gradients there are, to another device: all of them, or none if that fails. It takes
   * waiting, as all reading does. Make an optimizer afterwards: what one remembers stays where it is.
   *
   * PyTorch: `Module.to`.
   *
   * @param device "cpu", "webgpu", or a device.
   * @returns This module.
   * @throws {Error} if there is no such device here.
   * @throws {TypeError} if it is neither a device nor a name.
   * @example
   * ```ts
   * import { nn } from "descent";
   * import { assertEquals } from "@std/assert";
   * const net = await new nn.Linear(2, 1).to("cpu");
   * assertEquals(net.weight.device.name, "cpu");
   * ```
   */
  async to(device: Device | DeviceName): Promise<this> {
    if (arguments.length > 1) surplus("to", arguments, 1);
    const all = [...this.parameters(), ...this.buffers()];
    await relocate(all.map(({ value }) => value), deviceOf("to", device));
    return this;
  }

  /**
   * Calls a function with each module inside, once, inner ones first, and with this one at last: to initialize, above all.
   *
   * PyTorch: `torch.nn.Module.apply`.
   *
   * @param fn Gets a module.
   * @returns This module.
   * @throws {TypeError} if `fn` is no function, or a module is inside of itself.
   * @example
   * ```ts
   * import { nn } from "descent";
   * const net = new nn.Sequential(new nn.Linear(2, 8), new nn.ReLU(), new nn.Linear(8, 1));
   * net.apply((module) => {
   *   if (module instanceof nn.Linear) nn.init.xavierUniform_(module.weight);
   * });
   * ```
   */
  apply(fn: (module: Module) => void): this {
    if (arguments.length > 1) surplus("apply", arguments, 1);
    checkFunction("apply", "fn", fn, "(module) => { … }");
    // Finds circles, too.
    const left = new Set(this.modules());
    const visit = (module: Module): void => {
      if (!left.delete(module)) return;
      module.children().forEach(visit);
      fn(module);
    };
    visit(this);
    return this;
  }

  /**
   * Another module like this one, that shares nothing with it: new parameters and buffers of the same numbers, none copied until one
   * of them changes. What is one parameter or one module in two places is one in the copy; frozen parameters stay frozen, and mode
   * and hooks are the same; gradients stay behind. Numbers, lists, sets, maps and plain objects in fields are copied, tensors in them
   * without their history; functions and objects of other classes are the same ones.
   *
   * Fields whose names begin with `#` can be seen by their class only: one that has them needs a `deepCopy` of its own, which makes
   * another instance, and is then asked where its modules are inside of others.
   *
   * PyTorch: `copy.deepcopy(module)`.
   *
   * @returns The copy.
   * @throws {TypeError} if the class of a module inside has fields whose names begin with `#`, or a module is inside of itself.
   * @example
   * ```ts
   * import { nn, noGrad } from "descent";
   * import { assertEquals } from "@std/assert";
   * const net = new nn.Linear(1, 1), teacher = net.deepCopy().eval().requiresGrad_(false);
   * const before = await net.weight.array();
   * noGrad(() => net.weight.add_(1));
   * assertEquals(await teacher.weight.array(), before);
   * ```
   */
  deepCopy(): this {
    if (arguments.length > 0) surplus("deepCopy", arguments, 0);
    this.modules();
    const copyOf = copier((thing, copyOf, made) => {
      if (!(thing instanceof Module)) return undefined;
      if (thing !== this && thing.deepCopy !== Module.prototype.deepCopy) {
        const copy = thing.deepCopy();
        made(copy);
        return copy;
      }
      refuseHidden(thing);
      const copy = thing.blank();
      made(copy);
      thing.copyInto(copy, copyOf);
      return copy;
    });
    return copyOf(this);
  }

  /**
   * Puts a tensor into a field, as a buffer. Setting the field does the same, `mask = ones(3).keep()`; this is for names that are
   * made up when the program runs, and for buffers that are no part of the state.
   *
   * PyTorch: `torch.nn.Module.register_buffer`.
   *
   * @param name The field: not there yet, without a dot.
   * @param buffer The tensor, which is kept as by `keep()`; null for one that comes later.
   * @param options `persistent`: whether it is part of stateDict(); true by default.
   * @returns The tensor.
   * @throws {RangeError} if the name is taken, empty, or has a dot.
   * @throws {TypeError} if an argument is of another kind.
   * @example
   * ```ts
   * import { nn, ones, type Tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * class Masked extends nn.Module {
   *   mask = this.registerBuffer("mask", ones(3), { persistent: false });
   *   override forward(x: Tensor): Tensor {
   *     return x.mul(this.mask);
   *   }
   * }
   * const net = new Masked();
   * assertEquals([net.buffers().length, Object.keys(net.stateDict())], [1, []]);
   * ```
   */
  registerBuffer<B extends Tensor | null>(
    name: string,
    buffer: B,
    options: { persistent?: boolean } = {},
  ): B {
    if (arguments.length > 3) surplus("registerBuffer", arguments, 3);
    checkOptions("registerBuffer", options, ["persistent"]);
    const { persistent = true } = options;
    checkBoolean("registerBuffer", "persistent", persistent);
    checkTensorOrNull("registerBuffer", "the buffer", buffer)?.keep();
    this.hold("registerBuffer", name, buffer);
    if (!persistent) this.#transient = new Set([...this.#transient, name]);
    return buffer;
  }

  /**
   * Puts a parameter into a field. Setting the field does the same; this is for names that are made up when the program runs.
   *
   * PyTorch: `torch.nn.Module.register_parameter`.
   *
   * @param name The field: not there yet, without a dot.
   * @param parameter The parameter, or null for none.
   * @returns The parameter.
   * @throws {RangeError} if the name is taken, empty, or has a dot.
   * @throws {TypeError} if an argument is of another kind.
   */
  registerParameter<P extends Parameter | null>(name: string, parameter: P): P {
    if (arguments.length > 2) surplus("registerParameter", arguments, 2);
    if (parameter !== null && !(parameter instanceof Parameter)) {
      throw new TypeError(
        `registerParameter: the parameter must be an nn.Parameter or null, not ${describe(parameter)}`,
      );
    }
    this.hold("registerParameter", name, parameter);
    return parameter;
  }

  /**
   * Puts a module into a field. Setting the field does the same; this is for names that are made up when the program runs.
   *
   * PyTorch: `torch.nn.Module.register_module`.
   *
   * @param name The field: not there yet, without a dot.
   * @param module The module, or null for none.
   * @returns The module.
   * @throws {RangeError} if the name is taken, empty, or has a dot.
   * @throws {TypeError} if an argument is of another kind.
   */
  registerModule<M extends Module | null>(name: string, module: M): M {
    if (arguments.length > 2) surplus("registerModule", arguments, 2);
    if (module !== null && !(module instanceof Module)) {
      throw new TypeError(`registerModule: a module or null is needed, not ${describe(module)}`);
    }
    this.hold("registerModule", name, module);
    return module;
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
      const lasting = buffers.filter(([name]) => !module.#transient.has(name));
      for (const [name, tensor] of [...parameters, ...lasting]) state[join(path, name)] = tensor;
    });
    return state;
  }

  /**
   * Copies values into the module's parameters and buffers. All entries are checked before the first is written.
   *
   * PyTorch: `torch.nn.Module.load_state_dict`.
   *
   * @param state Tensors by path, as `stateDict()` returns them.
   * @param options `strict`: whether missing and unexpected entries are errors; true by default.
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

  /**
   * Calls a function before each `forward` of this module. Hooks are called in the order in which they were registered, those of
   * `forward` and of gradients alike. Tensors that a hook is given, or makes, live as if they were made by the program around the
   * network: until the iteration of `steps()` is over, or JavaScript forgets them; `keep()` makes them live longer.
   *
   * PyTorch: `torch.nn.Module.register_forward_pre_hook`.
   *
   * @param hook Gets the module and its arguments. A list that it returns takes the arguments' place, or a tensor that of the
   * only one; nothing leaves them as they are.
   * @returns What takes the hook away again.
   * @throws {TypeError} if the hook is no function; in `forward`, if it returns what cannot be arguments.
   * @example
   * ```ts
   * import { nn, ones } from "descent";
   * import { assertEquals } from "@std/assert";
   * const net = new nn.ReLU();
   * const handle = net.registerForwardPreHook((_, [x]) => [x.sub(3)]);
   * assertEquals(await net.forward(ones(2)).array(), [0, 0]);
   * handle.remove();
   * assertEquals(await net.forward(ones(2)).array(), [1, 1]);
   * ```
   */
  registerForwardPreHook<M extends Module>(
    this: M,
    hook: (module: M, inputs: Parameters<M["forward"]>) => Replaced<Parameters<M["forward"]>> | Tensor | void,
  ): RemovableHandle {
    if (arguments.length > 1) surplus("registerForwardPreHook", arguments, 1);
    checkFunction("registerForwardPreHook", "hook", hook, "(module, [x]) => [x.mul(2)]");
    return register((this.#hooks ??= new Hooks()).before, hook as Hooks<Module>["before"][0]);
  }

  /**
   * Calls a function after each `forward` of this module: see {@linkcode Module.registerForwardPreHook}.
   *
   * PyTorch: `torch.nn.Module.register_forward_hook`.
   *
   * @param hook Gets the module, its arguments and its output. What it returns takes the output's place; nothing leaves it.
   * @returns What takes the hook away again.
   * @throws {TypeError} if the hook is no function; in `forward`, if it returns what is of another kind than the output.
   * @example
   * ```ts
   * import { nn, randn, type Tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const net = new nn.Sequential(new nn.Linear(2, 8), new nn.ReLU(), new nn.Linear(8, 1));
   * let hidden: Tensor | undefined;
   * net[1].registerForwardHook((module, inputs, output) => {
   *   hidden = output;
   * });
   * net.forward(randn(5, 2));
   * assertEquals(hidden!.shape, [5, 8]);
   * ```
   */
  registerForwardHook<M extends Module>(
    this: M,
    hook: (
      module: M,
      inputs: Parameters<M["forward"]>,
      output: ReturnType<M["forward"]>,
    ) => Replaced<ReturnType<M["forward"]>> | void,
  ): RemovableHandle {
    if (arguments.length > 1) surplus("registerForwardHook", arguments, 1);
    checkFunction("registerForwardHook", "hook", hook, "(module, inputs, output) => { seen.push(output); }");
    return register((this.#hooks ??= new Hooks()).after, hook as Hooks<Module>["after"][0]);
  }

  /**
   * Calls a function each time `backward()` has computed the gradients of this module's inputs; where none of them requires one,
   * when the gradients of its outputs are there. See {@linkcode Module.registerForwardPreHook}. Seen are tensors that are arguments
   * themselves, and outputs that are a tensor, or stand in a list or a plain object.
   *
   * PyTorch: `torch.nn.Module.register_full_backward_hook`.
   *
   * @param hook Gets the module, the gradients of its arguments and those of its outputs, each with null where there is none. A list
   * that it returns takes the place of the gradients of the arguments, or a tensor that of the only one; nothing leaves them.
   * @returns What takes the hook away again.
   * @throws {TypeError} if the hook is no function; in `backward()`, if it returns what cannot be those gradients.
   * @throws {RangeError} in `backward()`, if a gradient that it returns has another shape.
   * @example Grad-CAM: where a network looks
   * ```ts
   * import { nn, randn, type Tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const net = new nn.Sequential(
   *   new nn.Conv2d(3, 8, 3, { padding: 1 }),
   *   new nn.ReLU(),
   *   new nn.AdaptiveAvgPool2d(1),
   *   new nn.Flatten(),
   *   new nn.Linear(8, 10),
   * );
   * const seen: Record<string, Tensor> = {};
   * net[1].registerForwardHook((_, __, output) => void (seen.features = output));
   * net[1].registerFullBackwardHook((_, __, [gradient]) => void (seen.slopes = gradient!));
   * net.forward(randn(1, 3, 16, 16)).at(0, 7).backward(); // the logit of class 7
   * const weights = seen.slopes.mean([2, 3], { keepdim: true });
   * const cam = seen.features.mul(weights).sum(1).relu();
   * assertEquals(cam.shape, [1, 16, 16]);
   * ```
   */
  registerFullBackwardHook<M extends Module>(
    this: M,
    hook: (
      module: M,
      gradInput: ModuleGradients,
      gradOutput: ModuleGradients,
    ) => ModuleGradients | Tensor | void,
  ): RemovableHandle {
    if (arguments.length > 1) surplus("registerFullBackwardHook", arguments, 1);
    checkFunction("registerFullBackwardHook", "hook", hook, "(module, [gradInput], [gradOutput]) => { … }");
    return register((this.#hooks ??= new Hooks()).backward, hook as Hooks<Module>["backward"][0]);
  }

  /**
   * Calls a function each time `backward()` has computed the gradients of this module's outputs, before they flow into it: see
   * {@linkcode Module.registerFullBackwardHook}.
   *
   * PyTorch: `torch.nn.Module.register_full_backward_pre_hook`.
   *
   * @param hook Gets the module and the gradients of its outputs. A list that it returns takes their place, or a tensor that of the
   * only one; nothing leaves them.
   * @returns What takes the hook away again.
   * @throws {TypeError} if the hook is no function; in `backward()`, if it returns what cannot be those gradients.
   * @throws {RangeError} in `backward()`, if a gradient that it returns has another shape.
   * @example
   * ```ts
   * import { nn, ones } from "descent";
   * import { assertEquals } from "@std/assert";
   * const layer = new nn.Linear(2, 1);
   * layer.registerFullBackwardPreHook((_, [gradient]) => gradient!.mul(10));
   * layer.forward(ones(3, 2)).sum().backward();
   * assertEquals(await layer.bias!.grad!.array(), [30]);
   * ```
   */
  registerFullBackwardPreHook<M extends Module>(
    this: M,
    hook: (module: M, gradOutput: ModuleGradients) => ModuleGradients | Tensor | void,
  ): RemovableHandle {
    if (arguments.length > 1) surplus("registerFullBackwardPreHook", arguments, 1);
    checkFunction("registerFullBackwardPreHook", "hook", hook, "(module, [gradient]) => gradient.mul(2)");
    return register((this.#hooks ??= new Hooks()).backwardBefore, hook as Hooks<Module>["backwardBefore"][0]);
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
   * PyTorch: `torch.nn.Module.forward`.
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
