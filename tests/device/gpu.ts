/**
 * GPUs of a test's own, to be lost and misused.
 *
 * @module
 */
import { createWebGpuDevice, type WebGpuDevice } from "../../lib/device/webgpu/mod.ts";
import { devices } from "../devices.ts";

const ignore = !devices.includes("webgpu");

/** A test of webgpu alone, ignored where there is no adapter. */
export function onGpu(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name}${ignore ? " (skipped: there is no adapter)" : ""}`, ignore, fn });
}

/** A device that no other test knows; a software adapter will do. */
export function newGpu(): Promise<WebGpuDevice> {
  return createWebGpuDevice({ fallback: true });
}

/** What WebGPU calls the device. */
export async function gpuOf({ backend }: WebGpuDevice): Promise<GPUDevice> {
  const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
  if (!(backend instanceof WebGPUBackend)) throw new Error("the backend is another one");
  return backend.device;
}
