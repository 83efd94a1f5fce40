/** What all optimizers share: groups of parameters, their state, and the checks. */
import { Buffer } from "../autograd/buffer.ts";
import { kernels } from "../device/kernels.ts";
import { sameShape, text } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Parameters that share their hyper-parameters. */
export type ParamGroup<H> = { params: Tensor[] } & H;

/** What an optimizer is made for: parameters, or groups of them with hyper-parameters of their own. */
export type Params<H> = Iterable<Tensor> | Iterable<{ params: Iterable<Tensor> } & Partial<H>>;

/** What an optimizer remembers of one parameter between steps: by name, laid out as the parameter. */
export type ParamState = { step: number; buffers: Map<string, Buffer> };

/** An optimizer's memory as plain data, after PyTorch: state by the parameter's number, groups by parameter numbers. */
export interface OptimizerState {
  state: Record<number, { step: number } & Record<string, Tensor | number>>;
  paramGroups: ({ params: number[] } & Record<string, unknown>)[];
}

/** Every optimizer has a learning rate. */
export interface HasRate {
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

  /** @internal */
  protected constructor(name: string, params: Params<H>, defaults: H) {
    this.#name = name;
    const entries: unknown[] = isIterable(params) ? [...params] : [];
    if (entries.length === 0) {
      throw new RangeError(`${name}: the list of parameters is empty; pass net.parameters()`);
    }
    const grouped = entries.every((entry) =>
      typeof entry === "object" && entry !== null && "params" in entry
    );
    const groups = grouped
      ? entries as ({ params: Iterable<Tensor> } & Partial<H>)[]
      : [{ params: entries as Tensor[] }];
    this.paramGroups = groups.map((group) =>
      ({ ...defaults, ...group, params: [...group.params] }) as ParamGroup<H>
    );
    const seen = new Set<Tensor>();
    for (const group of this.paramGroups) {
      this.check(group);
      if (group.params.length === 0) throw new RangeError(`${name}: a group has no parameters`);
      for (const param of group.params) {
        if (!(param instanceof Tensor)) {
          throw new TypeError(`${name}: parameters must be tensors, not ${String(param)}`);
        }
        if (!param.isLeaf || !param.requiresGrad) {
          throw new TypeError(
            `${name}: ${param} is not a leaf that requires a gradient, so it cannot be optimized`,
          );
        }
        if (seen.has(param)) throw new RangeError(`${name}: ${param} is named twice`);
        seen.add(param);
      }
    }
  }

  /** Throws where a hyper-parameter makes no sense. @internal */
  protected abstract check(group: H): void;

  /** Updates one parameter in place. @internal */
  protected abstract update(param: Tensor, grad: Buffer, group: H, state: ParamState): void;

  /** The learning rate of the first group. */
  get lr(): number {
    return this.paramGroups[0].lr;
  }

  /** Sets the learning rate of every group. */
  set lr(rate: number) {
    nonNegative(this.#name, "lr", rate);
    for (const group of this.paramGroups) group.lr = rate;
  }

  /** Updates every parameter that has a gradient. */
  step(): void {
    for (const group of this.paramGroups) {
      this.check(group);
      for (const param of group.params) {
        const { grad } = param.value;
        if (grad === null || grad.freed) continue;
        let state = this.#state.get(param);
        if (state === undefined) this.#state.set(param, state = { step: 0, buffers: new Map() });
        state.step++;
        this.update(param, grad, group, state);
        param.value.buffer.version++;
      }
    }
  }

  /** Forgets the gradients of all parameters and frees their memory. */
  zeroGrad(): void {
    for (const { params } of this.paramGroups) for (const param of params) param.zeroGrad();
  }

  /** A buffer of the state, made of zeros where it is missing. @internal */
  protected buffer(param: Tensor, state: ParamState, name: string): Buffer {
    let buffer = state.buffers.get(name);
    if (buffer === undefined) {
      const { device, shape } = param.value.buffer;
      const zeros = kernels(device).tidy(() => kernels(device).fill(shape, 0));
      buffer = new Buffer(device, zeros, `${this.#name}.${name}`);
      buffer.kept = true;
      state.buffers.set(name, buffer);
    }
    return buffer;
  }

  /**
   * The memory of the optimizer, to be stored beside the network's.
   *
   * @returns Tensors share memory with the optimizer's.
   */
  stateDict(): OptimizerState {
    const order = this.paramGroups.flatMap((group) => group.params);
    const state: OptimizerState["state"] = {};
    order.forEach((param, i) => {
      const known = this.#state.get(param);
      if (known === undefined) return;
      const tensors = [...known.buffers].map(([name, buffer]) => [name, param.viewOf(buffer)]);
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
   * @throws {RangeError} if groups or shapes differ.
   */
  loadStateDict(saved: OptimizerState): void {
    const sizes = (groups: { params: unknown[] }[]) => groups.map((group) => group.params.length).join(", ");
    if (sizes(saved.paramGroups) !== sizes(this.paramGroups)) {
      throw new RangeError(
        `loadStateDict: the saved groups hold [${sizes(saved.paramGroups)}] parameters, this optimizer's [${
          sizes(this.paramGroups)
        }]`,
      );
    }
    const order = this.paramGroups.flatMap((group) => group.params);
    for (const [i, entry] of Object.entries(saved.state)) {
      for (const [name, value] of Object.entries(entry)) {
        const param = order[+i];
        if (value instanceof Tensor && !(param && sameShape(value.shape, param.shape))) {
          throw new RangeError(
            `loadStateDict: ${name} of parameter ${i} has shape ${text(value.shape)}, the parameter ${
              text(param?.shape ?? [])
            }`,
          );
        }
      }
    }
    saved.paramGroups.forEach(({ params: _, ...rest }, i) => {
      this.check({ ...this.paramGroups[i], ...rest });
    });
    saved.paramGroups.forEach(({ params: _, ...rest }, i) => Object.assign(this.paramGroups[i], rest));
    this.#state.clear();
    for (const [i, { step, ...values }] of Object.entries(saved.state)) {
      const param = order[+i], state: ParamState = { step, buffers: new Map() };
      for (const [name, value] of Object.entries(values)) {
        if (value instanceof Tensor) param.viewOf(this.buffer(param, state, name)).copy_(value);
      }
      this.#state.set(param, state);
    }
  }

  /** What console.log shows. @internal */
  [Symbol.for("Deno.customInspect")](inspect: (value: unknown) => string): string {
    const groups = this.paramGroups.map(({ params, ...rest }) => ({
      ...rest,
      params: `${params.length} tensors`,
    }));
    return `${this.constructor.name} ${groups.map((group) => inspect(group)).join(", ")}`;
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

/** Throws a RangeError unless a hyper-parameter is a finite number ≥ 0. */
export function nonNegative(optimizer: string, name: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 0)) {
    throw new RangeError(`${optimizer}: ${name} must be a finite number ≥ 0, not ${value}`);
  }
}

/** Throws a RangeError unless a hyper-parameter lies in [0, 1). */
export function fraction(optimizer: string, name: string, value: number): void {
  if (!(value >= 0 && value < 1)) {
    throw new RangeError(`${optimizer}: ${name} must be in [0, 1), not ${value}`);
  }
}
