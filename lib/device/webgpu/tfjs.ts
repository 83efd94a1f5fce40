/**
 * Plain TensorFlow.js (`tf.*`) on a GPU of ours. The library itself does without: only who imports this file gives TensorFlow.js
 * our kernels where its own are wrong or coarse.
 *
 * @module
 */
import { findBackendFactory, registerBackend, removeBackend } from "@tensorflow/tfjs-core";
import type { WebGpuDevice } from "./device.ts";
import { BACKEND_NAME } from "./stock.ts";
import { adaptArrangement } from "./tfjs/arrange.ts";
import { adaptElementwise } from "./tfjs/elementwise.ts";
import { adaptImages } from "./tfjs/images.ts";
import { adaptReductions } from "./tfjs/reduce.ts";

/** TensorFlow.js' own priority for WebGPU, above its CPU and WebGL backends. */
const PRIORITY = 3;

let registered = false;

/** Puts our kernels into TensorFlow.js' registry, once; they serve every device. @tensorflow/tfjs-backend-webgpu is loaded. */
function registerWebGpuKernels(): void {
  if (registered) return;
  registered = true;
  adaptArrangement();
  adaptElementwise();
  adaptImages();
  adaptReductions();
}

/** Makes a device TensorFlow.js' backend "webgpu", so that after `tf.setBackend("webgpu")` plain code computes on it. */
export function useInTensorFlow({ backend }: WebGpuDevice): void {
  registerWebGpuKernels();
  if (findBackendFactory(BACKEND_NAME) != null) removeBackend(BACKEND_NAME);
  registerBackend(BACKEND_NAME, () => backend, PRIORITY);
}
