/** Parts picked, and written, by other values: indices along one dimension. */
import { apply, commonDevice } from "../autograd/graph.ts";
import { Value } from "../autograd/value.ts";
import type { Device, DType } from "../device/device.ts";
import { indices } from "../device/check.ts";
import { sameShape, text } from "../device/shape.ts";
import { combine, toDtype, toShape } from "./combine.ts";
import { fitting, survey, type TensorData } from "./data.ts";
import { promote } from "./dtype.ts";
import { makeValue } from "./values.ts";

/** What is taken for a tensor, with the tensor itself unwrapped. */
export type Given = Value | TensorData;

/**
 * Indices as a value of dtype int32.
 *
 * @param given An int32 value, or whole numbers.
 * @throws {RangeError} for a number that is no int32.
 * @throws {TypeError} for booleans, and a tensor of another dtype.
 */
export function indexValue(name: string, given: Given, device: Device): Value {
  const dtype = given instanceof Value ? given.dtype : survey(name, given, "int32").dtype;
  if (dtype === "bool") {
    throw new TypeError(`${name}: the index must be int32, not bool; at() and where() take masks`);
  }
  if (!(given instanceof Value)) return makeValue(name, given, { dtype: "int32", device });
  if (dtype === "int32") return given;
  throw new TypeError(`${name}: the index must be int32, not ${dtype}; to("int32") makes it so`);
}

/** A list of indices for slices along a dimension: one number is a list of one. */
function listOfIndices(name: string, given: Given, device: Device): Value {
  const index = indexValue(name, given, device);
  if (index.shape.length === 1) return index;
  if (index.shape.length === 0) return toShape(index, [1]);
  throw new RangeError(
    `${name}: the index is a list of one dimension, not ${text(index.shape)}; at() takes any shape`,
  );
}

/**
 * What is written into a value, in that value's dtype.
 *
 * @throws {TypeError} if it does not fit into that.
 */
export function writable(name: string, given: Given, { dtype, buffer: { device } }: Value): Value {
  const value = given instanceof Value ? given : makeValue(name, given, { device, literals: "int32" });
  if (promote(dtype, value.dtype) === dtype) return toDtype(value, dtype);
  throw new TypeError(
    `${name}: the value is ${value.dtype}, which does not fit into this ${dtype} tensor; use to("${dtype}")`,
  );
}

/**
 * Checks indices whose numbers are at hand.
 *
 * @throws {RangeError} for the first that is not from 0 to size − 1.
 */
function checkKnown(name: string, { buffer: { device, storage }, shape }: Value, size: number): void {
  const known = device.peek(storage);
  if (known !== null) indices(name, known, shape, size);
}

/** The sum of two values of one dtype; among booleans, or. */
const sum = (a: Value, b: Value, dtype: DType) => toDtype(combine("add", a, b), dtype);

/** Whole slices of x along a dimension: y[n, …] = x[index[n], …]. */
export function indexSelect(x: Value, dim: number, index: Given): Value {
  const list = listOfIndices("indexSelect", index, x.buffer.device);
  return apply("indexSelect", [x, list], { dim });
}

/** x with slices added up along a dimension: y[index[n], …] = x[index[n], …] + alpha · source[n, …]. */
export function indexAdd(
  name: string,
  x: Value,
  dim: number,
  index: Given,
  source: Given,
  alpha: number,
): Value {
  const list = listOfIndices(name, index, x.buffer.device);
  const added = writable(name, source, x), { dtype } = x;
  commonDevice(name, [x, list, added]);
  const wanted = x.shape.with(dim, list.shape[0]);
  if (!sameShape(added.shape, wanted)) {
    throw new RangeError(
      `${name}: the source has shape ${text(added.shape)}; ${
        list.shape[0]
      } indices along dimension ${dim} of ${text(x.shape)} need ${text(wanted)}`,
    );
  }
  checkKnown(name, list, x.shape[dim]);
  const numbers = toDtype(added, dtype === "bool" ? "int32" : dtype);
  const scaled = alpha === 1 ? numbers : combine("mul", numbers, fitting(name, alpha, numbers.dtype));
  return sum(x, apply("indexAdd", [scaled, list], { dim, size: x.shape[dim] }), dtype);
}
