/**
 * The GPU through WebGPU: TensorFlow.js' WebGPU backend on a device that we ask for, with kernels of our own.
 *
 * @module
 */
import {
  describeAdapter,
  isSoftware,
  type Limits,
  limitsFor,
  requestAdapter,
  requestDevice,
} from "./adapter.ts";
import { gpuBackendClass } from "./backend.ts";
import { WebGpuDevice } from "./device.ts";
import { GpuErrors } from "./errors.ts";
import { loadStock } from "./stock.ts";

export { WebGpuDevice };

/** Settings of {@linkcode createWebGpuDevice}. */
export interface WebGpuOptions {
  /** Whether a software adapter (llvmpipe, WARP, SwiftShader) will do; default false. */
  fallback?: boolean;
  /** As if the GPU could do no more than WebGPU's defaults, save what is named; default: all that it can. */
  limits?: Limits;
}

/**
 * Takes the GPU.
 *
 * @returns The device.
 * @throws {Error} if there is no adapter, only a software one and `fallback` is false, or the adapter gives no device.
 */
export async function createWebGpuDevice(options: WebGpuOptions = {}): Promise<WebGpuDevice> {
  const { fallback = false, limits } = options;
  const adapter = await requestAdapter(fallback);
  const gpu = await requestDevice(adapter, limits);
  const Backend = gpuBackendClass(await loadStock());
  const errors = new GpuErrors(gpu, describeAdapter(adapter));
  const backend = new Backend(gpu, adapter.info, errors, limitsFor(gpu, limits));
  return new WebGpuDevice(backend, isSoftware(adapter));
}
