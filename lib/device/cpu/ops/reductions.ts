/**
 * Sums, means and extremes over any dimensions.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Storage } from "../../device.ts";
import type { CpuBackend } from "../backend.ts";
import { type Call, type Kernel, type Override, sizeOf } from "../kernel.ts";
import { arrangeKernels } from "./arrange.ts";

const TINY = 64;
/** About so many elements go to one chunk; the order of the additions depends on it. */
const CHUNK = 32768;

/** One reduced run of dimensions: [outer, run, inner]. */
interface Slab {
  outer: number;
  run: number;
  inner: number;
}

/** Cuts a reduction into steps of one run of neighbouring dimensions each, last run first. */
function slabs(shape: readonly number[], axes: readonly number[]): Slab[] {
  const steps: Slab[] = [];
  const reduced = shape.map((_, i) => axes.includes(i));
  let inner = 1;
  for (let i = shape.length - 1; i >= 0;) {
    if (!reduced[i]) {
      inner *= shape[i--];
      continue;
    }
    let run = 1;
    for (; i >= 0 && (reduced[i] || shape[i] === 1); i--) run *= shape[i];
    let outer = 1;
    for (let j = i; j >= 0; j--) outer *= shape[j];
    steps.push({ outer, run, inner });
  }
  return steps;
}

/** Reduces one run; op: 0 sum, 1 max, 2 min. */
function reduceRun(
  backend: CpuBackend,
  op: number,
  from: number,
  to: number,
  slab: Slab,
  scale: number,
): void {
  const { outer, run, inner } = slab;
  const rows = Math.max(32, Math.ceil(CHUNK / inner / 32) * 32), count = Math.ceil(run / rows);
  const partial = backend.heap.allocate(outer * count * inner * 8);
  try {
    backend.kernels.launch(
      "reduceChunks",
      outer * count,
      5 + Math.min(run, rows) * inner / 6,
      op,
      from,
      partial.pointer,
      run,
      inner,
      rows,
      count,
    );
    backend.kernels.launch(
      "reduceTogether",
      outer,
      3 * count * inner,
      op,
      partial.pointer,
      to,
      inner,
      count,
      scale,
    );
  } finally {
    backend.heap.release(partial);
  }
}

/** The result's shape, and the reduced dimensions in order. */
function outcome(shape: number[], axis: number | number[] | undefined | null, keepDims: boolean) {
  const axes = axis == null ? shape.map((_, i) => i) : tf.util.parseAxisParam(axis, shape);
  const kept = shape.filter((_, i) => !axes.includes(i));
  return { axes, out: keepDims ? shape.map((length, i) => axes.includes(i) ? 1 : length) : kept };
}

/** A kernel that reduces; `attribute` names its axes. */
function reduction(op: number, attribute: string, mean: boolean): Override {
  return (call: Call, inherited: Kernel) => {
    const { inputs: { x }, attrs, backend } = call;
    const block = backend.block(x);
    if (x.dtype !== "float32" || block.size === 0) return inheritedOnLast(call, inherited, attribute);
    const { axes, out: shape } = outcome(x.shape, attrs[attribute], !!attrs.keepDims);
    const size = sizeOf(shape);
    const scale = mean ? size / block.size : 1;
    if (block.size <= TINY && size === 1) {
      return backend.adopt(Float32Array.of(tiny(op, block.view() as Float32Array) * scale), shape, "float32");
    }
    const steps = slabs(x.shape, axes);
    if (steps.length === 0) return inherited(call);
    const out = backend.allocate(shape);
    let from: number = block.pointer(), between: Storage | undefined;
    steps.forEach((slab, i) => {
      const last = i === steps.length - 1;
      const next = last ? out : backend.allocate([slab.outer * slab.inner]);
      reduceRun(backend, op, from, backend.block(next).pointer(), slab, last ? scale : 1);
      if (between !== undefined) backend.disposeData(between.dataId);
      between = last ? undefined : next;
      from = backend.block(next).pointer();
    });
    return out;
  };
}

/** TensorFlow.js' kernel with the reduced dimensions moved to the end: it would move them itself, but slowly. */
function inheritedOnLast(call: Call, inherited: Kernel, attribute: string): Storage | Storage[] {
  const { inputs: { x }, attrs, backend } = call;
  const { axes, out } = outcome(x.shape, attrs[attribute], !!attrs.keepDims);
  const perm = tf.backend_util.getAxesPermutation(axes, x.shape.length);
  if (perm === null || backend.block(x).size <= TINY) return inherited(call);
  const moved = arrangeKernels.Transpose({ inputs: { x }, attrs: { perm }, backend }, inherited) as Storage;
  const last = tf.backend_util.getInnerMostAxes(axes.length, x.shape.length);
  try {
    const reduced = { ...attrs, [attribute]: last, keepDims: false };
    return { ...inherited({ inputs: { x: moved }, attrs: reduced, backend }) as Storage, shape: out };
  } finally {
    backend.disposeData(moved.dataId);
  }
}

const argument: Override = (call, inherited) => inheritedOnLast(call, inherited, "axis");

/** A few elements to one. */
function tiny(op: number, values: Float32Array): number {
  let result = values[0];
  for (let i = 1; i < values.length; i++) {
    result = op === 0
      ? result + values[i]
      : op === 1
      ? Math.max(result, values[i])
      : Math.min(result, values[i]);
  }
  return result;
}

/** This file's kernels by their TensorFlow.js names. */
export const reductionKernels: Record<string, Override> = {
  Sum: reduction(0, "axis", false),
  Mean: reduction(0, "axis", true),
  Max: reduction(1, "reductionIndices", false),
  Min: reduction(2, "axis", false),
  ArgMax: argument,
  ArgMin: argument,
};
