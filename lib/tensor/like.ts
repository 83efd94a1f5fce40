/** New tensors of another one's shape, dtype and device. */
import { surplus } from "../text/arguments.ts";
import { checkTensor } from "./check.ts";
import { checkTensorOptions, filled, type TensorOptions } from "./create.ts";
import { checkDifferentiable } from "./dtype.ts";
import { asksGradient, random, whole } from "./random.ts";
import type { Tensor } from "./tensor.ts";

/** What a new tensor is, where the options do not say otherwise. */
function alike(
  name: string,
  x: Tensor,
  options: TensorOptions,
): Required<TensorOptions> & { shape: number[] } {
  const own = checkTensor(name, "the tensor", x);
  checkTensorOptions(name, options);
  const { dtype = own.dtype, requiresGrad = false, device = own.device } = options;
  return { shape: own.shape, dtype, requiresGrad, device };
}

/**
 * Zeros of another tensor's shape, dtype and device.
 *
 * PyTorch: `torch.zeros_like`.
 *
 * @param x The other tensor.
 * @param options dtype, requiresGrad, device, where they are not as x's; no gradient is required by default.
 * @returns A leaf of the graph.
 * @throws {TypeError} if x is no tensor, or a gradient is asked for what is not float32.
 * @example
 * ```ts
 * import { tensor, zerosLike } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await zerosLike(tensor([1, 2])).array(), [0, 0]);
 * ```
 */
export function zerosLike(x: Tensor, options: TensorOptions = {}): Tensor {
  if (arguments.length > 2) surplus("zerosLike", arguments, 2);
  const same = alike("zerosLike", x, options);
  return filled("zerosLike", same.shape, 0, same);
}

/**
 * Ones of another tensor's shape, dtype and device.
 *
 * PyTorch: `torch.ones_like`.
 *
 * @param x The other tensor.
 * @param options dtype, requiresGrad, device, where they are not as x's; no gradient is required by default.
 * @returns A leaf of the graph.
 * @throws {TypeError} if x is no tensor, or a gradient is asked for what is not float32.
 * @example
 * ```ts
 * import { onesLike, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await onesLike(tensor([3, 4])).array(), [1, 1]);
 * ```
 */
export function onesLike(x: Tensor, options: TensorOptions = {}): Tensor {
  if (arguments.length > 2) surplus("onesLike", arguments, 2);
  const same = alike("onesLike", x, options);
  return filled("onesLike", same.shape, 1, same);
}

/**
 * One number in another tensor's shape, dtype and device.
 *
 * PyTorch: `torch.full_like`.
 *
 * @param x The other tensor.
 * @param value The number, or true or false for 1 or 0; as a bool, any number but 0 is true.
 * @param options dtype, requiresGrad, device, where they are not as x's; no gradient is required by default.
 * @returns A leaf of the graph.
 * @throws {RangeError} if the number is no int32 and should be.
 * @throws {TypeError} if x is no tensor, the value no number, or a gradient is asked for what is not float32.
 * @example
 * ```ts
 * import { fullLike, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await fullLike(tensor([1, 2]), 0.5).array(), [0.5, 0.5]);
 * ```
 */
export function fullLike(x: Tensor, value: number | boolean, options: TensorOptions = {}): Tensor {
  if (arguments.length > 3) surplus("fullLike", arguments, 3);
  const same = alike("fullLike", x, options);
  return filled("fullLike", same.shape, value, same);
}

/**
 * Random numbers, uniform in [0, 1), of another tensor's shape and device.
 *
 * PyTorch: `torch.rand_like`.
 *
 * @param x The other tensor.
 * @param options dtype, which can be float32 only; requiresGrad, device.
 * @returns A float32 leaf of the graph.
 * @throws {TypeError} if x is no tensor, or is not float32 and no dtype is said.
 * @example
 * ```ts
 * import { randLike, zeros } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(randLike(zeros(2, 3)).shape, [2, 3]);
 * ```
 */
export function randLike(x: Tensor, options: TensorOptions = {}): Tensor {
  if (arguments.length > 2) surplus("randLike", arguments, 2);
  const same = alike("randLike", x, options);
  return random("uniform", same.shape, asksGradient("randLike", same), same.device, "randLike");
}

/**
 * Random numbers of the standard normal distribution, of another tensor's shape and device.
 *
 * PyTorch: `torch.randn_like`.
 *
 * @param x The other tensor.
 * @param options dtype, which can be float32 only; requiresGrad, device.
 * @returns A float32 leaf of the graph.
 * @throws {TypeError} if x is no tensor, or is not float32 and no dtype is said.
 * @example
 * ```ts
 * import { randnLike, zeros } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(randnLike(zeros(2, 3)).shape, [2, 3]);
 * ```
 */
export function randnLike(x: Tensor, options: TensorOptions = {}): Tensor {
  if (arguments.length > 2) surplus("randnLike", arguments, 2);
  const same = alike("randnLike", x, options);
  return random("normal", same.shape, asksGradient("randnLike", same), same.device, "randnLike");
}

/**
 * Random whole numbers, uniform in [low, high), of another tensor's shape, dtype and device.
 *
 * PyTorch: `torch.randint_like`.
 *
 * @param x The other tensor.
 * @param low The smallest.
 * @param high The first that is too large; at most 2²⁴ above `low`.
 * @param options dtype, requiresGrad, device, where they are not as x's; no gradient is required by default.
 * @returns A leaf of the graph.
 * @throws {RangeError} if the range is empty, too wide or not of int32.
 * @throws {TypeError} if x is no tensor, or a gradient is asked for what is not float32.
 * @example
 * ```ts
 * import { randintLike, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const like = tensor([1, 2], { dtype: "int32" });
 * assertEquals(randintLike(like, 0, 10).dtype, "int32");
 * ```
 */
export function randintLike(x: Tensor, low: number, high: number, options: TensorOptions = {}): Tensor {
  if (arguments.length > 4) surplus("randintLike", arguments, 4);
  const { shape, dtype, requiresGrad, device } = alike("randintLike", x, options);
  checkDifferentiable("randintLike", dtype, requiresGrad);
  const drawn = whole("randintLike", low, high, shape, device).to(dtype);
  if (requiresGrad) drawn.requiresGrad = true;
  return drawn;
}
