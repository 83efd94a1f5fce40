/** Classes as vectors. */
import { apply } from "../autograd/graph.ts";
import { Tensor, type TensorLike } from "../tensor/tensor.ts";
import type { TensorData } from "../tensor/data.ts";
import { makeValue } from "../tensor/values.ts";
import { checkNumber, surplus } from "../text/arguments.ts";

/**
 * A one-hot code: 1 at the class, 0 elsewhere.
 *
 * PyTorch: `torch.nn.functional.one_hot`.
 *
 * @param classes int32 of any shape, or plain whole numbers.
 * @param count How many classes there are.
 * @returns float32, of the shape of `classes` with one dimension of size `count` behind.
 * @throws {RangeError} if `count` is no whole number ≥ 1, plain numbers are not whole, or a class is not from 0 to count − 1. A GPU,
 * where one would have to wait for the classes, tells of that with the next `data()`, `array()` or `item()`; until then the
 * class's vector is of zeros.
 * @throws {TypeError} if the classes are not int32.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.oneHot(tensor([2, 0], { dtype: "int32" }), 3).array(), [[0, 0, 1], [1, 0, 0]]);
 * assertEquals(await F.oneHot([1], 2).array(), [[0, 1]]);
 * ```
 */
export function oneHot(classes: TensorLike, count: number): Tensor {
  if (arguments.length > 2) surplus("oneHot", arguments, 2);
  const value = classes instanceof Tensor
    ? classes.value
    : makeValue("oneHot", classes as TensorData, { dtype: "int32" });
  if (value.dtype !== "int32") {
    throw new TypeError(`oneHot: classes must be int32, not ${value.dtype}; use to("int32")`);
  }
  checkNumber("oneHot", "the number of classes", count);
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`oneHot: the number of classes must be a whole number ≥ 1, not ${count}`);
  }
  return new Tensor(apply("oneHot", [value], { classes: count }));
}
