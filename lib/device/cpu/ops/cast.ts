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
  const numbers = [x.dtype, dtype].every((type) => type === "float32" || type === "int32" || type === "bool");
  if (!numbers || x.dtype === dtype) return inherited(call);
  const out = backend.allocate(x.shape, dtype),
    from = backend.block(x).view(),
    to = backend.block(out).view();
  // A typed array converts float32 to int32 as TensorFlow.js does: toward zero, NaN and infinities to 0.
  if (dtype !== "bool") to.set(from);
  else for (let i = 0; i < from.length; i++) to[i] = from[i] !== 0 ? 1 : 0;
  return out;
};

/** By TensorFlow.js' name. */
export const castKernels: Record<string, Override> = { Cast: cast };
