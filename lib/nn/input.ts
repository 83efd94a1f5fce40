/** What a layer's `forward` was given, looked at. */
import { checkTensor, checkTensorLike } from "../tensor/check.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { surplus } from "../text/arguments.ts";

/**
 * The one tensor that a layer takes.
 *
 * @param layer The layer.
 * @param x What it was given first.
 * @param given All that it was given.
 * @throws {TypeError} if that is no tensor, or not all.
 */
export function oneTensor(layer: object, x: unknown, given: ArrayLike<unknown>): Tensor {
  const name = `${layer.constructor.name}.forward`;
  if (given.length > 1) surplus(name, given, 1);
  return checkTensor(name, "the input", x);
}

/**
 * The prediction and the target that a loss takes.
 *
 * @param loss The loss.
 * @param x What it was given first.
 * @param target What it was given second: a tensor, a number, or numbers in lists.
 * @param given All that it was given.
 * @throws {TypeError} if they are of another kind, or not all.
 */
export function twoTensors(loss: object, x: unknown, target: unknown, given: ArrayLike<unknown>): void {
  const name = `${loss.constructor.name}.forward`;
  if (given.length > 2) surplus(name, given, 2);
  checkTensor(name, "the input", x);
  checkTensorLike(name, "the target", target);
}
