/** Stochastic gradient descent. */
import { exclusive } from "../autograd/in_place.ts";
import { checkBoolean, checkRange, surplus } from "../text/arguments.ts";
import { Optimizer, type Params, type ParamState, type Updated } from "./optimizer.ts";

/** Hyper-parameters of {@linkcode SGD}. */
export interface SGDOptions {
  /** Learning rate: 1e-3 by default. */
  lr?: number;
  /** Share of the last step that is added to the next: 0 by default. */
  momentum?: number;
  /** How much less than all of the gradient enters the momentum: 0 by default. */
  dampening?: number;
  /** λ of the penalty ½ λ |θ|²: 0 by default. */
  weightDecay?: number;
  /** Whether the gradient is looked up where the momentum will lead: false by default. */
  nesterov?: boolean;
  /** Whether to climb instead of descend: false by default. */
  maximize?: boolean;
}

/**
 * Stochastic gradient descent, with momentum if asked for (Sutskever et al. 2013), as torch.optim.SGD:
 * g ← g + λθ; b ← μb + (1 − dampening) g (b = g at first); θ ← θ − lr · (nesterov ? g + μb : b).
 *
 * PyTorch: `torch.optim.SGD`.
 *
 * @example
 * ```ts
 * import { optim, tensor } from "descent";
 * import { assertAlmostEquals } from "@std/assert";
 * const x = tensor(0, { requiresGrad: true });
 * const optimizer = new optim.SGD([x], { lr: 0.4 });
 * for (let i = 0; i < 20; i++) {
 *   x.sub(2).square().div(2).backward();
 *   optimizer.step();
 *   optimizer.zeroGrad();
 * }
 * assertAlmostEquals(await x.item(), 2, 1e-3);
 * ```
 */
export class SGD extends Optimizer<Required<SGDOptions>> {
  /**
   * Makes the optimizer.
   *
   * @param params `net.parameters()`, or groups `[{ params, lr, … }]`.
   * @param options Hyper-parameters; those of a group come first.
   * @throws {RangeError} if one makes no sense, or there is no parameter.
   * @throws {TypeError} if one is of another kind or name, or what is given cannot be optimized.
   */
  constructor(params: Params<Required<SGDOptions>>, options: SGDOptions = {}) {
    if (arguments.length > 2) surplus("SGD", arguments, 2);
    const defaults = {
      lr: 1e-3,
      momentum: 0,
      dampening: 0,
      weightDecay: 0,
      nesterov: false,
      maximize: false,
    };
    super("SGD", params, defaults, options);
  }

  /** @internal */
  protected override readonly remembers = { momentumBuffer: "momentum" } as const;

  /** @internal */
  protected override check(group: Required<SGDOptions>): void {
    const { lr, momentum, weightDecay, dampening, nesterov, maximize } = group;
    for (const [name, value] of Object.entries({ lr, momentum, weightDecay })) {
      checkRange("SGD", name, value, 0);
    }
    checkRange("SGD", "dampening", dampening);
    checkBoolean("SGD", "nesterov", nesterov);
    checkBoolean("SGD", "maximize", maximize);
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new RangeError("SGD: nesterov needs a momentum > 0 and no dampening");
    }
  }

  /** @internal */
  protected override update(list: readonly Updated[], group: Required<SGDOptions>): void {
    const arrays = ({ param, grad, state }: Updated) => ({
      param: exclusive(param.value, "step"),
      grad,
      buffer: group.momentum === 0 ? null : this.remembered(param, state, "momentumBuffer"),
    });
    const advance = ({ buffers }: ParamState) => {
      const { lr, momentum, dampening, weightDecay, nesterov, maximize } = group;
      const first = !buffers.has("momentumBuffer");
      return { lr, momentum, dampening, weightDecay, nesterov, maximize, first };
    };
    this.together(list, group, advance, arrays, (k, list, settings) => k.sgdStep(list, settings));
  }
}
