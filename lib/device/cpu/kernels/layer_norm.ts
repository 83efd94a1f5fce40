/**
 * Normalization of the rows of row-major arrays [R, C].
 *
 * @module
 */
import type { Storage } from "../../storage.ts";
import type { Engine } from "../engine.ts";

/** Rows whose sums one unit makes; the order of the additions depends on it. */
const ROWS = 32;

/** y, and each row's mean and biased variance. */
export function layerNorm(
  engine: Engine,
  x: Storage,
  scale: Storage | null,
  offset: Storage | null,
  epsilon: number,
): [y: Storage, mean: Storage, variance: Storage] {
  const [rows, columns] = x.shape;
  const y = engine.allocate([rows, columns]),
    mean = engine.allocate([rows]),
    variance = engine.allocate([rows]);
  if (rows === 0) return [y, mean, variance];
  const at = (one: Storage | null) => one === null ? 0 : engine.pointer(one);
  engine.wasm.launch(
    "layerNorm",
    rows,
    20 + columns * 0.7,
    ...[at(x), at(scale), at(offset), at(y), at(mean), at(variance), columns, epsilon],
  );
  return [y, mean, variance];
}

/** The gradients of x, scale and offset. */
export function layerNormGrad(
  engine: Engine,
  dy: Storage,
  x: Storage,
  mean: Storage,
  variance: Storage,
  scale: Storage | null,
  epsilon: number,
): [dx: Storage, dScale: Storage, dOffset: Storage] {
  const [rows, columns] = x.shape, dx = engine.allocate([rows, columns]);
  const dScale = engine.zeroed([columns]), dOffset = engine.zeroed([columns]);
  if (rows * columns === 0) return [dx, dScale, dOffset];
  const at = (one: Storage | null) => one === null ? 0 : engine.pointer(one), { wasm } = engine;
  const chunks = Math.ceil(rows / ROWS), partial = engine.heap.allocate(chunks * 2 * columns * 4);
  try {
    wasm.launch(
      "layerNormGrad",
      chunks,
      ROWS * (20 + columns),
      ...[at(dy), at(x), at(mean), at(variance), at(scale), at(dx)],
      ...[partial.pointer, rows, columns, ROWS, epsilon],
    );
    wasm.launch(
      "layerNormSums",
      columns,
      2 * chunks,
      ...[partial.pointer, at(dScale), at(dOffset), columns, chunks],
    );
  } finally {
    engine.heap.release(partial);
  }
  return [dx, dScale, dOffset];
}
