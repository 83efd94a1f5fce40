/**
 * A choice per element, for any number of dimensions (TensorFlow.js' stops at four).
 *
 * @module
 */
import type { DType, Storage } from "../../storage.ts";
import type { Gpu } from "../gpu.ts";
import { combine, type Operand } from "./broadcast.ts";

/**
 * condition ? a : b.
 *
 * @param condition Row-major, as are a and b where they are arrays.
 * @param shape What the shapes broadcast to.
 * @param dtype That of a and b.
 */
export function select(
  gpu: Gpu,
  condition: Storage,
  a: Operand,
  b: Operand,
  shape: readonly number[],
  dtype: DType,
): Storage {
  return combine(gpu, { c: condition, a, b }, shape, dtype, dtype, "select(b, a, c != 0)");
}
