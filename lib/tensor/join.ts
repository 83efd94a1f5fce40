/** Several tensors into one. */
import { apply } from "../autograd/graph.ts";
import { checkTensor } from "./check.ts";
import { choose, type Operand, toDtype } from "./combine.ts";
import { promote } from "./dtype.ts";
import { named } from "../device/memory.ts";
import { sameShape, text } from "../device/shape.ts";
import { describe, surplus } from "../text/arguments.ts";
import { checkDim } from "./shape.ts";
import { Tensor, type TensorLike } from "./tensor.ts";
import { makeValue } from "./values.ts";

/**
 * A list of tensors.
 *
 * @throws {RangeError} if there is none.
 * @throws {TypeError} if it is no list, or something in it no tensor.
 */
export function checkTensors(name: string, tensors: readonly Tensor[]): void {
  if (!Array.isArray(tensors)) {
    throw new TypeError(`${name}: the tensors are one list, as in ${name}([a, b]), not ${describe(tensors)}`);
  }
  if (tensors.length === 0) throw new RangeError(`${name}: at least one tensor is needed`);
  for (const [i, one] of tensors.entries()) checkTensor(name, `entry ${i} of the list`, one);
}

/**
 * Tensors one after the other along a dimension that they have.
 *
 * PyTorch: `torch.cat`.
 *
 * @param tensors At least one; equal in shape but for that dimension.
 * @param dim The dimension.
 * @returns A tensor of their common dtype.
 * @throws {RangeError} if there is none, the shapes differ elsewhere, or the dimension does not exist.
 * @throws {TypeError} if it is no list of tensors, or they are on different devices.
 * @example
 * ```ts
 * import { cat, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await cat([tensor([1, 2]), tensor([3])]).array(), [1, 2, 3]);
 * ```
 */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  if (arguments.length > 2) surplus("cat", arguments, 2, "the tensors are one list, as in cat([a, b])");
  checkTensors("cat", tensors);
  return catenated("cat", tensors, dim);
}

/** Tensors one after the other, for the function of that name. */
function catenated(name: string, tensors: readonly Tensor[], dim: number): Tensor {
  const [first] = tensors, d = checkDim(name, dim, first.ndim);
  for (const one of tensors) {
    const fits = one.ndim === first.ndim && sameShape(one.shape.toSpliced(d, 1), first.shape.toSpliced(d, 1));
    if (!fits) {
      throw new RangeError(
        `${name}: shapes ${text(first.shape)} and ${text(one.shape)} differ outside of dimension ${d}`,
      );
    }
  }
  return joined(name, tensors, d);
}

/**
 * Tensors side by side: along their second dimension, vectors along their only one.
 *
 * PyTorch: `torch.hstack`.
 *
 * @param tensors At least one; single numbers count as vectors.
 * @returns A tensor of their common dtype.
 * @throws {RangeError} if there is none, or shapes differ elsewhere.
 * @throws {TypeError} if it is no list of tensors.
 * @example
 * ```ts
 * import { hstack, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await hstack([tensor([[1], [2]]), tensor([[3], [4]])]).array(), [[1, 3], [2, 4]]);
 * ```
 */
export function hstack(tensors: readonly Tensor[]): Tensor {
  if (arguments.length > 1) surplus("hstack", arguments, 1, "the tensors are one list, as in hstack([a, b])");
  checkTensors("hstack", tensors);
  const all = tensors.map((one) => one.ndim === 0 ? one.reshape(1) : one);
  return catenated("hstack", all, all[0].ndim === 1 ? 0 : 1);
}

/**
 * Tensors one below the other: along their first dimension, vectors as rows.
 *
 * PyTorch: `torch.vstack`.
 *
 * @param tensors At least one; single numbers and vectors count as rows.
 * @returns A tensor of their common dtype.
 * @throws {RangeError} if there is none, or shapes differ elsewhere.
 * @throws {TypeError} if it is no list of tensors.
 * @example
 * ```ts
 * import { tensor, vstack } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await vstack([tensor([1, 2]), tensor([3, 4])]).array(), [[1, 2], [3, 4]]);
 * ```
 */
export function vstack(tensors: readonly Tensor[]): Tensor {
  if (arguments.length > 1) surplus("vstack", arguments, 1, "the tensors are one list, as in vstack([a, b])");
  checkTensors("vstack", tensors);
  return catenated("vstack", tensors.map((one) => one.ndim < 2 ? one.reshape(1, -1) : one), 0);
}

/** Tensors of fitting shapes one after the other, for the function of that name. */
function joined(name: string, tensors: readonly Tensor[], dim: number): Tensor {
  const dtype = tensors.map((one) => one.dtype).reduce(promote);
  try {
    return new Tensor(apply("concat", tensors.map((one) => toDtype(one.value, dtype)), { dim }));
  } catch (error) {
    throw named(name, error);
  }
}

/**
 * Tensors of one shape one after the other along a new dimension.
 *
 * PyTorch: `torch.stack`.
 *
 * @param tensors At least one.
 * @param dim Where the new dimension is.
 * @returns A tensor of one dimension more.
 * @throws {RangeError} if there is none, the shapes differ, or there is no such place.
 * @throws {TypeError} if it is no list of tensors.
 * @example
 * ```ts
 * import { ones, stack, zeros } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await stack([zeros(2), ones(2)]).array(), [[0, 0], [1, 1]]);
 * ```
 */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  if (arguments.length > 2) surplus("stack", arguments, 2, "the tensors are one list, as in stack([a, b])");
  checkTensors("stack", tensors);
  const [first] = tensors;
  const odd = tensors.find((one) => !sameShape(one.shape, first.shape));
  if (odd) throw new RangeError(`stack: shapes ${text(first.shape)} and ${text(odd.shape)} differ`);
  const d = checkDim("stack", dim, first.ndim + 1);
  return joined("stack", tensors.map((one) => one.unsqueeze(d)), d);
}

/**
 * `a` where the condition holds, `b` elsewhere; all three broadcast.
 *
 * PyTorch: `torch.where`.
 *
 * @param condition Bool, or numbers of which 0 means no.
 * @param a Taken where it holds.
 * @param b Taken where it does not.
 * @returns A tensor of the common shape and dtype; gradients flow to what was taken.
 * @throws {RangeError} if the shapes do not broadcast.
 * @throws {TypeError} if one of the three holds no numbers.
 * @example
 * ```ts
 * import { tensor, where } from "descent";
 * import { assertEquals } from "@std/assert";
 * const x = tensor([-1, 2]);
 * assertEquals(await where(x.gt(0), x, 0).array(), [0, 2]);
 * ```
 */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  if (arguments.length > 3) surplus("where", arguments, 3);
  // Plain numbers go where the tensors are.
  const device = [condition, a, b].find((one) => one instanceof Tensor)?.device;
  const operand = (one: TensorLike): Operand =>
    one instanceof Tensor
      ? one.value
      : typeof one === "number" || typeof one === "boolean"
      ? one
      : makeValue("where", one, { device, literals: "int32" });
  const given = condition instanceof Tensor
    ? condition.value
    : makeValue("where", condition, { device, dtype: "bool" });
  return new Tensor(choose(given, operand(a), operand(b)));
}
