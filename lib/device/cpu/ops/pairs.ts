/**
 * Two arrays element by element in plain JavaScript, with NumPy's broadcasting: for dtypes and shapes that the SIMD
 * kernels do not serve. TensorFlow.js' own loops compute every index anew.
 *
 * @module
 */
import type { DType, Storage, Values } from "../../device.ts";
import type { Call, Kernel, Override } from "../kernel.ts";

/** A function of two numbers. */
export type Scalar2 = (x: number, y: number) => number;

/** How two shapes broadcast: the result's shape, and its dimensions with those merged that run on in both. */
export interface Broadcast {
  shape: number[];
  /** Innermost first: length, and each factor's stride in elements (0 where it repeats). */
  dimensions: { length: number; a: number; b: number }[];
}

/** Plans a broadcast; throws when the shapes do not fit. */
export function broadcast(a: readonly number[], b: readonly number[], name: string): Broadcast {
  const rank = Math.max(a.length, b.length), shape = new Array<number>(rank);
  const dimensions: Broadcast["dimensions"] = [];
  let stepA = 1, stepB = 1;
  for (let i = 1; i <= rank; i++) {
    const x = a[a.length - i] ?? 1, y = b[b.length - i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new RangeError(`${name}: the shapes [${a}] and [${b}] do not broadcast (${x} against ${y})`);
    }
    const length = x === 1 ? y : x;
    shape[rank - i] = length;
    if (length !== 1) {
      const strideA = x === 1 ? 0 : stepA, strideB = y === 1 ? 0 : stepB;
      const last = dimensions[dimensions.length - 1];
      if (
        last !== undefined && strideA === last.a * last.length && strideB === last.b * last.length
      ) last.length *= length;
      else dimensions.push({ length, a: strideA, b: strideB });
    }
    stepA *= x;
    stepB *= y;
  }
  if (dimensions.length === 0) dimensions.push({ length: 1, a: 1, b: 1 });
  return { shape, dimensions };
}

/** Two arrays' dtype, when the loops here serve it. */
export function dtypeOf(a: Storage, b: Storage): DType | null {
  return a.dtype === b.dtype && (a.dtype === "float32" || a.dtype === "int32" || a.dtype === "bool")
    ? a.dtype
    : null;
}

/** out[i] = f(a[i], b[i]), of the given dtype. */
export function inPairs(
  { inputs: { a, b }, backend }: Call,
  name: string,
  f: Scalar2,
  dtype: DType,
): Storage {
  const { shape, dimensions } = broadcast(a.shape, b.shape, name);
  const out = backend.allocate(shape, dtype), to = backend.block(out).view();
  if (to.length > 0) zip(backend.block(a).view(), backend.block(b).view(), to, dimensions, f);
  return out;
}

function zip(x: Values, y: Values, out: Values, dimensions: Broadcast["dimensions"], f: Scalar2): void {
  const [{ length, a, b }, ...outer] = dimensions, index = outer.map(() => 0);
  for (let i = 0, fromX = 0, fromY = 0;;) {
    for (let stop = i + length, u = fromX, v = fromY; i < stop; i++, u += a, v += b) out[i] = f(x[u], y[v]);
    let d = 0;
    for (; d < outer.length; d++) {
      fromX += outer[d].a;
      fromY += outer[d].b;
      if (++index[d] < outer[d].length) break;
      fromX -= outer[d].a * outer[d].length;
      fromY -= outer[d].b * outer[d].length;
      index[d] = 0;
    }
    if (d === outer.length) return;
  }
}

/** A kernel that has no SIMD form. */
function plain(name: string, f: Scalar2, result?: DType): Override {
  return (call: Call, inherited: Kernel) => {
    const dtype = dtypeOf(call.inputs.a, call.inputs.b);
    return dtype === null ? inherited(call) : inPairs(call, name, f, result ?? dtype);
  };
}

/** This file's kernels by their TensorFlow.js names. */
export const pairKernels: Record<string, Override> = {
  Pow: plain("Pow", Math.pow),
  LogicalAnd: plain("LogicalAnd", (x, y) => x && y, "bool"),
  LogicalOr: plain("LogicalOr", (x, y) => x || y, "bool"),
};
