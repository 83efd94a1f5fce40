/**
 * Functions of one element, of two, and of three: the formulas of lib/device/elementwise.ts over logical indices.
 *
 * @module
 */
import * as check from "../check.ts";
import { BINARY, type Binary, type BinaryName, UNARY, type Unary, type UnaryName } from "../elementwise.ts";
import { broadcastShapes } from "../shape.ts";
import type { DType } from "../storage.ts";
import { type HostArray, places, repeating, scalar, zeros } from "./array.ts";

/** Products of int32 that float64 cannot hold. */
const INTEGER_UNARY: Partial<Record<UnaryName, Unary["js"]>> = { square: (x) => Math.imul(x, x) };
const INTEGER_BINARY: Partial<Record<BinaryName, Binary["js"]>> = { mul: Math.imul, pow: power };

/** aᵇ modulo 2³², exactly; 1 / aᵇ without its fraction where b is negative. */
function power(a: number, b: number): number {
  if (b < 0) return Math.abs(a) === 1 ? a ** -b : 0;
  let result = 1n, square = BigInt(a);
  for (let rest = b; rest > 0; rest >>= 1) {
    if (rest & 1) result = BigInt.asIntN(32, result * square);
    square = BigInt.asIntN(32, square * square);
  }
  return Number(result);
}

/** y[i] = f(x[i]); p and q are the function's settings. */
export function unary(name: UnaryName, x: HostArray, p = 0, q = 0): HostArray {
  const { takes, gives, js }: Unary = UNARY[name];
  check.need(name, x, takes);
  const f = (x.dtype === "int32" ? INTEGER_UNARY[name] : undefined) ?? js;
  const y = zeros(x.shape, gives ?? x.dtype);
  const low = Math.fround(p), high = Math.fround(q);
  for (let i = 0; i < y.data.length; i++) y.data[i] = f(x.data[i], low, high);
  return y;
}

/** y[i] = f(a[i], b[i]), shapes broadcast. A number takes the dtype of the other. */
export function binary(name: BinaryName, left: HostArray | number, right: HostArray | number): HostArray {
  const { takes, gives, js }: Binary = BINARY[name];
  const [a, b] = arrays(left, right);
  check.need(name, a, takes);
  check.alike(name, a, b);
  const f = (a.dtype === "int32" ? INTEGER_BINARY[name] : undefined) ?? js;
  const y = zeros(broadcastShapes(name, a.shape, b.shape), gives ?? a.dtype);
  const inA = places(y.shape, repeating(a, y.shape)), inB = places(y.shape, repeating(b, y.shape));
  for (let i = 0; i < y.data.length; i++) y.data[i] = f(a.data[inA[i]], b.data[inB[i]]);
  return y;
}

/** y[i] = condition[i] ? a[i] : b[i], shapes broadcast. */
export function select(condition: HostArray, left: HostArray | number, right: HostArray | number): HostArray {
  const [a, b] = arrays(left, right);
  const shape = check.selection("select", condition, a, b);
  const y = zeros(shape, a.dtype);
  const inC = places(shape, repeating(condition, shape));
  const inA = places(shape, repeating(a, shape)), inB = places(shape, repeating(b, shape));
  for (let i = 0; i < y.data.length; i++) {
    y.data[i] = condition.data[inC[i]] ? a.data[inA[i]] : b.data[inB[i]];
  }
  return y;
}

/** x in another dtype. */
export function cast(x: HostArray, dtype: DType): HostArray {
  const y = zeros(x.shape, dtype);
  const f = dtype === "bool"
    ? (x: number) => Number(x !== 0)
    : dtype === "int32"
    ? toInteger
    : (x: number) => x;
  for (let i = 0; i < y.data.length; i++) y.data[i] = f(x.data[i]);
  return y;
}

/** Without its fraction; −2³¹ if that is not an int32, as processors have it, and PyTorch with them. */
function toInteger(x: number): number {
  const whole = Math.trunc(x);
  return whole >= -(2 ** 31) && whole < 2 ** 31 ? whole : -(2 ** 31);
}

/** Two arguments as arrays of one dtype, where one of them is a number. */
function arrays(a: HostArray | number, b: HostArray | number): [HostArray, HostArray] {
  const dtype = typeof a !== "number" ? a.dtype : typeof b !== "number" ? b.dtype : "float32";
  return [
    typeof a === "number" ? scalar(a, dtype) : a,
    typeof b === "number" ? scalar(b, dtype) : b,
  ];
}
