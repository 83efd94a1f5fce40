/** Two tensors become one, element by element: dtypes are made equal, shapes broadcast, axis orders aligned. */
import type { DType } from "../device/device.ts";
import { apply } from "../autograd/graph.ts";
import type { Value } from "../autograd/value.ts";
import { align, logicalShape, type Order } from "./order.ts";
import { broadcastShapes } from "./shape.ts";
import { promote } from "./values.ts";

/** A value and the order it is seen in. */
export interface View {
  readonly value: Value;
  readonly order: Order;
}

/** The rules of two broadcast inputs. */
export type Combination =
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

/** The value in another dtype; the same one where it has that dtype already. */
export function toDtype(value: Value, dtype: DType): Value {
  return value.buffer.dtype === dtype ? value : apply("cast", [value], { dtype });
}

/**
 * Applies a broadcasting rule to two tensors.
 *
 * @throws {RangeError} if the shapes do not broadcast.
 */
export function combine(operation: Combination, a: View, b: View): [Value, Order] {
  broadcastShapes(operation, logicalShape(a.value, a.order), logicalShape(b.value, b.order));
  let dtype = promote(a.value.buffer.dtype, b.value.buffer.dtype);
  if (operation === "div" || operation === "pow") dtype = "float32";
  else if (dtype === "bool") dtype = "int32";
  const { values: [x, y], order } = align([a, b]);
  return [apply(operation, [toDtype(x, dtype), toDtype(y, dtype)], undefined), order];
}
