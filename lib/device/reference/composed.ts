/**
 * The kernels that follow from other kernels, as formulas over any implementation of the contract: what values with a history
 * (lib/autograd/recorded.ts) differentiate, and what a device runs before it has a kernel of its own.
 *
 * They check nothing that the kernels they call do not check.
 *
 * @module
 */
import type { Attention, Kernels, Losses } from "../kernels.ts";
import { sizeOf } from "../shape.ts";
import type { Shaped } from "../storage.ts";

/** Every dimension but the channels'. */
function withoutChannels(x: Shaped): number[] {
  return x.shape.map((_, d) => d).filter((d) => d !== 1);
}

/** One number a channel, [C] → [1, C, 1, ...], so that it broadcasts over x [N, C, ...]. */
function overChannels<T extends Shaped>(k: Kernels<T>, perChannel: T, x: Shaped): T {
  return k.reshape(perChannel, x.shape.map((size, d) => d === 1 ? size : 1));
}

/** How many values a channel has. */
function valuesPerChannel(x: Shaped): number {
  return sizeOf(withoutChannels(x).map((d) => x.shape[d]));
}

/** {@linkcode Kernels.batchNorm} */
export function batchNorm<T extends Shaped>(
  k: Kernels<T>,
  x: T,
  scale: T,
  offset: T,
  epsilon: number,
): [y: T, mean: T, variance: T] {
  const dims = withoutChannels(x), n = valuesPerChannel(x);
  const wide = (perChannel: T) => overChannels(k, perChannel, x);
  const mean = k.div(k.sum(x, dims), n);
  // From the centered values, since Σ x² / n − mean² loses the digits that both have in common.
  const centered = k.sub(x, wide(mean));
  const variance = k.div(k.sum(k.square(centered), dims), n);
  const factor = k.mul(scale, k.rsqrt(k.add(variance, epsilon)));
  return [k.add(k.mul(centered, wide(factor)), wide(offset)), mean, variance];
}

/** {@linkcode Kernels.batchNormGrad} */
export function batchNormGrad<T extends Shaped>(
  k: Kernels<T>,
  dy: T,
  x: T,
  mean: T,
  variance: T,
  scale: T,
  epsilon: number,
): [dx: T, dScale: T, dOffset: T] {
  const dims = withoutChannels(x), n = valuesPerChannel(x);
  const wide = (perChannel: T) => overChannels(k, perChannel, x);
  const inverse = k.rsqrt(k.add(variance, epsilon));
  const normalized = k.mul(k.sub(x, wide(mean)), wide(inverse));
  const dOffset = k.sum(dy, dims);
  const dScale = k.sum(k.mul(dy, normalized), dims);
  const away = k.add(wide(k.div(dOffset, n)), k.mul(normalized, wide(k.div(dScale, n))));
  return [k.mul(k.sub(dy, away), wide(k.mul(scale, inverse))), dScale, dOffset];
}

/** {@linkcode Kernels.softmax}; the largest is taken off first, so that no exponential overflows. */
export function softmax<T extends Shaped>(k: Kernels<T>, x: T, dim: number): T {
  // There is no largest of nothing; the result is as empty as x.
  if (x.shape[dim] === 0) return k.exp(x);
  const powers = k.exp(k.sub(x, k.max(x, [dim], true)));
  return k.div(powers, k.sum(powers, [dim], true));
}

/** {@linkcode Kernels.logSoftmax}; the largest is taken off first, so that no exponential overflows. */
export function logSoftmax<T extends Shaped>(k: Kernels<T>, x: T, dim: number): T {
  if (x.shape[dim] === 0) return k.exp(x);
  const shifted = k.sub(x, k.max(x, [dim], true));
  return k.sub(shifted, k.log(k.sum(k.exp(shifted), [dim], true)));
}

/** {@linkcode Kernels.argtop}: everything is sorted, and the rest left out. */
export function argtop<T extends Shaped>(
  k: Kernels<T>,
  x: T,
  dim: number,
  count: number,
  descending: boolean,
): T {
  const size = x.shape.with(dim, count);
  const part = { begin: size.map(() => 0), size, step: size.map(() => 1) };
  return k.slice(k.argsort(x, dim, descending), part);
}

/** {@linkcode Kernels.softmaxGrad} */
export function softmaxGrad<T extends Shaped>(k: Kernels<T>, dy: T, y: T, dim: number): T {
  return k.mul(y, k.sub(dy, k.sum(k.mul(dy, y), [dim], true)));
}

/** {@linkcode Kernels.logSoftmaxGrad} */
export function logSoftmaxGrad<T extends Shaped>(k: Kernels<T>, dy: T, y: T, dim: number): T {
  return k.sub(dy, k.mul(k.exp(y), k.sum(dy, [dim], true)));
}

/** The classes of rows that count, and 0 for the others; whether rows count, null: all do. */
function counting<T extends Shaped>(
  k: Kernels<T>,
  classes: T,
  ignored: number | null,
): [index: T, counts: T | null] {
  if (ignored === null) return [classes, null];
  const counts = k.notEqual(classes, ignored);
  return [k.select(counts, classes, 0), counts];
}

/** {@linkcode Kernels.crossEntropy} */
export function crossEntropy<T extends Shaped>(
  k: Kernels<T>,
  logits: T,
  classes: T,
  { ignored, mean }: Losses,
): T[] {
  const rows = logits.shape[0], [index, counts] = counting(k, classes, ignored);
  const logs = logSoftmax(k, logits, 1);
  const picked = k.neg(k.reshape(k.gather(logs, k.reshape(index, [rows, 1]), 1), [rows]));
  const losses = counts === null ? picked : k.select(counts, picked, 0);
  if (!mean) return [losses, logs];
  const [loss, count] = meanLoss(k, losses, classes, ignored);
  return [loss, logs, count];
}

/** The mean of the losses of rows that count, and how many those are. */
export function meanLoss<T extends Shaped>(
  k: Kernels<T>,
  losses: T,
  classes: T,
  ignored: number | null,
): [mean: T, count: T] {
  const [, counts] = counting(k, classes, ignored);
  const count = counts === null ? k.fill([], losses.shape[0]) : k.sum(k.cast(counts, "float32"), [0]);
  return [k.div(k.sum(losses, [0]), count), count];
}

/** {@linkcode Kernels.crossEntropyGrad} */
export function crossEntropyGrad<T extends Shaped>(
  k: Kernels<T>,
  dy: T,
  logs: T,
  classes: T,
  ignored: number | null,
  count: T | null,
): T {
  const [rows, columns] = logs.shape, [index, counts] = counting(k, classes, ignored);
  const slope = count === null ? k.reshape(dy, [rows, 1]) : k.div(dy, count);
  const dx = k.mul(slope, k.sub(k.exp(logs), k.oneHot(index, columns)));
  return counts === null ? dx : k.select(k.reshape(counts, [rows, 1]), dx, 0);
}

/** One number a row, [R] → [R, 1], so that it broadcasts over x [R, C]. */
function overRows<T extends Shaped>(k: Kernels<T>, perRow: T): T {
  return k.reshape(perRow, [perRow.shape[0], 1]);
}

/** {@linkcode Kernels.layerNorm} */
export function layerNorm<T extends Shaped>(
  k: Kernels<T>,
  x: T,
  scale: T | null,
  offset: T | null,
  epsilon: number,
): [y: T, mean: T, variance: T] {
  const n = x.shape[1];
  const mean = k.div(k.sum(x, [1]), n);
  const centered = k.sub(x, overRows(k, mean));
  const variance = k.div(k.sum(k.square(centered), [1]), n);
  const normalized = k.mul(centered, overRows(k, k.rsqrt(k.add(variance, epsilon))));
  const scaled = scale === null ? normalized : k.mul(normalized, scale);
  return [offset === null ? scaled : k.add(scaled, offset), mean, variance];
}

/** {@linkcode Kernels.layerNormGrad} */
export function layerNormGrad<T extends Shaped>(
  k: Kernels<T>,
  dy: T,
  x: T,
  mean: T,
  variance: T,
  scale: T | null,
  epsilon: number,
): [dx: T, dScale: T, dOffset: T] {
  const n = x.shape[1], inverse = overRows(k, k.rsqrt(k.add(variance, epsilon)));
  const normalized = k.mul(k.sub(x, overRows(k, mean)), inverse);
  const h = scale === null ? dy : k.mul(dy, scale);
  const along = (one: T) => k.div(k.sum(one, [1], true), n);
  const away = k.add(along(h), k.mul(normalized, along(k.mul(h, normalized))));
  return [k.mul(k.sub(h, away), inverse), k.sum(k.mul(dy, normalized), [0]), k.sum(dy, [0])];
}

/** The last two dimensions exchanged. */
function turned<T extends Shaped>(k: Kernels<T>, x: T): T {
  return k.permute(x, [0, 1, 3, 2]);
}

/** [L, S], true where query i may look at key j: j ≤ i. */
function causalMask<T extends Shaped>(k: Kernels<T>, length: number, keys: number): T {
  // Rows of n numbers, cut into rows of n − 1, are each turned one place further than the row before.
  const n = length + keys,
    line = [k.fill([1], 1, "bool"), k.fill([keys - 1], 0, "bool"), k.fill([length], 1, "bool")];
  const flat = k.reshape(k.expand(k.reshape(k.concat(line, 0), [1, n]), [length, n]), [length * n]);
  const cut = k.slice(flat, { begin: [0], size: [length * (n - 1)], step: [1] });
  return k.slice(k.reshape(cut, [length, n - 1]), { begin: [0, 0], size: [length, keys], step: [1, 1] });
}

/** How much of each value a query takes, [B, H, L, S]. */
function attentionWeights<T extends Shaped>(k: Kernels<T>, q: T, keys: T, settings: Attention): T {
  const scores = k.mul(k.matmul(q, turned(k, keys)), settings.scale), [, , length, count] = scores.shape;
  if (!settings.causal || length === 0 || count === 0) return k.softmax(scores, 3);
  return k.softmax(k.select(causalMask(k, length, count), scores, -Infinity), 3);
}

/** {@linkcode Kernels.attention} */
export function attention<T extends Shaped>(k: Kernels<T>, q: T, keys: T, v: T, settings: Attention): T {
  return k.matmul(attentionWeights(k, q, keys, settings), v);
}

/** {@linkcode Kernels.attentionGrad} */
export function attentionGrad<T extends Shaped>(
  k: Kernels<T>,
  dy: T,
  q: T,
  keys: T,
  v: T,
  settings: Attention,
): [dq: T, dk: T, dv: T] {
  const weights = attentionWeights(k, q, keys, settings), slopes = k.matmul(dy, turned(k, v));
  const mean = k.sum(k.mul(weights, slopes), [3], true);
  const dScores = k.mul(k.mul(weights, k.sub(slopes, mean)), settings.scale);
  return [k.matmul(dScores, keys), k.matmul(turned(k, dScores), q), k.matmul(turned(k, weights), dy)];
}

/** {@linkcode Kernels.indexCopy}, of at least one index; `last` is what {@linkcode Kernels.scatterLast} gives for it. */
export function indexCopy<T extends Shaped>(k: Kernels<T>, x: T, v: T, last: T, dim: number): T {
  const written = k.reshape(k.greaterEqual(last, 0), x.shape.map((n, d) => d === dim ? n : 1));
  return k.select(written, k.indexSelect(v, k.maximum(last, 0), dim), x);
}

/** {@linkcode Kernels.scatter}, the same way. */
export function scatter<T extends Shaped>(k: Kernels<T>, x: T, v: T, last: T, dim: number): T {
  return k.select(k.greaterEqual(last, 0), k.gather(v, k.maximum(last, 0), dim), x);
}
