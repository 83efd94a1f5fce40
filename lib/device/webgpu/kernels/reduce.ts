/**
 * Sum, Mean, Prod, Max and Min over any dimensions. Long lines are cut into parts that are reduced side by side, then the
 * parts: always the same way, so that a sum is the same number each time. NaN wins in Max and Min.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Storage } from "../../device.ts";
import { type GpuBackend, workgroupsFor } from "../backend.ts";
import { NAN, onePerThread, packUniforms, wgslType, WORKGROUP } from "../wgsl.ts";
import { type GpuKernelCall, isPlain, registerKernel, sizeOf, stockKernel } from "./registry.ts";

/** How two values become one, and the value that changes nothing. */
interface Reduction {
  float: string;
  integer: string;
  start: (type: "f32" | "i32") => string;
}

const SMALLEST = "i32(-2147483648)";
const REDUCTIONS: Record<string, Reduction> = {
  Sum: { float: "a + b", integer: "a + b", start: (type) => `${type}(0)` },
  Prod: { float: "a * b", integer: "a * b", start: (type) => `${type}(1)` },
  Max: {
    float: "select(max(a, b), a + b, isNan(a) || isNan(b))",
    integer: "max(a, b)",
    start: (type) => type === "f32" ? "-infinity()" : SMALLEST,
  },
  Min: {
    float: "select(min(a, b), a + b, isNan(a) || isNan(b))",
    integer: "min(a, b)",
    start: (type) => type === "f32" ? "infinity()" : "0x7fffffff",
  },
};

const THREADS = 256;
/** One part is at least this long; a thread then has enough to do. */
const PART = 256;
/** As many threads fill a GPU; a longer line is not cut when there are more of them. */
const ENOUGH = 1 << 16;

/**
 * Reduces the middle of x seen as [outer, length, inner].
 *
 * @param divisor What the results are divided by (Mean).
 */
export function reduceMiddle(
  backend: GpuBackend,
  name: string,
  x: Storage,
  [outer, length, inner]: number[],
  shape: number[],
  divisor: number,
): Storage {
  const lines = outer * inner;
  if (length > 2 * PART && lines < ENOUGH) {
    const parts = Math.min(Math.ceil(length / PART), Math.ceil(ENOUGH / lines));
    const partLength = Math.ceil(length / parts);
    if (inner > 1 || partLength > 2 * THREADS) {
      const count = Math.ceil(length / partLength);
      const partial = pass(backend, name, x, [outer, length, inner], count, [outer, count, inner], 1);
      const result = reduceMiddle(backend, name, partial, [outer, count, inner], shape, divisor);
      backend.disposeData(partial.dataId);
      return result;
    }
  }
  return pass(backend, name, x, [outer, length, inner], 1, shape, divisor);
}

/** One dispatch: [outer, length, inner] → [outer, parts, inner]. */
function pass(
  backend: GpuBackend,
  name: string,
  x: Storage,
  [, length, inner]: number[],
  parts: number,
  shape: number[],
  divisor: number,
): Storage {
  const dtype = backend.bufferType(x) === "float32" ? "float32" : "int32";
  const result = backend.allocate(shape, dtype);
  const size = sizeOf(shape);
  if (size === 0) return result;
  const type = wgslType(dtype);
  const { float, integer, start } = REDUCTIONS[name];
  // Along the last dimension neighbouring threads read neighbours; across others, each thread has its own line.
  const along = inner === 1;
  backend.dispatch({
    key: `reduce ${name} ${type} ${along}`,
    code: () => /* wgsl */ `
struct Uniforms { size: u32, length: u32, inner: u32, parts: u32, partLength: u32, divisor: f32 }
@group(0) @binding(0) var<storage, read> input: array<${type}>;
@group(0) @binding(1) var<storage, read_write> output: array<${type}>;
@group(0) @binding(2) var<uniform> uniforms: Uniforms;
${NAN}
fn combine(a: ${type}, b: ${type}) -> ${type} { return ${type === "f32" ? float : integer}; }
fn finish(a: ${type}) -> ${type} { return ${type === "f32" ? "a / uniforms.divisor" : "a"}; }
${along ? alongLine(type, start(type)) : acrossLines(start(type))}`,
    bindings: [x, result],
    uniforms: packUniforms([size, length, inner, parts, Math.ceil(length / parts), { f: divisor }]),
    workgroups: along ? workgroupsFor(size, 1) : workgroupsFor(size, WORKGROUP),
  });
  return result;
}

/** A workgroup per part: each thread takes every 256th element, then halves meet halves. */
function alongLine(type: string, start: string): string {
  return /* wgsl */ `
var<workgroup> partial: array<${type}, ${THREADS}>;
@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = group.y * groups.x + group.x;
  if (index >= uniforms.size) { return; }
  let line = index / uniforms.parts;
  let begin = (index - line * uniforms.parts) * uniforms.partLength;
  let end = min(begin + uniforms.partLength, uniforms.length);
  var value = ${start};
  for (var k = begin + local; k < end; k += ${THREADS}u) {
    value = combine(value, input[line * uniforms.length + k]);
  }
  partial[local] = value;
  workgroupBarrier();
  for (var half = ${THREADS / 2}u; half > 0u; half >>= 1u) {
    if (local < half) { partial[local] = combine(partial[local], partial[local + half]); }
    workgroupBarrier();
  }
  if (local == 0u) { output[index] = finish(partial[0]); }
}`;
}

/** A thread per line and part, four values under way at a time (less rounding than one long chain). */
function acrossLines(start: string): string {
  return onePerThread(`
  if (index >= uniforms.size) { return; }
  let row = index / uniforms.inner;
  let column = index - row * uniforms.inner;
  let outer = row / uniforms.parts;
  let begin = (row - outer * uniforms.parts) * uniforms.partLength;
  let end = min(begin + uniforms.partLength, uniforms.length);
  var a = ${start};
  var b = a;
  var c = a;
  var d = a;
  var at = (outer * uniforms.length + begin) * uniforms.inner + column;
  var k = begin;
  for (; k + 4u <= end; k += 4u) {
    a = combine(a, input[at]);
    b = combine(b, input[at + uniforms.inner]);
    c = combine(c, input[at + 2u * uniforms.inner]);
    d = combine(d, input[at + 3u * uniforms.inner]);
    at += 4u * uniforms.inner;
  }
  for (; k < end; k++) {
    a = combine(a, input[at]);
    at += uniforms.inner;
  }
  output[index] = finish(combine(combine(a, b), combine(c, d)));`);
}

/** The shape with the dimensions `axes` gone, or of size 1. */
export function reducedShape(shape: number[], axes: number[], keepDims: boolean): number[] {
  return keepDims
    ? shape.map((size, d) => axes.includes(d) ? 1 : size)
    : shape.filter((_, d) => !axes.includes(d));
}

function reduce(call: GpuKernelCall, name: string, axis: number[], keepDims: boolean, mean = false): Storage {
  const { inputs: { x }, backend } = call;
  const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
  const shape = reducedShape(x.shape, axes, keepDims);
  const count = sizeOf(axes.map((d) => x.shape[d]));
  const divisor = mean ? count : 1;
  if (count === 0 && sizeOf(shape) > 0 && (name === "Max" || name === "Min")) {
    throw new RangeError(`${name}: the shape [${x.shape.join(", ")}] has no elements to choose from.`);
  }
  // Sizes of 1 in between do not part neighbours.
  const solid = axes.filter((d) => x.shape[d] !== 1);
  const first = solid[0] ?? 0, last = solid.at(-1) ?? -1;
  const together = x.shape.every((size, d) => d < first || d > last || size === 1 || axes.includes(d));
  if (together) {
    const outer = sizeOf(x.shape.slice(0, first)), inner = sizeOf(x.shape.slice(last + 1));
    return reduceMiddle(backend, name, x, [outer, count, inner], shape, divisor);
  }
  const perm = [...x.shape.keys()].sort((a, b) =>
    Number(axes.includes(a)) - Number(axes.includes(b)) || a - b
  );
  const moved = (tf.getKernel("Transpose", "webgpu").kernelFunc as unknown as (call: unknown) => Storage)({
    inputs: { x },
    attrs: { perm },
    backend,
  });
  const result = reduceMiddle(backend, name, moved, [sizeOf(shape), count, 1], shape, divisor);
  backend.disposeData(moved.dataId);
  return result;
}

/** Registers the kernels. */
export function registerReductions(): void {
  for (const name of ["Sum", "Prod", "Max", "Min", "Mean"]) {
    const stock = stockKernel(name);
    const attribute = name === "Max" ? "reductionIndices" : "axis";
    registerKernel(name, (call) => {
      const { inputs: { x }, attrs, backend } = call;
      const float = backend.bufferType(x) === "float32";
      if (!isPlain(x) || (name === "Mean" && !float)) return stock(call);
      const axis = (attrs[attribute] ?? [...x.shape.keys()]) as number[];
      return reduce(
        call,
        name === "Mean" ? "Sum" : name,
        axis,
        (attrs.keepDims as boolean) ?? false,
        name === "Mean",
      );
    });
  }
}
