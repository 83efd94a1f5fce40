/**
 * What a call of a kernel costs at the least, whatever the device: floating-point operations, and bytes that have to move.
 *
 * @module
 */
import type { DeviceKernels } from "../kernels.ts";
import { sizeOf, text } from "../shape.ts";
import { Storage } from "../storage.ts";

/** Operations of the kernels that have many for each byte, from their arguments and what they returned. */
type Flops = {
  [K in keyof DeviceKernels]?: (
    args: Parameters<DeviceKernels[K]>,
    result: ReturnType<DeviceKernels[K]>,
  ) => number;
};

/** Two per multiply-add; all else is small beside them, as in `summary()`. What is masked or padded counts. */
export const FLOPS: Flops = {
  matmul: ([a], y) => 2 * sizeOf(y.shape) * a.shape[a.shape.length - 1],
  linear: ([x], y) => 2 * sizeOf(y.shape) * x.shape[1],
  linearWeightBiasGrad: ([dy, x]) => 2 * sizeOf(dy.shape) * x.shape[1],
  // Each output is a sum over one filter, whose first dimension counts the filters.
  conv2d: ([, w], y) => 2 * sizeOf(y.shape) * sizeOf(w.shape.slice(1)),
  conv2dInputGrad: ([dy, w]) => 2 * sizeOf(dy.shape) * sizeOf(w.shape.slice(1)),
  conv2dFilterGrad: ([, dy, shape]) => 2 * sizeOf(dy.shape) * sizeOf(shape.slice(1)),
  conv2dFilterBiasGrad: ([, dy, shape]) => 2 * sizeOf(dy.shape) * sizeOf(shape.slice(1)),
  attention: ([q, k, v]) => attentionFlops(q, k, v, 1, 1),
  // The scores anew, and dq, dk; dv, and the gradient of the scores.
  attentionGrad: ([, q, k, v]) => attentionFlops(q, k, v, 3, 2),
};

/** So many products of L × S numbers with the size of a key, and with that of a value. */
function attentionFlops(q: Storage, k: Storage, v: Storage, keys: number, values: number): number {
  const [batch, heads, length, inner] = q.shape;
  return 2 * batch * heads * length * k.shape[2] * (keys * inner + values * v.shape[3]);
}

/** Floating-point operations of a call; 0 where they are few for each byte. */
export function flopsOf(name: string, args: readonly unknown[], result: unknown): number {
  const count = FLOPS[name as keyof DeviceKernels] as
    | ((args: unknown, result: unknown) => number)
    | undefined;
  return count?.(args, result) ?? 0;
}

/**
 * Bytes of the arrays that a call reads and writes, each once; 0 of a call that only names numbers anew: a view.
 *
 * @param bytesPerElement How many the device takes for a dtype.
 */
export function bytesOf(
  args: readonly unknown[],
  result: unknown,
  bytesPerElement: (dtype: Storage["dtype"]) => number,
): number {
  const read = new Map<object, number>(), written = new Map<object, number>();
  const note = (into: Map<object, number>) => ({ dataId, shape, dtype }: Storage) =>
    into.set(dataId, sizeOf(shape) * bytesPerElement(dtype));
  each(args, note(read));
  // A kernel that returns nothing changes its arrays in place, all but the gradient.
  if (result === undefined) each(args, note(written), "grad");
  else {
    each(result, note(written));
    for (const dataId of read.keys()) written.delete(dataId);
    if (written.size === 0) return 0;
  }
  return [...read.values(), ...written.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** The shapes of the arrays that a call is given: "[8, 3] [3, 2]". */
export function shapesOf(args: readonly unknown[]): string {
  const shapes: string[] = [];
  each(args, ({ shape }) => shapes.push(text(shape)));
  return shapes.join(" ");
}

/** Every array in arguments or results, lists and objects of them included, but those under one name. */
function each(inside: unknown, use: (storage: Storage) => void, but?: string): void {
  if (inside instanceof Storage) use(inside);
  else if (Array.isArray(inside)) { for (const one of inside) each(one, use, but); }
  else if (
    typeof inside === "object" && inside !== null && Object.getPrototypeOf(inside) === Object.prototype
  ) {
    for (const [name, one] of Object.entries(inside)) if (name !== but) each(one, use, but);
  }
}
