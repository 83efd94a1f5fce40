/** Where the largest numbers of windows stand. */
import { apply, applyMany, detached } from "../autograd/graph.ts";
import { Value } from "../autograd/value.ts";
import type { Pooling } from "../device/geometry.ts";
import { toShape } from "../tensor/combine.ts";
import { makeValue } from "../tensor/values.ts";

/** Pooled images, and where the largest of each window stands: its place in the channel, counted row by row, as int32. */
export function placed(x: Value, settings: Pooling): { value: Value; places: Value } {
  const { value, extra: [places] } = applyMany("maxPool2d", [x], settings);
  // What the graph keeps goes with it.
  return { value, places: new Value(detached(places, "maxPool2d")) };
}

/**
 * Places under other names.
 *
 * @param called What each pixel of a channel is called, row by row.
 */
export function renamed(name: string, places: Value, called: Int32Array): Value {
  const { device, shape } = places.buffer, size = shape.reduce((product, n) => product * n, 1);
  const names = makeValue(name, called, { dtype: "int32", device });
  return toShape(apply("indexSelect", [names, toShape(places, [size])], { dim: 0 }), shape);
}
