/** RAdam. */
import type { Tensor } from "../tensor/tensor.ts";
import { surplus } from "../text/arguments.ts";
import { checkSettings } from "./check.ts";
import { type Memory, mix, towards } from "./composed.ts";
import { Optimizer, type Params, type Updated } from "./optimizer.ts";

/** Hyper-parameters of {@linkcode RAdam}. */
export interface RAdamOptions {
  /** Learning rate: 1e-3 by default. */
  lr?: number;
  /** How much of the running means of the gradient and of its square is kept each step: [0.9, 0.999] by default. */
  betas?: readonly [number, number];
  /** ε, added to the root of the mean square: 1e-8 by default. */
  eps?: number;
  /** λ of the penalty ½ λ |θ|², or of the decay: 0 by default. */
  weightDecay?: number;
  /** Whether the decay shrinks θ itself, as AdamW's does: false by default. */
  decoupledWeightDecay?: boolean;
  /** Whether to climb instead of descend: false by default. */
  maximize?: boolean;
}

/** The hyper-parameters of a group. */
export type RAdamGroup = Required<RAdamOptions>;

/**
 * Rectified Adam (Liu et al. 2020, "On the variance of the adaptive learning rate and beyond", algorithm 2): as long as the mean
 * square stands on few gradients (ρₜ ≤ 5) it takes plain momentum steps, then Adam's, shortened by the rectification
 * √((ρₜ − 4)(ρₜ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρₜ)); a warm-up of the learning rate that needs no schedule.
 *
 * PyTorch: `torch.optim.RAdam`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const optimizer = new optim.RAdam(new nn.Linear(3, 1).parameters());
 * console.log(optimizer.lr); // 0.001
 * ```
 */
export class RAdam extends Optimizer<RAdamGroup> {
  /**
   * Makes the optimizer.
   *
   * @param params `net.parameters()`, or groups `[{ params, lr, … }]`.
   * @param options Hyper-parameters; those of a group come first.
   * @throws {RangeError} if one makes no sense, or there is no parameter.
   * @throws {TypeError} if one is of another kind or name, or what is given cannot be optimized.
   */
  constructor(params: Params<RAdamGroup>, options: RAdamOptions = {}) {
    if (arguments.length > 2) surplus("RAdam", arguments, 2);
    const defaults = {
      lr: 1e-3,
      betas: [0.9, 0.999] as const,
      eps: 1e-8,
      weightDecay: 0,
      decoupledWeightDecay: false,
      maximize: false,
    };
    super("RAdam", params, defaults, options);
  }

  /** @internal */
  protected override readonly remembers = { expAvg: "always", expAvgSq: "always" } as const;

  /** @internal */
  protected override check(group: RAdamGroup): void {
    checkSettings("RAdam", group);
  }

  /** @internal */
  protected override update(list: readonly Updated[], group: RAdamGroup): void {
    this.compose(list, group, step);
  }
}

function step(param: Tensor, grad: Tensor, group: RAdamGroup, memory: Memory): void {
  const { lr, betas: [beta1, beta2], eps, weightDecay, decoupledWeightDecay } = group, { step } = memory;
  if (decoupledWeightDecay && weightDecay !== 0) param.mul_(1 - lr * weightDecay);
  const g = towards(param, grad, decoupledWeightDecay ? { ...group, weightDecay: 0 } : group);
  const mean = mix(memory.tensor("expAvg"), g, 1 - beta1);
  const square = memory.tensor("expAvgSq").mul_(beta2).add_(g.mul(1 - beta2).mul(g));
  const seen = 1 - beta2 ** step, most = 2 / (1 - beta2) - 1;
  const length = most - 2 * step * beta2 ** step / seen;
  const rate = lr / (1 - beta1 ** step);
  if (length <= 5) {
    param.sub_(mean.mul(rate));
    return;
  }
  const rectification = Math.sqrt(
    (length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length),
  );
  param.sub_(mean.mul(rate * rectification * Math.sqrt(seen)).div(square.sqrt().add(eps)));
}
