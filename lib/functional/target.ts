/** What an answer is compared with. */
import { sameShape, text } from "../device/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { TensorLike } from "../tensor/tensor.ts";
import { makeValue } from "../tensor/values.ts";

/** A target in float32, on the device of the input, of the same shape; a plain number is repeated. */
export function matching(name: string, input: Tensor, target: TensorLike): Tensor {
  const lifted = target instanceof Tensor
    ? target.to("float32")
    : new Tensor(makeValue(name, target, { device: input.device, dtype: "float32" }));
  if (typeof target === "number" || sameShape(lifted.shape, input.shape)) return lifted;
  throw new RangeError(
    `${name}: input ${text(input.shape)} and target ${text(lifted.shape)} differ in shape; ` +
      `broadcasting would compare what does not belong together: reshape one of them`,
  );
}
