/**
 * The GPU through WebGPU: TensorFlow.js' WebGPU backend on a device that we ask for, with kernels of our own.
 *
 * @module
 */
import { env } from "@tensorflow/tfjs-core";
import { describeAdapter, isSoftware, requestAdapter, requestDevice } from "./adapter.ts";
import { gpuBackendClass } from "./backend.ts";
import { WebGpuDevice } from "./device.ts";
import { GpuErrors } from "./errors.ts";

export { WebGpuDevice };

/**
 * Takes the GPU.
 *
 * @param options `fallback`: whether a software adapter (llvmpipe, WARP, SwiftShader) will do; default false.
 * @returns The device.
 * @throws {Error} if there is no adapter, only a software one and `fallback` is false, or the adapter gives no device.
 */
export async function createWebGpuDevice(options: { fallback?: boolean } = {}): Promise<WebGpuDevice> {
  const adapter = await requestAdapter(options.fallback ?? false);
  const gpu = await requestDevice(adapter);
  // Only now: a program on the CPU never loads it.
  const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
  // Without it, TensorFlow.js computes small arrays on the host, with the host's rounding.
  env().set("WEBGPU_CPU_FORWARD", false);
  const Backend = gpuBackendClass(WebGPUBackend);
  const backend = new Backend(gpu, adapter.info, new GpuErrors(gpu, describeAdapter(adapter)));
  return new WebGpuDevice(backend, isSoftware(adapter));
}
