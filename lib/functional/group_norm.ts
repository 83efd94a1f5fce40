/** Normalization over groups of channels, down to single ones. */
import { apply, applyMany } from "../autograd/graph.ts";
import { unrecorded } from "../autograd/no_grad.ts";
import { Value } from "../autograd/value.ts";
import { sizeOf, text } from "../device/shape.ts";
import { toDtype, toShape } from "../tensor/combine.ts";
import { checkTensor, checkTensorOrNull } from "../tensor/check.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkBoolean, checkOptions, checkRange, checkWhole, surplus } from "../text/arguments.ts";
import { batchNorm } from "./normalization.ts";

/** Settings of {@linkcode groupNorm}. */
export interface GroupNormOptions {
  /** γ [C], ones if not given. */
  weight?: Tensor | null;
  /** β [C], zeros if not given. */
  bias?: Tensor | null;
  /** ε, added to the variance: 1e-5 by default. */
  eps?: number;
}

/** Settings of {@linkcode instanceNorm}. */
export interface InstanceNormOptions extends GroupNormOptions {
  /** Running mean [C]: updated in place, or used if the input's own statistics are not. */
  runningMean?: Tensor | null;
  /** Running variance [C], unbiased; as `runningMean`. */
  runningVar?: Tensor | null;
  /** Whether to normalize with the input's own statistics (and update the running ones): true by default. */
  useInputStats?: boolean;
  /** Share of the new input in the running statistics: 0.1 by default. */
  momentum?: number;
}

/**
 * Group normalization (Wu & He 2018): y = γ (x − μ) / √(σ² + ε) + β, where μ and σ² (biased) are those of a group of channels of one
 * sample. One group is a layer normalization of the sample, as many as there are channels an instance normalization.
 *
 * PyTorch: `torch.nn.functional.group_norm`.
 *
 * @param x [N, C, ...].
 * @param numGroups How many groups of neighbouring channels; divides C.
 * @param options weight, bias, eps: γ and β have one number a channel.
 * @returns A tensor of x's shape, float32.
 * @throws {RangeError} if sizes do not fit, or all of x is a single number a group.
 * @throws {TypeError} if an argument is of another kind, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * const y = F.groupNorm(tensor([[1, 3, 10, 30]]), 2);
 * console.log(await y.format()); // [[-1.0000, 1.0000, -1.0000, 1.0000]]
 * ```
 */
export function groupNorm(x: Tensor, numGroups: number, options: GroupNormOptions = {}): Tensor {
  if (arguments.length > 3) surplus("groupNorm", arguments, 3, "weight, bias and eps are options");
  checkOptions("groupNorm", options, ["weight", "bias", "eps"]);
  checkTensor("groupNorm", "x", x);
  const { weight = null, bias = null, eps = 1e-5 } = options;
  checkWhole("groupNorm", "numGroups", numGroups, 1);
  checkRange("groupNorm", "eps", eps, 0);
  checkChannels("groupNorm", x, 2, { weight, bias });
  const [batch, channels] = x.shape, groups = batch * numGroups;
  if (channels % numGroups !== 0) {
    throw new RangeError(
      `groupNorm: numGroups must divide ${channels} channels, and ${numGroups} does not`,
    );
  }
  if (x.size === numGroups) {
    throw new RangeError(
      `groupNorm: more than one value per group is needed, and shape ${
        text(x.shape)
      } has 1 in each of ${numGroups} groups`,
    );
  }
  const rows = toShape(toDtype(x.value, "float32"), [groups, groups === 0 ? 0 : x.size / groups]);
  const y = toShape(apply("layerNorm", [rows], { epsilon: eps }), x.shape);
  return affine(new Tensor(y), weight, bias);
}

/**
 * Instance normalization (Ulyanov et al. 2016): y = γ (x − μ) / √(σ² + ε) + β, where μ and σ² (biased) are those of one channel of one
 * sample. Running statistics follow running ← (1 − momentum) running + momentum · the mean over the samples, with unbiased variances.
 *
 * PyTorch: `torch.nn.functional.instance_norm`.
 *
 * @param x [N, C, L] or [N, C, H, W]; any number of dimensions behind the channels.
 * @param options weight, bias, running statistics, useInputStats, momentum, eps.
 * @returns A tensor of x's shape, float32.
 * @throws {RangeError} if sizes or settings do not fit, or a channel of a sample is a single number.
 * @throws {TypeError} if there is no such option, an argument is of another kind, or running statistics are missing that are to be
 * used.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * const y = F.instanceNorm(tensor([[[1, 3], [10, 30]]]));
 * console.log(await y.format()); // [[[-1.0000, 1.0000], [-1.0000, 1.0000]]]
 * ```
 */
export function instanceNorm(x: Tensor, options: InstanceNormOptions = {}): Tensor {
  if (arguments.length > 2) surplus("instanceNorm", arguments, 2, "all but x are options, by name");
  checkOptions("instanceNorm", options, INSTANCE_OPTIONS);
  checkTensor("instanceNorm", "x", x);
  const { weight = null, bias = null, runningMean = null, runningVar = null } = options;
  const { useInputStats = true, momentum = 0.1, eps = 1e-5 } = options;
  checkBoolean("instanceNorm", "useInputStats", useInputStats);
  checkRange("instanceNorm", "momentum", momentum, 0, 1);
  checkRange("instanceNorm", "eps", eps, 0);
  checkChannels("instanceNorm", x, 3, { weight, bias, runningMean, runningVar });
  if (!useInputStats) {
    if (runningMean === null || runningVar === null) {
      throw new TypeError(
        "instanceNorm: without the input's own statistics runningMean and runningVar are needed; " +
          "pass them, or useInputStats: true",
      );
    }
    return batchNorm(x, { weight, bias, runningMean, runningVar, eps });
  }
  const [batch, channels] = x.shape, count = sizeOf(x.shape.slice(2));
  if (count === 1) {
    throw new RangeError(
      `instanceNorm: more than one value per channel is needed, and shape ${text(x.shape)} has 1`,
    );
  }
  const rows = toShape(toDtype(x.value, "float32"), [batch * channels, count]);
  const { value, extra } = applyMany("layerNorm", [rows], { epsilon: eps });
  unrecorded(() => {
    const [means, variances] = extra.map((one) =>
      new Tensor(new Value(one)).reshape(batch, channels).mean(0)
    );
    const blend = (running: Tensor, own: Tensor) => running.mul_(1 - momentum).add_(own);
    if (runningMean !== null) blend(runningMean, means.mul(momentum));
    if (runningVar !== null) blend(runningVar, variances.mul(momentum * count / (count - 1)));
  });
  return affine(new Tensor(toShape(value, x.shape)), weight, bias);
}

const INSTANCE_OPTIONS = [
  ...["weight", "bias", "runningMean", "runningVar", "useInputStats", "momentum", "eps"],
];

/** γ y + β, with one number a channel. */
function affine(y: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor {
  const shape = y.shape.slice(1).map((n, d) => d === 0 ? n : 1);
  const over = (one: Tensor) => one.reshape(shape);
  if (weight !== null) y = y.mul(over(weight));
  return bias === null ? y : y.add(over(bias));
}

/** Checks that there are so many dimensions, and one number a channel. */
function checkChannels(
  name: string,
  x: Tensor,
  least: number,
  perChannel: Readonly<Record<string, Tensor | null>>,
): void {
  if (x.ndim < least) {
    const wanted = least === 2 ? "[N, C, ...]" : "[N, C, L] or [N, C, H, W]";
    throw new RangeError(`${name}: an input ${wanted} is needed, not shape ${text(x.shape)}`);
  }
  for (const [argument, one] of Object.entries(perChannel)) {
    checkTensorOrNull(name, argument, one);
    if (one === null) continue;
    if (one.ndim !== 1 || one.shape[0] !== x.shape[1]) {
      throw new RangeError(
        `${name}: ${argument} must have shape [${x.shape[1]}], one number per channel, not ${
          text(one.shape)
        }`,
      );
    }
    if (one.dtype !== "float32") {
      throw new TypeError(`${name}: ${argument} must be float32, not ${one.dtype}; use to("float32")`);
    }
  }
}
