/**
 * In which order the dimensions of an array lie in memory. A transposed array is the same memory in another order; an
 * image between convolutions is [N, C, H, W] to everybody and [N, H, W, C] in memory. Kernels that care use these functions;
 * nobody above the device does.
 *
 * @module
 */
import { sizeOf, stepsOf } from "./shape.ts";
import { type Order, Storage } from "./storage.ts";

/** Makes the row-major copy y[i] = x[i permuted] of a row-major array. */
export type Transpose = (x: Storage, perm: number[]) => Storage;

/** [out, in, kH, kW] on memory [kH, kW, in, out]. */
export const FILTERS: Order = [3, 2, 0, 1];

const CHANNELS_LAST: Order[] = [];

/** Dimension 1 last in memory, for any rank ≥ 2: [N, C, L] on [N, L, C], [N, C, H, W] on [N, H, W, C]. */
export function channelsLast(rank: number): Order {
  return CHANNELS_LAST[rank] ??= normal([
    0,
    rank - 1,
    ...Array.from({ length: rank - 2 }, (_, i) => i + 1),
  ]);
}

/** null for 0, 1, 2, … */
export function normal(order: readonly number[]): Order {
  return order.every((axis, i) => axis === i) ? null : order;
}

/** The order as written out. */
export function explicit(order: Order, rank: number): readonly number[] {
  return order ?? Array.from({ length: rank }, (_, i) => i);
}

/** The inverse permutation: which dimension of the array a dimension of the memory is. */
export function inverse(order: readonly number[]): number[] {
  const result = new Array<number>(order.length);
  order.forEach((axis, i) => result[axis] = i);
  return result;
}

/** The order in which dimensions lie, once `order`'s are taken in another sequence. */
export function permuted(order: Order, dims: readonly number[]): Order {
  return order === null ? normal(dims) : normal(dims.map((d) => order[d]));
}

/** The order in which one dimension lies last in memory, and the others as they did. */
export function withLast(order: Order, rank: number, dim: number): Order {
  const own = explicit(order, rank);
  if (own[dim] === rank - 1) return order;
  return normal(inverse([...inverse(own).filter((d) => d !== dim), dim]));
}

/** Whether two orders are the same. */
export function sameOrder(a: Order, b: Order): boolean {
  return a === b ||
    (a !== null && b !== null && a.length === b.length && a.every((axis, i) => axis === b[i]));
}

/** The memory as a row-major array of its own shape: a view, which owns nothing. */
export function dense(x: Storage): Storage {
  if (x.order === null) return x;
  const shape = new Array<number>(x.shape.length);
  x.order.forEach((axis, i) => shape[axis] = x.shape[i]);
  return new Storage(x.dataId, shape, x.dtype);
}

/** Says of a fresh row-major result in which order its dimensions are to be seen. */
export function seen(result: Storage, order: Order): Storage {
  if (order !== null) {
    const { shape } = result;
    result.shape = order.map((axis) => shape[axis]);
    result.order = order;
  }
  return result;
}

/** The array with its dimensions in memory in the order `target`: itself, a view of it, or a copy. */
export function inOrder(x: Storage, target: Order, transpose: Transpose): Storage {
  if (sameOrder(x.order, target)) return x;
  const rank = x.shape.length;
  const from = explicit(x.order, rank), to = inverse(explicit(target, rank));
  const perm = to.map((dimension) => from[dimension]);
  const memory = dense(x);
  // Dimensions of size 1 lie anywhere: where only they move, the memory stays as it is.
  const moved = perm.filter((axis) => memory.shape[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || axis > moved[i - 1])) {
    return new Storage(x.dataId, x.shape, x.dtype, target);
  }
  return seen(transpose(memory, perm), target);
}

/** The array in row-major order. */
export function plain(x: Storage, transpose: Transpose): Storage {
  return x.order === null ? x : inOrder(x, null, transpose);
}

/**
 * Arrays that are combined element by element, brought into one order: that of the largest.
 *
 * @returns Row-major arrays, ready for a kernel that broadcasts, and the order in which its result is to be seen.
 */
export function aligned(parts: readonly Storage[], transpose: Transpose): { parts: Storage[]; order: Order } {
  let rank = 0, largest = parts[0], size = -1;
  for (const part of parts) {
    rank = Math.max(rank, part.shape.length);
    const own = sizeOf(part.shape);
    if (own > size || (own === size && largest.order !== null && part.order === null)) {
      [largest, size] = [part, own];
    }
  }
  const order = lifted(largest.order, rank - largest.shape.length);
  return {
    parts: parts.map((part) => {
      if (part.order === null && order === null) return part;
      if (sizeOf(part.shape) === 1) return new Storage(part.dataId, part.shape.map(() => 1), part.dtype);
      const lead = rank - part.shape.length;
      const shape = [...Array<number>(lead).fill(1), ...part.shape];
      const high = new Storage(part.dataId, shape, part.dtype, lifted(part.order, lead));
      return dense(inOrder(high, order, transpose));
    }),
    order,
  };
}

/** The order with dimensions of size 1 in front. */
function lifted(order: Order, lead: number): Order {
  if (lead === 0 || order === null) return order;
  return [...Array.from({ length: lead }, (_, i) => i), ...order.map((axis) => axis + lead)];
}

/** The order of what is left when the dimensions `dims` are gone. */
export function reducedOrder(order: Order, dims: readonly number[], keepdim: boolean): Order {
  if (order === null || keepdim) return order;
  const left = order.filter((_, d) => !dims.includes(d));
  const rank = [...left].sort((a, b) => a - b);
  return normal(left.map((axis) => rank.indexOf(axis)));
}

/**
 * The order of an array that is seen with another shape, where dimensions of size 1 come or go, one is parted, or neighbours are
 * joined that are neighbours in memory, too; undefined where the numbers must move.
 */
export function reshapedOrder({ shape, order }: Storage, next: readonly number[]): Order | undefined {
  if (order === null || sizeOf(shape) === 0) return null;
  const memory = new Array<number>(shape.length);
  order.forEach((axis, d) => memory[axis] = shape[d]);
  const own = stepsOf(memory), steps = new Array<number>(next.length).fill(0);
  const solid = order.flatMap((axis, d) => shape[d] === 1 ? [] : [{ size: shape[d], step: own[axis] }]);
  // From the back: dimensions that run on in memory are one run, which must be so many of the next dimensions.
  let d = next.length - 1;
  for (let i = solid.length - 1; i >= 0;) {
    const { step } = solid[i];
    let run = 1, taken = 1;
    do run *= solid[i--].size; while (i >= 0 && solid[i].step === run * step);
    for (; taken < run && d >= 0; d--) {
      steps[d] = taken * step;
      taken *= next[d];
    }
    if (taken !== run) return undefined;
  }
  // The ones come first in memory, where they part nobody.
  const ranks = next.map((_, d) => d).sort((a, b) =>
    next[a] === 1 || next[b] === 1
      ? Number(next[b] === 1) - Number(next[a] === 1) || a - b
      : steps[b] - steps[a]
  );
  return normal(inverse(ranks));
}

/**
 * The order in which an array is laid out that repeats another to `shape`: that one's, where it has as many dimensions. What
 * repeats along everything behind its channels will meet images, and lies as they do.
 */
export function repeatedOrder(x: Storage, shape: readonly number[]): Order {
  if (x.shape.length !== shape.length) return null;
  if (x.order !== null) return x.order;
  const perChannel = shape.length > 2 && x.shape[1] === shape[1] && shape[1] > 1 &&
    x.shape.every((n, d) => d < 2 || n === 1);
  return perChannel ? channelsLast(shape.length) : null;
}

/** Dimensions of an array as those of its memory, ascending. */
export function axesOf(order: Order, dims: readonly number[]): number[] {
  return dims.map((d) => order === null ? d : order[d]).sort((a, b) => a - b);
}

/** A list with one entry a dimension, as its entries lie in memory. */
export function inMemory<T>(order: Order, list: readonly T[]): T[] {
  if (order === null) return [...list];
  const result = new Array<T>(list.length);
  order.forEach((axis, d) => result[axis] = list[d]);
  return result;
}
