/**
 * What a step asks of a GPU, without the GPU: nothing is submitted. What it allocates, and which programs it runs, depends on no number.
 *
 * @module
 */
import { currentDevice } from "descent";
import type { WebGpuDevice } from "../../lib/device/webgpu/mod.ts";

/** Runs a body, of which the GPU hears nothing. Numbers that it computes are lost. */
export function idle<T>(body: () => T): T {
  const { backend } = currentDevice() as WebGpuDevice, { submit } = GPUQueue.prototype;
  backend.flush();
  GPUQueue.prototype.submit = () => undefined;
  try {
    return body();
  } finally {
    backend.flush();
    GPUQueue.prototype.submit = submit;
  }
}
