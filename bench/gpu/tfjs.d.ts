import type { KernelBackend } from "@tensorflow/tfjs-core";
import type { Tfjs } from "../peers/tfjs_api.ts";

/** TensorFlow.js. */
export declare const tf: Tfjs;
/** Its backend, as it comes. */
export declare const WebGPUBackend: new (device: GPUDevice, info: GPUAdapterInfo) => KernelBackend;
