/** Two values become one, element by element: dtypes are made equal, shapes broadcast. */
import type { DType } from "../device/device.ts";
import { apply } from "../autograd/graph.ts";
import type { Value } from "../autograd/value.ts";
import { broadcastShapes, sameShape } from "../device/shape.ts";
import { promote } from "./values.ts";

/** The rules of two broadcast inputs. */
export type Arithmetic =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "pow"
  | "maximum"
  | "minimum"
  | "eq"
  | "ne"
  | "gt"
  | "lt"
  | "ge"
  | "le";

const COMPARISONS = { eq: true, ne: true, gt: true, lt: true, ge: true, le: true };

/** The value in another dtype; the same one where it has that dtype already. */
export function toDtype(value: Value, dtype: DType): Value {
  return value.dtype === dtype ? value : apply("cast", [value], { dtype });
}

/** The value in another shape; the same one where it has that shape already. */
export function toShape(value: Value, shape: readonly number[]): Value {
  return sameShape(value.shape, shape) ? value : apply("reshape", [value], { shape });
}

/**
 * Applies an operation of two inputs.
 *
 * @throws {RangeError} if the shapes do not broadcast.
 */
export function combine(operation: Arithmetic, a: Value, b: Value): Value {
  // Comparisons have another name here than their kernels, which check the shapes of all others.
  if (operation in COMPARISONS && !sameShape(a.shape, b.shape)) broadcastShapes(operation, a.shape, b.shape);
  if (a.dtype === "float32" && b.dtype === "float32") return apply(operation, [a, b], undefined);
  let dtype = promote(a.dtype, b.dtype);
  if (operation === "div" || operation === "pow") dtype = "float32";
  else if (dtype === "bool") dtype = "int32";
  return apply(operation, [toDtype(a, dtype), toDtype(b, dtype)], undefined);
}
