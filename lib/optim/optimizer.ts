/** What all optimizers share: groups of parameters, their state, and the checks. */
import { Buffer } from "../autograd/buffer.ts";
import { detached } from "../autograd/graph.ts";
import { unrecorded } from "../autograd/no_grad.ts";
import { freeAll } from "../autograd/scope.ts";
import { scoped } from "../autograd/scoped.ts";
import { Value } from "../autograd/value.ts";
import type { Updates } from "../device/kernels.ts";
import type { Storage } from "../device/storage.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkOptions, checkRange, describe, isPlain, surplus, withDefaults } from "../text/arguments.ts";
import { Memory } from "./composed.ts";
import { checkState, needed, type Remembers } from "./load.ts";
import type { OptimizerState } from "./state.ts";

/** Parameters that share their hyper-parameters. */
export type ParamGroup<H> = H & {
  /** Leaves that require a gradient. */
  params: Tensor[];
  /** The learning rate that schedules start from, once there is one. */
  initialLr?: number;
};

/** Parameters and the hyper-parameters in which they differ from the others. */
export type ParamGroupOptions<H> = Partial<H> & {
  /** Leaves that require a gradient. */
  params: Iterable<Tensor>;
};

/** What an optimizer is made for: parameters, or groups of them with hyper-parameters of their own. */
export type Params<H> = Iterable<Tensor> | Iterable<ParamGroupOptions<H>>;

/** What an optimizer remembers of one parameter between steps: by name, laid out as the parameter. */
export interface ParamState {
  /** How many steps it took. */
  step: number;
  /** @internal Running means and the like. */
  buffers: Map<string, Buffer>;
  /** @internal Numbers that are not arrays. */
  numbers: Map<string, number>;
}

/** A parameter that takes part in a step. */
export interface Updated {
  /** The parameter. */
  readonly param: Tensor;
  /** @internal Its gradient, on its device. */
  readonly grad: Storage;
  /** What is remembered of it. */
  readonly state: ParamState;
}

/** Every optimizer has a learning rate. */
export interface HasRate {
  /** The learning rate. */
  lr: number;
}

/**
 * The base class of optimizers. `step()` updates every parameter that has a gradient.
 *
 * PyTorch: `torch.optim.Optimizer`.
 *
 * @typeParam H The hyper-parameters of a group.
 */
export abstract class Optimizer<H extends HasRate> {
  /** The groups; change a hyper-parameter here and it holds from the next step on. */
  readonly paramGroups: ParamGroup<H>[];
  readonly #state = new Map<Tensor, ParamState>();
  readonly #name: string;
  readonly #defaults: H;
  /** What a group may hold. */
  readonly #names: readonly string[];

  /** @internal */
  protected constructor(name: string, params: Params<H>, defaults: H, options: Partial<H>) {
    this.#name = name;
    this.#names = [...Object.keys(defaults), "params", "initialLr"];
    checkOptions(name, options, Object.keys(defaults));
    this.#defaults = withDefaults(defaults, options);
    const entries = listed(name, params);
    if (entries.length === 0) {
      throw new RangeError(
        `${name}: the list of parameters is empty; pass net.parameters() of a network that has some`,
      );
    }
    const groups = entries.every(isGroup) ? entries : [{ params: entries }];
    this.paramGroups = [];
    for (const group of groups) this.paramGroups.push(this.#complete(group as ParamGroupOptions<H>));
  }

  /** A group with all its hyper-parameters; throws where something is wrong with it. */
  #complete(options: ParamGroupOptions<H>): ParamGroup<H> {
    const name = this.#name;
    const defaults: ParamGroup<H> = { ...this.#defaults, params: [] };
    const group = withDefaults(defaults, options as Partial<ParamGroup<H>>);
    group.params = listed(name, options.params) as Tensor[];
    this.#checkGroup(group);
    Object.assign(group, ownLists(group));
    if (group.initialLr !== undefined) checkRange(name, "initialLr", group.initialLr, 0);
    if (group.params.length === 0) throw new RangeError(`${name}: a group has no parameters`);
    const seen = new Set(this.paramGroups.flatMap(({ params }) => params.map(({ value }) => value)));
    group.params.forEach((param: unknown, i) => {
      if (!(param instanceof Tensor)) {
        throw new TypeError(`${name}: entry ${i} of the parameters is no tensor, but ${given(param)}`);
      }
      if (!param.isLeaf) {
        throw new TypeError(
          `${name}: entry ${i}, ${param}, was computed from other tensors; optimize those, ` +
            `or make it a leaf: new nn.Parameter(…)`,
        );
      }
      // Frozen parameters of a network may come along; a tensor that never required a gradient is a mistake.
      if (!param.requiresGrad && !param.value.buffer.kept) {
        throw new TypeError(
          `${name}: entry ${i}, ${param}, requires no gradient; make it with { requiresGrad: true }`,
        );
      }
      if (seen.has(param.value)) throw new RangeError(`${name}: entry ${i}, ${param}, is there twice`);
      seen.add(param.value);
    });
    return group;
  }

  /** Throws where there is no such hyper-parameter, or one makes no sense. */
  #checkGroup(group: ParamGroup<H>): void {
    checkOptions(this.#name, group, this.#names);
    this.check(group);
  }

  /**
   * Takes on more parameters, such as those of layers that were frozen before.
   *
   * PyTorch: `torch.optim.Optimizer.add_param_group`.
   *
   * @param group The parameters, and the hyper-parameters in which they differ.
   * @throws {RangeError} if there are none, or one is optimized already.
   * @throws {TypeError} if one cannot be optimized.
   */
  addParamGroup(group: ParamGroupOptions<H>): void {
    if (arguments.length > 1) surplus("addParamGroup", arguments, 1);
    if (!isGroup(group)) {
      throw new TypeError(`${this.#name}: a group is an object { params, lr, … }, not ${given(group)}`);
    }
    this.paramGroups.push(this.#complete(group));
  }

  /** @internal Throws where a hyper-parameter makes no sense. */
  protected abstract check(group: H): void;

  /** @internal Updates parameters of one group in place; their gradients are on their devices. */
  protected abstract update(list: readonly Updated[], group: H): void;

  /**
   * @internal A step by a kernel that takes many parameters at once. Those that are on one device, have taken as many steps and
   * remember as much share their settings. A recorded step asks for these anew before it runs again: see Recording.again.
   *
   * @param advance What the kernel is told of the next step; it depends on the group's hyper-parameters and this state alone.
   * @param arrays What the kernel changes of one parameter, and by what.
   * @param run Calls the kernel.
   */
  protected together<S extends object, A>(
    list: readonly Updated[],
    group: H,
    advance: (state: ParamState) => S,
    arrays: (one: Updated) => A,
    run: (kernels: Updates<Storage>, list: readonly A[], settings: S) => void,
  ): void {
    for (const alike of alikes(list)) {
      const [{ param: { device }, state: first }] = alike;
      const next = () => {
        for (const { state } of alike) state.step++;
        return advance(first);
      };
      const settings = next(), changed = alike.map(arrays);
      device.recording?.again(this.#repeated(group, () => Object.assign(settings, next())));
      const start = device.arena.open();
      try {
        run(device.kernels, changed, settings);
      } finally {
        device.arena.abandon(start);
      }
    }
  }

  /** What happens before a recorded step runs again; throws where a hyper-parameter wants another step. */
  #repeated(group: H, advance: () => void): () => void {
    const before = needed(this.remembers, group);
    return () => {
      this.#checkGroup(group as ParamGroup<H>);
      const now = needed(this.remembers, group);
      if (now.join() !== before.join()) {
        throw new Error(
          `${this.#name}: the step was captured with a memory of [${
            before.join(", ")
          }], and the hyper-parameters now ask for ` +
            `[${now.join(", ")}]; call free() of the captured function, so that it is recorded anew`,
        );
      }
      advance();
    };
  }

  /**
   * @internal A step that is written with tensor operations, some ten kernels a parameter: nothing is recorded, and what it makes
   * on the way is freed.
   */
  protected compose(
    list: readonly Updated[],
    group: H,
    step: (param: Tensor, grad: Tensor, group: H, memory: Memory) => void,
  ): void {
    for (const { param, state } of list) {
      param.device.recording?.refuse(
        `${this.#name}: its step cannot be captured, since numbers that change from step to step are part of its kernels; ` +
          `SGD, Adam, AdamW and RMSprop can be, or leave the optimizer's step() out`,
      );
      state.step++;
      const memory = new Memory(state, (name) => this.remembered(param, state, name));
      scoped(() => step(param, param.grad!, group, memory), freeAll("by the optimizer's step"), {
        recording: false,
      });
      memory.keep();
    }
  }

  /** The learning rate of the first group. Setting it sets that of every group. */
  get lr(): number {
    return this.paramGroups[0].lr;
  }

  set lr(rate: number) {
    checkRange(this.#name, "lr", rate, 0);
    for (const group of this.paramGroups) group.lr = rate;
  }

  /**
   * Updates every parameter that has a gradient; the others stay as they are.
   *
   * PyTorch: `torch.optim.Optimizer.step`.
   *
   * @throws {RangeError} if a hyper-parameter was changed to what makes no sense; then nothing is updated.
   * @throws {TypeError} if one was changed to another kind, or a name was set that there is not.
   */
  step(): void {
    if (arguments.length > 0) surplus("step", arguments, 0);
    for (const group of this.paramGroups) this.#checkGroup(group);
    for (const group of this.paramGroups) {
      const list: Updated[] = [];
      for (const param of group.params) {
        const { grad } = param.value;
        if (grad === null || grad.buffer.freed) continue;
        let state = this.#state.get(param);
        if (state === undefined) {
          this.#state.set(param, state = { step: 0, buffers: new Map(), numbers: new Map() });
        }
        list.push({ param, grad: grad.buffer.storage, state });
      }
      if (list.length > 0) this.update(list, group);
    }
  }

  /**
   * Forgets the gradients of all parameters and frees their memory.
   *
   * PyTorch: `torch.optim.Optimizer.zero_grad`.
   */
  zeroGrad(): void {
    if (arguments.length > 0) surplus("zeroGrad", arguments, 0);
    for (const { params } of this.paramGroups) for (const param of params) param.zeroGrad();
  }

  /** @internal An array of the state, laid out as the parameter; made of zeros where it is missing. */
  protected remembered(param: Tensor, state: ParamState, name: string): Storage {
    let buffer = state.buffers.get(name);
    if (buffer === undefined) {
      const { device: { arena, kernels, recording }, device, shape, storage } = param.value.buffer;
      const make = () => arena.tidy(() => kernels.laidLike(kernels.fill(shape, 0), storage));
      const zeros = recording === null ? make() : recording.apart(make);
      buffer = new Buffer(device, zeros, `${this.#name}.${name}`);
      buffer.kept = true;
      state.buffers.set(name, buffer);
    } else if (buffer.device !== param.device) {
      throw new Error(
        `${this.#name}: what it remembers is on ${buffer.device.name}, and the parameter went to ${param.device.name}: ` +
          `make the optimizer after net.to(…), and take over the state by loadStateDict()`,
      );
    }
    return buffer.exclusive();
  }

  /**
   * The memory of the optimizer as it is now, to be stored beside the network's.
   *
   * PyTorch: `torch.optim.Optimizer.state_dict`.
   *
   * @returns Its tensors are kept, as by `keep()`; later steps do not reach them. A parameter that never had a gradient has no
   * entry.
   */
  stateDict(): OptimizerState {
    if (arguments.length > 0) surplus("stateDict", arguments, 0);
    const state: OptimizerState["state"] = {};
    let at = 0;
    const paramGroups = this.paramGroups.map(({ params, ...rest }) => {
      const numbers = params.map((param) => {
        const known = this.#state.get(param);
        if (known !== undefined) state[at] = this.#entry(known, rest);
        return at++;
      });
      return { ...ownLists(rest), params: numbers };
    });
    return { state, paramGroups };
  }

  /** What is known of one parameter; null for what a hyper-parameter asks for that was 0 at the last step. */
  #entry({ step, buffers, numbers }: ParamState, group: object): OptimizerState["state"][number] {
    const entry: OptimizerState["state"][number] = { step };
    for (const name of needed(this.remembers, group)) entry[name] = null;
    for (const [name, number] of numbers) entry[name] = number;
    for (const [name, buffer] of buffers) {
      entry[name] = new Tensor(new Value(detached(buffer, "stateDict"))).keep();
    }
    return entry;
  }

  /**
   * Takes over what `stateDict()` gave. All of it is checked before any of it is written.
   *
   * PyTorch: `torch.optim.Optimizer.load_state_dict`.
   *
   * @param saved From an optimizer of the same kind, over parameters of the same shapes in the same order. A parameter without an
   * entry is one that never had a gradient.
   * @throws {RangeError} if groups, shapes, steps or hyper-parameters do not fit.
   * @throws {TypeError} if it is the state of another kind of optimizer, or none: what was a tensor must be one.
   */
  loadStateDict(saved: OptimizerState): void {
    if (arguments.length > 1) surplus("loadStateDict", arguments, 1);
    const groups = checkState(saved, {
      name: this.#name,
      groups: this.paramGroups,
      settings: Object.keys(this.#defaults),
      remembers: this.remembers,
    });
    for (const [i, group] of groups.entries()) this.check({ ...this.paramGroups[i], ...group });
    const { state } = saved;
    groups.forEach((group, i) => {
      // As before there was a schedule, if the state is from then.
      delete this.paramGroups[i].initialLr;
      Object.assign(this.paramGroups[i], ownLists(group));
    });
    for (const { buffers } of this.#state.values()) {
      for (const buffer of buffers.values()) buffer.free("by loadStateDict()");
    }
    this.#state.clear();
    saved.paramGroups.forEach(({ params }, i) =>
      params.forEach((number, j) => {
        if (!Object.hasOwn(state, number)) return;
        const param = this.paramGroups[i].params[j], { step, ...values } = state[number];
        const own: ParamState = { step, buffers: new Map(), numbers: new Map() };
        for (const [name, value] of Object.entries(values)) {
          if (typeof value === "number") own.numbers.set(name, value);
          if (!(value instanceof Tensor)) continue;
          this.remembered(param, own, name);
          const memory = new Value(own.buffers.get(name)!);
          unrecorded(() => new Tensor(memory).copy_(value));
          own.buffers.set(name, memory.buffer);
        }
        this.#state.set(param, own);
      })
    );
  }

  /** @internal What it remembers of a parameter. */
  protected abstract readonly remembers: Remembers;

  /** @internal What console.log shows. */
  [Symbol.for("nodejs.util.inspect.custom")](
    _depth: number,
    _options: object,
    inspect: (value: unknown) => string,
  ): string {
    const groups = this.paramGroups.map(({ params, ...rest }) => ({
      ...rest,
      params: `${params.length} ${params.length === 1 ? "tensor" : "tensors"}`,
    }));
    return `${this.constructor.name} ${groups.map((group) => inspect(group)).join(", ")}`;
  }
}

/** Parameters that one kernel may take at once; nearly always all. */
function alikes(list: readonly Updated[]): Updated[][] {
  const all: Updated[][] = [];
  for (const one of list) {
    const { param: { device }, state: { step, buffers } } = one;
    const known = all.find(([{ param, state }]) =>
      param.device === device && state.step === step && state.buffers.size === buffers.size
    );
    if (known === undefined) all.push([one]);
    else known.push(one);
  }
  return all;
}

function isGroup(entry: unknown): entry is { params: Iterable<unknown> } {
  return isPlain(entry) && "params" in entry;
}

/** The entries of a list of parameters, or of groups. */
function listed(name: string, params: unknown): unknown[] {
  const isList = typeof params === "object" && params !== null && !(params instanceof Tensor) &&
    Symbol.iterator in params;
  if (isList) return [...params as Iterable<unknown>];
  throw new TypeError(
    `${name}: a list of parameters is needed, as net.parameters() returns it, not ${given(params)}`,
  );
}

/** Hyper-parameters with lists of their own: betas that are changed in place are those of one group. */
function ownLists<G extends object>(group: G): G {
  const entries = Object.entries(group).map((
    [name, value],
  ) => [name, Array.isArray(value) ? [...value] : value]);
  return Object.fromEntries(entries) as G;
}

/** What was given instead, in a word or two. */
function given(what: unknown): string {
  if (what instanceof Tensor) return `a single tensor; put it in brackets: [${what}]`;
  if (typeof what === "function") return `${describe(what)}; did you mean net.parameters()?`;
  return typeof what === "object" && what !== null && "parameters" in what
    ? `a module; pass its parameters()`
    : describe(what);
}
