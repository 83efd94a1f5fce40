/** Batch normalization. */
import type { Tensor } from "../tensor/tensor.ts";
import { checkNumber, checkOptions, surplus } from "../text/arguments.ts";
import { normalizeBatch } from "./batch_norm.ts";

/** Settings of a batch normalization. */
export interface BatchNormOptions {
  /** γ [C], ones if not given. */
  weight?: Tensor | null;
  /** β [C], zeros if not given. */
  bias?: Tensor | null;
  /** Running mean [C]: used in evaluation, updated in place in training. */
  runningMean?: Tensor | null;
  /** Running variance [C], unbiased: used in evaluation, updated in place in training. */
  runningVar?: Tensor | null;
  /** Whether to normalize with the batch's own statistics (and update the running ones): false by default. */
  training?: boolean;
  /** Share of the new batch in the running statistics: 0.1 by default. */
  momentum?: number;
  /** ε, added to the variance: 1e-5 by default. */
  eps?: number;
}

const OPTIONS = ["weight", "bias", "runningMean", "runningVar", "training", "momentum", "eps"];

/**
 * Normalizes every channel over the batch: y = γ (x − μ) / √(σ² + ε) + β (Ioffe & Szegedy 2015). In training μ and σ²
 * (biased, divided by m) are the batch's, else the running ones. Running statistics follow
 * running ← (1 − momentum) running + momentum · batch, with the unbiased variance (divided by m − 1).
 *
 * PyTorch: `torch.nn.functional.batch_norm`.
 *
 * @param x [N, C], [N, C, L] or [N, C, H, W].
 * @param options weight, bias, running statistics, training, momentum, eps.
 * @returns A tensor of x's shape.
 * @throws {RangeError} if sizes or settings do not fit, or a batch in training has one value per channel: its variance
 * says nothing.
 * @throws {TypeError} if there is no such option, weight, bias or statistics are not float32, or statistics are missing in evaluation.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * const y = F.batchNorm(tensor([[1, 10], [3, 30]]), { training: true });
 * console.log(await y.format()); // [[-1.0000, -1.0000], [1.0000, 1.0000]]
 * ```
 */
export function batchNorm(x: Tensor, options: BatchNormOptions = {}): Tensor {
  if (arguments.length > 2) surplus("batchNorm", arguments, 2, "all but x are options, by name");
  checkOptions("batchNorm", options, OPTIONS);
  const { momentum = 0.1, ...rest } = options;
  checkNumber("batchNorm", "momentum", momentum);
  if (!(momentum >= 0 && momentum <= 1)) {
    throw new RangeError(`batchNorm: momentum must be a share from 0 to 1, not ${momentum}`);
  }
  return normalizeBatch(x, rest, momentum, null);
}
