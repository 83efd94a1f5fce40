/**
 * TensorFlow.js' own WebGPU backend, beside ours in the same process, on a GPUDevice of its own.
 *
 * @module
 */
import { requestAdapter, requestDevice } from "../../lib/device/webgpu/adapter.ts";
import type { Layer } from "../cases/network.ts";
import type { ConvolutionTask, Job, ProductTask } from "../cases/task.ts";
import * as jobs from "../peers/tfjs_jobs.ts";
// @ts-types="./tfjs.d.ts"
import { tf, WebGPUBackend } from "./tfjs.js";

const NAME = "stock";
/** That ours, which is registered too where it is used as a backend of TensorFlow.js, is not taken for it. */
const PRIORITY = 9;

let started: Promise<void> | undefined;

/** Makes it the current backend of TensorFlow.js, with all limits that the adapter grants and its flags as they come. */
export function startStock(): Promise<void> {
  return started ??= (async () => {
    const adapter = await requestAdapter(true), device = await requestDevice(adapter);
    tf.registerBackend(NAME, () => new WebGPUBackend(device, adapter.info), PRIORITY);
    for (const kernel of tf.getKernelsForBackend("webgpu")) {
      tf.registerKernel({ ...kernel, backendName: NAME });
    }
    await tf.setBackend(NAME);
    // Ours turns it off, so as not to compute small arrays on the host; with it is how people have it.
    tf.env().set("WEBGPU_CPU_FORWARD", true);
  })();
}

/** A matrix product. */
export const product = (task: ProductTask): Job => jobs.product(tf, task);

/** A convolution or one of its gradients. */
export const convolution = (task: ConvolutionTask, batch: number): Job => jobs.convolution(tf, task, batch);

/** Steps of Adam on one batch of made-up pictures. */
export const training = (layers: Layer[], input: number[]): Job =>
  jobs.training(tf, { kind: "training", layers, input, loss: "crossEntropy", optimizer: "adam", lr: 1e-4 });
