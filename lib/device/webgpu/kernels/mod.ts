/**
 * Our kernels on the GPU: each file registers those of one idea, over TensorFlow.js' own where those exist.
 *
 * @module
 */
import { registerBinaryKernels } from "./binary.ts";
import { registerCast } from "./cast.ts";
import { registerUnaryKernels } from "./unary.ts";

let registered = false;

/** Registers all of them, once; they serve every later device as well. */
export function registerOwnKernels(): void {
  if (registered) return;
  registered = true;
  registerUnaryKernels();
  registerBinaryKernels();
  registerCast();
}
