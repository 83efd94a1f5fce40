/** Values and plain numbers become one value, element by element: dtypes are made equal, shapes broadcast. */
import type { DType } from "../device/device.ts";
import { apply } from "../autograd/graph.ts";
import { constant } from "../autograd/constant.ts";
import type { Value } from "../autograd/value.ts";
import { broadcastShapes, sameShape } from "../device/shape.ts";
import { literalDtype } from "./data.ts";
import { promote } from "./dtype.ts";

/** The rules of two broadcast inputs. */
export type Arithmetic =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "pow"
  | "fmod"
  | "remainder"
  | "floorDivide"
  | "truncDivide"
  | "atan2"
  | "hypot"
  | "maximum"
  | "minimum"
  | "eq"
  | "ne"
  | "gt"
  | "lt"
  | "ge"
  | "le";

/** What stands beside a value: another one, or a plain number or boolean. */
export type Operand = Value | number | boolean;

/** What has no whole result: int32 and bool become float32. */
const FRACTIONS = { div: true, atan2: true, hypot: true };

/** What has a whole result, of booleans, too, and none for 0. */
const DIVISIONS = { fmod: true, remainder: true, floorDivide: true, truncDivide: true };

/** What has another name here than its kernel, which checks the shapes of all others. */
const RENAMED = {
  eq: true,
  ne: true,
  gt: true,
  lt: true,
  ge: true,
  le: true,
  floorDivide: true,
  truncDivide: true,
};

const isPlain = (x: Operand): x is number | boolean => typeof x === "number" || typeof x === "boolean";

/** The value in another dtype; the same one where it has that dtype already. */
export function toDtype(value: Value, dtype: DType): Value {
  return value.dtype === dtype ? value : apply("cast", [value], { dtype });
}

/** The value in another shape; the same one where it has that shape already. */
export function toShape(value: Value, shape: readonly number[]): Value {
  return sameShape(value.shape, shape) ? value : apply("reshape", [value], { shape });
}

/** What an operand's numbers are: of a plain one, whole numbers are integers. */
export function dtypeOf(x: Operand): DType {
  return isPlain(x) ? literalDtype(x) : x.dtype;
}

/** An operand as a value of a dtype, on the device of another. */
function lifted(x: Operand, dtype: DType, beside: Value): Value {
  return isPlain(x) ? constant(beside.buffer.device, Number(x), dtype) : toDtype(x, dtype);
}

/**
 * Applies an operation of two inputs.
 *
 * @param name How its user calls it, if not so.
 * @throws {RangeError} if the shapes do not broadcast, or integers would be raised to a negative power.
 * @throws {TypeError} if booleans would be subtracted.
 */
export function combine(operation: Arithmetic, a: Value, b: Operand, name: string = operation): Value {
  // The usual cases cost no more than this.
  if (a.dtype === "float32") {
    if (typeof b === "number") return apply(operation, [a, constant(a.buffer.device, b)], undefined);
    if (typeof b === "object" && b.dtype === "float32" && !(operation in RENAMED)) {
      return apply(operation, [a, b], undefined);
    }
  }
  if (!isPlain(b) && operation in RENAMED && !sameShape(a.shape, b.shape)) {
    broadcastShapes(name, a.shape, b.shape);
  }
  const dtype = promote(a.dtype, dtypeOf(b));
  checkMeaning(name, operation, a, b, dtype);
  const common = operation in FRACTIONS
    ? "float32"
    : operation in DIVISIONS && dtype === "bool"
    ? "int32"
    : dtype;
  return apply(
    common === "bool" ? ofBooleans(operation) : operation,
    [toDtype(a, common), lifted(b, common, a)],
    undefined,
  );
}

/** The dtype of {@linkcode combine}'s result, before anything is computed. */
export function combinedDtype(operation: "add" | "sub" | "mul" | "div" | "pow", a: Value, b: Operand): DType {
  return operation === "div" ? "float32" : promote(a.dtype, dtypeOf(b));
}

/** Booleans have no difference, integers no negative power that is an integer, and no whole quotient by 0. */
function checkMeaning(name: string, operation: Arithmetic, a: Value, b: Operand, dtype: DType): void {
  if (operation === "sub" && (a.dtype === "bool" || dtypeOf(b) === "bool")) {
    throw new TypeError(
      `${name}: booleans are not subtracted; ne() tells where two differ, eq(false) turns them round, and ` +
        'to("int32") makes numbers of them',
    );
  }
  if (operation === "pow" && dtype !== "float32" && typeof b === "number" && b < 0) {
    throw new RangeError(
      `${name}: an integer to the power of ${b} is no integer; use to("float32") first`,
    );
  }
  if (operation in DIVISIONS && dtype !== "float32" && isPlain(b) && Number(b) === 0) {
    throw new RangeError(`${name}: integers are not divided by 0; use to("float32") first`);
  }
}

/** What arithmetic means among booleans: a sum is or, a product and; aᵇ is false only for false to the power of true. */
function ofBooleans(operation: Arithmetic): Arithmetic {
  switch (operation) {
    case "add":
      return "maximum";
    case "mul":
      return "minimum";
    case "pow":
      return "ge";
    default:
      return operation;
  }
}

/**
 * condition ? a : b; all three broadcast. The result's dtype holds the values of both.
 *
 * @param condition What is not 0 holds.
 * @throws {RangeError} if the shapes do not broadcast.
 */
export function choose(condition: Value, a: Operand, b: Operand): Value {
  let { shape } = condition;
  for (const x of [a, b]) if (!isPlain(x)) shape = broadcastShapes("where", shape, x.shape);
  const dtype = promote(dtypeOf(a), dtypeOf(b));
  const inputs = [toDtype(condition, "bool"), lifted(a, dtype, condition), lifted(b, dtype, condition)];
  return apply("where", inputs, undefined);
}
