/**
 * Activations at the end of fused products and convolutions.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Storage } from "../../device.ts";
import { BACKEND_NAME, type CpuBackend } from "../backend.ts";
import type { Kernel } from "../kernel.ts";

const KERNELS: Record<string, string> = {
  relu6: "Relu6",
  elu: "Elu",
  sigmoid: "Sigmoid",
  leakyrelu: "LeakyRelu",
  prelu: "Prelu",
};

/** Whether the product's own kernel ends with this activation. */
export function isFused(activation: string | null | undefined): boolean {
  return activation == null || activation === "linear" || activation === "relu";
}

/** Applies any other activation, and frees its input. */
export function activate(
  backend: CpuBackend,
  x: Storage,
  attrs: { activation: string; leakyreluAlpha?: number },
  alpha: Storage | undefined,
): Storage {
  const name = KERNELS[attrs.activation];
  const kernel = name === undefined ? undefined : tf.getKernel(name, BACKEND_NAME);
  if (kernel == null) throw new Error(`The activation ${attrs.activation} is unknown to the CPU device.`);
  const out = (kernel.kernelFunc as unknown as Kernel)({
    inputs: { x, alpha },
    attrs: { alpha: attrs.leakyreluAlpha },
    backend,
  });
  backend.disposeData(x.dataId);
  return out as Storage;
}
