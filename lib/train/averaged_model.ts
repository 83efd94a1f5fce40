/** Averages of a network's weights over its training. */
import { unrecorded } from "../autograd/no_grad.ts";
import { Module } from "../nn/module.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkBoolean, checkOptions, checkRange, describe, surplus } from "../text/arguments.ts";

/** Settings of {@linkcode averagedModel}. */
export interface AveragedModelOptions {
  /** How much of the average is kept at each update: 0.999 by default; null weighs all updates alike. */
  decay?: number | null;
  /** Whether running statistics are averaged, too, and not taken as they are: false by default. */
  useBuffers?: boolean;
}

/** A network whose weights are an average of another's. */
export interface AveragedModel<M extends Module> {
  /** A network of its own, in evaluation mode: what is evaluated and saved. */
  readonly module: M;
  /** How many updates there were. */
  readonly updates: number;
  /** Takes the weights that the network has now into the average; the first takes them as they are. Call it behind `step()`. */
  update(): void;
}

/**
 * A copy of a network whose weights follow the network's, smoothed: average ← decay · average + (1 − decay) · weights, the
 * exponential moving average (Polyak & Juditsky 1992), or with `decay: null` the mean of all updates (Izmailov et al. 2018,
 * "Averaging weights leads to wider optima and better generalization"). It often knows unseen data better than the network itself,
 * whose last steps still jump about.
 *
 * PyTorch: `torch.optim.swa_utils.AveragedModel`, `get_ema_multi_avg_fn`.
 *
 * @param net The network that is trained.
 * @param options decay, useBuffers.
 * @returns The average.
 * @throws {RangeError} if decay is no number from 0 to 1.
 * @throws {TypeError} if it is no module, or an option is of another kind or name.
 * @example
 * ```ts
 * import { averagedModel, nn, optim, randn } from "descent";
 * const net = new nn.Linear(3, 1), average = averagedModel(net, { decay: 0.9 });
 * const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
 * for (let i = 0; i < 5; i++) {
 *   net.forward(randn(8, 3)).square().mean().backward();
 *   optimizer.step();
 *   optimizer.zeroGrad();
 *   average.update();
 * }
 * console.log(average.module.forward(randn(1, 3)).shape, average.updates); // [1, 1] 5
 * ```
 */
export function averagedModel<M extends Module>(
  net: M,
  options: AveragedModelOptions = {},
): AveragedModel<M> {
  const name = "averagedModel";
  if (arguments.length > 2) surplus(name, arguments, 2);
  if (!(net instanceof Module)) throw new TypeError(`${name}: a network is needed, not ${describe(net)}`);
  checkOptions(name, options, ["decay", "useBuffers"]);
  const { decay = 0.999, useBuffers = false } = options;
  if (decay !== null) checkRange(name, "decay", decay, 0, 1);
  checkBoolean(name, "useBuffers", useBuffers);
  const module = net.deepCopy().eval().requiresGrad_(false);
  let updates = 0;
  const update = () => {
    const weight = updates === 0 ? 1 : decay === null ? 1 / (updates + 1) : 1 - decay;
    unrecorded(() => {
      follow(module.parameters(), net.parameters(), weight);
      follow(module.buffers(), net.buffers(), useBuffers ? weight : 1);
    });
    updates++;
  };
  return {
    module,
    get updates() {
      return updates;
    },
    update,
  };
}

/** Moves averages towards what there is now; integers, such as counts, are taken as they are. */
function follow(averages: readonly Tensor[], now: readonly Tensor[], weight: number): void {
  averages.forEach((average, i) => {
    if (weight === 1 || average.dtype !== "float32") average.copy_(now[i]);
    else average.lerp_(now[i], weight);
  });
}
