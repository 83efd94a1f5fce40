/** Adagrad. */
import type { Tensor } from "../tensor/tensor.ts";
import { surplus } from "../text/arguments.ts";
import { checkSettings } from "./check.ts";
import { type Memory, towards } from "./composed.ts";
import { Optimizer, type Params, type Updated } from "./optimizer.ts";

/** Hyper-parameters of {@linkcode Adagrad}. */
export interface AdagradOptions {
  /** Learning rate: 1e-2 by default. */
  lr?: number;
  /** How fast the learning rate falls, as lr / (1 + (t − 1) lrDecay): 0 by default. */
  lrDecay?: number;
  /** λ of the penalty ½ λ |θ|²: 0 by default. */
  weightDecay?: number;
  /** What the sums of squares begin with: 0 by default. */
  initialAccumulatorValue?: number;
  /** ε, added to the root: 1e-10 by default. */
  eps?: number;
  /** Whether to climb instead of descend: false by default. */
  maximize?: boolean;
}

/** The hyper-parameters of a group. */
export type AdagradGroup = Required<AdagradOptions>;

/**
 * Adagrad (Duchi, Hazan & Singer 2011): s ← s + g², θ ← θ − lr · g / (√s + ε): what was steep so far takes small steps.
 *
 * PyTorch: `torch.optim.Adagrad`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const optimizer = new optim.Adagrad(new nn.Linear(3, 1).parameters(), { lr: 0.1 });
 * console.log(optimizer.lr); // 0.1
 * ```
 */
export class Adagrad extends Optimizer<AdagradGroup> {
  /**
   * Makes the optimizer.
   *
   * @param params `net.parameters()`, or groups `[{ params, lr, … }]`.
   * @param options Hyper-parameters; those of a group come first.
   * @throws {RangeError} if one makes no sense, or there is no parameter.
   * @throws {TypeError} if one is of another kind or name, or what is given cannot be optimized.
   */
  constructor(params: Params<AdagradGroup>, options: AdagradOptions = {}) {
    if (arguments.length > 2) surplus("Adagrad", arguments, 2);
    const defaults = {
      lr: 1e-2,
      lrDecay: 0,
      weightDecay: 0,
      initialAccumulatorValue: 0,
      eps: 1e-10,
      maximize: false,
    };
    super("Adagrad", params, defaults, options);
  }

  /** @internal */
  protected override readonly remembers = { sum: "always" } as const;

  /** @internal */
  protected override check(group: AdagradGroup): void {
    checkSettings("Adagrad", group);
  }

  /** @internal */
  protected override update(list: readonly Updated[], group: AdagradGroup): void {
    this.compose(list, group, step);
  }
}

function step(param: Tensor, grad: Tensor, group: AdagradGroup, memory: Memory): void {
  const { lr, lrDecay, initialAccumulatorValue, eps } = group, g = towards(param, grad, group);
  const isNew = !memory.has("sum"), sum = memory.tensor("sum");
  if (isNew && initialAccumulatorValue !== 0) sum.fill_(initialAccumulatorValue);
  sum.add_(g.square());
  const rate = lr / (1 + (memory.step - 1) * lrDecay);
  param.sub_(g.mul(rate).div(sum.sqrt().add(eps)));
}
