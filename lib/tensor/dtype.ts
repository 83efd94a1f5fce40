/** The three dtypes, and which of them holds the values of two. The whole table of types is in docs/from_pytorch.md. */
import type { DType } from "../device/device.ts";
import { describe } from "../text/arguments.ts";
import { nearest } from "../text/nearest.ts";

const RANK: Record<DType, number> = { bool: 0, int32: 1, float32: 2 };

/**
 * Checks that a dtype is one of the three.
 *
 * @throws {TypeError} if it is not.
 */
export function checkDtype(operation: string, dtype: DType): DType {
  if (typeof dtype === "string" && Object.hasOwn(RANK, dtype)) return dtype;
  if (typeof dtype !== "string") {
    throw new TypeError(
      `${operation}: the dtype must be "float32", "int32" or "bool", not ${describe(dtype)}`,
    );
  }
  const guess = nearest(dtype, Object.keys(RANK));
  const hint = ["webgpu", "cpu", "cuda", "gpu", "mps"].includes(dtype)
    ? '; await x.to("webgpu") copies a tensor to a device, { device } makes one there'
    : guess === undefined
    ? ""
    : `; did you mean "${guess}"?`;
  throw new TypeError(
    `${operation}: there is no dtype ${describe(dtype)}; use "float32", "int32" or "bool"${hint}`,
  );
}

/** Checks that a gradient is asked for of numbers that can have one. */
export function checkDifferentiable(operation: string, dtype: DType, requiresGrad: boolean): void {
  if (!requiresGrad || dtype === "float32") return;
  throw new TypeError(`${operation}: only float32 tensors can require a gradient, not ${dtype}`);
}

/** The dtype that holds the values of both: bool < int32 < float32. */
export function promote(a: DType, b: DType): DType {
  return RANK[a] >= RANK[b] ? a : b;
}
