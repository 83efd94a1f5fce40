/**
 * The CPU device as a backend of TensorFlow.js, for plain `tf.*` code. The library itself does without: only who imports this
 * file loads TensorFlow.js' kernels.
 *
 * @module
 */
import { getKernelsForBackend, registerBackend, registerKernel } from "@tensorflow/tfjs-core";
import type { CpuDevice } from "./device.ts";
import { adapted, type Adapters } from "./tfjs/adapter.ts";
import { arrangements } from "./tfjs/arrange.ts";
import { TfjsBackend } from "./tfjs/backend.ts";
import { elementwise } from "./tfjs/elementwise.ts";
import { poolings } from "./tfjs/pooling.ts";
import { products } from "./tfjs/products.ts";
import { reductions } from "./tfjs/reduction.ts";

export { TfjsBackend };

/** The name under which TensorFlow.js knows it. */
export const BACKEND_NAME = "descent-cpu";

/** Above TensorFlow.js' own CPU backend, below those on a GPU. */
const PRIORITY = 2;

/** Ours in place of the kernels that a network spends its time in. */
const ADAPTERS: Adapters = { ...elementwise, ...reductions, ...products, ...poolings, ...arrangements };

let registered: TfjsBackend | undefined;

/**
 * Makes the device TensorFlow.js' backend "descent-cpu", once: with every kernel of its own CPU backend, and ours in place of
 * the slow ones. After `tf.setBackend("descent-cpu")` plain code computes on it.
 *
 * @throws {Error} if another CPU device is registered already.
 */
export function registerCpuBackend({ engine }: CpuDevice): TfjsBackend {
  if (registered !== undefined) {
    if (registered.engine === engine) return registered;
    throw new Error(
      "registerCpuBackend: TensorFlow.js computes on another CPU device already; there can be one.",
    );
  }
  const backend = registered = new TfjsBackend(engine);
  for (const config of getKernelsForBackend("cpu")) {
    registerKernel(adapted(config, ADAPTERS[config.kernelName], backend, BACKEND_NAME));
  }
  // TensorFlow.js disposes of its backends when it is reset, and asks for them again: they are the same one.
  registerBackend(BACKEND_NAME, () => backend, PRIORITY);
  return backend;
}
