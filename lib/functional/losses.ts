/** Losses: one number that says how wrong a prediction is. */
import { noGrad } from "../autograd/graph.ts";
import { sameShape, text } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { tensor } from "../tensor/create.ts";
import type { TensorLike } from "../tensor/base.ts";
import type { NestedArray } from "../tensor/values.ts";
import { oneHot } from "./normalization.ts";

/** What becomes of the losses of the single elements. */
export type Reduction = "mean" | "sum" | "none";

/** The setting that all losses have. */
export interface LossOptions {
  /** "mean" if not said. */
  reduction?: Reduction;
}

/** Settings of the losses over classes. */
export interface ClassLossOptions extends LossOptions {
  /** A weight for each class [C]; the mean is then a weighted one. */
  weight?: Tensor | null;
  /** Targets of this class count for nothing. */
  ignoreIndex?: number;
}

function reduce(operation: string, loss: Tensor, reduction: Reduction): Tensor {
  switch (reduction) {
    case "mean":
      return loss.mean();
    case "sum":
      return loss.sum();
    case "none":
      return loss;
    default:
      throw new RangeError(`${operation}: reduction must be "mean", "sum" or "none", not "${reduction}"`);
  }
}

function lift(like: TensorLike): Tensor {
  return like instanceof Tensor ? like : tensor(like as NestedArray);
}

function sameShapes(operation: string, input: Tensor, target: Tensor): void {
  if (!sameShape(input.shape, target.shape)) {
    throw new RangeError(
      `${operation}: input ${text(input.shape)} and target ${text(target.shape)} must have one shape; ` +
        `reshape one of them, so that broadcasting does not compare what does not belong together`,
    );
  }
}

/**
 * The mean square of the error: (1/n) Σ (input − target)².
 *
 * @param input Predictions, of any shape.
 * @param target What they should be, of the same shape.
 * @param options reduction.
 * @returns A single number, or one per element with reduction "none".
 * @throws {RangeError} if the shapes differ.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.mseLoss(tensor([1, 2]), tensor([1, 4])).item(), 2);
 * ```
 */
export function mseLoss(input: Tensor, target: TensorLike, { reduction = "mean" }: LossOptions = {}): Tensor {
  const wanted = lift(target);
  sameShapes("mseLoss", input, wanted);
  return reduce("mseLoss", input.sub(wanted).square(), reduction);
}

/** Class targets as an int32 tensor; checks classes that come as plain numbers. */
function classes(
  operation: string,
  target: TensorLike,
  count: number,
  ignoreIndex: number | undefined,
): Tensor {
  if (!(target instanceof Tensor)) {
    for (const c of ([target] as unknown[]).flat(Infinity as 1) as number[]) {
      if (Number.isInteger(c) && (c >= 0 && c < count || c === ignoreIndex)) continue;
      throw new RangeError(`${operation}: class ${c} is not one of the ${count} classes 0 to ${count - 1}`);
    }
    return tensor(target as NestedArray, { dtype: "int32" });
  }
  if (target.dtype !== "int32") {
    throw new TypeError(
      `${operation}: class targets must be int32, not ${target.dtype}; make them with dtype "int32", or use to("int32")`,
    );
  }
  return target;
}

/** The input as [N, C, …], its number of classes, and the shape that class targets have. */
function classShapes(operation: string, input: Tensor): { input: Tensor; count: number; shape: number[] } {
  if (input.ndim === 0) {
    throw new RangeError(`${operation}: an input [N, C, ...] or [C] is needed, not a single number`);
  }
  const batched = input.ndim === 1 ? input.unsqueeze(0) : input;
  const { shape } = batched;
  return { input: batched, count: shape[1], shape: input.ndim === 1 ? [] : shape.toSpliced(1, 1) };
}

/**
 * The negative log-likelihood: −log p[target], from log-probabilities.
 *
 * @param input Log-probabilities [N, C], [C] or [N, C, d₁, …].
 * @param target Classes [N], [] or [N, d₁, …], int32. Of a class that does not exist the loss is NaN.
 * @param options reduction, weight, ignoreIndex.
 * @returns A single number, or one per target with reduction "none".
 * @throws {RangeError} if shapes do not fit, or a target given as plain numbers is no class.
 * @throws {TypeError} if the target is not int32.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * const logits = tensor([[2, 0, 1]]);
 * const loss = F.nllLoss(logits.logSoftmax(1), [0]);
 * console.log((await loss.item()).toFixed(4)); // 0.4076
 * ```
 */
export function nllLoss(input: Tensor, target: TensorLike, options: ClassLossOptions = {}): Tensor {
  const { reduction = "mean", weight = null, ignoreIndex } = options;
  const { input: logP, count, shape } = classShapes("nllLoss", input);
  const wanted = classes("nllLoss", target, count, ignoreIndex);
  if (!sameShape(wanted.shape, shape)) {
    throw new RangeError(
      `nllLoss: input ${text(input.shape)} needs classes of shape ${text(shape)}, not ${text(wanted.shape)}`,
    );
  }
  checkWeight("nllLoss", weight, count);
  const index = input.ndim === 1 ? wanted.unsqueeze(0) : wanted;
  const ignored = ignoreIndex === undefined ? null : index.eq(ignoreIndex);
  const safe = ignored === null ? index : tensor(0, { dtype: "int32" }).where(ignored, index);
  let loss = logP.gather(1, safe.unsqueeze(1)).squeeze(1).neg();
  let weights: Tensor | null = null;
  if (weight !== null) weights = oneHot(safe, count).matmul(weight);
  if (ignored !== null) {
    const counted = ignored.eq(0).to("float32");
    weights = weights === null ? counted : weights.mul(counted);
    loss = tensor(0).where(ignored, loss);
  }
  if (weights !== null) loss = loss.mul(weights);
  if (reduction === "mean" && weights !== null) return loss.sum().div(weights.sum());
  return reduce("nllLoss", input.ndim === 1 ? loss.squeeze(0) : loss, reduction);
}

function checkWeight(operation: string, weight: Tensor | null, count: number): void {
  if (weight !== null && !sameShape(weight.shape, [count])) {
    throw new RangeError(
      `${operation}: weight must have shape [${count}], one number per class, not ${text(weight.shape)}`,
    );
  }
}

/**
 * The cross-entropy of a prediction: −Σ q log softmax(logits) over the classes, where q is 1 at the target class (the
 * negative log-likelihood), or a distribution that is given. Logits are what a network puts out before softmax.
 *
 * @param logits [N, C], [C] or [N, C, d₁, …].
 * @param target Classes, int32, of that shape without C; or class probabilities, float32, of the same shape.
 * @param options reduction, weight, ignoreIndex (classes only), labelSmoothing: share of the target that is spread evenly
 * over all classes (Szegedy et al. 2016), 0 if not said.
 * @returns A single number, or one per sample with reduction "none".
 * @throws {RangeError} if shapes do not fit, or a target given as plain numbers is no class.
 * @throws {TypeError} if class targets are not int32.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * const logits = tensor([[2, 0, 1], [0, 3, 0]]);
 * console.log((await F.crossEntropy(logits, [0, 1]).item()).toFixed(4)); // 0.2513
 * ```
 */
export function crossEntropy(
  logits: Tensor,
  target: TensorLike,
  options: ClassLossOptions & { labelSmoothing?: number } = {},
): Tensor {
  const { reduction = "mean", weight = null, labelSmoothing = 0, ignoreIndex } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new RangeError(`crossEntropy: labelSmoothing must be in [0, 1], not ${labelSmoothing}`);
  }
  const { input, count, shape } = classShapes("crossEntropy", logits);
  checkWeight("crossEntropy", weight, count);
  const logP = input.logSoftmax(1);
  const perClass = weight === null ? null : weight.reshape(count, ...shape.slice(1).map(() => 1));
  const given = target instanceof Tensor ? target : undefined;
  const isDistribution = given !== undefined && given.dtype === "float32" &&
    sameShape(given.shape, logits.shape);
  if (isDistribution) {
    let q = given;
    if (logits.ndim === 1) q = q.unsqueeze(0);
    if (labelSmoothing > 0) q = q.mul(1 - labelSmoothing).add(labelSmoothing / count);
    const parts = logP.mul(q);
    const loss = (perClass === null ? parts : parts.mul(perClass)).sum(1).neg();
    if (reduction === "mean") return loss.sum().div(Math.max(1, loss.size));
    return reduce("crossEntropy", logits.ndim === 1 ? loss.squeeze(0) : loss, reduction);
  }
  if (given !== undefined && given.dtype === "float32") {
    throw new TypeError(
      `crossEntropy: a float32 target holds class probabilities and must have the shape of the logits ${
        text(logits.shape)
      }, ` +
        `not ${text(given.shape)}; classes must be int32: use dtype "int32", or to("int32")`,
    );
  }
  const wanted = classes("crossEntropy", target, count, ignoreIndex);
  if (!sameShape(wanted.shape, shape)) {
    throw new RangeError(
      `crossEntropy: logits ${text(logits.shape)} need classes of shape ${text(shape)}, not ${
        text(wanted.shape)
      }`,
    );
  }
  const index = logits.ndim === 1 ? wanted.unsqueeze(0) : wanted;
  const plain = nllLoss(logP, index, { reduction, weight, ignoreIndex });
  const result = logits.ndim === 1 && reduction === "none" ? plain.squeeze(0) : plain;
  if (labelSmoothing === 0) return result;
  const counted = ignoreIndex === undefined ? null : index.ne(ignoreIndex).to("float32");
  let even = (perClass === null ? logP : logP.mul(perClass)).sum(1).neg();
  if (counted !== null) even = even.mul(counted);
  let spread = reduction === "none" ? (logits.ndim === 1 ? even.squeeze(0) : even) : even.sum();
  if (reduction === "mean") spread = spread.div(totalWeight(index, weight, counted, count));
  return result.mul(1 - labelSmoothing).add(spread.mul(labelSmoothing / count));
}

/** What a mean over classes divides by: the sum of the targets' weights. */
function totalWeight(
  index: Tensor,
  weight: Tensor | null,
  counted: Tensor | null,
  count: number,
): Tensor | number {
  return noGrad(() => {
    if (weight === null) return counted === null ? index.size : counted.sum();
    const weights = oneHot(index.maximum(0), count).matmul(weight);
    return (counted === null ? weights : weights.mul(counted)).sum();
  });
}

/**
 * The cross-entropy of yes/no predictions, computed from logits without overflow:
 * ℓ = (1 − t) x + (1 + (w₊ − 1) t) · ln(1 + e⁻ˣ), which is −(w₊ t ln σ(x) + (1 − t) ln(1 − σ(x))).
 *
 * @param input Logits x, of any shape.
 * @param target t from 0 to 1, of the same shape.
 * @param options reduction; weight: broadcast over the losses; posWeight: w₊, broadcast, 1 if not said.
 * @returns A single number, or one per element with reduction "none".
 * @throws {RangeError} if the shapes differ.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * const loss = F.binaryCrossEntropyWithLogits(tensor([0, 2]), tensor([0, 1]));
 * console.log((await loss.item()).toFixed(4)); // 0.4100
 * ```
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: TensorLike,
  options: LossOptions & { weight?: Tensor | null; posWeight?: Tensor | null } = {},
): Tensor {
  const { reduction = "mean", weight = null, posWeight = null } = options;
  const t = lift(target).to("float32");
  sameShapes("binaryCrossEntropyWithLogits", input, t);
  const softplus = input.neg().softplus();
  const scaled = posWeight === null ? softplus : softplus.mul(t.mul(posWeight.sub(1)).add(1));
  const loss = input.mul(t.neg().add(1)).add(scaled);
  return reduce("binaryCrossEntropyWithLogits", weight === null ? loss : loss.mul(weight), reduction);
}
