/**
 * The GPU through WebGPU: TensorFlow.js' WebGPU backend on a device that we ask for, with kernels of our own.
 *
 * @module
 */
import { describeAdapter, isSoftware, requestAdapter, requestDevice } from "./adapter.ts";
import { gpuBackendClass } from "./backend.ts";
import { WebGpuDevice } from "./device.ts";
import { GpuErrors } from "./errors.ts";
import { loadStock } from "./stock.ts";

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
  const Backend = gpuBackendClass(await loadStock());
  const backend = new Backend(gpu, adapter.info, new GpuErrors(gpu, describeAdapter(adapter)));
  return new WebGpuDevice(backend, isSoftware(adapter));
}
