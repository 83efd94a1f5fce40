/** Normalization over the last dimensions of each sample. */
import { apply } from "../autograd/graph.ts";
import { sameShape, sizeOf, text } from "../device/shape.ts";
import { toDtype, toShape } from "../tensor/combine.ts";
import { checkTensor, checkTensorOrNull } from "../tensor/check.ts";
import { checkShape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { made } from "../tensor/values.ts";
import { checkOptions, checkRange, surplus } from "../text/arguments.ts";

/** Settings of a layer normalization. */
export interface LayerNormOptions {
  /** γ, of the normalized shape; ones if not given. */
  weight?: Tensor | null;
  /** β, of the normalized shape; zeros if not given. */
  bias?: Tensor | null;
  /** ε, added to the variance: 1e-5 by default. */
  eps?: number;
}

/** Settings of {@linkcode rmsNorm}. */
export interface RmsNormOptions {
  /** γ, of the normalized shape; ones if not given. */
  weight?: Tensor | null;
  /** ε, added to the mean of the squares: 2⁻²³ by default, the distance from 1 to the next float32. */
  eps?: number | null;
}

/**
 * Layer normalization (Ba et al. 2016): y = γ (x − μ) / √(σ² + ε) + β, where μ and σ² (biased) are those of the numbers that share all
 * but the last dimensions. It is the same in training and in evaluation.
 *
 * PyTorch: `torch.nn.functional.layer_norm`.
 *
 * @param x [..., normalizedShape].
 * @param normalizedShape The sizes of the last dimensions, or of the last one.
 * @param options weight, bias, eps.
 * @returns A tensor of x's shape, float32.
 * @throws {RangeError} if x does not end with the normalized shape, weight or bias do not have it, or eps makes no sense.
 * @throws {TypeError} if an argument is of another kind, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * const y = F.layerNorm(tensor([[1, 3], [10, 30]]), 2);
 * console.log(await y.format()); // [[-1.0000, 1.0000], [-1.0000, 1.0000]]
 * ```
 */
export function layerNorm(
  x: Tensor,
  normalizedShape: number | readonly number[],
  options: LayerNormOptions = {},
): Tensor {
  if (arguments.length > 3) surplus("layerNorm", arguments, 3, "weight, bias and eps are options");
  checkOptions("layerNorm", options, ["weight", "bias", "eps"]);
  const { weight = null, bias = null, eps = 1e-5 } = options;
  const shape = checkNormalized("layerNorm", x, normalizedShape, { weight, bias });
  checkRange("layerNorm", "eps", eps, 0);
  const columns = sizeOf(shape), rows = sizeOf(x.shape.slice(0, x.ndim - shape.length));
  const flat = (one: Tensor | null, rest: number) =>
    one === null
      ? made("layerNorm", x.device, () => x.device.kernels.fill([columns], rest))
      : toShape(toDtype(one.value, "float32"), [columns]);
  const inputs = [toShape(toDtype(x.value, "float32"), [rows, columns])];
  if (weight !== null || bias !== null) inputs.push(flat(weight, 1), flat(bias, 0));
  return new Tensor(toShape(apply("layerNorm", inputs, { epsilon: eps }), x.shape));
}

/**
 * Root mean square normalization (Zhang & Sennrich 2019): y = γ x / √(mean x² + ε), the mean being that of the numbers that share
 * all but the last dimensions. A layer normalization that takes no mean off.
 *
 * PyTorch: `torch.nn.functional.rms_norm`.
 *
 * @param x [..., normalizedShape].
 * @param normalizedShape The sizes of the last dimensions, or of the last one.
 * @param options weight, eps.
 * @returns A tensor of x's shape, float32.
 * @throws {RangeError} if x does not end with the normalized shape, weight does not have it, or eps makes no sense.
 * @throws {TypeError} if an argument is of another kind, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * const y = F.rmsNorm(tensor([1, 7]), 2);
 * console.log(await y.format()); // [0.2000, 1.4000]
 * ```
 */
export function rmsNorm(
  x: Tensor,
  normalizedShape: number | readonly number[],
  options: RmsNormOptions = {},
): Tensor {
  if (arguments.length > 3) surplus("rmsNorm", arguments, 3, "weight and eps are options");
  checkOptions("rmsNorm", options, ["weight", "eps"]);
  const { weight = null, eps = null } = options;
  const shape = checkNormalized("rmsNorm", x, normalizedShape, { weight });
  const epsilon = eps === null ? 2 ** -23 : checkRange("rmsNorm", "eps", eps, 0);
  const input = x.to("float32");
  const squares = input.square().mean(shape.map((_, i) => x.ndim - 1 - i), { keepdim: true });
  const y = input.mul(new Tensor(apply("rsqrt", [squares.add(epsilon).value], undefined)));
  return weight === null ? y : y.mul(weight.to("float32"));
}

/** The normalized shape as a list, once x ends with it, and γ and β have it. */
function checkNormalized(
  name: string,
  x: Tensor,
  normalizedShape: number | readonly number[],
  learned: Readonly<Record<string, Tensor | null>>,
): number[] {
  checkTensor(name, "x", x);
  for (const [argument, one] of Object.entries(learned)) checkTensorOrNull(name, argument, one);
  const shape = checkShape(name, typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape);
  if (shape.length === 0) {
    throw new RangeError(`${name}: the normalized shape must have at least one dimension`);
  }
  if (!sameShape(x.shape.slice(-shape.length), shape)) {
    throw new RangeError(
      `${name}: an input [..., ${shape.join(", ")}] is needed for a normalized shape ${text(shape)}, not ${
        text(x.shape)
      }`,
    );
  }
  for (const [argument, one] of Object.entries(learned)) {
    if (one === null || sameShape(one.shape, shape)) continue;
    throw new RangeError(
      `${name}: ${argument} must have the normalized shape ${text(shape)}, not ${text(one.shape)}`,
    );
  }
  return shape;
}
