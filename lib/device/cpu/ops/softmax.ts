/**
 * Softmax, its logarithm and cross-entropy, over the last dimension.
 *
 * @module
 */
import type { Storage } from "../../device.ts";
import type { CpuBackend } from "../backend.ts";
import type { Call, Kernel, Override } from "../kernel.ts";

/** Rows of the last dimension. */
function softmaxRows(backend: CpuBackend, logits: Storage, log: boolean): Storage {
  const out = backend.allocate(logits.shape), classes = logits.shape[logits.shape.length - 1] ?? 1;
  const block = backend.block(logits);
  if (block.size > 0) {
    const to = backend.block(out).pointer();
    backend.kernels.launch(
      "softmax",
      block.size / classes,
      20 + 4 * classes,
      block.pointer(),
      to,
      classes,
      log ? 1 : 0,
    );
  }
  return out;
}

const softmax: Override = (call: Call, inherited: Kernel) => {
  const { inputs: { logits }, attrs, backend } = call;
  const last = logits.shape.length - 1, dim = attrs.dim ?? -1;
  if (logits.dtype !== "float32" || (dim !== -1 && dim !== last)) return inherited(call);
  return softmaxRows(backend, logits, false);
};

function logSoftmax({ inputs: { logits }, backend }: Call): Storage {
  return softmaxRows(backend, logits, true);
}

/** The losses, and the logarithms of the probabilities for the gradient. */
function crossEntropy({ inputs: { logits, classes }, backend }: Call): Storage[] {
  const [rows, columns] = logits.shape;
  const losses = backend.allocate([rows]), logs = backend.allocate(logits.shape);
  if (rows > 0) {
    backend.kernels.launch(
      "crossEntropy",
      rows,
      25 + 4 * columns,
      backend.block(logits).pointer(),
      backend.block(classes).pointer(),
      backend.block(logs).pointer(),
      backend.block(losses).pointer(),
      columns,
    );
  }
  return [losses, logs];
}

function crossEntropyGrad({ inputs: { dy, logs, classes }, backend }: Call): Storage {
  const [rows, columns] = logs.shape, dx = backend.allocate(logs.shape);
  if (rows * columns > 0) {
    backend.kernels.launch(
      "crossEntropyGrad",
      rows,
      15 + 3 * columns,
      backend.block(dy).pointer(),
      backend.block(logs).pointer(),
      backend.block(classes).pointer(),
      backend.block(dx).pointer(),
      columns,
    );
  }
  return dx;
}

/** This file's kernels by their TensorFlow.js names. */
export const softmaxKernels: Record<string, Override> = { Softmax: softmax };

/** Those that are ours alone (see KERNELS.md). */
export const crossEntropyKernels: Record<string, Kernel> = {
  LogSoftmax: logSoftmax,
  CrossEntropy: crossEntropy,
  CrossEntropyGrad: crossEntropyGrad,
};
