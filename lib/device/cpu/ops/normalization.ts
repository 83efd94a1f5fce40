/**
 * Batch normalization and log-softmax, over channels-last data. See KERNELS.md.
 *
 * @module
 */
import type { Storage } from "../../device.ts";
import type { Call, Kernel } from "../kernel.ts";

function batchNormTrain({ inputs, attrs, backend }: Call): Storage[] {
  const { x, scale, offset } = inputs;
  const channels = scale.shape[0], from = backend.block(x).view();
  const rows = channels === 0 ? 0 : from.length / channels;
  const y = backend.allocate(x.shape),
    mean = backend.allocate([channels]),
    variance = backend.allocate([channels]);
  const to = backend.block(y).view(),
    means = backend.block(mean).view(),
    variances = backend.block(variance).view();
  const scales = backend.block(scale).view(), offsets = backend.block(offset).view();
  for (let c = 0; c < channels; c++) {
    let sum = 0, squares = 0;
    for (let i = c; i < from.length; i += channels) sum += from[i];
    const m = sum / rows;
    for (let i = c; i < from.length; i += channels) squares += (from[i] - m) ** 2;
    const v = squares / rows, factor = scales[c] / Math.sqrt(v + attrs.epsilon);
    means[c] = m;
    variances[c] = v;
    for (let i = c; i < from.length; i += channels) to[i] = (from[i] - m) * factor + offsets[c];
  }
  return [y, mean, variance];
}

function batchNormTrainGrad({ inputs, attrs, backend }: Call): Storage[] {
  const { dy, x, mean, variance, scale } = inputs;
  const channels = scale.shape[0], from = backend.block(x).view(), grads = backend.block(dy).view();
  const rows = channels === 0 ? 0 : from.length / channels;
  const dx = backend.allocate(x.shape),
    dScale = backend.allocate([channels]),
    dOffset = backend.allocate([channels]);
  const to = backend.block(dx).view(),
    dScales = backend.block(dScale).view(),
    dOffsets = backend.block(dOffset).view();
  const scales = backend.block(scale).view();
  const means = backend.block(mean).view(), variances = backend.block(variance).view();
  for (let c = 0; c < channels; c++) {
    let sum = 0, product = 0;
    const m = means[c], inverse = 1 / Math.sqrt(variances[c] + attrs.epsilon);
    for (let i = c; i < from.length; i += channels) {
      sum += grads[i];
      product += grads[i] * (from[i] - m) * inverse;
    }
    dOffsets[c] = sum;
    dScales[c] = product;
    const factor = scales[c] * inverse;
    for (let i = c; i < from.length; i += channels) {
      to[i] = factor * (grads[i] - sum / rows - (from[i] - m) * inverse * product / rows);
    }
  }
  return [dx, dScale, dOffset];
}

function logSoftmax({ inputs, backend }: Call): Storage {
  const logits: Storage = inputs.logits;
  const out = backend.allocate(logits.shape),
    to = backend.block(out).view(),
    from = backend.block(logits).view();
  const classes = logits.shape[logits.shape.length - 1];
  for (let row = 0; row < from.length; row += classes) {
    let top = -Infinity, sum = 0;
    for (let i = row; i < row + classes; i++) top = Math.max(top, from[i]);
    for (let i = row; i < row + classes; i++) sum += Math.exp(from[i] - top);
    const log = Math.log(sum);
    for (let i = row; i < row + classes; i++) to[i] = from[i] - top - log;
  }
  return out;
}

/** This file's kernels; BatchNorm* are ours alone (see KERNELS.md). */
export const normalizationKernels: Record<string, Kernel> = {
  BatchNormTrain: batchNormTrain,
  BatchNormTrainGrad: batchNormTrainGrad,
  LogSoftmax: logSoftmax,
};
