/** What all optimizers share: groups of parameters, their state, and the checks. */
import { Buffer } from "../autograd/buffer.ts";
import { detached } from "../autograd/graph.ts";
import { unrecorded } from "../autograd/no_grad.ts";
import { Value } from "../autograd/value.ts";
import type { Device } from "../device/device.ts";
import type { Updates } from "../device/kernels.ts";
import type { Storage } from "../device/storage.ts";
import { sameShape } from "../device/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { nonNegative } from "./check.ts";

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
}

/** An optimizer's memory as plain data, after PyTorch: state by the parameter's number, groups by parameter numbers. */
export interface OptimizerState {
  /** By the parameter's number, counted through all groups. */
  state: Record<number, { step: number } & Record<string, Tensor | number>>;
  /** The groups' hyper-parameters. */
  paramGroups: ({ params: number[] } & Record<string, unknown>)[];
}

/** Every optimizer has a learning rate. */
export interface HasRate {
  /** The learning rate. */
  lr: number;
}

/**
 * The base class of optimizers. `step()` updates every parameter that has a gradient, with one kernel a parameter.
 *
 * @typeParam H The hyper-parameters of a group.
 */
export abstract class Optimizer<H extends HasRate> {
  /** The groups; change a hyper-parameter here and it holds from the next step on. */
  readonly paramGroups: ParamGroup<H>[];
  readonly #state = new Map<Tensor, ParamState>();
  readonly #name: string;
  readonly #defaults: H;

  /** @internal */
  protected constructor(name: string, params: Params<H>, defaults: H, options: Partial<H>) {
    this.#name = name;
    this.#defaults = defaults;
    this.#checkNames(options);
    this.#defaults = { ...defaults, ...options };
    const isList = typeof params === "object" && params !== null && Symbol.iterator in params;
    if (!isList) {
      throw new TypeError(
        `${name}: a list of parameters is needed, as net.parameters() returns it, not ${describe(params)}`,
      );
    }
    const entries: unknown[] = [...params];
    if (entries.length === 0) {
      throw new RangeError(
        `${name}: the list of parameters is empty; pass net.parameters() of a network that has some`,
      );
    }
    const groups = entries.every(isGroup) ? entries : [{ params: entries }];
    this.paramGroups = [];
    for (const group of groups) this.paramGroups.push(this.#complete(group as ParamGroupOptions<H>));
  }

  #checkNames(options: object): void {
    const names = Object.keys(this.#defaults);
    const odd = Object.keys(options).find((name) => !names.includes(name));
    if (odd === undefined) return;
    throw new TypeError(`${this.#name}: there is no hyper-parameter ${odd}; there are ${names.join(", ")}`);
  }

  /** A group with all its hyper-parameters; throws where something is wrong with it. */
  #complete(options: ParamGroupOptions<H>): ParamGroup<H> {
    const name = this.#name;
    const group = { ...this.#defaults, ...options, params: [...options.params] } as ParamGroup<H>;
    const { params: _, initialLr: __, ...given } = group;
    this.#checkNames(given);
    this.check(group);
    if (group.params.length === 0) throw new RangeError(`${name}: a group has no parameters`);
    const seen = new Set(this.paramGroups.flatMap(({ params }) => params.map(({ value }) => value)));
    group.params.forEach((param: unknown, i) => {
      if (!(param instanceof Tensor)) {
        throw new TypeError(`${name}: entry ${i} of the parameters is no tensor, but ${describe(param)}`);
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

  /**
   * Takes on more parameters, such as those of layers that were frozen before.
   *
   * @param group The parameters, and the hyper-parameters in which they differ.
   * @throws {RangeError} if there are none, or one is optimized already.
   * @throws {TypeError} if one cannot be optimized.
   */
  addParamGroup(group: ParamGroupOptions<H>): void {
    if (!isGroup(group)) {
      throw new TypeError(`${this.#name}: a group is an object { params, lr, … }, not ${describe(group)}`);
    }
    this.paramGroups.push(this.#complete(group));
  }

  /** @internal Throws where a hyper-parameter makes no sense. */
  protected abstract check(group: H): void;

  /** @internal Updates one parameter in place. */
  protected abstract update(param: Tensor, grad: Storage, group: H, state: ParamState): void;

  /** @internal Calls kernels that change a parameter and its state in place. */
  protected run({ arena, kernels }: Device, body: (kernels: Updates<Storage>) => void): void {
    const start = arena.open();
    try {
      body(kernels);
    } finally {
      arena.abandon(start);
    }
  }

  /** The learning rate of the first group. Setting it sets that of every group. */
  get lr(): number {
    return this.paramGroups[0].lr;
  }

  set lr(rate: number) {
    nonNegative(this.#name, "lr", rate);
    for (const group of this.paramGroups) group.lr = rate;
  }

  /**
   * Updates every parameter that has a gradient; the others stay as they are.
   *
   * @throws {RangeError} if a hyper-parameter was changed to what makes no sense; then nothing is updated.
   */
  step(): void {
    for (const group of this.paramGroups) this.check(group);
    for (const group of this.paramGroups) {
      for (const param of group.params) {
        const { grad } = param.value;
        if (grad === null || grad.buffer.freed) continue;
        let state = this.#state.get(param);
        if (state === undefined) this.#state.set(param, state = { step: 0, buffers: new Map() });
        state.step++;
        this.update(param, grad.buffer.storage, group, state);
      }
    }
  }

  /** Forgets the gradients of all parameters and frees their memory. */
  zeroGrad(): void {
    for (const { params } of this.paramGroups) for (const param of params) param.zeroGrad();
  }

  /** @internal An array of the state, laid out as the parameter; made of zeros where it is missing. */
  protected remembered(param: Tensor, state: ParamState, name: string): Storage {
    let buffer = state.buffers.get(name);
    if (buffer === undefined) {
      const { device: { arena, kernels }, device, shape, storage } = param.value.buffer;
      const zeros = arena.tidy(() => kernels.laidLike(kernels.fill(shape, 0), storage));
      buffer = new Buffer(device, zeros, `${this.#name}.${name}`);
      buffer.kept = true;
      state.buffers.set(name, buffer);
    }
    return buffer.exclusive();
  }

  /**
   * The memory of the optimizer as it is now, to be stored beside the network's.
   *
   * @returns Its tensors are kept, as by `keep()`; later steps do not reach them.
   */
  stateDict(): OptimizerState {
    const order = this.paramGroups.flatMap((group) => group.params);
    const state: OptimizerState["state"] = {};
    order.forEach((param, i) => {
      const known = this.#state.get(param);
      if (known === undefined) return;
      const tensors = [...known.buffers].map(([name, buffer]) => [
        name,
        new Tensor(new Value(detached(buffer, "stateDict"))).keep(),
      ]);
      state[i] = { step: known.step, ...Object.fromEntries(tensors) };
    });
    let at = 0;
    const paramGroups = this.paramGroups.map(({ params, ...rest }) => ({
      ...rest,
      params: params.map(() => at++),
    }));
    return { state, paramGroups };
  }

  /**
   * Takes over what `stateDict()` gave. Checks everything before it changes anything.
   *
   * @param saved From an optimizer of the same kind, over parameters of the same shapes in the same order.
   * @throws {RangeError} if groups, shapes or hyper-parameters do not fit.
   * @throws {TypeError} if it is the state of another kind of optimizer, or none.
   */
  loadStateDict(saved: OptimizerState): void {
    const wrong = (why: string) => `loadStateDict: ${why}; nothing was changed`;
    if (!Array.isArray(saved?.paramGroups) || typeof saved.state !== "object" || saved.state === null) {
      throw new TypeError(wrong("an object { state, paramGroups } is needed, as stateDict() returns it"));
    }
    const sizes = (groups: { params: unknown[] }[]) => groups.map((group) => group.params.length).join(", ");
    if (sizes(saved.paramGroups) !== sizes(this.paramGroups)) {
      throw new RangeError(
        wrong(
          `the saved groups hold [${sizes(saved.paramGroups)}] parameters, this optimizer's [${
            sizes(this.paramGroups)
          }]`,
        ),
      );
    }
    const names = Object.keys(this.#defaults);
    const groups = saved.paramGroups.map(({ params: _, ...rest }, i) => {
      const odd = Object.keys(rest).find((name) => name !== "initialLr" && !names.includes(name)) ??
        names.find((name) => !Object.hasOwn(rest, name));
      if (odd !== undefined) {
        throw new TypeError(
          wrong(`the state is of another optimizer: ${odd} is not in both it and ${this.#name}`),
        );
      }
      this.check({ ...this.paramGroups[i], ...rest });
      return rest;
    });
    const order = this.paramGroups.flatMap((group) => group.params);
    for (const [i, entry] of Object.entries(saved.state)) {
      const param = order[+i];
      if (param === undefined) {
        throw new RangeError(wrong(`there is no parameter ${i} among ${order.length}`));
      }
      if (!Number.isInteger(entry.step) || entry.step < 0) {
        throw new RangeError(wrong(`the step of parameter ${i} is ${entry.step}, not a whole number ≥ 0`));
      }
      for (const [name, value] of Object.entries(entry)) {
        if (!(value instanceof Tensor)) continue;
        if (!this.remembers.includes(name)) {
          throw new TypeError(wrong(`the state is of another optimizer: ${this.#name} remembers no ${name}`));
        }
        if (
          !sameShape(value.shape, param.shape) || value.dtype !== "float32" || value.device !== param.device
        ) {
          throw new RangeError(
            wrong(`${name} of parameter ${i} is ${value}, the parameter ${param}`),
          );
        }
      }
    }
    groups.forEach((group, i) => Object.assign(this.paramGroups[i], group));
    this.#state.clear();
    for (const [i, { step, ...values }] of Object.entries(saved.state)) {
      const param = order[+i], state: ParamState = { step, buffers: new Map() };
      for (const [name, value] of Object.entries(values)) {
        if (!(value instanceof Tensor)) continue;
        this.remembered(param, state, name);
        const memory = new Value(state.buffers.get(name)!);
        unrecorded(() => new Tensor(memory).copy_(value));
        state.buffers.set(name, memory.buffer);
      }
      this.#state.set(param, state);
    }
  }

  /** @internal The names of what it remembers of a parameter. */
  protected abstract readonly remembers: readonly string[];

  /** @internal What console.log shows. */
  [Symbol.for("Deno.customInspect")](inspect: (value: unknown) => string): string {
    const groups = this.paramGroups.map(({ params, ...rest }) => ({
      ...rest,
      params: `${params.length} ${params.length === 1 ? "tensor" : "tensors"}`,
    }));
    return `${this.constructor.name} ${groups.map((group) => inspect(group)).join(", ")}`;
  }
}

function isGroup(entry: unknown): entry is { params: Iterable<unknown> } {
  return typeof entry === "object" && entry !== null && !(entry instanceof Tensor) && "params" in entry &&
    typeof entry.params === "object" && entry.params !== null && Symbol.iterator in entry.params;
}

/** What was given instead, in a word or two. */
function describe(given: unknown): string {
  if (given instanceof Tensor) return `a single tensor; put it in brackets: [${given}]`;
  if (typeof given !== "object" || given === null) return String(given);
  return "parameters" in given
    ? `a module; pass its parameters()`
    : `${given.constructor?.name ?? "an object"}`;
}
