/**
 * Moving elements: transposition, slices, borders, concatenation, repetition. All arrays are row-major.
 *
 * @module
 */
import { sizeOf, stepsOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import type { Workspace } from "../workspace.ts";
import { copyBox, type Dimension, merged, outerWords } from "./box.ts";
import { fill, room } from "./unary.ts";

/** Up to so many elements JavaScript is done sooner. */
const TINY = 32;

/** y[i] = x[i permuted]. */
export function transpose(engine: Workspace, x: Storage, perm: readonly number[]): Storage {
  const block = engine.block(x), steps = stepsOf(x.shape), shape = perm.map((axis) => x.shape[axis]);
  if (block.size <= TINY && x.shape.length === 2 && perm[0] === 1) {
    const [rows, columns] = x.shape, out = room(engine, block.size, shape, x.dtype);
    const from = block.view(), to = engine.block(out).view();
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) to[j * rows + i] = from[i * columns + j];
    }
    return out;
  }
  const outSteps = stepsOf(shape), out = engine.allocate(shape, x.dtype);
  const dimensions: Dimension[] = perm.map((axis, i) => ({
    length: x.shape[axis],
    from: steps[axis],
    to: outSteps[i],
  }));
  const [inner, ...outer] = merged(dimensions);
  const at = outer.findIndex((dimension) => dimension.from === 1);
  if (inner.from === 1 || at < 0 || outer.length > 5 || x.dtype === "bool" || block.size === 0) {
    copyBox(engine, x, 0, out, 0, dimensions);
    return out;
  }
  const [across] = outer.splice(at, 1);
  const planes = outer.reduce((count, { length }) => count * length, 1), bands = Math.ceil(inner.length / 16);
  engine.wasm.launch(
    "transposePlanes",
    planes * bands,
    10 + Math.min(16, inner.length) * across.length / 2,
    ...[engine.describe(outerWords(outer)), block.pointer(), engine.pointer(out)],
    ...[inner.length, across.length, inner.from, across.to, bands],
  );
  return out;
}

/** Where an element of a shape lies. */
const placeOf = (begin: readonly number[], steps: readonly number[]) =>
  begin.reduce((sum, index, i) => sum + index * steps[i], 0);

/** Every `step`-th element from `begin` on, `size` of them, per dimension; steps may be negative. */
export function slice(
  engine: Workspace,
  x: Storage,
  begin: readonly number[],
  size: readonly number[],
  step: readonly number[],
): Storage {
  const count = sizeOf(size), out = room(engine, count, [...size], x.dtype);
  const steps = stepsOf(x.shape), outSteps = stepsOf(size);
  if (count === 1) {
    engine.block(out).view()[0] = engine.block(x).view()[placeOf(begin, steps)];
    return out;
  }
  const dimensions = size.map((length, i) => ({ length, from: steps[i] * step[i], to: outSteps[i] }));
  copyBox(engine, x, placeOf(begin, steps), out, 0, dimensions);
  return out;
}

/** Zeros of `shape`, and dy at every `step`-th element from `begin` on. */
export function sliceGrad(
  engine: Workspace,
  dy: Storage,
  shape: readonly number[],
  begin: readonly number[],
  step: readonly number[],
): Storage {
  const out = fill(engine, [...shape], 0, dy.dtype), steps = stepsOf(dy.shape), outSteps = stepsOf(shape);
  const dimensions = dy.shape.map((length, i) => ({ length, from: steps[i], to: outSteps[i] * step[i] }));
  copyBox(engine, dy, 0, out, placeOf(begin, outSteps), dimensions);
  return out;
}

/** x with a border of `value`. */
export function pad(
  engine: Workspace,
  x: Storage,
  border: readonly (readonly [number, number])[],
  value: number,
): Storage {
  const shape = x.shape.map((length, i) => length + border[i][0] + border[i][1]);
  const out = fill(engine, shape, value, x.dtype), steps = stepsOf(x.shape), outSteps = stepsOf(shape);
  const dimensions = x.shape.map((length, i) => ({ length, from: steps[i], to: outSteps[i] }));
  copyBox(engine, x, 0, out, placeOf(border.map(([before]) => before), outSteps), dimensions);
  return out;
}

/** One after the other. */
export function concat(engine: Workspace, list: readonly Storage[], shape: number[], axis: number): Storage {
  const out = room(engine, sizeOf(shape), shape, list[0].dtype);
  // Everything from the axis on is one run: [outer, run].
  const inner = sizeOf(shape.slice(axis)), outer = sizeOf(shape.slice(0, axis));
  let to = 0;
  for (const x of list) {
    const run = sizeOf(x.shape.slice(axis));
    const runs: Dimension[] = [{ length: outer, from: run, to: inner }, { length: run, from: 1, to: 1 }];
    copyBox(engine, x, 0, out, to, runs);
    to += run;
  }
  return out;
}
