/** Plain JavaScript data on its way to a tensor: looked at once, so that it is refused before it costs anything; then written. */
import type { DType, Values } from "../device/device.ts";
import { describe } from "../text/arguments.ts";
import { promote } from "./dtype.ts";

/** Numbers or booleans in nested arrays, all of one length at each depth. */
export type NestedArray<T = number | boolean> = T | NestedArray<T>[];

/** The typed arrays that a tensor is made from. */
export type TypedArray =
  | Float16Array
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** What a tensor can be made from. */
export type TensorData = NestedArray<number | boolean | TypedArray>;

/** By the name that an array of the kind has, so that a host may lack the class. */
const TYPED: Record<string, { dtype: DType; fitsInt32?: true; big?: true }> = {
  Float16Array: { dtype: "float32" },
  Float32Array: { dtype: "float32" },
  Float64Array: { dtype: "float32" },
  Int8Array: { dtype: "int32", fitsInt32: true },
  Int16Array: { dtype: "int32", fitsInt32: true },
  Int32Array: { dtype: "int32", fitsInt32: true },
  BigInt64Array: { dtype: "int32", big: true },
  Uint8Array: { dtype: "int32", fitsInt32: true },
  Uint8ClampedArray: { dtype: "int32", fitsInt32: true },
  Uint16Array: { dtype: "int32", fitsInt32: true },
  Uint32Array: { dtype: "int32" },
  BigUint64Array: { dtype: "int32", big: true },
};

/** Arrays deeper than this hold themselves. */
const DEEPEST = 64;

/** Whether something is a typed array that a tensor is made from. */
export const isTyped = (data: unknown): data is TypedArray =>
  ArrayBuffer.isView(data) && (data as TypedArray)[Symbol.toStringTag] in TYPED;

const typeOf = (array: TypedArray) => TYPED[array[Symbol.toStringTag]];

/** What numbers are that no typed array says it of: "int32" where whole ones count as integers. */
export type Literals = "float32" | "int32";

/** The dtype of a plain number or boolean. */
export function literalDtype(value: number | boolean, literals: Literals = "int32"): DType {
  if (typeof value === "boolean") return "bool";
  return literals === "int32" && value === (value | 0) ? "int32" : "float32";
}

/**
 * The shape and the dtype of data. All booleans are "bool"; typed arrays of integers "int32"; plain numbers as `literals`
 * says; of several kinds, the one that holds all.
 *
 * @throws {RangeError} if nested arrays are ragged.
 * @throws {TypeError} for what is no number, boolean, typed array or nested array of them.
 */
export function survey(
  name: string,
  data: unknown,
  literals: Literals,
): { shape: number[]; dtype: DType } {
  if (typeof data === "number" || typeof data === "boolean") {
    return { shape: [], dtype: literalDtype(data, literals) };
  }
  if (isTyped(data)) return { shape: [data.length], dtype: typeOf(data).dtype };
  if (!Array.isArray(data)) {
    throw new TypeError(
      `${name}: numbers are needed, as a tensor, a number, nested or typed arrays, not ${describe(data)}${
        way(data)
      }`,
    );
  }
  const shape = nestedShape(name, data), path: number[] = [];
  const at = (depth: number) => `data${path.slice(0, depth).map((i) => `[${i}]`).join("")}`;
  let dtype: DType | null = null;
  const join = (other: DType) => dtype = dtype === null ? other : promote(dtype, other);
  const visit = (item: unknown, depth: number): void => {
    if (depth === shape.length) {
      if (typeof item === "number" || typeof item === "boolean") {
        // The usual case costs no more than this.
        if (dtype !== "float32") join(literalDtype(item, literals));
        return;
      }
      throw new TypeError(
        `${name}: a number or a boolean is expected at ${at(depth)}, not ${describe(item)}${way(item)}`,
      );
    }
    const typed = isTyped(item);
    if (!typed && !Array.isArray(item)) {
      if (typeof item === "number" || typeof item === "boolean") {
        throw ragged(name, at(depth), "a single value", shape[depth]);
      }
      throw new TypeError(`${name}: an array is expected at ${at(depth)}, not ${describe(item)}${way(item)}`);
    }
    if (item.length !== shape[depth]) throw ragged(name, at(depth), `${item.length} entries`, shape[depth]);
    if (typed) {
      if (depth < shape.length - 1) throw ragged(name, at(depth), "numbers", "arrays");
      join(typeOf(item).dtype);
      return;
    }
    for (let i = 0; i < item.length; i++) {
      path[depth] = i;
      visit(item[i], depth + 1);
    }
  };
  visit(data, 0);
  return { shape, dtype: dtype ?? "float32" };
}

/** The shape of nested arrays by their first entries. */
function nestedShape(name: string, data: unknown[]): number[] {
  const shape: number[] = [];
  for (let level: unknown = data; Array.isArray(level) || isTyped(level); level = level[0]) {
    shape.push(level.length);
    if (isTyped(level) || level.length === 0) break;
    if (shape.length > DEEPEST) {
      throw new RangeError(`${name}: arrays are nested more than ${DEEPEST} deep; does one hold itself?`);
    }
  }
  return shape;
}

function ragged(name: string, at: string, has: string, siblings: number | string): RangeError {
  return new RangeError(`${name}: the nested arrays are ragged: ${at} has ${has}, its siblings ${siblings}`);
}

/** What to do with something that is no data, as the end of a sentence. */
function way(given: unknown): string {
  if (given instanceof Promise) return "; await it first";
  if (given instanceof ArrayBuffer || given instanceof DataView) {
    return "; say what its bytes are: new Float32Array(buffer)";
  }
  if (typeof given === "bigint") return "; Number(…) makes a number of it";
  if (typeof given !== "object" || given === null || Array.isArray(given)) return "";
  if ("requiresGrad" in given) return "; stack() and cat() join tensors, clone() copies one";
  return Symbol.iterator in given ? "; Array.from(…) makes an array of it" : "";
}

/**
 * Writes data that {@linkcode survey} has seen.
 *
 * @param into As many values as there are.
 * @throws {RangeError} if a number does not fit the dtype.
 */
export function write(name: string, data: TensorData, dtype: DType, into: Values): void {
  let at = 0;
  const put = (item: TensorData): void => {
    if (typeof item === "number" || typeof item === "boolean") into[at++] = fitting(name, item, dtype);
    else if (Array.isArray(item)) { for (let i = 0; i < item.length; i++) put(item[i]); }
    else {
      copy(name, item, dtype, into, at);
      at += item.length;
    }
  };
  put(data);
}

/** The numbers of data that {@linkcode survey} has seen, one by one. */
export function* numbersOf(data: TensorData): Generator<number> {
  if (typeof data === "number" || typeof data === "boolean") yield Number(data);
  else if (Array.isArray(data)) { for (const item of data) yield* numbersOf(item); }
  else for (const item of data) yield Number(item);
}

/**
 * A number as a value of a dtype: as a bool, any but 0 is 1.
 *
 * @throws {RangeError} if it is no int32 and should be.
 */
export function fitting(name: string, value: number | boolean, dtype: DType): number {
  const number = Number(value);
  if (dtype === "float32") return number;
  if (dtype === "bool") return number === 0 ? 0 : 1;
  if (number === (number | 0)) return number;
  throw new RangeError(`${name}: ${value} is not an int32; round it, or use dtype "float32"`);
}

function copy(name: string, source: TypedArray, dtype: DType, into: Values, at: number): void {
  const { fitsInt32, big } = typeOf(source);
  if (dtype !== "bool" && !big && (dtype === "float32" || fitsInt32)) {
    into.set(source as Float32Array, at);
    return;
  }
  for (let i = 0; i < source.length; i++) into[at + i] = fitting(name, Number(source[i]), dtype);
}
