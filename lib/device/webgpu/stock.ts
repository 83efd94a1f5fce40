/**
 * TensorFlow.js' own kernels, for plain TensorFlow.js code that asks for what ours do not have. Our own kernels call none of them.
 *
 * @module
 */
import type { KernelFunc, NamedAttrMap, NamedTensorInfoMap, TensorInfo } from "@tensorflow/tfjs-core";
import { tfjsCore, tfjsWebGpu } from "../../host/packages.ts";

/** The name under which TensorFlow.js' registry holds its WebGPU kernels. */
export const BACKEND_NAME = "webgpu";

let core: typeof import("@tensorflow/tfjs-core");

/**
 * Loads TensorFlow.js, before a GPU can be used. A program on the CPU never does, and never fetches it.
 *
 * @returns Its backend for WebGPU.
 */
export async function loadStock(): Promise<
  (typeof import("@tensorflow/tfjs-backend-webgpu"))["WebGPUBackend"]
> {
  core = await tfjsCore();
  const { WebGPUBackend } = await tfjsWebGpu();
  // Without it, TensorFlow.js computes small arrays on the host, with the host's rounding.
  core.env().set("WEBGPU_CPU_FORWARD", false);
  return WebGPUBackend;
}

/** What was in the registry before tfjs.ts put something of ours in its place. */
const stock = new Map<string, KernelFunc>();

/** TensorFlow.js' own kernel of this name, whether or not it was replaced. */
export function stockKernel(name: string): KernelFunc {
  let kernel = stock.get(name);
  if (kernel === undefined) {
    kernel = core.getKernel(name, BACKEND_NAME)?.kernelFunc;
    if (kernel === undefined) throw new Error(`TensorFlow.js' webgpu backend has no kernel named ${name}.`);
    stock.set(name, kernel);
  }
  return kernel;
}

/** Calls one that has a single result. */
export function callStock(
  backend: object,
  name: string,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap,
): TensorInfo {
  const result = stockKernel(name)({ inputs, attrs, backend });
  return Array.isArray(result) ? result[0] : result;
}

const FLAG = "WEBGPU_MATMUL_PROGRAM_TYPE";
/** TensorFlow.js' own number for the program with small tiles, which it takes for shorter sums. */
const SMALL_TILES = 2;
/** From this inner size on it would split, if the outputs are more than 128. */
const SPLIT_FROM = 2000;

/**
 * Runs `body`, in which a product with inner size `inner` and `outputs` results is not split: TensorFlow.js' split-K program
 * adds with atomics (another sum each time) and is wrong for a transposed second matrix.
 */
export function withoutSplit<T>(inner: number, outputs: number, workgroups32: number, body: () => T): T {
  // Where TensorFlow.js has tiles enough to fill the GPU it does not split, and its large tiles are faster.
  if (inner < SPLIT_FROM || outputs <= 128 || workgroups32 > 32) return body();
  const { env } = core, before = env().getNumber(FLAG);
  env().set(FLAG, SMALL_TILES);
  try {
    return body();
  } finally {
    env().set(FLAG, before);
  }
}
