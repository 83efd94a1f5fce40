/** Images on their way into channels-last storage. */
import type { Value } from "../autograd/value.ts";
import { toDtype } from "../tensor/combine.ts";
import { channelsLast, reorder } from "../tensor/order.ts";
import { text } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A tensor [N, C, ...] as a value stored [N, ..., C]. */
export function toChannelsLast(x: Tensor): Value {
  return reorder(toDtype(x.value, "float32"), x.order, channelsLast(x.ndim));
}

/**
 * Images [N, C, H, W] as a value stored [N, H, W, C].
 *
 * @throws {RangeError} for any other number of dimensions.
 */
export function images(operation: string, x: Tensor): Value {
  if (x.ndim !== 4) {
    throw new RangeError(`${operation}: images [N, C, H, W] are needed, not shape ${text(x.shape)}`);
  }
  return toChannelsLast(x);
}
