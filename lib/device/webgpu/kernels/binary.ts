/**
 * Functions of two elements. TensorFlow.js' compute integers in float32, stop at six dimensions, and fail to compile for a
 * vector against five.
 *
 * @module
 */
import type { Binary } from "../../elementwise.ts";
import type { DType, Storage } from "../../storage.ts";
import type { Gpu } from "../gpu.ts";
import { combine, type Operand } from "./broadcast.ts";

/**
 * A function of the table lib/device/elementwise.ts.
 *
 * @param a Row-major, or a number; one of the two is an array.
 * @param shape What the shapes broadcast to.
 * @param dtype That of both.
 */
export function binary(
  gpu: Gpu,
  f: Binary,
  a: Operand,
  b: Operand,
  shape: readonly number[],
  dtype: DType,
): Storage {
  const expression = dtype === "float32" ? f.wgsl : f.integer ?? f.wgsl;
  return combine(gpu, { a, b }, shape, dtype, f.gives ?? dtype, expression);
}
