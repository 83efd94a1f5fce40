/**
 * Softmax, its logarithm and cross-entropy, over the last dimension of row-major arrays.
 *
 * @module
 */
import * as check from "../../check.ts";
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

/** The losses, and the logarithms of the probabilities for the gradient. */
export function crossEntropy(engine: Engine, logits: Storage, classes: Storage): [Storage, Storage] {
  const [rows, columns] = logits.shape;
  check.indices("crossEntropy", engine.block(classes).view(), classes.shape, columns);
  const losses = engine.allocate([rows]), logs = engine.allocate([rows, columns]);
  if (rows > 0) {
    const [x, c, l, y] = [logits, classes, logs, losses].map((one) => engine.pointer(one));
    engine.wasm.launch("crossEntropy", rows, 25 + 4 * columns, x, c, l, y, columns);
  }
  return [losses, logs];
}

/** dy · (softmax − one-hot): what a logit was too likely, or too unlikely. */
export function crossEntropyGrad(engine: Engine, dy: Storage, logs: Storage, classes: Storage): Storage {
  const [rows, columns] = logs.shape;
  if (columns > 0) check.indices("crossEntropyGrad", engine.block(classes).view(), classes.shape, columns);
  const dx = engine.allocate([rows, columns]);
  if (rows * columns > 0) {
    const [g, l, c, to] = [dy, logs, classes, dx].map((one) => engine.pointer(one));
    engine.wasm.launch("crossEntropyGrad", rows, 15 + 3 * columns, g, l, c, to, columns);
  }
  return dx;
}
