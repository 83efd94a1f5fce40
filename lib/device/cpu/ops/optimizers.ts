/**
 * One step of an optimizer, in place: PyTorch's update rules. See KERNELS.md.
 *
 * @module
 */
import type { Storage } from "../../device.ts";
import type { CpuBackend } from "../backend.ts";
import type { Call, Kernel } from "../kernel.ts";

/** The address of an optional input, or 0. */
function address(backend: CpuBackend, storage: Storage | null | undefined): number {
  return storage == null ? 0 : backend.block(storage).pointer();
}

/** Units of four elements; also checks that the inputs have the parameter's size. */
function units(backend: CpuBackend, name: string, param: Storage, inputs: Record<string, Storage>): number {
  const { size } = backend.block(param);
  for (const [input, storage] of Object.entries(inputs)) {
    if (storage == null) continue;
    if (storage.dtype !== "float32") {
      throw new TypeError(`${name}: ${input} is ${storage.dtype}, not float32`);
    }
    if (backend.block(storage).size !== size) {
      throw new RangeError(`${name}: ${input} has shape [${storage.shape}] but param has [${param.shape}]`);
    }
  }
  return Math.ceil(size / 4);
}

function sgdStep({ inputs, attrs, backend }: Call): Storage[] {
  const { param, grad, buffer } = inputs;
  const { lr, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false, maximize = false } = attrs;
  const count = units(backend, "SgdStep", param, inputs);
  if (momentum !== 0 && buffer == null) throw new Error("SgdStep: momentum needs the input buffer");
  backend.kernels.launch(
    "sgd",
    count,
    2,
    ...[address(backend, param), address(backend, grad), momentum === 0 ? 0 : address(backend, buffer)],
    ...[lr, momentum, 1 - dampening, weightDecay, maximize ? -1 : 1, nesterov ? 1 : 0, attrs.first ? 1 : 0],
  );
  return [];
}

function adamStep({ inputs, attrs, backend }: Call): Storage[] {
  const { param, grad, m, v, vMax } = inputs;
  const { lr, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0, decoupled = false } = attrs;
  const { maximize = false, step } = attrs;
  const count = units(backend, "AdamStep", param, inputs);
  backend.kernels.launch(
    "adam",
    count,
    4,
    ...[address(backend, param), address(backend, grad), address(backend, m), address(backend, v)],
    address(backend, vMax),
    ...[lr / (1 - beta1 ** step), Math.sqrt(1 - beta2 ** step), 1 - beta1, beta2, 1 - beta2, epsilon],
    ...[decoupled ? 0 : weightDecay, decoupled ? 1 - lr * weightDecay : 1, maximize ? -1 : 1],
  );
  return [];
}

function rmspropStep({ inputs, attrs, backend }: Call): Storage[] {
  const { param, grad, square, average, buffer } = inputs;
  const { lr, alpha = 0.99, epsilon = 1e-8, momentum = 0, weightDecay = 0, maximize = false } = attrs;
  const count = units(backend, "RmspropStep", param, inputs);
  backend.kernels.launch(
    "rmsprop",
    count,
    4,
    ...[address(backend, param), address(backend, grad), address(backend, square), address(backend, average)],
    momentum === 0 ? 0 : address(backend, buffer),
    ...[lr, alpha, 1 - alpha, epsilon, momentum, weightDecay, maximize ? -1 : 1],
  );
  return [];
}

/** This file's kernels; they are ours alone (see KERNELS.md). */
export const optimizerKernels: Record<string, Kernel> = {
  SgdStep: sgdStep,
  AdamStep: adamStep,
  RmspropStep: rmspropStep,
};
