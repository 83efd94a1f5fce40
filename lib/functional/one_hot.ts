/** Classes as vectors. */
import { apply } from "../autograd/graph.ts";
import { Tensor } from "../tensor/tensor.ts";

/**
 * A one-hot code: 1 at the class, 0 elsewhere.
 *
 * @param classes int32 of any shape.
 * @param count How many classes there are.
 * @returns float32, of the shape of `classes` with one dimension of size `count` behind.
 * @throws {TypeError} if the classes are not int32.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.oneHot(tensor([2, 0], { dtype: "int32" }), 3).array(), [[0, 0, 1], [1, 0, 0]]);
 * ```
 */
export function oneHot(classes: Tensor, count: number): Tensor {
  if (classes.dtype !== "int32") {
    throw new TypeError(`oneHot: classes must be int32, not ${classes.dtype}; use to("int32")`);
  }
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`oneHot: the number of classes must be a whole number ≥ 1, not ${count}`);
  }
  return new Tensor(apply("oneHot", [classes.value], { classes: count }));
}
