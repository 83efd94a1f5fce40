/**
 * Moving elements: transposition, slices, padding, concatenation, repetition, reversal.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Storage } from "../../device.ts";
import { type Call, type Kernel, type Override, sizeOf } from "../kernel.ts";
import { copyBox, type Dimension, merged, outerWords, stepsOf } from "./box.ts";

/** Up to so many elements JavaScript is done sooner. */
const TINY = 32;

/** Whether the kernels here serve a storage. */
function ours(x: Storage): boolean {
  return x.dtype === "float32" || x.dtype === "int32" || x.dtype === "bool";
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
  const outSteps = stepsOf(shape), out = backend.allocate(shape, x.dtype);
  const dimensions: Dimension[] = (perm as number[]).map((axis, i) => ({
    length: x.shape[axis],
    from: steps[axis],
    to: outSteps[i],
  }));
  const [inner, ...outer] = merged(dimensions);
  const at = outer.findIndex((dimension) => dimension.from === 1);
  if (inner.from === 1 || at < 0 || outer.length > 5 || x.dtype === "bool") {
    copyBox(backend, x, 0, out, 0, dimensions);
    return out;
  }
  const [across] = outer.splice(at, 1);
  const planes = outer.reduce((count, { length }) => count * length, 1), bands = Math.ceil(inner.length / 16);
  backend.kernels.launch(
    "transposePlanes",
    planes * bands,
    10 + Math.min(16, inner.length) * across.length / 2,
    ...[backend.describe(outerWords(outer)), block.pointer(), backend.block(out).pointer()],
    ...[inner.length, across.length, inner.from, across.to, bands],
  );
  return out;
};

/** Every `strides`-th element from `begin` on, `size` of them, per dimension. */
function strided({ backend }: Call, x: Storage, begin: number[], strides: number[], size: number[]): Storage {
  const out = backend.allocate(size, x.dtype), steps = stepsOf(x.shape), outSteps = stepsOf(size);
  const start = begin.reduce((sum, index, i) => sum + index * steps[i], 0);
  const dimensions = size.map((length, i) => ({ length, from: steps[i] * strides[i], to: outSteps[i] }));
  copyBox(backend, x, start, out, 0, dimensions);
  return out;
}

const slice: Override = (call: Call, inherited: Kernel) => {
  const { inputs: { x }, attrs, backend } = call;
  if (!ours(x) || x.shape.length === 0 || backend.block(x).size <= TINY) return inherited(call);
  const tensor = x as unknown as tf.Tensor;
  const [begin, size] = tf.slice_util.parseSliceParams(tensor, attrs.begin, attrs.size);
  tf.slice_util.assertParamsValid(tensor, begin, size);
  return strided(call, x, begin, size.map(() => 1), size);
};

const stridedSlice: Override = (call: Call, inherited: Kernel) => {
  const { inputs: { x }, attrs, backend } = call;
  if (!ours(x) || x.shape.length === 0 || backend.block(x).size <= TINY) return inherited(call);
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
  const info = tf.slice_util.sliceInfo(
    ...[x.shape, begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const,
  );
  const size = tf.slice_util.computeOutShape(info.begin, info.end, info.strides);
  if (size.some((length) => length <= 0)) return backend.allocate(info.finalShape, x.dtype);
  // New dimensions are put in, and those of a single index left out, afterwards.
  return { ...strided(call, x, info.begin, info.strides, size), shape: info.finalShape };
};

const reverse: Override = (call: Call, inherited: Kernel) => {
  const { inputs: { x }, attrs, backend } = call;
  if (!ours(x) || backend.block(x).size <= TINY) return inherited(call);
  const axes = tf.util.parseAxisParam(attrs.dims, x.shape),
    turned = x.shape.map((_: number, d: number) => axes.includes(d));
  const begin = x.shape.map((length: number, d: number) => turned[d] ? length - 1 : 0);
  return strided(call, x, begin, turned.map((is: boolean) => is ? -1 : 1), [...x.shape]);
};

const splitV: Override = (call: Call, inherited: Kernel) => {
  const { inputs: { x }, attrs } = call;
  if (!ours(x)) return inherited(call);
  const [axis] = tf.util.parseAxisParam(attrs.axis, x.shape), begin = x.shape.map(() => 0);
  const sizes = tf.backend_util.prepareSplitSize(x as unknown as tf.Tensor, attrs.numOrSizeSplits, axis);
  return sizes.map((length) => {
    const size = [...x.shape];
    size[axis] = length;
    const part = strided(call, x, begin, size.map(() => 1), size);
    begin[axis] += length;
    return part;
  });
};

const pad: Override = (call: Call, inherited: Kernel) => {
  const { inputs: { x }, attrs, backend } = call;
  const paddings: [number, number][] = attrs.paddings;
  if (!ours(x) || paddings.length === 0) return inherited(call);
  const shape = x.shape.map((length: number, i: number) => length + paddings[i][0] + paddings[i][1]);
  const steps = stepsOf(x.shape), outSteps = stepsOf(shape);
  const out = backend.allocate(shape, x.dtype), block = backend.block(out), value = attrs.constantValue ?? 0;
  if (x.dtype === "float32") {
    backend.kernels.launch("fill", Math.ceil(block.size / 4), 1, block.pointer(), value);
  } else block.view().fill(value);
  const dimensions = x.shape.map((length: number, i: number) => ({
    length,
    from: steps[i],
    to: outSteps[i],
  }));
  const start = paddings.reduce((sum, [before], i) => sum + before * outSteps[i], 0);
  copyBox(backend, x, 0, out, start, dimensions);
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
  // Everything from the axis on is one run: [outer, run].
  const inner = sizeOf(shape.slice(axis)), outer = sizeOf(shape.slice(0, axis));
  let to = 0;
  for (const x of list) {
    const run = sizeOf(x.shape.slice(axis));
    copyBox(backend, x, 0, out, to, [{ length: outer, from: run, to: inner }, {
      length: run,
      from: 1,
      to: 1,
    }]);
    to += run;
  }
  return out;
};

/** The whole array again and again: each dimension becomes two, of which the outer one goes nowhere in the source. */
const tile: Override = (call: Call, inherited: Kernel) => {
  const { inputs: { x }, attrs, backend } = call;
  const reps: number[] = attrs.reps;
  if (!ours(x) || reps.length !== x.shape.length) return inherited(call);
  const shape = reps.map((count, i) => count * x.shape[i]);
  if (sizeOf(shape) <= TINY) return inherited(call);
  const out = backend.allocate(shape, x.dtype), steps = stepsOf(x.shape), outSteps = stepsOf(shape);
  const dimensions = reps.flatMap((count, i) => [
    { length: count, from: 0, to: outSteps[i] * x.shape[i] },
    { length: x.shape[i], from: steps[i], to: outSteps[i] },
  ]);
  copyBox(backend, x, 0, out, 0, dimensions);
  return out;
};

/** This file's kernels by their TensorFlow.js names. */
export const arrangeKernels: Record<string, Override> = {
  Transpose: transpose,
  Slice: slice,
  StridedSlice: stridedSlice,
  Reverse: reverse,
  SplitV: splitV,
  PadV2: pad,
  Concat: concat,
  Tile: tile,
};
