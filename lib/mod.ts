/**
 * Descent: deep learning by building it. Tensors that remember how they were computed, networks, optimizers, on the GPU
 * through WebGPU or on the CPU.
 *
 * @module
 */
export * from "./tensor/mod.ts";
/** Gradients that are asked for, and operations of one's own. */
export * as autograd from "./tensor/autograd/mod.ts";
export type { RemovableHandle } from "./autograd/hooks.ts";
export { noGrad } from "./autograd/no_grad.ts";
export {
  currentDevice,
  Device,
  device,
  type DeviceName,
  type DeviceOptions,
  type DType,
  type MemoryUse,
  useDevice,
  type Values,
} from "./device/mod.ts";
export {
  type DevicePeak,
  type GpuCounters,
  type Profile,
  profile,
  type ProfileOptions,
  type ProfileRow,
} from "./device/profile/mod.ts";
/** Functions of tensors that networks are made of. */
export * as F from "./functional/mod.ts";
/** What networks are made of: modules, layers, losses, first values. */
export * as nn from "./nn/mod.ts";
export { type ActivationRow, activations, type ActivationsOptions } from "./nn/activations.ts";
export { type Summary, summary, type SummaryRow } from "./nn/summary.ts";
/** How networks learn: optimizers, and schedules of the learning rate. */
export * as optim from "./optim/mod.ts";
export { gradCheck, type GradCheckOptions, gradGradCheck } from "./gradcheck.ts";
export * from "./data/mod.ts";
export * from "./io/mod.ts";
export * from "./show/mod.ts";
export * from "./train/mod.ts";
