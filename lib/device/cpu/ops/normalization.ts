/**
 * Batch normalization over channels-last data, softmax and its logarithm. See KERNELS.md.
 *
 * @module
 */
import type { Storage } from "../../device.ts";
import type { CpuBackend } from "../backend.ts";
import { type Call, type Kernel, type Override, sizeOf } from "../kernel.ts";

/** Rows that one unit sums up. */
function chunkRows(channels: number): number {
  return Math.max(32, Math.ceil(16384 / channels / 32) * 32);
}

/** Gives work some float64s and float32s, and takes them back. */
function withSums(
  backend: CpuBackend,
  doubles: number,
  floats: number,
  work: (doubles: number, floats: number) => void,
): void {
  const chunk = backend.heap.allocate(doubles * 8 + floats * 4);
  try {
    work(chunk.pointer, chunk.pointer + doubles * 8);
  } finally {
    backend.heap.release(chunk);
  }
}

/** Every per-channel input must have as many elements as x has channels. */
function channelsOf(name: string, x: Storage, perChannel: Record<string, Storage>): number {
  const channels = x.shape[x.shape.length - 1];
  for (const [input, storage] of Object.entries(perChannel)) {
    if (storage.dtype !== "float32" || sizeOf(storage.shape) !== channels) {
      throw new RangeError(
        `${name}: x [${x.shape}] has ${channels} channels but ${input} is ${storage.dtype} [${storage.shape}]`,
      );
    }
  }
  return channels;
}

function batchNormTrain({ inputs, attrs, backend }: Call): Storage[] {
  const { x, scale, offset } = inputs;
  const channels = channelsOf("BatchNormTrain", x, { scale, offset });
  const total = channels === 0 ? 0 : sizeOf(x.shape) / channels;
  const y = backend.allocate(x.shape),
    mean = backend.allocate([channels]),
    variance = backend.allocate([channels]);
  if (total === 0) return [y, ...[mean, variance].map((storage) => cleared(backend, storage))];
  const at = (storage: Storage) => backend.block(storage).pointer();
  const rows = chunkRows(channels), chunks = Math.ceil(total / rows), { kernels } = backend;
  withSums(backend, chunks * 2 * channels, channels, (partial, factor) => {
    kernels.launch("normChunks", chunks, rows * channels / 3, 0, at(x), 0, 0, partial, total, channels, rows);
    kernels.launch(
      "normStatistics",
      channels,
      10 + 4 * chunks,
      ...[partial, at(x), at(scale), at(mean), at(variance), factor, total, channels, chunks, attrs.epsilon],
    );
    kernels.launch(
      "normApply",
      total,
      5 + channels / 3,
      at(x),
      at(mean),
      factor,
      at(offset),
      at(y),
      channels,
    );
  });
  return [y, mean, variance];
}

function batchNormTrainGrad({ inputs, attrs, backend }: Call): Storage[] {
  const { dy, x, mean, variance, scale } = inputs;
  const channels = channelsOf("BatchNormTrainGrad", x, { mean, variance, scale });
  const total = channels === 0 ? 0 : sizeOf(x.shape) / channels;
  const dx = backend.allocate(x.shape),
    dScale = backend.allocate([channels]),
    dOffset = backend.allocate([channels]);
  if (total === 0) return [dx, ...[dScale, dOffset].map((storage) => cleared(backend, storage))];
  const at = (storage: Storage) => backend.block(storage).pointer();
  const rows = chunkRows(channels), chunks = Math.ceil(total / rows), { kernels } = backend;
  withSums(backend, chunks * 2 * channels, 3 * channels, (partial, factors) => {
    kernels.launch(
      "normChunks",
      chunks,
      rows * channels / 3,
      1,
      at(x),
      at(dy),
      at(mean),
      partial,
      total,
      channels,
      rows,
    );
    kernels.launch(
      "normGradStatistics",
      channels,
      10 + 4 * chunks,
      ...[
        partial,
        at(variance),
        at(scale),
        at(dScale),
        at(dOffset),
        factors,
        total,
        channels,
        chunks,
        attrs.epsilon,
      ],
    );
    kernels.launch(
      "normGradApply",
      total,
      5 + channels / 2,
      at(dy),
      at(x),
      at(mean),
      factors,
      at(dx),
      channels,
    );
  });
  return [dx, dScale, dOffset];
}

/** Zeros, where there is nothing to sum. */
function cleared(backend: CpuBackend, storage: Storage): Storage {
  backend.block(storage).view().fill(0);
  return storage;
}

/** TensorFlow.js' batch normalization with given statistics. */
const fusedBatchNorm: Override = (call: Call, inherited: Kernel) => {
  const { inputs: { x, scale, offset, mean, variance }, attrs, backend } = call;
  const channels = x.shape[x.shape.length - 1], given = [x, scale, offset, mean, variance];
  const fits = given.every((storage, i) =>
    storage != null && storage.dtype === "float32" && (i === 0 || sizeOf(storage.shape) === channels)
  );
  if (!fits || channels === 0) return inherited(call);
  const y = backend.allocate(x.shape);
  const at = (storage: Storage) => backend.block(storage).pointer();
  const variances = backend.block(variance).view(), scales = backend.block(scale).view();
  const epsilon = attrs.varianceEpsilon ?? 0.001;
  withSums(backend, 0, channels, (_, factor) => {
    const factors = new Float32Array(backend.heap.memory.buffer, factor, channels);
    for (let c = 0; c < channels; c++) factors[c] = scales[c] / Math.sqrt(variances[c] + epsilon);
    const rows = backend.block(x).size / channels;
    backend.kernels.launch(
      "normApply",
      rows,
      5 + channels / 3,
      at(x),
      at(mean),
      factor,
      at(offset),
      at(y),
      channels,
    );
  });
  return y;
};

/** This file's kernels by their TensorFlow.js names. */
export const batchNormKernels: Record<string, Override> = { FusedBatchNorm: fusedBatchNorm };

/** Those that are ours alone (see KERNELS.md). */
export const normalizationKernels: Record<string, Kernel> = {
  BatchNormTrain: batchNormTrain,
  BatchNormTrainGrad: batchNormTrainGrad,
};
