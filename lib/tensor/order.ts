/**
 * Axis order: which dimension of the storage a dimension of the tensor is. A transposed tensor is the same storage
 * with another order; an image between convolutions is [N, H, W, C] in storage and [N, C, H, W] to the reader.
 *
 * @module
 */
import { apply } from "../autograd/graph.ts";
import type { Value } from "../autograd/value.ts";

/** Dimension i of the tensor is dimension order[i] of the storage; null: the same. */
export type Order = readonly number[] | null;

/** Dimension 1 last in storage, for any rank ≥ 2: [N, C, L] on [N, L, C], [N, C, H, W] on [N, H, W, C]. */
export function channelsLast(rank: number): Order {
  return normal([0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)]);
}

/** [out, in, kH, kW] on a storage [kH, kW, in, out]. */
export const FILTERS: readonly number[] = [3, 2, 0, 1];

/** The order as written out. */
export function explicit(order: Order, rank: number): readonly number[] {
  return order ?? Array.from({ length: rank }, (_, i) => i);
}

/** null for 0, 1, 2, … */
export function normal(order: readonly number[]): Order {
  return order.every((axis, i) => axis === i) ? null : order;
}

/** The inverse permutation: which dimension of the tensor a dimension of the storage is. */
export function inverse(order: readonly number[]): number[] {
  const result = new Array<number>(order.length);
  order.forEach((axis, i) => result[axis] = i);
  return result;
}

/** The shape a reader sees. */
export function logicalShape(value: Value, order: Order): number[] {
  const { shape } = value.buffer;
  return order === null ? shape : order.map((axis) => shape[axis]);
}

/** Rearranges a value's storage so that `target` describes it; the same value where nothing has to move. */
export function reorder(value: Value, order: Order, target: Order): Value {
  if (order === target) return value;
  const rank = value.buffer.shape.length;
  const from = explicit(order, rank), to = inverse(explicit(target, rank));
  const perm = to.map((dimension) => from[dimension]);
  if (perm.every((axis, i) => axis === i)) return value;
  const { shape } = value.buffer;
  const moved = perm.filter((axis) => shape[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || axis > moved[i - 1])) {
    return apply("reshape", [value], { shape: perm.map((axis) => shape[axis]) });
  }
  return apply("transpose", [value], { perm });
}

/** Prepends dimensions of size 1 to reach a rank, as broadcasting does. */
export function lift(value: Value, order: Order, rank: number): [Value, Order] {
  const { shape } = value.buffer;
  const lead = rank - shape.length;
  if (lead === 0) return [value, order];
  const ones = Array.from({ length: lead }, (_, i) => i);
  const lifted = apply("reshape", [value], { shape: [...ones.map(() => 1), ...shape] });
  return [lifted, order === null ? null : [...ones, ...order.map((axis) => axis + lead)]];
}

/**
 * Brings values that will be combined element by element into one order: that of the largest.
 *
 * @returns The values, ready for a kernel that broadcasts, and the order of the result.
 */
export function align(parts: readonly { value: Value; order: Order }[]): { values: Value[]; order: Order } {
  if (parts.every(({ order }) => order === null)) {
    return { values: parts.map(({ value }) => value), order: null };
  }
  const rank = Math.max(...parts.map(({ value }) => value.buffer.shape.length));
  const size = ({ value }: { value: Value }) => value.buffer.shape.reduce((a, b) => a * b, 1);
  const largest = parts.reduce((a, b) =>
    size(b) > size(a) || (size(b) === size(a) && a.order === null) ? b : a
  );
  const lead = rank - largest.value.buffer.shape.length;
  const target = largest.order === null ? null : normal([
    ...Array.from({ length: lead }, (_, i) => i),
    ...largest.order.map((axis) => axis + lead),
  ]);
  const values = parts.map(({ value, order }) => {
    if (value.buffer.shape.every((n) => n === 1)) return value;
    const [lifted, liftedOrder] = lift(value, order, rank);
    return reorder(lifted, liftedOrder, target);
  });
  return { values, order: target };
}
