/** Plain JavaScript numbers on their way to a device and back. */
import { currentDevice, type Device, type DType, type Values } from "../device/mod.ts";
import { Buffer } from "../autograd/buffer.ts";
import { leaf } from "../autograd/graph.ts";
import type { Value } from "../autograd/value.ts";
import { sizeOf, text } from "../device/shape.ts";
import { describe } from "../text/arguments.ts";
import { checkShape } from "./shape.ts";

/** Numbers or booleans in nested arrays, all of one length at each depth. */
export type NestedArray<T = number | boolean> = T | NestedArray<T>[];

/** The typed arrays that a tensor is made from. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array;

/** What a tensor can be made from. */
export type TensorData = NestedArray | TypedArray;

const RANK: Record<DType, number> = { bool: 0, int32: 1, float32: 2 };

/**
 * Checks that a dtype is one of the three.
 *
 * @throws {TypeError} if it is not.
 */
export function checkDtype(operation: string, dtype: DType): DType {
  if (typeof dtype !== "string" || !Object.hasOwn(RANK, dtype)) {
    const hint = ["webgpu", "cpu"].includes(dtype)
      ? "; a tensor stays on its device: call useDevice() before it is made"
      : "";
    throw new TypeError(
      `${operation}: there is no dtype ${describe(dtype)}; use "float32", "int32" or "bool"${hint}`,
    );
  }
  return dtype;
}

/** The dtype that holds the values of both. */
export function promote(a: DType, b: DType): DType {
  return RANK[a] >= RANK[b] ? a : b;
}

function isTyped(data: unknown): data is TypedArray {
  return ArrayBuffer.isView(data) && !(data instanceof DataView);
}

/** Flattens nested arrays; throws a RangeError where they are ragged. */
function flatten(operation: string, data: NestedArray): { flat: (number | boolean)[]; shape: number[] } {
  const shape: number[] = [];
  for (let level: NestedArray = data; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  const flat: (number | boolean)[] = [];
  const visit = (item: NestedArray, depth: number, path: string) => {
    if (depth === shape.length) {
      if (typeof item === "number" || typeof item === "boolean") return void flat.push(item);
      throw new TypeError(`${operation}: ${noNumber(item, path)}`);
    }
    if (!Array.isArray(item) || item.length !== shape[depth]) {
      const what = Array.isArray(item) ? `${item.length} entries` : "a single value";
      throw new RangeError(
        `${operation}: the nested arrays are ragged: data${path} has ${what}, its siblings ${shape[depth]}`,
      );
    }
    item.forEach((child, i) => visit(child, depth + 1, `${path}[${i}]`));
  };
  visit(data, 0, "");
  return { flat, shape };
}

/** What is said of an item that is neither a number nor a boolean; at the path "", of what was given as a whole. */
function noNumber(item: unknown, path: string): string {
  const what = Array.isArray(item) ? "an array" : describe(item);
  const hint = item instanceof Promise
    ? "; await it first"
    : path !== "" && typeof item === "object" && item !== null && "dtype" in item
    ? "; stack() and cat() join tensors"
    : "";
  return path === ""
    ? `numbers are needed, as a tensor, a number, nested or typed arrays, not ${what}${hint}`
    : `a number or a boolean is expected at data${path}, not ${what}${hint}`;
}

/** Values of a dtype out of any list of numbers. */
function convert(operation: string, list: ArrayLike<number | boolean>, dtype: DType): Values {
  if (dtype === "float32") return Float32Array.from(list as ArrayLike<number>);
  if (dtype === "bool") return Uint8Array.from(list as ArrayLike<number>, (x) => x ? 1 : 0);
  return Int32Array.from(list as ArrayLike<number>, (x) => {
    if (typeof x === "number" && x !== (x | 0)) {
      throw new RangeError(`${operation}: ${x} is not an int32; round it, or use dtype "float32"`);
    }
    return +x;
  });
}

/**
 * A value on a device from plain data.
 *
 * @throws {RangeError} if the data is ragged, does not fill the shape, or does not fit the dtype.
 */
export function makeValue(
  operation: string,
  data: TensorData,
  options: { shape?: readonly number[]; dtype?: DType; requiresGrad?: boolean; device?: Device } = {},
): Value {
  const device = options.device ?? currentDevice();
  let flat: ArrayLike<number | boolean>, natural: number[];
  if (isTyped(data)) [flat, natural] = [data, [data.length]];
  else ({ flat, shape: natural } = flatten(operation, data));
  const dtype = checkDtype(operation, options.dtype ?? naturalDtype(data, flat));
  const shape = options.shape === undefined ? natural : checkShape(operation, options.shape);
  if (sizeOf(shape) !== flat.length) {
    throw new RangeError(
      `${operation}: ${flat.length} values do not fill shape ${text(shape)}, which holds ${sizeOf(shape)}`,
    );
  }
  if (options.requiresGrad && dtype !== "float32") {
    throw new TypeError(`${operation}: only float32 tensors can require a gradient, not ${dtype}`);
  }
  const storage = device.upload(convert(operation, flat, dtype), shape, dtype);
  return leaf(new Buffer(device, storage, operation), options.requiresGrad ?? false);
}

function naturalDtype(data: TensorData, flat: ArrayLike<number | boolean>): DType {
  if (isTyped(data)) {
    return data instanceof Float32Array || data instanceof Float64Array ? "float32" : "int32";
  }
  return flat.length > 0 && typeof flat[0] === "boolean" ? "bool" : "float32";
}

/** Flat values as nested arrays of a shape. */
export function nest(values: ArrayLike<number>, shape: readonly number[], dtype: DType): NestedArray {
  let at = 0;
  const build = (depth: number): NestedArray => {
    if (depth === shape.length) return dtype === "bool" ? values[at++] !== 0 : values[at++];
    return Array.from({ length: shape[depth] }, () => build(depth + 1));
  };
  return build(0);
}
