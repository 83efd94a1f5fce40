/**
 * Elements of another dtype. TensorFlow.js' renames int32 and bool buffers to float32 and leaves every reader to know; ours
 * converts, so that a storage's dtype is its buffer's.
 *
 * @module
 */
import type { DType, Storage } from "../../storage.ts";
import type { Gpu } from "../gpu.ts";
import { mapElements } from "./unary.ts";

/** WGSL of the conversion of `x`. */
function conversion(from: DType, to: DType): string {
  if (to === "float32") return "x";
  if (to === "bool") {
    return from === "float32" ? "select(0, 1, x != 0.0 || isNan(x))" : "select(0, 1, x != 0)";
  }
  if (from !== "float32") return "x";
  // What WGSL makes of numbers that int32 cannot hold is its own affair; x86's processors, hence PyTorch, give −2³¹.
  return "select(i32(-2147483648), i32(x), x >= -2147483648.0 && x < 2147483648.0 && !isNan(x))";
}

/** x in a dtype that is not its own. */
export function cast(gpu: Gpu, x: Storage, to: DType): Storage {
  return mapElements(gpu, x, to, conversion(x.dtype, to));
}
