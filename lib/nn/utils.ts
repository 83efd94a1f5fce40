/** What is done to all parameters, or all gradients, at once, as torch.nn.utils. */
import { exclusive } from "../autograd/in_place.ts";
import { unrecorded } from "../autograd/no_grad.ts";
import { text } from "../device/shape.ts";
import { tensor } from "../tensor/create.ts";
import { cat } from "../tensor/join.ts";
import { checkTensor } from "../tensor/check.ts";
import { Tensor } from "../tensor/tensor.ts";
import { made } from "../tensor/values.ts";
import { checkNumber, checkOptions, checkRange, describe, surplus } from "../text/arguments.ts";

/** Parameters: a list, as `net.parameters()` returns it, or a single one. */
export type Parameters = Iterable<Tensor> | Tensor;

/** Settings of {@linkcode clipGradNorm_}. */
export interface ClipGradNormOptions {
  /** p of the norm (Σ |g|ᵖ)^(1/p), or Infinity for the largest: 2 by default. */
  normType?: number;
}

function listed(name: string, parameters: unknown): Tensor[] {
  if (parameters instanceof Tensor) return [parameters];
  if (typeof parameters !== "object" || parameters === null || !(Symbol.iterator in parameters)) {
    throw new TypeError(
      `${name}: a list of parameters is needed, as net.parameters() returns it, not ${describe(parameters)}`,
    );
  }
  const list = [...parameters as Iterable<unknown>];
  list.forEach((one, i) => checkTensor(name, `entry ${i} of the parameters`, one));
  return list as Tensor[];
}

/** The gradients that there are. */
function gradients(name: string, parameters: Parameters): Tensor[] {
  return listed(name, parameters).flatMap(({ grad }) => grad === null || grad.size === 0 ? [] : [grad]);
}

function normOf(tensors: readonly Tensor[], p: number): Tensor {
  if (tensors.length === 0) return tensor(0);
  if (p === Infinity) return tensors.map((one) => one.abs().max()).reduce((a, b) => a.maximum(b));
  const [{ device }] = tensors;
  if (p === 2 && tensors.every((one) => one.device === device)) {
    const list = tensors.map(({ value }) => value.buffer.storage);
    return new Tensor(made("clipGradNorm_", device, () => device.kernels.sumOfSquares(list))).sqrt();
  }
  const powers = tensors.map((one) => (p === 2 ? one.square() : one.abs().pow(p)).sum());
  const sum = powers.reduce((a, b) => a.add(b));
  return p === 2 ? sum.sqrt() : sum.pow(1 / p);
}

/**
 * Shortens the gradients, all by one factor, where their common norm is larger than `maxNorm`: against steps that lead far away
 * (Pascanu, Mikolov & Bengio 2013). Call it between `backward()` and `step()`. Nothing is waited for.
 *
 * PyTorch: `torch.nn.utils.clip_grad_norm_`.
 *
 * @param parameters `net.parameters()`; those without a gradient are passed over.
 * @param maxNorm The largest norm that is let through.
 * @param options normType.
 * @returns The norm that they had, a tensor of no dimension: NaN or infinite where a gradient was, which then becomes NaN.
 * @throws {RangeError} if maxNorm or normType is no number > 0.
 * @throws {TypeError} if it is no list of tensors.
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const w = new nn.Parameter(tensor([3, 4]));
 * w.square().div(2).sum().backward(); // the gradient is w
 * assertEquals(await nn.utils.clipGradNorm_([w], 1).item(), 5);
 * assertEquals(await w.grad!.format({ digits: 1 }), "[0.6, 0.8]");
 * ```
 */
export function clipGradNorm_(
  parameters: Parameters,
  maxNorm: number,
  options: ClipGradNormOptions = {},
): Tensor {
  const name = "clipGradNorm_";
  if (arguments.length > 3) surplus(name, arguments, 3);
  checkOptions(name, options, ["normType"]);
  const { normType = 2 } = options;
  positive(name, "maxNorm", maxNorm);
  positive(name, "normType", normType);
  return unrecorded(() => {
    const grads = gradients(name, parameters), norm = normOf(grads, normType);
    if (maxNorm === Infinity || grads.length === 0) return norm;
    const factor = norm.add(1e-6).pow(-1).mul(maxNorm).clamp({ max: 1 });
    for (const [device, own] of Map.groupBy(grads, (grad) => grad.device)) {
      const list = own.map((grad) => exclusive(grad.value, name)), { arena, kernels } = device;
      const start = arena.open();
      try {
        kernels.scale(list, factor.value.buffer.storage);
      } finally {
        arena.abandon(start);
      }
    }
    return norm;
  });
}

function positive(name: string, argument: string, value: unknown): void {
  if (checkNumber(name, argument, value) > 0) return;
  throw new RangeError(`${name}: ${argument} must be a number > 0, not ${value}`);
}

/**
 * Brings every single number of the gradients into −clipValue … clipValue.
 *
 * PyTorch: `torch.nn.utils.clip_grad_value_`.
 *
 * @param parameters `net.parameters()`; those without a gradient are passed over.
 * @param clipValue The largest size that is let through.
 * @throws {RangeError} if it is no finite number ≥ 0.
 * @throws {TypeError} if it is no list of tensors.
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const w = new nn.Parameter(tensor([3, -4, 0.5]));
 * w.square().div(2).sum().backward();
 * nn.utils.clipGradValue_([w], 1);
 * assertEquals(await w.grad!.array(), [1, -1, 0.5]);
 * ```
 */
export function clipGradValue_(parameters: Parameters, clipValue: number): void {
  if (arguments.length > 2) surplus("clipGradValue_", arguments, 2);
  checkRange("clipGradValue_", "clipValue", clipValue, 0);
  unrecorded(() => {
    for (const grad of gradients("clipGradValue_", parameters)) grad.copy_(grad.clamp(-clipValue, clipValue));
  });
}

/**
 * All parameters as one vector, one after the other.
 *
 * PyTorch: `torch.nn.utils.parameters_to_vector`.
 *
 * @param parameters `net.parameters()`.
 * @returns One dimension; gradients flow back into the parameters.
 * @throws {RangeError} if there are none.
 * @throws {TypeError} if it is no list of tensors.
 * @example
 * ```ts
 * import { nn } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(nn.utils.parametersToVector(new nn.Linear(3, 2).parameters()).shape, [8]);
 * ```
 */
export function parametersToVector(parameters: Parameters): Tensor {
  if (arguments.length > 1) surplus("parametersToVector", arguments, 1);
  const list = listed("parametersToVector", parameters);
  if (list.length === 0) throw new RangeError("parametersToVector: the list of parameters is empty");
  return cat(list.map((one) => one.flatten()), 0);
}

/**
 * Writes a vector into parameters, as {@linkcode parametersToVector} reads them.
 *
 * PyTorch: `torch.nn.utils.vector_to_parameters`.
 *
 * @param vector One dimension, as many numbers as the parameters have.
 * @param parameters `net.parameters()`.
 * @throws {RangeError} if it has another number of numbers, or more dimensions.
 * @throws {TypeError} if one of the two is of another kind.
 * @example
 * ```ts
 * import { nn, zeros } from "descent";
 * import { assertEquals } from "@std/assert";
 * const net = new nn.Linear(1, 1);
 * nn.utils.vectorToParameters(zeros(2), net.parameters());
 * assertEquals(await net.weight.array(), [[0]]);
 * ```
 */
export function vectorToParameters(vector: Tensor, parameters: Parameters): void {
  const name = "vectorToParameters";
  if (arguments.length > 2) surplus(name, arguments, 2);
  checkTensor(name, "the vector", vector);
  const list = listed(name, parameters), count = list.reduce((sum, { size }) => sum + size, 0);
  if (vector.ndim !== 1 || vector.size !== count) {
    throw new RangeError(`${name}: a vector [${count}] is needed, not ${text(vector.shape)}`);
  }
  unrecorded(() => {
    let start = 0;
    for (const one of list) {
      one.copy_(vector.at([start, start + one.size]).reshape(one.shape));
      start += one.size;
    }
  });
}
