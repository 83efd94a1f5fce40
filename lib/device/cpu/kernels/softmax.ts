/**
 * Softmax, its logarithm and cross-entropy, over the last dimension of row-major arrays.
 *
 * @module
 */
import * as check from "../../check.ts";
import type { Losses } from "../../kernels.ts";
import type { Storage } from "../../storage.ts";
import type { Engine } from "../engine.ts";

/** eˣ / Σ eˣ, or its logarithm, along rows of the last dimension. */
export function softmax(engine: Engine, x: Storage, log: boolean): Storage {
  const out = engine.allocate([...x.shape]), classes = x.shape[x.shape.length - 1], block = engine.block(x);
  if (block.size > 0) {
    const cost = 20 + 4 * classes, from = block.pointer(), to = engine.pointer(out);
    engine.wasm.launch("softmax", block.size / classes, cost, from, to, classes, log ? 1 : 0);
  }
  return out;
}

/** The classes with 0 for those that do not count; the same ones where there are none. Each must be there. */
function checked(
  engine: Engine,
  kernel: string,
  classes: Storage,
  ignored: number | null,
  count: number,
): Storage {
  const given = engine.block(classes).view();
  check.indices(kernel, given, classes.shape, count, ignored);
  if (ignored === null || !given.includes(ignored)) return classes;
  const counting = engine.allocate([...classes.shape], "int32"), values = engine.block(counting).view();
  for (let i = 0; i < values.length; i++) values[i] = given[i] === ignored ? 0 : given[i];
  return counting;
}

/** The losses, or their mean, and the logarithms of the probabilities for the gradient; with a mean, of how many. */
export function crossEntropy(
  engine: Engine,
  logits: Storage,
  classes: Storage,
  { ignored, mean }: Losses,
): Storage[] {
  const [rows, columns] = logits.shape, index = checked(engine, "crossEntropy", classes, ignored, columns);
  const losses = engine.allocate([rows]), logs = engine.allocate([rows, columns]);
  if (rows * columns > 0) {
    const [x, c, l, y] = [logits, index, logs, losses].map((one) => engine.pointer(one));
    engine.wasm.launch("crossEntropy", rows, 25 + 4 * columns, x, c, l, y, columns);
  }
  const values = engine.block(losses).view(), given = engine.block(classes).view();
  let counted = rows;
  if (index !== classes) {
    for (let row = 0; row < rows; row++) {
      if (given[row] !== ignored) continue;
      values[row] = 0;
      counted--;
    }
  }
  if (!mean) return [losses, logs];
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += values[row];
  const [loss, count] = [engine.allocate([]), engine.allocate([])];
  engine.block(loss).view()[0] = sum / counted;
  engine.block(count).view()[0] = counted;
  return [loss, logs, count];
}

/** dy · (softmax − one-hot): what a logit was too likely, or too unlikely. `count`: dy is that of the mean of so many losses. */
export function crossEntropyGrad(
  engine: Engine,
  dy: Storage,
  logs: Storage,
  classes: Storage,
  ignored: number | null,
  count: Storage | null,
): Storage {
  const [rows, columns] = logs.shape, dx = engine.allocate([rows, columns]);
  if (columns === 0) return dx;
  const index = checked(engine, "crossEntropyGrad", classes, ignored, columns);
  if (rows === 0) return dx;
  let slopes = dy;
  if (count !== null) {
    slopes = engine.allocate([rows]);
    engine.block(slopes).view().fill(engine.block(dy).view()[0] / engine.block(count).view()[0]);
  }
  const [g, l, c, to] = [slopes, logs, index, dx].map((one) => engine.pointer(one));
  engine.wasm.launch("crossEntropyGrad", rows, 15 + 3 * columns, g, l, c, to, columns);
  if (index !== classes) {
    const given = engine.block(classes).view(), values = engine.block(dx).view();
    given.forEach((own, row) => {
      if (own === ignored) values.fill(0, row * columns, (row + 1) * columns);
    });
  }
  return dx;
}
