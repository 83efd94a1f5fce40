/**
 * The CPU device: TensorFlow.js on a backend of our own, SIMD WebAssembly on one shared memory. No permission needed,
 * nothing native, nothing on import.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Device } from "../device.ts";
import { BACKEND_NAME, CpuBackend } from "./backend.ts";
import { CpuDevice } from "./device.ts";
import { registerKernels } from "./registry.ts";

let device: CpuDevice | undefined;

/**
 * The CPU device; the same one at every call. Its TensorFlow.js backend is registered as "descent-cpu".
 *
 * @returns The device.
 * @example
 * ```ts
 * import { createCpuDevice } from "./mod.ts";
 * const device = createCpuDevice();
 * const a = device.upload(Float32Array.of(1, 2), [2], "float32");
 * const b = device.run("Add", { a, b: a });
 * console.log(await device.read(b)); // Float32Array(2) [ 2, 4 ]
 * ```
 */
export function createCpuDevice(): Device {
  if (device === undefined) {
    const backend = new CpuBackend();
    registerKernels();
    tf.registerBackend(BACKEND_NAME, () => backend);
    const { threads } = backend.kernels;
    device = new CpuDevice(backend, `CPU, ${threads} thread${threads === 1 ? "" : "s"}, WebAssembly SIMD`);
  }
  return device;
}
