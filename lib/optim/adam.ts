/** Adam and AdamW. */
import { exclusive } from "../autograd/in_place.ts";
import { surplus } from "../text/arguments.ts";
import { checkSettings } from "./check.ts";
import { Optimizer, type Params, type ParamState, type Updated } from "./optimizer.ts";

/** Hyper-parameters of {@linkcode Adam} and {@linkcode AdamW}. */
export interface AdamOptions {
  /** Learning rate: 1e-3 by default. */
  lr?: number;
  /** How much of the running means of the gradient and of its square is kept each step: [0.9, 0.999] by default. */
  betas?: readonly [number, number];
  /** ε, added to the root of the mean square: 1e-8 by default. */
  eps?: number;
  /** λ: for Adam of the penalty ½ λ |θ|², for AdamW of the decay θ ← (1 − lr λ) θ. 0, for AdamW 0.01 by default. */
  weightDecay?: number;
  /** Whether to divide by the largest mean square so far (Reddi et al. 2018): false by default. */
  amsgrad?: boolean;
  /** Whether to climb instead of descend: false by default. */
  maximize?: boolean;
}

/** The hyper-parameters of a group. */
export type AdamGroup = Required<AdamOptions>;

/** What Adam and AdamW share. */
abstract class AdamBase extends Optimizer<AdamGroup> {
  readonly #decoupled: boolean;

  /** @internal */
  protected constructor(
    name: string,
    decoupled: boolean,
    params: Params<AdamGroup>,
    defaults: AdamGroup,
    options: AdamOptions,
  ) {
    super(name, params, defaults, options);
    this.#decoupled = decoupled;
  }

  /** @internal */
  protected override readonly remembers = {
    expAvg: "always",
    expAvgSq: "always",
    maxExpAvgSq: "amsgrad",
  } as const;

  /** @internal */
  protected override check(group: AdamGroup): void {
    checkSettings(this.constructor.name, group);
  }

  /** @internal */
  protected override update(list: readonly Updated[], group: AdamGroup): void {
    const arrays = ({ param, grad, state }: Updated) => ({
      param: exclusive(param.value, "step"),
      grad,
      m: this.remembered(param, state, "expAvg"),
      v: this.remembered(param, state, "expAvgSq"),
      vMax: group.amsgrad ? this.remembered(param, state, "maxExpAvgSq") : null,
    });
    const advance = ({ step }: ParamState) => {
      const { betas: [beta1, beta2], eps: epsilon, lr, weightDecay, maximize } = group;
      return { lr, beta1, beta2, epsilon, weightDecay, decoupled: this.#decoupled, maximize, step };
    };
    this.together(list, group, advance, arrays, (k, list, settings) => k.adamStep(list, settings));
  }
}

/** A type only: nobody but this file makes classes of it. */
export type { AdamBase };

const DEFAULTS = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
} as const;

/**
 * Adam (Kingma & Ba 2015, "Adam: a method for stochastic optimization"), as torch.optim.Adam:
 * m ← β₁m + (1 − β₁) g, v ← β₂v + (1 − β₂) g², θ ← θ − lr · m̂ / (√v̂ + ε) with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ).
 *
 * PyTorch: `torch.optim.Adam`.
 *
 * @example
 * ```ts
 * import { nn, optim, randn } from "descent";
 * const net = new nn.Linear(3, 1);
 * const optimizer = new optim.Adam(net.parameters(), { lr: 1e-3 });
 * net.forward(randn(4, 3)).square().mean().backward();
 * optimizer.step();
 * optimizer.zeroGrad();
 * ```
 */
export class Adam extends AdamBase {
  /**
   * Makes the optimizer.
   *
   * @param params `net.parameters()`, or groups `[{ params, lr, … }]`.
   * @param options Hyper-parameters; those of a group come first.
   * @throws {RangeError} if one makes no sense, or there is no parameter.
   * @throws {TypeError} if one is of another kind or name, or what is given cannot be optimized.
   */
  constructor(params: Params<AdamGroup>, options: AdamOptions = {}) {
    if (arguments.length > 2) surplus("Adam", arguments, 2);
    super("Adam", false, params, DEFAULTS, options);
  }
}

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019), as torch.optim.AdamW: θ ← (1 − lr λ) θ before Adam's step.
 *
 * PyTorch: `torch.optim.AdamW`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const optimizer = new optim.AdamW(new nn.Linear(3, 1).parameters(), { weightDecay: 0.05 });
 * console.log(optimizer.lr); // 0.001
 * ```
 */
export class AdamW extends AdamBase {
  /**
   * Makes the optimizer.
   *
   * @param params `net.parameters()`, or groups `[{ params, lr, … }]`.
   * @param options Hyper-parameters; those of a group come first.
   * @throws {RangeError} if one makes no sense, or there is no parameter.
   * @throws {TypeError} if one is of another kind or name, or what is given cannot be optimized.
   */
  constructor(params: Params<AdamGroup>, options: AdamOptions = {}) {
    if (arguments.length > 2) surplus("AdamW", arguments, 2);
    super("AdamW", true, params, { ...DEFAULTS, weightDecay: 0.01 }, options);
  }
}
