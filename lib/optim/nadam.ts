/** NAdam. */
import type { Tensor } from "../tensor/tensor.ts";
import { surplus } from "../text/arguments.ts";
import { checkSettings } from "./check.ts";
import { type Memory, mix, towards } from "./composed.ts";
import { Optimizer, type Params, type Updated } from "./optimizer.ts";

/** Hyper-parameters of {@linkcode NAdam}. */
export interface NAdamOptions {
  /** Learning rate: 2e-3 by default. */
  lr?: number;
  /** How much of the running means of the gradient and of its square is kept each step: [0.9, 0.999] by default. */
  betas?: readonly [number, number];
  /** ε, added to the root of the mean square: 1e-8 by default. */
  eps?: number;
  /** λ of the penalty ½ λ |θ|², or of the decay: 0 by default. */
  weightDecay?: number;
  /** ψ, how fast the momentum warms up: 4e-3 by default. */
  momentumDecay?: number;
  /** Whether the decay shrinks θ itself, as AdamW's does: false by default. */
  decoupledWeightDecay?: boolean;
  /** Whether to climb instead of descend: false by default. */
  maximize?: boolean;
}

/** The hyper-parameters of a group. */
export type NAdamGroup = Required<NAdamOptions>;

/**
 * Adam with Nesterov's momentum (Dozat 2016, "Incorporating Nesterov momentum into Adam"): with μₜ = β₁ (1 − ½ 0.96^(ψ t)),
 * m̂ = μₜ₊₁ m / (1 − Π μ up to t + 1) + (1 − μₜ) g / (1 − Π μ up to t), θ ← θ − lr · m̂ / (√v̂ + ε).
 *
 * PyTorch: `torch.optim.NAdam`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const optimizer = new optim.NAdam(new nn.Linear(3, 1).parameters(), { lr: 1e-3 });
 * console.log(optimizer.lr); // 0.001
 * ```
 */
export class NAdam extends Optimizer<NAdamGroup> {
  /**
   * Makes the optimizer.
   *
   * @param params `net.parameters()`, or groups `[{ params, lr, … }]`.
   * @param options Hyper-parameters; those of a group come first.
   * @throws {RangeError} if one makes no sense, or there is no parameter.
   * @throws {TypeError} if one is of another kind or name, or what is given cannot be optimized.
   */
  constructor(params: Params<NAdamGroup>, options: NAdamOptions = {}) {
    if (arguments.length > 2) surplus("NAdam", arguments, 2);
    const defaults = {
      lr: 2e-3,
      betas: [0.9, 0.999] as const,
      eps: 1e-8,
      weightDecay: 0,
      momentumDecay: 4e-3,
      decoupledWeightDecay: false,
      maximize: false,
    };
    super("NAdam", params, defaults, options);
  }

  /** @internal */
  protected override readonly remembers = {
    expAvg: "always",
    expAvgSq: "always",
    muProduct: "number",
  } as const;

  /** @internal */
  protected override check(group: NAdamGroup): void {
    checkSettings("NAdam", group);
  }

  /** @internal */
  protected override update(list: readonly Updated[], group: NAdamGroup): void {
    this.compose(list, group, step);
  }
}

function step(param: Tensor, grad: Tensor, group: NAdamGroup, memory: Memory): void {
  const { lr, betas: [beta1, beta2], eps, weightDecay, momentumDecay, decoupledWeightDecay } = group;
  const { step } = memory;
  if (decoupledWeightDecay && weightDecay !== 0) param.mul_(1 - lr * weightDecay);
  const g = towards(param, grad, decoupledWeightDecay ? { ...group, weightDecay: 0 } : group);
  const momentum = (t: number) => beta1 * (1 - 0.5 * 0.96 ** (t * momentumDecay));
  const now = momentum(step), next = momentum(step + 1);
  const product = memory.number("muProduct", 1) * now;
  memory.set("muProduct", product);
  const mean = mix(memory.tensor("expAvg"), g, 1 - beta1);
  const square = memory.tensor("expAvgSq").mul_(beta2).add_(g.mul(1 - beta2).mul(g));
  const spread = square.div(1 - beta2 ** step).sqrt().add(eps);
  param.sub_(g.mul(lr * (1 - now) / (1 - product)).div(spread));
  param.sub_(mean.mul(lr * next / (1 - product * next)).div(spread));
}
