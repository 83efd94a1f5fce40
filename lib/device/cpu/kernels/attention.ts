/**
 * Attention, head by head: nothing of the size of its scores is kept.
 *
 * @module
 */
import type { Attention } from "../../kernels.ts";
import * as layout from "../../layout.ts";
import { dense, plain, seen } from "../../layout.ts";
import { sizeOf, stepsOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import type { Engine } from "../engine.ts";

/** Queries of a unit, and bytes of scratch before what depends on sizes: as in wasm/attention.ts. */
const ROWS = 48, FIXED = 448;

/** About how many multiplications a nanosecond takes where rows are short. */
const SPEED = 12;

/** The array as it lies, if the numbers of a row are neighbours; else a copy. */
function rowwise(engine: Engine, x: Storage): Storage {
  return x.order === null || x.order[3] === 3 ? x : plain(x, engine.transpose);
}

/** Its address, and the steps from batch to batch, head to head, row to row, in bytes. */
function place(engine: Engine, x: Storage): number[] {
  const steps = stepsOf(dense(x).shape), order = layout.explicit(x.order, 4);
  return [engine.pointer(x), ...order.slice(0, 3).map((axis) => steps[axis] * 4)];
}

/** An array of a shape that lies as another does. */
function laidAs(engine: Engine, { order }: Storage, shape: number[]): Storage {
  return seen(engine.allocate(layout.inMemory(order, shape)), order);
}

const up8 = (n: number) => Math.ceil(n / 8) * 8;

/** softmax(scale · q kᵀ) v. */
export function attention(
  engine: Engine,
  queries: Storage,
  keys: Storage,
  values: Storage,
  { scale, causal }: Attention,
): Storage {
  const [q, k, v] = [queries, keys, values].map((one) => rowwise(engine, one));
  const [batch, heads, length, inner] = q.shape, [, , count, outer] = v.shape;
  const y = laidAs(engine, q, [batch, heads, length, outer]);
  if (sizeOf(y.shape) === 0) return y;
  if (count === 0) {
    engine.block(y).view().fill(0);
    return y;
  }
  const { wasm } = engine, wide = up8(count);
  wasm.reserveScratch(FIXED + 4 * wide * (6 + inner + up8(outer)));
  const description = engine.describe([
    ...[heads, length, count, inner, outer],
    ...[q, k, v, y].flatMap((one) => place(engine, one)),
  ]);
  const blocks = Math.ceil(length / ROWS), cost = ROWS * count * (inner + outer) / (causal ? 2 : 1) / SPEED;
  wasm.launch("attention", batch * heads * blocks, cost, description, scale, causal ? 1 : 0);
  return y;
}

/** The gradients of queries, keys and values, which lie as these do. */
export function attentionGrad(
  engine: Engine,
  slopes: Storage,
  queries: Storage,
  keys: Storage,
  values: Storage,
  { scale, causal }: Attention,
): [dq: Storage, dk: Storage, dv: Storage] {
  const [q, k, v, dy] = [queries, keys, values, slopes].map((one) => rowwise(engine, one));
  const [batch, heads, length, inner] = q.shape, [, , count, outer] = v.shape;
  const grads = [q, k, v].map((one) => laidAs(engine, one, [...one.shape])) as [Storage, Storage, Storage];
  if (batch * heads === 0 || length === 0 || count === 0) {
    for (const one of grads) engine.block(one).view().fill(0);
    return grads;
  }
  const { wasm } = engine, wide = up8(count);
  wasm.reserveScratch(
    FIXED + 64 + 4 * (wide * (2 * ROWS + inner + outer + up8(inner)) + ROWS * (up8(inner) + up8(outer))),
  );
  const description = engine.describe([
    ...[heads, length, count, inner, outer],
    ...[q, k, v, dy].flatMap((one) => place(engine, one)),
    ...grads.map((one) => engine.pointer(one)),
  ]);
  const cost = length * count * (3 * inner + 2 * outer) / (causal ? 2 : 1) / SPEED;
  wasm.launch("attentionGrad", batch * heads, cost, description, scale, causal ? 1 : 0);
  return grads;
}
