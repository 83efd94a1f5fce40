/**
 * Sums, products, largest and smallest over any dimensions. Long lines are cut into parts that are reduced side by side, then
 * the parts: always the same way, so that a sum is the same number each time. NaN wins among largest and smallest.
 *
 * @module
 */
import { reducedShape, sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { buffers, NAN, onePerThread, packUniforms, wgslType, WORKGROUP } from "../wgsl.ts";

/** How two values become one, and the value that changes nothing. */
interface Reduction {
  readonly float: string;
  readonly integer: string;
  readonly start: { readonly f32: string; readonly i32: string };
}

const REDUCTIONS = {
  sum: { float: "a + b", integer: "a + b", start: { f32: "0.0", i32: "0" } },
  product: { float: "a * b", integer: "a * b", start: { f32: "1.0", i32: "1" } },
  max: {
    float: "select(max(a, b), a + b, isNan(a) || isNan(b))",
    integer: "max(a, b)",
    start: { f32: "-infinity()", i32: "i32(-2147483648)" },
  },
  min: {
    float: "select(min(a, b), a + b, isNan(a) || isNan(b))",
    integer: "min(a, b)",
    start: { f32: "infinity()", i32: "0x7fffffff" },
  },
} as const satisfies Record<string, Reduction>;

/** What many values become. */
export type ReductionName = keyof typeof REDUCTIONS;

const THREADS = 256;
/** A line so short is one thread's. */
const SHORT = 64;
/** As many threads or workgroups fill a GPU; there need not be more of them. */
const ENOUGH = 1 << 16;

/**
 * How many parts a line is cut into. Along the line a workgroup takes a part, across lines a thread does: it is to be long
 * enough to be worth it, and so short that the rounding errors of one chain of sums stay small.
 */
function partsOf(length: number, lines: number, inner: number): number {
  const [least, most] = inner === 1 ? [8 * THREADS, 256 * THREADS] : [256, 2048];
  if (length <= 2 * least) return 1;
  const enough = Math.min(Math.ceil(length / least), Math.ceil(ENOUGH / lines));
  return Math.max(enough, Math.ceil(length / most));
}

/** x without the dimensions `dims`, which ascend, or with sizes of 1 there. */
export function reduce(
  gpu: Gpu,
  name: ReductionName,
  x: Storage,
  dims: readonly number[],
  keepdim: boolean,
): Storage {
  const shape = reducedShape(x.shape, dims, keepdim);
  // The last run of neighbouring dimensions goes first; those of size 1 part no neighbours.
  let rest = x;
  let left = dims.filter((d) => x.shape[d] !== 1);
  if (left.length === 0) return gpu.share(x, shape);
  while (left.length > 0) {
    const last = left[left.length - 1];
    let first = last;
    while (first > 0 && (left.includes(first - 1) || rest.shape[first - 1] === 1)) first--;
    left = left.filter((d) => d < first);
    const outer = sizeOf(rest.shape.slice(0, first)), inner = sizeOf(rest.shape.slice(last + 1));
    const length = sizeOf(rest.shape.slice(first, last + 1));
    const reduced = rest.shape.map((n, d) => d >= first && d <= last ? 1 : n);
    const next = reduceMiddle(gpu, name, rest, [outer, length, inner], left.length > 0 ? reduced : shape);
    if (rest !== x) gpu.free(rest);
    rest = next;
  }
  return rest;
}

/** Reduces the middle of x seen as [outer, length, inner]; the result is seen as `shape`. */
export function reduceMiddle(
  gpu: Gpu,
  name: ReductionName,
  x: Storage,
  [outer, length, inner]: readonly number[],
  shape: readonly number[],
): Storage {
  const parts = partsOf(length, outer * inner, inner);
  if (parts === 1 || outer * inner === 0) return pass(gpu, name, x, [length, inner], 1, shape);
  // Parts of one length: the last may be shorter, but none is empty.
  const count = Math.ceil(length / Math.ceil(length / parts));
  const partial = pass(gpu, name, x, [length, inner], count, [outer, count, inner]);
  const result = reduceMiddle(gpu, name, partial, [outer, count, inner], shape);
  gpu.free(partial);
  return result;
}

/** One dispatch: [outer, length, inner] → [outer, parts, inner]. */
function pass(
  gpu: Gpu,
  name: ReductionName,
  x: Storage,
  [length, inner]: readonly number[],
  parts: number,
  shape: readonly number[],
): Storage {
  const result = gpu.allocate(shape, x.dtype);
  const size = sizeOf(shape);
  if (size === 0) return result;
  const type = wgslType(x.dtype);
  const { float, integer, start } = REDUCTIONS[name];
  // Along the last dimension neighbouring threads read neighbours; across others, each thread has its own line, as it has
  // where a line is too short for a workgroup.
  const along = inner === 1 && length > SHORT;
  gpu.dispatch({
    key: `reduce ${name} ${type} ${along}`,
    code: () => /* wgsl */ `
struct Uniforms { size: u32, length: u32, inner: u32, parts: u32, partLength: u32 }
${buffers({ input: type }, type)}
${NAN}
fn combine(a: ${type}, b: ${type}) -> ${type} { return ${type === "f32" ? float : integer}; }
${along ? alongLine(type, start[type]) : acrossLines(start[type])}`,
    bindings: [x, result],
    uniforms: packUniforms([size, length, inner, parts, Math.ceil(length / parts)]),
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
  if (local == 0u) { output[index] = partial[0]; }
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
  output[index] = combine(combine(a, b), combine(c, d));`);
}
