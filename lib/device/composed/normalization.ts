/**
 * BatchNormTrain, its gradient, LogSoftmax and the gradient of ReLU from plain kernels.
 *
 * @module
 */
import type { Storage } from "../device.ts";
import { type KernelCall, Workspace } from "./workspace.ts";

const size = (shape: number[]) => shape.reduce((product, n) => product * n, 1);
const allButLast = (x: Storage) => x.shape.slice(0, -1).map((_, dimension) => dimension);

/**
 * y = scale · (x − mean) / √(variance + ε) + offset, with the batch's own mean and biased variance per channel.
 * Source: S. Ioffe, C. Szegedy, "Batch normalization", 2015, algorithm 1.
 */
export function batchNormTrain(backendName: string, { inputs, attrs, backend }: KernelCall): Storage[] {
  const { x, scale, offset } = inputs as Record<string, Storage>;
  return Workspace.use(backendName, backend, (w) => {
    const axes = allButLast(x);
    const count = size(x.shape) / scale.shape[0];
    const mean = w.div(w.sum(x, axes), count);
    const centered = w.sub(x, mean);
    const variance = w.div(w.sum(w.unary("Square", centered), axes), count);
    const inverse = w.unary("Rsqrt", w.add(variance, attrs.epsilon as number));
    return [w.add(w.mul(centered, w.mul(inverse, scale)), offset), mean, variance];
  });
}

/**
 * With x̂ = (x − mean) / √(variance + ε) and n values per channel:
 * dOffset = Σ dy, dScale = Σ dy · x̂, dx = scale / √(variance + ε) · (dy − dOffset / n − x̂ · dScale / n).
 */
export function batchNormTrainGrad(backendName: string, { inputs, attrs, backend }: KernelCall): Storage[] {
  const { dy, x, mean, variance, scale } = inputs as Record<string, Storage>;
  return Workspace.use(backendName, backend, (w) => {
    const axes = allButLast(x);
    const count = size(x.shape) / scale.shape[0];
    const inverse = w.unary("Rsqrt", w.add(variance, attrs.epsilon as number));
    const normalized = w.mul(w.sub(x, mean), inverse);
    const dOffset = w.sum(dy, axes);
    const dScale = w.sum(w.mul(dy, normalized), axes);
    const away = w.add(w.div(dOffset, count), w.mul(normalized, w.div(dScale, count)));
    return [w.mul(w.sub(dy, away), w.mul(inverse, scale)), dScale, dOffset];
  });
}

/** x − max − log Σ exp(x − max) over the last dimension: no exponential overflows. */
export function logSoftmax(backendName: string, { inputs, backend }: KernelCall): Storage {
  const logits = inputs.logits as Storage;
  return Workspace.use(backendName, backend, (w) => {
    const last = [logits.shape.length - 1];
    const largest = w.run("Max", { x: logits }, { reductionIndices: last, keepDims: true });
    const shifted = w.sub(logits, largest);
    return w.sub(shifted, w.unary("Log", w.sum(w.unary("Exp", shifted), last, true)));
  });
}

/** dy where y is positive (or NaN), else 0: what follows a ReLU learns nothing from what it cut off. */
export function reluGrad(backendName: string, { inputs, backend }: KernelCall): Storage {
  const { dy, y } = inputs as Record<string, Storage>;
  return Workspace.use(backendName, backend, (w) => {
    const cut = w.run("LessEqual", { a: y, b: w.scalar(0) });
    return w.run("Select", { condition: cut, t: w.run("ZerosLike", { x: dy }), e: dy });
  });
}
