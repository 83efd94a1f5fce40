/**
 * Descent: deep learning by building it. Tensors that remember how they were computed, networks, optimizers, on the GPU
 * through WebGPU or on the CPU.
 *
 * @module
 */
export * from "./tensor/mod.ts";
export { noGrad } from "./autograd/graph.ts";
export * as F from "./functional/mod.ts";
