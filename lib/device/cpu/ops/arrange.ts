/**
 * Moving elements: transposition, slices, padding, concatenation, repetition. Elements of four bytes; the few arrays
 * of bool go to TensorFlow.js' kernels.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Storage } from "../../device.ts";
import type { CpuBackend } from "../backend.ts";
import { type Call, type Kernel, type Override, sizeOf } from "../kernel.ts";

/** Up to so many elements JavaScript is done sooner. */
const TINY = 32;

/** One dimension of a strided copy: length, and steps in elements. */
interface Dimension {
  length: number;
  from: number;
  to: number;
}

/** Row-major steps of a shape. */
function stepsOf(shape: readonly number[]): number[] {
  const steps = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    steps[i] = step;
    step *= shape[i];
  }
  return steps;
}

/** Innermost first, without those of length 1, neighbours that run on merged. */
function merged(dimensions: Dimension[]): Dimension[] {
  const result: Dimension[] = [];
  for (let i = dimensions.length - 1; i >= 0; i--) {
    const dimension = dimensions[i];
    if (dimension.length === 1) continue;
    const last = result[result.length - 1];
    if (
      last !== undefined && dimension.from === last.from * last.length &&
      dimension.to === last.to * last.length
    ) {
      last.length *= dimension.length;
    } else {
      result.push({ ...dimension });
    }
  }
  if (result.length === 0) result.push({ length: 1, from: 1, to: 1 });
  return result;
}

/** Five outer dimensions as the kernels read them. */
function outerWords(dimensions: Dimension[]): number[] {
  return Array.from({ length: 5 }, (_, i) => dimensions[i])
    .flatMap((dimension) =>
      dimension === undefined ? [1, 0, 0] : [dimension.length, dimension.from, dimension.to]
    );
}

/** Copies a box of elements; false when it has too many dimensions. The target's innermost step must be 1. */
function copyBox(backend: CpuBackend, from: number, to: number, dimensions: Dimension[]): boolean {
  const [row, ...outer] = merged(dimensions);
  if (outer.length > 5) return false;
  const rows = outer.reduce((count, { length }) => count * length, 1);
  const step = row.to === 1 ? row.from : -1;
  if (step === -1) {
    // The innermost target dimension has length 1: every row is one element.
    if (outer.length > 4) return false;
    const words = outerWords([row, ...outer]);
    backend.kernels.launch("copyRows", rows * row.length, 10, backend.describe(words), from, to, 1, 1);
    return true;
  }
  backend.kernels.launch(
    "copyRows",
    rows,
    10 + row.length / 4,
    backend.describe(outerWords(outer)),
    from,
    to,
    row.length,
    step,
  );
  return true;
}

/** Whether the kernels here serve a storage. */
function ours(x: Storage): boolean {
  return x.dtype === "float32" || x.dtype === "int32";
}

const transpose: Override = (call: Call, inherited: Kernel) => {
  const { inputs: { x }, attrs: { perm }, backend } = call;
  const block = backend.block(x);
  if (x.dtype === "float32" && x.shape.length === 2 && perm[0] === 1 && block.size <= TINY) {
    const [rows, columns] = x.shape, from = block.view(), values = new Float32Array(block.size);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) values[j * rows + i] = from[i * columns + j];
    }
    return backend.adopt(values, [columns, rows], "float32");
  }
  if (!ours(x) || block.size <= TINY) return inherited(call);
  const steps = stepsOf(x.shape), shape = (perm as number[]).map((axis) => x.shape[axis]);
  const outSteps = stepsOf(shape);
  const dimensions = (perm as number[]).map((axis, i) => ({
    length: x.shape[axis],
    from: steps[axis],
    to: outSteps[i],
  }));
  const [inner, ...outer] = merged(dimensions);
  const at = outer.findIndex((dimension) => dimension.from === 1);
  if (outer.length > 5) return inherited(call);
  const out = backend.allocate(shape, x.dtype), to = backend.block(out).pointer(), from = block.pointer();
  if (inner.from === 1 || at < 0) {
    copyBox(backend, from, to, dimensions);
  } else {
    const [across] = outer.splice(at, 1);
    const planes = outer.reduce((count, { length }) => count * length, 1),
      bands = Math.ceil(inner.length / 16);
    backend.kernels.launch(
      "transposePlanes",
      planes * bands,
      10 + Math.min(16, inner.length) * across.length / 2,
      ...[
        backend.describe(outerWords(outer)),
        from,
        to,
        inner.length,
        across.length,
        inner.from,
        across.to,
        bands,
      ],
    );
  }
  return out;
};

const slice: Override = (call: Call, inherited: Kernel) => {
  const { inputs: { x }, attrs, backend } = call;
  if (!ours(x) || x.shape.length === 0 || backend.block(x).size <= TINY) return inherited(call);
  const [begin, size] = tf.slice_util.parseSliceParams(
    x as unknown as tf.TensorInfo as tf.Tensor,
    attrs.begin,
    attrs.size,
  );
  tf.slice_util.assertParamsValid(x as unknown as tf.TensorInfo as tf.Tensor, begin, size);
  const steps = stepsOf(x.shape), outSteps = stepsOf(size);
  const dimensions = size.map((length, i) => ({ length, from: steps[i], to: outSteps[i] }));
  if (merged(dimensions).length > 6) return inherited(call);
  const out = backend.allocate(size, x.dtype);
  if (sizeOf(size) === 0) return out;
  const start = begin.reduce((sum, index, i) => sum + index * steps[i], 0);
  copyBox(backend, backend.block(x).pointer() + start * 4, backend.block(out).pointer(), dimensions);
  return out;
};

const pad: Override = (call: Call, inherited: Kernel) => {
  const { inputs: { x }, attrs, backend } = call;
  const paddings: [number, number][] = attrs.paddings;
  if (x.dtype !== "float32" || paddings.length === 0) return inherited(call);
  const shape = x.shape.map((length: number, i: number) => length + paddings[i][0] + paddings[i][1]);
  const steps = stepsOf(x.shape), outSteps = stepsOf(shape);
  const dimensions = x.shape.map((length: number, i: number) => ({
    length,
    from: steps[i],
    to: outSteps[i],
  }));
  if (merged(dimensions).length > 5) return inherited(call);
  const out = backend.allocate(shape), size = sizeOf(shape);
  if (size === 0) return out;
  const to = backend.block(out).pointer();
  backend.kernels.launch("fill", Math.ceil(size / 4), 1, to, attrs.constantValue ?? 0);
  const start = paddings.reduce((sum, [before], i) => sum + before * outSteps[i], 0);
  if (sizeOf(x.shape) > 0) copyBox(backend, backend.block(x).pointer(), to + start * 4, dimensions);
  return out;
};

const concat: Override = (call: Call, inherited: Kernel) => {
  const { attrs, backend } = call;
  const list: Storage[] = Object.values(call.inputs);
  const [axis] = tf.util.parseAxisParam(attrs.axis, list[0].shape);
  if (!list.every((x) => ours(x) && x.dtype === list[0].dtype)) return inherited(call);
  const shape = tf.backend_util.computeOutShape(list.map((x) => x.shape), axis);
  tf.backend_util.assertParamsConsistent(list.map((x) => x.shape), axis);
  const out = backend.allocate(shape, list[0].dtype);
  if (sizeOf(shape) === 0) return out;
  // Everything from the axis on is one run: [outer, run].
  const inner = sizeOf(shape.slice(axis)), outer = sizeOf(shape.slice(0, axis));
  let to = backend.block(out).pointer();
  for (const x of list) {
    const run = sizeOf(x.shape.slice(axis));
    if (run === 0) continue;
    copyBox(backend, backend.block(x).pointer(), to, [
      { length: outer, from: run, to: inner },
      { length: run, from: 1, to: 1 },
    ]);
    to += run * 4;
  }
  return out;
};

/** Repetition of dimensions of length 1, which is how a broadcast is made real; any other is TensorFlow.js'. */
const tile: Override = (call: Call, inherited: Kernel) => {
  const { inputs: { x }, attrs, backend } = call;
  const reps: number[] = attrs.reps;
  const simple = ours(x) && reps.length === x.shape.length &&
    reps.every((count, i) => count === 1 || x.shape[i] === 1);
  if (!simple) return inherited(call);
  const shape = reps.map((count, i) => count * x.shape[i]),
    steps = stepsOf(x.shape),
    outSteps = stepsOf(shape);
  const dimensions = shape.map((length, i) => ({
    length,
    from: x.shape[i] === 1 ? 0 : steps[i],
    to: outSteps[i],
  }));
  if (sizeOf(shape) === 0 || sizeOf(shape) <= TINY || merged(dimensions).length > 5) return inherited(call);
  const out = backend.allocate(shape, x.dtype);
  copyBox(backend, backend.block(x).pointer(), backend.block(out).pointer(), dimensions);
  return out;
};

/** This file's kernels by their TensorFlow.js names. */
export const arrangeKernels: Record<string, Override> = {
  Transpose: transpose,
  Slice: slice,
  PadV2: pad,
  Concat: concat,
  Tile: tile,
};
