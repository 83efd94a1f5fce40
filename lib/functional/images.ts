/** What a function of images asks of its input. */
import type { Value } from "../autograd/value.ts";
import { toDtype } from "../tensor/combine.ts";
import { text } from "../device/shape.ts";
import { checkTensor } from "../tensor/check.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * Images [N, C, H, W] as float32.
 *
 * @throws {RangeError} for any other number of dimensions.
 * @throws {TypeError} for what is no tensor.
 */
export function images(operation: string, x: Tensor): Value {
  if (checkTensor(operation, "x", x).ndim !== 4) {
    throw new RangeError(`${operation}: images [N, C, H, W] are needed, not shape ${text(x.shape)}`);
  }
  return toDtype(x.value, "float32");
}
