/**
 * Putting kernels of ours into TensorFlow.js' registry, over its own.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { KernelAttributes, Storage } from "../../device.ts";
import type { GpuBackend } from "../backend.ts";

/** What a kernel function is handed. */
export interface GpuKernelCall {
  inputs: Record<string, Storage>;
  attrs: KernelAttributes;
  backend: GpuBackend;
}

/** A kernel on the GPU. */
export type GpuKernel = (call: GpuKernelCall) => Storage | Storage[];

const BACKEND_NAME = "webgpu";
const stock = new Map<string, GpuKernel>();

/** TensorFlow.js' own kernel of this name, whether or not it was replaced. */
export function stockKernel(kernelName: string): GpuKernel {
  const kernel = stock.get(kernelName) ?? tf.getKernel(kernelName, BACKEND_NAME)?.kernelFunc;
  if (kernel == null) throw new Error(`TensorFlow.js' webgpu backend has no kernel named ${kernelName}.`);
  return kernel as GpuKernel;
}

/** Registers a kernel. One of TensorFlow.js is replaced and can still be had from {@linkcode stockKernel}. */
export function registerKernel(kernelName: string, kernel: GpuKernel): void {
  const before = tf.getKernel(kernelName, BACKEND_NAME);
  if (before != null) {
    if (!stock.has(kernelName)) stock.set(kernelName, before.kernelFunc as unknown as GpuKernel);
    tf.unregisterKernel(kernelName, BACKEND_NAME);
  }
  tf.registerKernel({
    kernelName,
    backendName: BACKEND_NAME,
    kernelFunc: kernel as unknown as tf.KernelFunc,
  });
}

/** The number of elements. */
export const sizeOf = (shape: number[]): number => shape.reduce((product, n) => product * n, 1);

/** Whether this is one of the dtypes that own programs know (TensorFlow.js has complex64 and string, too). */
export const isPlain = (...storages: Storage[]): boolean =>
  storages.every(({ dtype }) => dtype === "float32" || dtype === "int32" || dtype === "bool");
