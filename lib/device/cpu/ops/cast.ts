/**
 * From one dtype to another.
 *
 * @module
 */
import type { Override } from "../kernel.ts";

/**
 * TensorFlow.js casts bool and int32 to a wider dtype by sharing the data under another name, which is fine as long as
 * JavaScript reads it. Our kernels read the bytes, so the numbers are converted.
 */
const cast: Override = (call, inherited) => {
  const { inputs: { x }, attrs: { dtype }, backend } = call;
  const widens = dtype === "float32" && x.dtype !== "float32" || dtype === "int32" && x.dtype === "bool";
  if (!widens || x.dtype === "complex64") return inherited(call);
  const result = backend.allocate(x.shape, dtype);
  backend.block(result).view().set(backend.block(x).view());
  return result;
};

/** By TensorFlow.js' name. */
export const castKernels: Record<string, Override> = { Cast: cast };
