/** Parts picked, and written, by other values: indices along one dimension. */
import { apply, commonDevice } from "../autograd/graph.ts";
import { Value } from "../autograd/value.ts";
import type { Device } from "../device/device.ts";
import { indices } from "../device/check.ts";
import { broadcastShapes, sameShape, sizeOf, text } from "../device/shape.ts";
import { describe } from "../text/arguments.ts";
import { combine, toDtype, toShape } from "./combine.ts";
import { fitting, isTyped, numbersOf, survey, type TensorData } from "./data.ts";
import { promote } from "./dtype.ts";
import { made, makeValue } from "./values.ts";

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
  if (isTyped(given) && dtype === "float32") {
    throw new TypeError(`${name}: the index must be whole numbers, not ${describe(given)}`);
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
 * @throws {RangeError} if a plain number does not fit into that.
 * @throws {TypeError} if a tensor does not.
 */
export function writable(name: string, given: Given, { dtype, buffer: { device } }: Value): Value {
  if (!(given instanceof Value)) return makeValue(name, given, { dtype, device });
  if (promote(dtype, given.dtype) === dtype) return toDtype(given, dtype);
  throw new TypeError(
    `${name}: the value is ${given.dtype}, which does not fit into this ${dtype} tensor; use to("${dtype}")`,
  );
}

/** The numbers of an index, where they need not be waited for: not if they are a tensor's on a GPU. */
function atHand(given: Given, { buffer: { device, storage } }: Value): ArrayLike<number> | null {
  return device.peek(storage) ?? (given instanceof Value ? null : [...numbersOf(given)]);
}

/**
 * Checks indices whose numbers are at hand.
 *
 * @param given What they were made of.
 * @throws {RangeError} for the first that is not from 0 to size − 1.
 */
export function checkKnown(name: string, given: Given, index: Value, size: number): void {
  const known = atHand(given, index);
  if (known !== null) indices(name, known, index.shape, size);
}

/** The sum in the dtype of the first; among booleans, or. */
export const sum = (a: Value, b: Value): Value => toDtype(combine("add", a, b), a.dtype);

/** Numbers that are added up: booleans count. */
export const addable = (x: Value): Value => toDtype(x, x.dtype === "bool" ? "int32" : x.dtype);

/** A list of indices, and slices for it that fit into x along a dimension. */
function listed(
  name: string,
  x: Value,
  dim: number,
  index: Given,
  source: Given,
): [list: Value, slices: Value] {
  const list = listOfIndices(name, index, x.buffer.device), slices = writable(name, source, x);
  commonDevice(name, [x, list, slices]);
  const wanted = x.shape.with(dim, list.shape[0]);
  if (!sameShape(slices.shape, wanted)) {
    throw new RangeError(
      `${name}: the source has shape ${text(slices.shape)}; ${
        list.shape[0]
      } indices along dimension ${dim} of ${text(x.shape)} need ${text(wanted)}`,
    );
  }
  checkKnown(name, index, list, x.shape[dim]);
  return [list, slices];
}

/** Whole slices of x along a dimension: y[n, …] = x[index[n], …]. */
export function indexSelect(x: Value, dim: number, index: Given): Value {
  const list = listOfIndices("indexSelect", index, x.buffer.device);
  // The cpu looks at them by itself.
  if (!(index instanceof Value)) checkKnown("indexSelect", index, list, x.shape[dim]);
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
  const [list, added] = listed(name, x, dim, index, source);
  const numbers = addable(added);
  const scaled = alpha === 1 ? numbers : combine("mul", numbers, fitting(name, alpha, numbers.dtype));
  return sum(x, apply("indexAdd", [scaled, list], { dim, size: x.shape[dim] }));
}

/** x with slices written along a dimension: y[index[n], …] = source[n, …], the last of equal indices. */
export function indexCopy(name: string, x: Value, dim: number, index: Given, source: Given): Value {
  const [list, slices] = listed(name, x, dim, index, source);
  return apply("indexCopy", [x, slices, list], { dim });
}

/** A number, or a tensor of no dimensions, in x's dtype. */
export function single(name: string, given: Given, x: Value): Value {
  const value = writable(name, given, x);
  commonDevice(name, [x, value]);
  if (value.shape.length === 0) return value;
  throw new RangeError(
    `${name}: the value is a number, or a tensor of no dimensions, not one of shape ${text(value.shape)}`,
  );
}

/** x with one number in whole slices along a dimension; indices may count from the end. */
export function indexFill(name: string, x: Value, dim: number, index: Given, value: Given): Value {
  const list = listOfIndices(name, index, x.buffer.device), size = x.shape[dim];
  commonDevice(name, [x, list]);
  const number = single(name, value, x);
  const slices = apply("expand", [number], { shape: x.shape.with(dim, list.shape[0]) });
  return apply("indexCopy", [x, slices, counted(name, index, list, size, dim, x.shape)], { dim });
}

/**
 * Indices as places.
 *
 * @param given What they were made of.
 * @throws {RangeError} for one out of range, with its dimension, where it is at hand.
 */
export function counted(
  name: string,
  given: Given,
  index: Value,
  size: number,
  dim: number,
  shape: readonly number[],
): Value {
  const { device, storage } = index.buffer, list = atHand(given, index);
  for (let i = 0; list !== null && i < list.length; i++) {
    if (list[i] >= -size && list[i] < size) continue;
    throw new RangeError(
      `${name}: index ${list[i]} is outside of dimension ${dim} of size ${size} in ${text(shape)}`,
    );
  }
  return made(name, device, () => device.kernels.at(storage, size));
}

/** The elements of x, counted through all dimensions, in the shape of the index; `flat`: as a list. */
export function take(name: string, x: Value, index: Given, flat = false): Value {
  const size = sizeOf(x.shape), places = indexValue(name, index, x.buffer.device);
  commonDevice(name, [x, places]);
  const list = toShape(counted(name, index, places, size, 0, [size]), [sizeOf(places.shape)]);
  const found = apply("indexSelect", [toShape(x, [size]), list], { dim: 0 });
  return flat ? found : toShape(found, places.shape);
}

/** y[i, j] = x[i, index[i, j]] along a dimension, where the others broadcast. */
export function takeAlongDim(x: Value, index: Given, dim: number): Value {
  const name = "takeAlongDim", picks = indexValue(name, index, x.buffer.device);
  commonDevice(name, [x, picks]);
  if (picks.shape.length !== x.shape.length) {
    throw new RangeError(
      `${name}: as many dimensions are needed on both sides, not index ${text(picks.shape)} for ${
        text(x.shape)
      }`,
    );
  }
  const common = broadcastShapes(name, x.shape.with(dim, 1), picks.shape.with(dim, 1));
  const wide = (one: Value) => {
    const shape = common.with(dim, one.shape[dim]);
    return sameShape(one.shape, shape) ? one : apply("expand", [one], { shape });
  };
  const places = counted(name, index, picks, x.shape[dim], dim, x.shape);
  return apply("gather", [wide(x), wide(places)], { dim });
}

/** Values of x picked along a dimension; the index may be smaller than x in the others. */
export function gather(x: Value, dim: number, index: Given): Value {
  const picks = indexValue("gather", index, x.buffer.device), { shape } = picks;
  commonDevice("gather", [x, picks]);
  checkAlong("gather", shape, x, dim);
  if (!(index instanceof Value)) checkKnown("gather", index, picks, x.shape[dim]);
  return apply("gather", [front(x, shape.with(dim, x.shape[dim])), picks], { dim });
}

/** Checks that an index has as many dimensions, and is no larger in the others than one. */
function checkAlong(name: string, shape: readonly number[], x: Value, dim: number): void {
  const fits = shape.length === x.shape.length && shape.every((n, d) => d === dim || n <= x.shape[d]);
  if (fits) return;
  throw new RangeError(
    `${name}: index ${text(shape)} does not fit into ${text(x.shape)} along dimension ${dim}`,
  );
}

/** What `scatter()` does where an index stands several times. */
export type Reduce = "last" | "add";

/** x with values written, or added, at the places that gather would pick. */
export function scatter(
  name: string,
  x: Value,
  dim: number,
  index: Given,
  source: Given,
  reduce: Reduce,
): Value {
  const picks = indexValue(name, index, x.buffer.device), given = writable(name, source, x);
  commonDevice(name, [x, picks, given]);
  const { shape } = picks, number = given.shape.length === 0;
  checkAlong(name, shape, x, dim);
  if (!number && (given.shape.length !== shape.length || shape.some((n, d) => n > given.shape[d]))) {
    throw new RangeError(
      `${name}: index ${text(shape)} names more places than there are values in the source ${
        text(given.shape)
      }`,
    );
  }
  checkKnown(name, index, picks, x.shape[dim]);
  const values = number ? apply("expand", [given], { shape }) : front(given, shape);
  const part = shape.with(dim, x.shape[dim]), lines = front(x, part);
  const changed = reduce === "add"
    ? sum(lines, apply("scatterAdd", [addable(values), picks], { dim, shape: part }))
    : apply("scatter", [lines, values, picks], { dim });
  return lines === x ? changed : apply("sliceScatter", [x, changed], frontOf(part));
}

/** The first elements along every dimension. */
const frontOf = (size: readonly number[]) => ({ begin: size.map(() => 0), size, step: size.map(() => 1) });
const front = (x: Value, size: readonly number[]) =>
  sameShape(x.shape, size) ? x : apply("slice", [x], frontOf(size));
