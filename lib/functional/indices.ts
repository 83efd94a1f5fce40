/** Where the largest numbers of windows stand. */
import { apply } from "../autograd/graph.ts";
import { unrecorded } from "../autograd/no_grad.ts";
import type { Value } from "../autograd/value.ts";
import type { Pooling } from "../device/geometry.ts";
import { text } from "../device/shape.ts";
import { makeValue } from "../tensor/values.ts";

/** float32 tells whole numbers apart up to here. */
const WHOLE = 2 ** 24;

/**
 * Where the largest of each window stands: its place in the channel, counted row by row, as int32.
 *
 * @param pooled What was pooled of x.
 * @param called What each pixel of a channel [H, W] is called, row by row; its place if not said.
 * @throws {RangeError} if there are more places than float32 tells apart.
 */
export function indicesOf(
  name: string,
  x: Value,
  pooled: Value,
  settings: Pooling,
  called?: Float32Array,
): Value {
  const [, , height, width] = x.shape, { device } = x.buffer, size = height * width;
  if (size > WHOLE) {
    throw new RangeError(
      `${name}: there are more than ${WHOLE} places in an image ${text([height, width])}; ` +
        "returnIndices cannot tell them apart",
    );
  }
  return unrecorded(() => {
    const numbers = called ?? Float32Array.from({ length: size }, (_, i) => i);
    const plane = makeValue(name, numbers, { shape: [1, 1, height, width], device });
    const wide = apply("expand", [plane], { shape: x.shape });
    return apply("cast", [apply("maxPool2dPick", [wide, x, pooled], settings)], { dtype: "int32" });
  });
}
