/** Batch normalization. */
import { apply, commonDevice } from "../autograd/graph.ts";
import { exclusive } from "../autograd/in_place.ts";
import type { Value } from "../autograd/value.ts";
import { toDtype } from "../tensor/combine.ts";
import { text } from "../device/shape.ts";
import { checkTensor, checkTensorOrNull } from "../tensor/check.ts";
import { Tensor } from "../tensor/tensor.ts";
import { made } from "../tensor/values.ts";
import { checkBoolean, checkNumber, checkOptions, surplus } from "../text/arguments.ts";

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
  /** Whether to normalize with the batch's own statistics (and update the running ones): false if not said. */
  training?: boolean;
  /** Share of the new batch in the running statistics: 0.1 if not said. */
  momentum?: number;
  /** ε, added to the variance: 1e-5 if not said. */
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

/**
 * {@linkcode batchNorm} for a layer.
 *
 * @param momentum null: all batches count the same.
 * @param batches How many there were, int32 []: in training one more.
 */
export function normalizeBatch(
  x: Tensor,
  options: Omit<BatchNormOptions, "momentum">,
  momentum: number | null,
  batches: Tensor | null,
): Tensor {
  checkTensor("batchNorm", "x", x);
  const { weight = null, bias = null, runningMean = null, runningVar = null } = options;
  const { training = false, eps = 1e-5 } = options;
  const tensors = Object.entries({ weight, bias, runningMean, runningVar });
  for (const [name, t] of tensors) checkTensorOrNull("batchNorm", name, t);
  checkBoolean("batchNorm", "training", training);
  checkNumber("batchNorm", "eps", eps);
  if (x.ndim < 2) {
    throw new RangeError(`batchNorm: an input [N, C, ...] is needed, not shape ${text(x.shape)}`);
  }
  const channels = x.shape[1], count = x.size / Math.max(1, channels);
  for (const [name, t] of tensors) {
    if (t !== null && (t.ndim !== 1 || t.shape[0] !== channels)) {
      throw new RangeError(
        `batchNorm: ${name} must have shape [${channels}], one number per channel, not ${text(t.shape)}`,
      );
    }
    if (t !== null && t.dtype !== "float32") {
      throw new TypeError(`batchNorm: ${name} must be float32, not ${t.dtype}; use to("float32")`);
    }
  }
  if (!(eps >= 0 && eps < Infinity)) throw new RangeError(`batchNorm: eps must be a number ≥ 0, not ${eps}`);
  const { device } = x;
  const filled = (n: number) => made("batchNorm", device, () => device.kernels.fill([channels], n));
  const scale = weight?.value ?? filled(1), offset = bias?.value ?? filled(0);
  const input = toDtype(x.value, "float32");
  if (!training) {
    if (runningMean === null || runningVar === null) {
      throw new TypeError(
        "batchNorm: evaluation needs runningMean and runningVar; pass them, or training: true",
      );
    }
    const inputs = [input, scale, offset, runningMean.value, runningVar.value];
    return new Tensor(apply("batchNormInference", inputs, { epsilon: eps }));
  }
  if (count <= 1) {
    throw new RangeError(
      `batchNorm: in training more than one value per channel is needed, and shape ${
        text(x.shape)
      } has ${count}; ` +
        `use a larger batch, or eval()`,
    );
  }
  if (runningMean === null && runningVar === null) {
    return new Tensor(apply("batchNorm", [input, scale, offset], { epsilon: eps }));
  }
  const mean = runningMean?.value ?? filled(0), variance = runningVar?.value ?? filled(0);
  if (mean === variance) {
    throw new RangeError("batchNorm: runningMean and runningVar must be two tensors, not the same one");
  }
  commonDevice("batchNorm", [input, mean, variance, ...(batches === null ? [] : [batches.value])]);
  const own = (value: Value) => exclusive(value, "batchNorm");
  const running = {
    ...{ mean: own(mean), variance: own(variance), batches: batches && own(batches.value) },
    momentum,
  };
  return new Tensor(apply("batchNorm", [input, scale, offset], { epsilon: eps, running }));
}
