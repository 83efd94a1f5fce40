/** RMSprop. */
import { exclusive } from "../autograd/in_place.ts";
import { checkBoolean, checkRange, surplus } from "../text/arguments.ts";
import { Optimizer, type Params, type Updated } from "./optimizer.ts";

/** Hyper-parameters of {@linkcode RMSprop}. */
export interface RMSpropOptions {
  /** Learning rate: 1e-2 by default. */
  lr?: number;
  /** How much of the running mean square is kept each step: 0.99 by default. */
  alpha?: number;
  /** ε, added to the root: 1e-8 by default. */
  eps?: number;
  /** λ of the penalty ½ λ |θ|²: 0 by default. */
  weightDecay?: number;
  /** Share of the last step that is added to the next: 0 by default. */
  momentum?: number;
  /** Whether to divide by the standard deviation in place of the root mean square: false by default. */
  centered?: boolean;
  /** Whether to climb instead of descend: false by default. */
  maximize?: boolean;
}

/**
 * RMSprop (Tieleman & Hinton 2012, lecture 6.5 of "Neural networks for machine learning"), as torch.optim.RMSprop:
 * s ← αs + (1 − α) g², θ ← θ − lr · g / (√s + ε); `centered` subtracts the squared running mean of g from s.
 *
 * PyTorch: `torch.optim.RMSprop`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const optimizer = new optim.RMSprop(new nn.Linear(3, 1).parameters(), { lr: 1e-3, momentum: 0.9 });
 * console.log(optimizer.lr); // 0.001
 * ```
 */
export class RMSprop extends Optimizer<Required<RMSpropOptions>> {
  /**
   * Makes the optimizer.
   *
   * @param params `net.parameters()`, or groups `[{ params, lr, … }]`.
   * @param options Hyper-parameters; those of a group come first.
   * @throws {RangeError} if one makes no sense, or there is no parameter.
   * @throws {TypeError} if one is of another kind or name, or what is given cannot be optimized.
   */
  constructor(params: Params<Required<RMSpropOptions>>, options: RMSpropOptions = {}) {
    if (arguments.length > 2) surplus("RMSprop", arguments, 2);
    const defaults = {
      lr: 1e-2,
      alpha: 0.99,
      eps: 1e-8,
      weightDecay: 0,
      momentum: 0,
      centered: false,
      maximize: false,
    };
    super("RMSprop", params, defaults, options);
  }

  /** @internal */
  protected override readonly remembers = {
    squareAvg: "always",
    gradAvg: "centered",
    momentumBuffer: "momentum",
  } as const;

  /** @internal */
  protected override check(group: Required<RMSpropOptions>): void {
    const { lr, alpha, eps, weightDecay, momentum, centered, maximize } = group;
    for (const [name, value] of Object.entries({ lr, alpha, eps, weightDecay, momentum })) {
      checkRange("RMSprop", name, value, 0);
    }
    checkBoolean("RMSprop", "centered", centered);
    checkBoolean("RMSprop", "maximize", maximize);
  }

  /** @internal */
  protected override update(list: readonly Updated[], group: Required<RMSpropOptions>): void {
    const arrays = ({ param, grad, state }: Updated) => ({
      param: exclusive(param.value, "step"),
      grad,
      square: this.remembered(param, state, "squareAvg"),
      average: group.centered ? this.remembered(param, state, "gradAvg") : null,
      buffer: group.momentum > 0 ? this.remembered(param, state, "momentumBuffer") : null,
    });
    const advance = () => {
      const { lr, alpha, eps: epsilon, momentum, weightDecay, maximize } = group;
      return { lr, alpha, epsilon, momentum, weightDecay, maximize };
    };
    this.together(list, group, advance, arrays, (k, list, settings) => k.rmspropStep(list, settings));
  }
}
