/** How unlikely the right class was: the losses of classification. */
import { apply } from "../autograd/graph.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { TensorLike } from "../tensor/tensor.ts";
import { toDtype, toShape } from "../tensor/combine.ts";
import { numbersOf, survey, type TensorData } from "../tensor/data.ts";
import { placeOf, sameShape, text } from "../device/shape.ts";
import { checkTensor, checkTensorLike, checkTensorOrNull } from "../tensor/check.ts";
import { makeValue } from "../tensor/values.ts";
import { checkNumber, checkOptions, surplus } from "../text/arguments.ts";
import type { LossOptions, Reduction } from "./losses.ts";
import { checkReduction, reduce } from "./reduction.ts";

/** Settings of {@linkcode nllLoss}. */
export interface ClassLossOptions extends LossOptions {
  /** [C], how much each class counts: 1 by default. A mean is divided by the sum of the weights. */
  weight?: Tensor | null;
  /** A class that does not count, such as that of padding: −100 by default. */
  ignoreIndex?: number;
}

/** Settings of {@linkcode crossEntropy}. */
export interface CrossEntropyOptions extends ClassLossOptions {
  /** ε: the target is mixed with the uniform distribution, (1 − ε) target + ε / C (Szegedy et al. 2016). 0 by default. */
  labelSmoothing?: number;
}

/**
 * The negative log-likelihood: −weight[y] · x[y], where x are logarithms of probabilities and y is the right class.
 *
 * PyTorch: `torch.nn.functional.nll_loss`.
 *
 * @param logProbabilities [N, C], [C] or [N, C, d1, …], from `logSoftmax(1)`.
 * @param target Classes [N], [] or [N, d1, …]: int32, or plain numbers.
 * @param options reduction, weight, ignoreIndex.
 * @returns A tensor of no dimension; of the target's shape with `reduction: "none"`.
 * @throws {RangeError} if the shapes do not fit, or a class is out of range. A GPU, where one would have to wait for the
 * classes, tells of it with the next `data()`, `array()` or `item()`; until then the loss is NaN.
 * @throws {TypeError} if the classes are not int32, the input is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * const loss = F.nllLoss(tensor([[1, 2, 4]]).logSoftmax(1), [2]);
 * console.log((await loss.item()).toFixed(4)); // 0.1698
 * ```
 */
export function nllLoss(
  logProbabilities: Tensor,
  target: TensorLike,
  options: ClassLossOptions = {},
): Tensor {
  if (arguments.length > 3) surplus("nllLoss", arguments, 3);
  checkArguments("nllLoss", logProbabilities, target, options, OF_CLASSES);
  const { reduction = "mean", weight = null, ignoreIndex = -100 } = options;
  checkReduction("nllLoss", reduction);
  const dim = classDim("nllLoss", logProbabilities);
  checkWeight("nllLoss", logProbabilities.shape[dim], weight);
  const classes = readClasses("nllLoss", logProbabilities, target, ignoreIndex);
  return likelihood(logProbabilities.to("float32"), classes, weight, reduction);
}

/**
 * Cross-entropy between a target and the distribution softmax(logits): −Σ target · ln softmax(logits) over the classes.
 * The target is either the right class, as an integer, or a probability for every class.
 *
 * PyTorch: `torch.nn.functional.cross_entropy`.
 *
 * @param logits [N, C], [C] or [N, C, d1, …]: any numbers, the larger the likelier.
 * @param target Classes [N], [] or [N, d1, …] as int32 or plain numbers; or probabilities of the logits' shape.
 * @param options reduction, weight, ignoreIndex, labelSmoothing.
 * @returns A tensor of no dimension; [N], [] or [N, d1, …] with `reduction: "none"`.
 * @throws {RangeError} if the shapes do not fit, or a class is out of range. A GPU, where one would have to wait for the
 * classes, tells of it with the next `data()`, `array()` or `item()`; until then the loss is NaN.
 * @throws {TypeError} if classes are given as float32, the input is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertAlmostEquals } from "@std/assert";
 * const logits = tensor([[1, 2, 4], [0, 3, 0]]);
 * assertAlmostEquals(await F.crossEntropy(logits, [2, 1]).item(), 0.1324, 1e-4);
 * assertAlmostEquals(await F.crossEntropy(logits, [[0, 0, 1], [0, 1, 0]]).item(), 0.1324, 1e-4);
 * ```
 */
export function crossEntropy(
  logits: Tensor,
  target: TensorLike,
  options: CrossEntropyOptions = {},
): Tensor {
  if (arguments.length > 3) surplus("crossEntropy", arguments, 3);
  checkArguments("crossEntropy", logits, target, options, [...OF_CLASSES, "labelSmoothing"]);
  const { reduction = "mean", weight = null, ignoreIndex = -100, labelSmoothing = 0 } = options;
  checkNumber("crossEntropy", "labelSmoothing", labelSmoothing);
  checkReduction("crossEntropy", reduction);
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new RangeError(`crossEntropy: labelSmoothing must lie between 0 and 1, not ${labelSmoothing}`);
  }
  const dim = classDim("crossEntropy", logits);
  const count = logits.shape[dim];
  checkWeight("crossEntropy", count, weight);
  const logs = () => logits.logSoftmax(dim);
  const probabilities = readProbabilities(logits, target);
  if (probabilities !== null) {
    if (options.ignoreIndex !== undefined && ignoreIndex >= 0) {
      throw new RangeError("crossEntropy: ignoreIndex needs classes as the target, not probabilities");
    }
    const mixed = labelSmoothing === 0
      ? probabilities
      : probabilities.mul(1 - labelSmoothing).add(labelSmoothing / count);
    const each = alongClasses(logs(), weight, dim).mul(mixed).sum(dim).neg();
    return reduce(each, reduction);
  }
  const classes = readClasses("crossEntropy", logits, target, ignoreIndex);
  if (labelSmoothing === 0 && weight === null) {
    const loss = misses(logits, classes, dim, reduction === "mean");
    return reduction === "sum" ? loss.sum() : loss;
  }
  if (labelSmoothing === 0) return counted(misses(logits, classes, dim, false), classes, weight, reduction);
  const logged = logs();
  const hard = likelihood(logged, classes, weight, reduction);
  const spread = masked(alongClasses(logged, weight, dim).sum(dim).neg(), classes);
  const soft = reduction === "mean"
    ? spread.sum().div(divisor(classes, weight))
    : reduction === "sum"
    ? spread.sum()
    : spread;
  return hard.mul(1 - labelSmoothing).add(soft.mul(labelSmoothing / count));
}

const OF_CLASSES = ["reduction", "weight", "ignoreIndex"];

/** Throws unless the arguments of a loss of classes are of the right kinds. */
function checkArguments(
  name: string,
  x: unknown,
  target: unknown,
  options: ClassLossOptions,
  known: readonly string[],
): void {
  checkOptions(name, options, known);
  checkTensor(name, "the input", x);
  checkTensorLike(name, "the target", target);
  checkTensorOrNull(name, "weight", options.weight ?? null);
  const { ignoreIndex = 0 } = options;
  checkNumber(name, "ignoreIndex", ignoreIndex);
}

/** What of the target is classes. */
class Classes {
  /** @param ignored The class that does not count; null: there is none. */
  constructor(readonly given: Tensor, readonly ignored: number | null) {}

  #counts: Tensor | null = null;

  /** Where the class counts, as bool; null: everywhere. */
  get counts(): Tensor | null {
    return this.ignored === null ? null : this.#counts ??= this.given.ne(this.ignored);
  }

  /** Ready for `gather`: every index in range; where the class does not count, 0. */
  get index(): Tensor {
    const { counts } = this;
    return counts === null ? this.given : this.given.where(counts, 0);
  }
}

function classDim(name: string, logits: Tensor): number {
  if (logits.ndim === 0) {
    throw new RangeError(`${name}: needs one number per class, [N, C] or [C], not a single number`);
  }
  return logits.ndim === 1 ? 0 : 1;
}

function checkWeight(name: string, count: number, weight: Tensor | null): void {
  if (weight === null || (weight.ndim === 1 && weight.shape[0] === count)) return;
  throw new RangeError(
    `${name}: weight must have shape [${count}], one number per class, not ${text(weight.shape)}`,
  );
}

/** The target as probabilities, or null where it must be classes. */
function readProbabilities(logits: Tensor, target: TensorLike): Tensor | null {
  const isTensor = target instanceof Tensor;
  if (isTensor && target.dtype !== "float32") return null;
  if (!isTensor && !sameShape(survey("crossEntropy", target, "float32").shape, logits.shape)) return null;
  const given = isTensor ? target : onDeviceOf(logits, "crossEntropy", target, "float32");
  if (sameShape(given.shape, logits.shape)) return given;
  const dim = classDim("crossEntropy", logits);
  const expected = logits.shape.toSpliced(dim, 1);
  if (sameShape(given.shape, expected)) {
    throw new TypeError(
      `crossEntropy: a float32 target ${
        text(given.shape)
      } cannot be classes; make it with dtype "int32", or use to("int32")`,
    );
  }
  throw new RangeError(
    `crossEntropy: logits ${text(logits.shape)} need probabilities ${text(logits.shape)} or int32 classes ${
      text(expected)
    } as the target, not float32 ${text(given.shape)}`,
  );
}

/** Plain data as a tensor where another is. */
function onDeviceOf(x: Tensor, name: string, data: TensorData, dtype: "float32" | "int32"): Tensor {
  return new Tensor(makeValue(name, data, { device: x.device, dtype }));
}

/** The target as class indices; a class out of range is an error where the numbers are at hand. */
function readClasses(name: string, logits: Tensor, target: TensorLike, ignoreIndex: number): Classes {
  if (!Number.isInteger(ignoreIndex)) {
    throw new RangeError(`${name}: ignoreIndex must be a whole number, not ${ignoreIndex}`);
  }
  const dim = classDim(name, logits);
  const count = logits.shape[dim], expected = logits.shape.toSpliced(dim, 1);
  const { shape, dtype } = target instanceof Tensor ? target : survey(name, target, "int32");
  if (dtype !== "int32" && (dtype === "bool" || target instanceof Tensor)) {
    throw new TypeError(
      `${name}: classes must be int32, not ${dtype}; make them with dtype "int32", or use to("int32")`,
    );
  }
  if (!sameShape(shape, expected)) {
    throw new RangeError(
      `${name}: ${name === "nllLoss" ? "log-probabilities" : "logits"} ${text(logits.shape)} need classes ${
        text(expected)
      } as the target, not ${text(shape)}`,
    );
  }
  const known = valuesAtHand(target);
  let ignored = known === null;
  let place = -1;
  for (const one of known ?? []) {
    place++;
    if (one === ignoreIndex) ignored = true;
    else if (!(one >= 0 && one < count && Number.isInteger(one))) {
      throw new RangeError(
        `${name}: class ${one} at ${
          text(placeOf(place, shape))
        } does not exist: there are ${count}, counted from 0` +
          (Number.isInteger(one) ? "" : "; a class is a whole number"),
      );
    }
  }
  const classes = target instanceof Tensor ? target : onDeviceOf(logits, name, target, "int32");
  return new Classes(classes, ignored ? ignoreIndex : null);
}

/** The numbers of plain arrays, and of tensors where reading them needs no waiting; else null. */
function valuesAtHand(target: TensorLike): Iterable<number> | null {
  if (!(target instanceof Tensor)) return numbersOf(target);
  return target.device.peek(target.value.buffer.storage);
}

/** x · weight, along the dimension of the classes. */
function alongClasses(x: Tensor, weight: Tensor | null, dim: number): Tensor {
  if (weight === null) return x;
  return x.mul(weight.reshape(x.shape.map((n, i) => i === dim ? n : 1)));
}

/** Zero where the class does not count. */
function masked(x: Tensor, { counts }: Classes): Tensor {
  return counts === null ? x : x.where(counts, 0);
}

/** The weight of every target. */
function weights({ index }: Classes, weight: Tensor): Tensor {
  return weight.gather(0, index.reshape(-1)).reshape(index.shape);
}

/** What a mean divides by: how many targets count, or the sum of their weights. */
function divisor(classes: Classes, weight: Tensor | null): Tensor | number {
  if (weight !== null) return masked(weights(classes, weight), classes).sum();
  return classes.counts === null ? classes.given.size : classes.counts.sum();
}

/** ln Σ eˣ − x[y] for each row x of logits and its class y, 0 where that does not count; or the mean of those that do. */
function misses(logits: Tensor, { given, ignored }: Classes, dim: number, mean: boolean): Tensor {
  const count = logits.shape[dim];
  const rest = logits.shape.map((_, i) => i).filter((i) => i !== dim);
  const lines = toDtype(logits.permute([...rest, dim]).value, "float32");
  const inputs = [toShape(lines, [given.size, count]), toShape(given.value, [given.size])];
  const loss = apply("crossEntropy", inputs, { ignored, mean });
  return new Tensor(mean ? loss : toShape(loss, given.shape));
}

/** −x[y], reduced. */
function likelihood(x: Tensor, classes: Classes, weight: Tensor | null, reduction: Reduction): Tensor {
  const dim = classDim("nllLoss", x);
  const each = x.gather(dim, classes.index.unsqueeze(dim)).squeeze(dim).neg();
  return counted(each, classes, weight, reduction);
}

/** The losses of the targets, weighted by class and reduced. */
function counted(loss: Tensor, classes: Classes, weight: Tensor | null, reduction: Reduction): Tensor {
  const each = masked(weight === null ? loss : loss.mul(weights(classes, weight)), classes);
  if (reduction === "none") return each;
  return reduction === "sum" ? each.sum() : each.sum().div(divisor(classes, weight));
}
