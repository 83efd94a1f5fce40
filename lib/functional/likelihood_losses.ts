/** Losses that are likelihoods: how improbable the target is under what was predicted. */
import { apply } from "../autograd/graph.ts";
import { broadcastShapes, sameShape, text } from "../device/shape.ts";
import { checkTensor, checkTensorLike, checkTensorOrNull } from "../tensor/check.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { TensorLike } from "../tensor/tensor.ts";
import { makeValue } from "../tensor/values.ts";
import { checkBoolean, checkChoice, checkOptions, checkRange, surplus } from "../text/arguments.ts";
import type { LossOptions } from "./losses.ts";
import { checkReduction, reduce } from "./reduction.ts";
import { matching } from "./target.ts";

/** Settings of {@linkcode binaryCrossEntropy}. */
export interface BinaryCrossEntropyOptions extends LossOptions {
  /** How much each element counts, broadcast: 1 by default. */
  weight?: Tensor | null;
}

/** Settings of {@linkcode klDivLoss}. */
export interface KlDivLossOptions {
  /** "mean" of all elements by default, as in PyTorch; "batchmean", the sum divided by the first size, is the divergence. */
  reduction?: "mean" | "batchmean" | "sum" | "none";
  /** Whether the target holds logarithms, too: false by default. */
  logTarget?: boolean;
}

/** Settings of {@linkcode gaussianNLLLoss}. */
export interface GaussianNLLLossOptions extends LossOptions {
  /** Whether the constant ½ ln 2π is added: false by default. */
  full?: boolean;
  /** The least variance that is counted: 1e-6 by default. */
  eps?: number;
}

/** Settings of {@linkcode poissonNLLLoss}. */
export interface PoissonNLLLossOptions extends LossOptions {
  /** Whether the input is the logarithm of the rate: true by default. */
  logInput?: boolean;
  /** Whether Stirling's approximation of ln target! is added where the target is above 1: false by default. */
  full?: boolean;
  /** Added to the rate before its logarithm: 1e-8 by default. */
  eps?: number;
}

/** The checks that these losses share; the input and the target in float32. */
function compared(
  name: string,
  x: Tensor,
  target: TensorLike,
  options: object,
  known: readonly string[],
): [Tensor, Tensor] {
  checkOptions(name, options, ["reduction", ...known]);
  checkTensor(name, "the input", x);
  checkTensorLike(name, "the target", target);
  return [x.to("float32"), matching(name, x, target)];
}

/**
 * Cross-entropy of a yes or no, given as a probability: −(y ln p + (1 − y) ln(1 − p)), no logarithm below −100. Of logits
 * {@linkcode binaryCrossEntropyWithLogits} is more exact.
 *
 * PyTorch: `torch.nn.functional.binary_cross_entropy`.
 *
 * @param x p, any shape: numbers from 0 to 1; elsewhere the loss is NaN.
 * @param target y, the same shape: 0, 1, or a probability in between.
 * @param options weight, reduction.
 * @returns A tensor of no dimension; of x's shape with `reduction: "none"`.
 * @throws {RangeError} if the shapes differ, a weight does not broadcast, or there is no such reduction.
 * @throws {TypeError} for what is no tensor, and for options that there are not.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * const loss = F.binaryCrossEntropy(tensor([0.5, 0.9]), tensor([1, 1]));
 * console.log((await loss.item()).toFixed(4)); // 0.3993
 * ```
 */
export function binaryCrossEntropy(
  x: Tensor,
  target: TensorLike,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  const name = "binaryCrossEntropy";
  if (arguments.length > 3) surplus(name, arguments, 3);
  const [p, y] = compared(name, x, target, options, ["weight"]);
  const { weight = null, reduction = "mean" } = options;
  checkTensorOrNull(name, "weight", weight);
  checkReduction(name, reduction);
  const wide = typeof target === "number" ? y.expand(p.shape) : y;
  const loss = new Tensor(apply("binaryCrossEntropy", [p.value, wide.value], undefined));
  if (weight === null) return reduce(loss, reduction);
  if (!sameShape(broadcastShapes(name, p.shape, weight.shape), p.shape)) {
    throw new RangeError(
      `${name}: a weight ${text(weight.shape)} does not broadcast to the input's shape ${text(p.shape)}`,
    );
  }
  return reduce(loss.mul(weight.to("float32")), reduction);
}

/**
 * The divergence of Kullback and Leibler (1951) of what was predicted from the target: t (ln t − x), 0 where t is 0.
 *
 * PyTorch: `torch.nn.functional.kl_div`.
 *
 * @param x Logarithms of probabilities, any shape.
 * @param target t, the same shape: probabilities, or with `logTarget` their logarithms.
 * @param options logTarget, reduction.
 * @returns A tensor of no dimension; of x's shape with `reduction: "none"`.
 * @throws {RangeError} if the shapes differ, or there is no such reduction.
 * @throws {TypeError} for what is no tensor, and for options that there are not.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * const x = tensor([[1, 2, 3]]).logSoftmax(1), target = tensor([[0.2, 0.3, 0.5]]);
 * console.log((await F.klDivLoss(x, target, { reduction: "batchmean" }).item()).toFixed(4)); // 0.0780
 * ```
 */
export function klDivLoss(x: Tensor, target: TensorLike, options: KlDivLossOptions = {}): Tensor {
  const name = "klDivLoss";
  if (arguments.length > 3) surplus(name, arguments, 3);
  const [logs, t] = compared(name, x, target, options, ["logTarget"]);
  const { logTarget = false, reduction = "mean" } = options;
  checkBoolean(name, "logTarget", logTarget);
  checkChoice(name, "reduction", reduction, ["mean", "batchmean", "sum", "none"]);
  // Where t is 0 its logarithm is not looked at, neither by the loss nor by its gradient.
  const loss = logTarget
    ? t.exp().mul(t.sub(logs))
    : t.mul(t.where(t.gt(0), 1).log()).where(t.gt(0), 0).sub(t.mul(logs));
  if (reduction !== "batchmean") return reduce(loss, reduction);
  return x.ndim === 0 ? loss : loss.sum().div(x.shape[0]);
}

/**
 * The negative log-likelihood of numbers under normal distributions (Nix & Weigend 1994):
 * ½ (ln v + (x − target)² / v), with v = max(variance, eps).
 *
 * PyTorch: `torch.nn.functional.gaussian_nll_loss`.
 *
 * @param x The expected values, any shape.
 * @param target The same shape, or a number.
 * @param variance The same shape; or one variance for a line of the last dimension, [..., 1] or without it; or a number. It is to
 * be ≥ 0; the gradient flows as if it were never below eps.
 * @param options full, eps, reduction.
 * @returns A tensor of no dimension; of x's shape with `reduction: "none"`.
 * @throws {RangeError} if the shapes do not fit, eps is no finite number ≥ 0, or there is no such reduction.
 * @throws {TypeError} for what is no tensor, and for options that there are not.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.gaussianNLLLoss(tensor([1, 2]), tensor([1, 4]), tensor([1, 1])).item(), 1);
 * ```
 */
export function gaussianNLLLoss(
  x: Tensor,
  target: TensorLike,
  variance: TensorLike,
  options: GaussianNLLLossOptions = {},
): Tensor {
  const name = "gaussianNLLLoss";
  if (arguments.length > 4) surplus(name, arguments, 4);
  const [mean, t] = compared(name, x, target, options, ["full", "eps"]);
  checkTensorLike(name, "the variance", variance);
  const { full = false, eps = 1e-6, reduction = "mean" } = options;
  checkBoolean(name, "full", full);
  checkRange(name, "eps", eps, 0);
  checkReduction(name, reduction);
  let v = variance instanceof Tensor
    ? variance.to("float32")
    : new Tensor(makeValue(name, variance, { device: mean.device, dtype: "float32" }));
  const last = mean.ndim - 1;
  if (sameShape(v.shape, mean.shape.slice(0, last)) && v.ndim === last && last >= 0) v = v.unsqueeze(-1);
  const perLine = v.ndim === mean.ndim &&
    v.shape.every((n, d) => n === mean.shape[d] || (d === last && n === 1));
  if (v.ndim > 0 && !perLine) {
    throw new RangeError(`${name}: a variance ${text(v.shape)} does not fit the input ${text(mean.shape)}`);
  }
  const floored = v.sub(v.detach()).add(v.detach().clamp({ min: eps }));
  const loss = floored.log().add(mean.sub(t).square().div(floored)).mul(0.5);
  return reduce(full ? loss.add(0.5 * Math.log(2 * Math.PI)) : loss, reduction);
}

/**
 * The negative log-likelihood of counts under Poisson distributions: eˣ − target · x of logarithms of rates, else
 * x − target · ln(x + eps).
 *
 * PyTorch: `torch.nn.functional.poisson_nll_loss`.
 *
 * @param x Logarithms of rates, or rates, any shape.
 * @param target Counts, the same shape, or a number.
 * @param options logInput, full, eps, reduction.
 * @returns A tensor of no dimension; of x's shape with `reduction: "none"`.
 * @throws {RangeError} if the shapes differ, eps is no finite number ≥ 0, or there is no such reduction.
 * @throws {TypeError} for what is no tensor, and for options that there are not.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.poissonNLLLoss(tensor([0, 0]), tensor([3, 0])).item(), 1);
 * ```
 */
export function poissonNLLLoss(x: Tensor, target: TensorLike, options: PoissonNLLLossOptions = {}): Tensor {
  const name = "poissonNLLLoss";
  if (arguments.length > 3) surplus(name, arguments, 3);
  const [rate, t] = compared(name, x, target, options, ["logInput", "full", "eps"]);
  const { logInput = true, full = false, eps = 1e-8, reduction = "mean" } = options;
  checkBoolean(name, "logInput", logInput);
  checkBoolean(name, "full", full);
  checkRange(name, "eps", eps, 0);
  checkReduction(name, reduction);
  const loss = logInput ? rate.exp().sub(t.mul(rate)) : rate.sub(t.mul(rate.add(eps).log()));
  if (!full) return reduce(loss, reduction);
  const many = t.gt(1), safe = t.where(many, 1);
  const stirling = safe.mul(safe.log()).sub(safe).add(safe.mul(2 * Math.PI).log().mul(0.5));
  return reduce(loss.add(stirling.where(many, 0)), reduction);
}

/**
 * The logistic loss of marks 1 and −1: ln(1 + e^(−y x)).
 *
 * PyTorch: `torch.nn.functional.soft_margin_loss`.
 *
 * @param x Any shape.
 * @param target y, the same shape, or a number: 1 or −1.
 * @param options reduction.
 * @returns A tensor of no dimension; of x's shape with `reduction: "none"`.
 * @throws {RangeError} if the shapes differ, or there is no such reduction.
 * @throws {TypeError} for what is no tensor, and for options that there are not.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * console.log((await F.softMarginLoss(tensor([0, 2]), [1, -1]).item()).toFixed(4)); // 1.4100
 * ```
 */
export function softMarginLoss(x: Tensor, target: TensorLike, options: LossOptions = {}): Tensor {
  if (arguments.length > 3) surplus("softMarginLoss", arguments, 3);
  const [logit, y] = compared("softMarginLoss", x, target, options, []);
  const { reduction = "mean" } = options;
  checkReduction("softMarginLoss", reduction);
  return reduce(logit.mul(y).neg().softplus(), reduction);
}
