/**
 * What a kernel of ours is given and gives back.
 *
 * @module
 */
import type { Storage } from "../device.ts";
import type { CpuBackend } from "./backend.ts";

/** One call: what TensorFlow.js hands to a kernel. */
export interface Call {
  // deno-lint-ignore no-explicit-any -- inputs and attributes are as various as the kernels
  readonly inputs: any;
  // deno-lint-ignore no-explicit-any -- see inputs
  readonly attrs: any;
  readonly backend: CpuBackend;
}

/** A kernel. */
export type Kernel = (call: Call) => Storage | Storage[];

/** A kernel that may hand a call on to the one TensorFlow.js has (other dtypes, rare settings). */
export type Override = (call: Call, inherited: Kernel) => Storage | Storage[];

/** How many elements an array of this shape has. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** Whether two shapes are the same. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
