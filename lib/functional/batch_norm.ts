/**
 * Batch normalization, with running statistics that follow in the same kernel.
 *
 * @module
 */
import { apply, commonDevice } from "../autograd/graph.ts";
import { exclusive } from "../autograd/in_place.ts";
import type { Value } from "../autograd/value.ts";
import { text } from "../device/shape.ts";
import { checkTensor, checkTensorOrNull } from "../tensor/check.ts";
import { toDtype } from "../tensor/combine.ts";
import { Tensor } from "../tensor/tensor.ts";
import { made } from "../tensor/values.ts";
import { checkBoolean, checkNumber } from "../text/arguments.ts";

/**
 * What F.batchNorm and the layer share.
 *
 * @param momentum null: all batches count the same.
 * @param batches How many there were, int32 []: in training one more.
 */
export function normalizeBatch(
  x: Tensor,
  options:
    & { [name in "weight" | "bias" | "runningMean" | "runningVar"]?: Tensor | null }
    & { training?: boolean; eps?: number },
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
