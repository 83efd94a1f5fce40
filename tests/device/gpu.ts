/**
 * GPUs of a test's own, to be lost and misused.
 *
 * @module
 */
import { createWebGpuDevice, type WebGpuDevice } from "../../lib/device/webgpu/mod.ts";
import type { Limits } from "../../lib/device/webgpu/adapter.ts";
import { noGpu } from "../devices.ts";

/** A test of webgpu alone, ignored where that is not tested. */
export function onGpu(name: string, fn: () => Promise<void>): void {
  const ignore = noGpu !== undefined;
  Deno.test({ name: `${name}${ignore ? ` (skipped: ${noGpu})` : ""}`, ignore, fn });
}

/** A device that no other test knows, with no more than the limits that are named and WebGPU's defaults; a software adapter will do. */
export function newGpu(limits?: Limits): Promise<WebGpuDevice> {
  return createWebGpuDevice({ fallback: true, limits });
}

/** What WebGPU calls the device. */
export async function gpuOf({ backend }: WebGpuDevice): Promise<GPUDevice> {
  const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
  if (!(backend instanceof WebGPUBackend)) throw new Error("the backend is another one");
  return backend.device;
}
