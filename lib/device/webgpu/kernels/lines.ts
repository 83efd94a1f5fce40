/**
 * How the threads of a GPU share the lines of an array seen as [outer, length, inner]: what is read together lies together, many
 * short lines fill a workgroup, one long line as well, and few long ones are cut into parts. A thread's loop stays short.
 *
 * @module
 */
import { type Workgroups, workgroupsFor } from "../gpu.ts";
import { packUniforms } from "../wgsl.ts";

const THREADS = 256;
/** Threads of a workgroup where each has a line of its own. */
const ALONE = 64;
/** A line so short is one thread's. */
const SHORT = 16;
/** Elements that are a thread's at least, where several share a line. */
const LEAST = 4;
/** So many lines side by side fill a GPU with a thread each. */
const ENOUGH_LINES = 1 << 15;
/** Workgroups below which lines are cut, and as many as there are to be then. */
const FEW = 128, ENOUGH = 1024;
/** Elements of a part that a thread takes, at least and at most: a longer chain of sums would be less exact. */
const LEAST_OF_PART = 16, MOST_OF_PART = 4096;
/** Neighbours in memory that are read together. */
const NEIGHBOURS = 16;

/** How lines are shared. */
export interface Lines {
  readonly shape: readonly [outer: number, length: number, inner: number];
  /** Threads of a line or part: a power of 2. */
  readonly lanes: number;
  /** Parts of a line. */
  readonly parts: number;
  /** Lines times parts: what there is one result of. */
  readonly size: number;
  readonly workgroups: Workgroups;
}

const floor2 = (n: number) => 2 ** Math.floor(Math.log2(n));

/** @param cut Whether lines may be cut into parts. */
export function linesOf(shape: readonly [outer: number, length: number, inner: number], cut = false): Lines {
  const [outer, length, inner] = shape, lines = outer * inner;
  let lanes = 1;
  if (length > SHORT && (inner === 1 || lines < ENOUGH_LINES)) {
    const side = inner === 1 ? 1 : Math.min(NEIGHBOURS, floor2(2 * Math.max(1, inner) - 1));
    lanes = Math.min(floor2(length / LEAST), THREADS / side);
  }
  const threads = lanes === 1 ? ALONE : THREADS;
  let parts = 1;
  if (cut && length * lines > 0) {
    const groups = lines * lanes / threads;
    const most = Math.ceil(length / (LEAST_OF_PART * lanes)),
      least = Math.ceil(length / (MOST_OF_PART * lanes));
    const wanted = groups < FEW ? Math.min(most, Math.ceil(ENOUGH / Math.max(1, groups))) : 1;
    // Parts of one length: the last may be shorter, but none is empty.
    parts = Math.ceil(length / Math.ceil(length / Math.max(least, wanted > 2 ? wanted : 1)));
  }
  const size = lines * parts;
  return { shape, lanes, parts, size, workgroups: workgroupsFor(size * lanes, threads) };
}

/** WGSL: what {@linkcode lineUniforms} packs, and what a program adds to it. */
export const lineStruct = (more = ""): string =>
  `struct Uniforms { size: u32, length: u32, inner: u32, parts: u32, partLength: u32, lanes: u32, ${more} }`;

/** The uniforms of a program over lines. */
export function lineUniforms(
  { shape: [, length, inner], size, parts, lanes }: Lines,
  more: Parameters<typeof packUniforms>[0] = [],
): ArrayBuffer {
  return packUniforms([size, length, inner, parts, Math.ceil(length / parts), lanes, ...more]);
}

/** Whether each line is a thread's own: another program, without a word between threads. */
export const alone = ({ lanes }: Lines): boolean => lanes === 1;

/**
 * WGSL: the entry point of a program over lines, whose `body` is the same for all threads of a line up to what they have together.
 * It knows `line` (the number of the result), `exists`, the line's first element `start`, and from where to where the thread goes:
 * `for (var k = begin; k < end; k += stride)` over the elements `start + k * uniforms.inner`. Threads that have no line have no
 * elements. `lane` 0 is to write.
 */
export function overLines(lines: Lines, body: string): string {
  const threads = alone(lines) ? ALONE : THREADS;
  return /* wgsl */ `
@compute @workgroup_size(${threads})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  ${
    alone(lines)
      ? `let lane = 0u;
  let stride = 1u;
  let line = (group.y * groups.x + group.x) * ${threads}u + local;
  if (line >= uniforms.size) { return; }`
      : `let stride = uniforms.lanes;
  let side = ${threads}u / stride;
  let unit = (group.y * groups.x + group.x) * side;
  if (unit >= uniforms.size) { return; }
  // Neighbouring threads read neighbours: of one line, or of lines that lie side by side.
  let along = uniforms.inner == 1u;
  let lane = select(local / side, local & (stride - 1u), along);
  let line = unit + select(local & (side - 1u), local / stride, along);
  let apart = select(side, 1u, along);`
  }
  let exists = line < uniforms.size;
  let row = line / uniforms.inner;
  let outer = row / uniforms.parts;
  let first = (row - outer * uniforms.parts) * uniforms.partLength;
  let begin = first + lane;
  let end = select(0u, min(first + uniforms.partLength, uniforms.length), exists);
  let start = outer * uniforms.length * uniforms.inner + line - row * uniforms.inner;
${body}
}`;
}

/**
 * WGSL: makes one of what the threads of a line have in `value`, always the same way; then all of them have it.
 *
 * @param memory What {@linkcode shared} declared.
 * @param combine A function of two values.
 */
export function together(lines: Lines, value: string, combine: string, memory = "shared_"): string {
  if (alone(lines)) return "";
  return /* wgsl */ `
  workgroupBarrier();
  ${memory}[local] = ${value};
  workgroupBarrier();
  for (var half = stride / 2u; half > 0u; half >>= 1u) {
    if (lane < half) { ${memory}[local] = ${combine}(${memory}[local], ${memory}[local + half * apart]); }
    workgroupBarrier();
  }
  ${value} = ${memory}[local - lane * apart];`;
}

/** WGSL: memory in which the threads of a workgroup meet. */
export const shared = (lines: Lines, type: string, memory = "shared_"): string =>
  alone(lines) ? "" : `var<workgroup> ${memory}: array<${type}, ${THREADS}>;`;
