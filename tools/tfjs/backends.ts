/**
 * The backends that the tests can run on, each registered with TensorFlow.js under its own name.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { createCpuDevice } from "../../lib/device/cpu/mod.ts";
import { BACKEND_NAME, registerCpuBackend } from "../../lib/device/cpu/tfjs.ts";
import { requestAdapter, requestDevice } from "../../lib/device/webgpu/adapter.ts";
import { createWebGpuDevice } from "../../lib/device/webgpu/mod.ts";
import { useInTensorFlow } from "../../lib/device/webgpu/tfjs.ts";
import type { DeviceName } from "./devices.ts";

/** What jasmine_util knows of a backend. */
export interface TestEnvironment {
  name: string;
  backendName: string;
  flags: Record<string, boolean>;
  isDataSync: boolean;
}

/** A registered backend. */
export interface TestBackend {
  environment: TestEnvironment;
  /** Ends when the GPU is lost, with why; never on the processor. */
  lost: Promise<string>;
}

const NEVER = new Promise<string>(() => {});
// Without it small arrays are computed on the processor, and the tests, which are all small, test that. Flags are reset
// before each suite, so it is not enough that our own device sets it.
const GPU_FLAGS = { WEBGPU_CPU_FORWARD: false };

function environment(backendName: string, flags: Record<string, boolean> = {}): TestEnvironment {
  // As TensorFlow.js' own registries for cpu and webgpu say.
  return { name: backendName, backendName, flags, isDataSync: true };
}

async function lostMessage(device: GPUDevice): Promise<string> {
  const { reason, message } = await device.lost;
  return `the GPU was lost (${reason}): ${message}`;
}

/** Makes and registers a backend. */
export async function register(name: DeviceName): Promise<TestBackend> {
  switch (name) {
    case "cpu":
      registerCpuBackend(createCpuDevice());
      return { environment: environment(BACKEND_NAME), lost: NEVER };
    case "stock-cpu":
      await import("@tensorflow/tfjs-backend-cpu");
      return { environment: environment("cpu"), lost: NEVER };
    case "webgpu": {
      const device = await createWebGpuDevice({ fallback: true });
      useInTensorFlow(device);
      const { device: gpu } = device.backend;
      return { environment: environment("webgpu", GPU_FLAGS), lost: lostMessage(gpu) };
    }
    case "stock-webgpu": {
      const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
      const adapter = await requestAdapter(true);
      const gpu = await requestDevice(adapter);
      // Its own factory asks for features in a way that Deno refuses.
      if (tf.findBackendFactory("webgpu") != null) tf.removeBackend("webgpu");
      tf.registerBackend("webgpu", () => new WebGPUBackend(gpu, adapter.info));
      return { environment: environment("webgpu", GPU_FLAGS), lost: lostMessage(gpu) };
    }
  }
}
