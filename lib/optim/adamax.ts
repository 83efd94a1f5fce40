/** Adamax. */
import type { Tensor } from "../tensor/tensor.ts";
import { surplus } from "../text/arguments.ts";
import { checkSettings } from "./check.ts";
import { type Memory, mix, towards } from "./composed.ts";
import { Optimizer, type Params, type Updated } from "./optimizer.ts";

/** Hyper-parameters of {@linkcode Adamax}. */
export interface AdamaxOptions {
  /** Learning rate: 2e-3 by default. */
  lr?: number;
  /** How much of the running mean of the gradient and of its largest value is kept each step: [0.9, 0.999] by default. */
  betas?: readonly [number, number];
  /** ε, added to the gradient's size: 1e-8 by default. */
  eps?: number;
  /** λ of the penalty ½ λ |θ|²: 0 by default. */
  weightDecay?: number;
  /** Whether to climb instead of descend: false by default. */
  maximize?: boolean;
}

/** The hyper-parameters of a group. */
export type AdamaxGroup = Required<AdamaxOptions>;

/**
 * Adamax (Kingma & Ba 2015, section 7.1), Adam with the largest gradient in place of the mean square:
 * m ← β₁m + (1 − β₁) g, u ← max(β₂u, |g| + ε), θ ← θ − lr / (1 − β₁ᵗ) · m / u.
 *
 * PyTorch: `torch.optim.Adamax`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const optimizer = new optim.Adamax(new nn.Linear(3, 1).parameters());
 * console.log(optimizer.lr); // 0.002
 * ```
 */
export class Adamax extends Optimizer<AdamaxGroup> {
  /**
   * Makes the optimizer.
   *
   * @param params `net.parameters()`, or groups `[{ params, lr, … }]`.
   * @param options Hyper-parameters; those of a group come first.
   * @throws {RangeError} if one makes no sense, or there is no parameter.
   * @throws {TypeError} if one is of another kind or name, or what is given cannot be optimized.
   */
  constructor(params: Params<AdamaxGroup>, options: AdamaxOptions = {}) {
    if (arguments.length > 2) surplus("Adamax", arguments, 2);
    const defaults = {
      lr: 2e-3,
      betas: [0.9, 0.999] as const,
      eps: 1e-8,
      weightDecay: 0,
      maximize: false,
    };
    super("Adamax", params, defaults, options);
  }

  /** @internal */
  protected override readonly remembers = { expAvg: "always", expInf: "always" } as const;

  /** @internal */
  protected override check(group: AdamaxGroup): void {
    checkSettings("Adamax", group);
  }

  /** @internal */
  protected override update(list: readonly Updated[], group: AdamaxGroup): void {
    this.compose(list, group, step);
  }
}

function step(param: Tensor, grad: Tensor, group: AdamaxGroup, memory: Memory): void {
  const { lr, betas: [beta1, beta2], eps } = group, g = towards(param, grad, group);
  const mean = mix(memory.tensor("expAvg"), g, 1 - beta1), most = memory.tensor("expInf");
  most.copy_(most.mul(beta2).maximum(g.abs().add(eps)));
  param.sub_(mean.mul(lr / (1 - beta1 ** memory.step)).div(most));
}
