/** How wrong an answer is, as one number: what training makes small. */
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { broadcastShapes, sameShape, text } from "../device/shape.ts";
import { checkTensor, checkTensorLike, checkTensorOrNull } from "../tensor/check.ts";
import { checkOptions, surplus } from "../text/arguments.ts";
import { checkReduction, reduce } from "./reduction.ts";
import { matching } from "./target.ts";

/** What becomes of the losses of the single elements: their mean (over a batch: of its examples), their sum, nothing. */
export type Reduction = "mean" | "sum" | "none";

/** Settings of {@linkcode mseLoss}. */
export interface LossOptions {
  /** "mean" by default. */
  reduction?: Reduction;
}

/** Settings of {@linkcode binaryCrossEntropyWithLogits}. */
export interface BinaryLossOptions extends LossOptions {
  /** How much each element counts, broadcast: 1 by default. */
  weight?: Tensor | null;
  /** How much the ones of the target count against its zeros, broadcast: 1 by default. */
  posWeight?: Tensor | null;
}

/**
 * The mean squared error, (x − target)².
 *
 * PyTorch: `torch.nn.functional.mse_loss`.
 *
 * @param x Any shape.
 * @param target The same shape, or a number.
 * @param options reduction.
 * @returns A tensor of no dimension; of x's shape with `reduction: "none"`.
 * @throws {RangeError} if the shapes differ, or there is no such reduction.
 * @throws {TypeError} for what is no tensor, and for options that there are not.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.mseLoss(tensor([1, 2]), tensor([1, 4])).item(), 2);
 * ```
 */
export function mseLoss(
  x: Tensor,
  target: TensorLike,
  options: LossOptions = {},
): Tensor {
  if (arguments.length > 3) surplus("mseLoss", arguments, 3);
  checkOptions("mseLoss", options, ["reduction"]);
  checkTensor("mseLoss", "x", x);
  checkTensorLike("mseLoss", "the target", target);
  const { reduction = "mean" } = options;
  checkReduction("mseLoss", reduction);
  return reduce(x.to("float32").sub(matching("mseLoss", x, target)).square(), reduction);
}

/**
 * Cross-entropy of a yes or no, given as logits: −(p y ln σ(x) + (1 − y) ln(1 − σ(x))), computed without overflow as
 * (1 − y) x + (1 + (p − 1) y) ln(1 + e⁻ˣ), with p the weight of the ones.
 *
 * PyTorch: `torch.nn.functional.binary_cross_entropy_with_logits`.
 *
 * @param logits x, any shape.
 * @param target y, the same shape: 0, 1, or a probability in between.
 * @param options reduction, weight, posWeight.
 * @returns A tensor of no dimension; of the logits' shape with `reduction: "none"`.
 * @throws {RangeError} if the shapes differ, or there is no such reduction.
 * @throws {TypeError} for what is no tensor, and for options that there are not.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * const loss = F.binaryCrossEntropyWithLogits(tensor([0, 2]), tensor([1, 1]));
 * console.log((await loss.item()).toFixed(4)); // 0.4100
 * ```
 */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  target: TensorLike,
  options: BinaryLossOptions = {},
): Tensor {
  const name = "binaryCrossEntropyWithLogits";
  if (arguments.length > 3) surplus(name, arguments, 3);
  checkOptions(name, options, ["reduction", "weight", "posWeight"]);
  checkTensor(name, "the input", logits);
  checkTensorLike(name, "the target", target);
  const { reduction = "mean", weight = null, posWeight = null } = options;
  checkTensorOrNull(name, "weight", weight);
  checkTensorOrNull(name, "posWeight", posWeight);
  checkReduction(name, reduction);
  const y = matching(name, logits, target);
  for (const factor of [weight, posWeight]) {
    if (factor === null) continue;
    if (sameShape(broadcastShapes(name, logits.shape, factor.shape), logits.shape)) continue;
    throw new RangeError(
      `${name}: a weight ${text(factor.shape)} does not broadcast to the logits' shape ${text(logits.shape)}`,
    );
  }
  const x = logits.to("float32"), miss = x.neg().softplus();
  const scaled = posWeight === null ? miss : miss.mul(y.mul(posWeight.to("float32").sub(1)).add(1));
  const loss = x.sub(x.mul(y)).add(scaled);
  return reduce(weight === null ? loss : loss.mul(weight), reduction);
}
