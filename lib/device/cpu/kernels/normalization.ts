/**
 * Batch normalization over the last dimension of row-major arrays [..., C].
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Running } from "../../kernels.ts";
import type { Storage } from "../../storage.ts";
import type { Engine } from "../engine.ts";

/** Rows that one unit sums up. */
function chunkRows(channels: number): number {
  return Math.max(32, Math.ceil(16384 / channels / 32) * 32);
}

/** Gives work some float64s and float32s, and takes them back. */
function withSums(
  engine: Engine,
  doubles: number,
  floats: number,
  work: (doubles: number, floats: number) => void,
): void {
  const chunk = engine.heap.allocate(doubles * 8 + floats * 4);
  try {
    work(chunk.pointer, chunk.pointer + doubles * 8);
  } finally {
    engine.heap.release(chunk);
  }
}

/** y, and the batch's mean and biased variance. */
export function batchNorm(
  engine: Engine,
  x: Storage,
  scale: Storage,
  offset: Storage,
  epsilon: number,
): [y: Storage, mean: Storage, variance: Storage] {
  const [channels] = scale.shape, total = channels === 0 ? 0 : sizeOf(x.shape) / channels;
  const y = engine.allocate([...x.shape]),
    mean = engine.zeroed([channels]),
    variance = engine.zeroed([channels]);
  if (total === 0) {
    // The mean of nothing.
    for (const one of [mean, variance]) engine.block(one).view().fill(NaN);
    return [y, mean, variance];
  }
  const at = (storage: Storage) => engine.pointer(storage);
  const rows = chunkRows(channels), chunks = Math.ceil(total / rows), { wasm } = engine;
  withSums(engine, chunks * 2 * channels, channels, (partial, factor) => {
    wasm.launch("normChunks", chunks, rows * channels / 3, 0, at(x), 0, 0, partial, total, channels, rows);
    wasm.launch(
      "normStatistics",
      channels,
      10 + 4 * chunks,
      ...[partial, at(x), at(scale), at(mean), at(variance), factor, total, channels, chunks, epsilon],
    );
    normalize(engine, x, mean, factor, offset, y);
  });
  return [y, mean, variance];
}

/** Takes a batch with n values a channel into what is kept of all. */
export function follow(
  engine: Engine,
  { mean, variance, batches, momentum }: Running<Storage>,
  batchMean: Storage,
  batchVariance: Storage,
  n: number,
): void {
  const values = (storage: Storage) => engine.block(storage).view();
  const count = batches === null ? 0 : ++values(batches)[0], share = momentum ?? 1 / count;
  const blend = (running: Storage, batch: Storage, factor: number) => {
    const own = values(running), other = values(batch);
    for (let c = 0; c < own.length; c++) own[c] = (1 - share) * own[c] + share * factor * other[c];
  };
  blend(mean, batchMean, 1);
  blend(variance, batchVariance, n / (n - 1));
}

/** y = (x − mean) · factor + offset; `factor` is an address of float32s. */
function normalize(
  engine: Engine,
  x: Storage,
  mean: Storage,
  factor: number,
  offset: Storage,
  y: Storage,
): void {
  const [channels] = offset.shape, rows = sizeOf(x.shape) / channels;
  const [from, middle, shift, to] = [x, mean, offset, y].map((one) => engine.pointer(one));
  engine.wasm.launch("normApply", rows, 5 + channels / 3, from, middle, factor, shift, to, channels);
}

/** The gradients of x, scale and offset. */
export function batchNormGrad(
  engine: Engine,
  dy: Storage,
  x: Storage,
  mean: Storage,
  variance: Storage,
  scale: Storage,
  epsilon: number,
): [dx: Storage, dScale: Storage, dOffset: Storage] {
  const [channels] = scale.shape, total = channels === 0 ? 0 : sizeOf(x.shape) / channels;
  const dx = engine.allocate([...x.shape]),
    dScale = engine.zeroed([channels]),
    dOffset = engine.zeroed([channels]);
  if (total === 0) return [dx, dScale, dOffset];
  const at = (storage: Storage) => engine.pointer(storage);
  const rows = chunkRows(channels), chunks = Math.ceil(total / rows), { wasm } = engine;
  withSums(engine, chunks * 2 * channels, 3 * channels, (partial, factors) => {
    wasm.launch(
      "normChunks",
      chunks,
      rows * channels / 3,
      ...[1, at(x), at(dy), at(mean), partial, total, channels, rows],
    );
    wasm.launch(
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
        epsilon,
      ],
    );
    wasm.launch(
      "normGradApply",
      total,
      5 + channels / 2,
      ...[at(dy), at(x), at(mean), factors, at(dx), channels],
    );
  });
  return [dx, dScale, dOffset];
}

/** Normalization with given statistics. */
export function normalizeWith(
  engine: Engine,
  x: Storage,
  mean: Storage,
  variance: Storage,
  scale: Storage,
  offset: Storage,
  epsilon: number,
): Storage {
  const y = engine.allocate([...x.shape]), channels = sizeOf(scale.shape);
  if (sizeOf(x.shape) === 0) return y;
  const variances = engine.block(variance).view(), scales = engine.block(scale).view();
  withSums(engine, 0, channels, (_, factor) => {
    const factors = new Float32Array(engine.heap.memory.buffer, factor, channels);
    for (let c = 0; c < channels; c++) factors[c] = scales[c] / Math.sqrt(variances[c] + epsilon);
    normalize(engine, x, mean, factor, offset, y);
  });
  return y;
}
