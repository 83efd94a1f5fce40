/**
 * What becomes of a row from element to element, along the last dimension. Long sums and their like go in blocks: a workgroup
 * a block, then the blocks' totals, then each block on top of those before it; always the same way. Products, which may overflow
 * in the middle of a row that begins with 0, go one after the other, a thread a row.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { DType, Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { KEY, NAN, onePerThread, packUniforms, wgslType, WORKGROUP } from "../wgsl.ts";

const THREADS = 256;
/** Neighbours that one thread takes. */
const EACH = 4;
const BLOCK = EACH * THREADS;
/** A row so short is one thread's. */
const SHORT = 64;

/** How two neighbours become one, and what changes nothing. */
const OPERATIONS = {
  sum: { combine: "return a + b;", nothing: "(0)" },
  logSum: {
    combine: `
  if (isNan(a) || isNan(b)) { return nan(); }
  let top = max(a, b);
  let gap = abs(a - b);
  if (abs(top) >= infinity() || min(a, b) <= -infinity()) { return top; }
  return top + log1p(exp(-gap));`,
    nothing: "(-infinity())",
  },
  // Of places: that of the larger element, the later of equals. −1 is none.
  largest: {
    combine: `
  if (a < 0) { return b; }
  if (b < 0 || keyAt(a) > keyAt(b)) { return a; }
  return b;`,
    nothing: "(-1)",
  },
} as const;

type Operation = keyof typeof OPERATIONS;

/** What an operation is made of. Of places it needs the elements at them, too. */
interface Scan {
  readonly gpu: Gpu;
  readonly operation: Operation;
  readonly type: "f32" | "i32";
  /** The elements that places are of. */
  readonly elements: Storage | null;
  readonly rows: number;
  /** Of the elements. */
  readonly length: number;
}

const LOG1P = /* wgsl */ `
// log(1 + e): near 0 by its series, where 1 + e would round e's digits away.
fn log1p(e: f32) -> f32 {
  return select(log(1.0 + e), e * (1.0 - e * (0.5 - e * (0.33333333 - e * 0.25))), e < 0.03);
}`;

/** WGSL: bindings, uniforms, and `combine`. */
function header(
  { operation, type, elements }: Scan,
  read: readonly string[],
  written: readonly string[],
): string {
  const names = elements === null ? read : ["elements", ...read];
  const lines = [...names, ...written].map((name, i) =>
    `@group(0) @binding(${i}) var<storage, ${i < names.length ? "read" : "read_write"}> ${name}: array<${
      name === "elements" ? "u32" : type
    }>;`
  );
  return /* wgsl */ `
struct Uniforms { units: u32, length: u32, blocks: u32, back: u32, exclusive: u32, float: u32, elements: u32 }
${lines.join("\n")}
@group(0) @binding(${lines.length}) var<uniform> uniforms: Uniforms;
${NAN}
${operation === "logSum" ? LOG1P : ""}
${
    elements === null ? "" : `${KEY}
var<private> row: u32;
fn keyAt(place: i32) -> u32 {
  return keyOf(elements[row * uniforms.elements + u32(place)], uniforms.float == 1u);
}`
  }
fn combine(a: ${type}, b: ${type}) -> ${type} {${OPERATIONS[operation].combine}}`;
}

/**
 * Scans the rows of `items`, [rows, length].
 *
 * @param items null: the places of the elements themselves.
 */
function blocks(
  scan: Scan,
  items: Storage | null,
  shape: readonly number[],
  length: number,
  back = false,
  exclusive = false,
): Storage {
  const { gpu, operation, type, elements, rows } = scan, dtype: DType = type === "f32" ? "float32" : "int32";
  const result = gpu.allocate(shape, dtype), own = elements === null ? [] : [elements];
  const nothing = `${type}${OPERATIONS[operation].nothing}`;
  const uniforms = (size: number) =>
    packUniforms([
      ...[size, length, Math.ceil(length / BLOCK), Number(back), Number(exclusive)],
      ...[Number(elements?.dtype === "float32"), scan.length],
    ]);
  // Where one walks, and what one meets there.
  const place = (i: string) => `select(${i}, uniforms.length - 1u - (${i}), uniforms.back == 1u)`;
  const item = items === null ? "i32(place)" : "items[line * uniforms.length + place]";
  const read = items === null ? [] : ["items"], bound = [...own, ...(items === null ? [] : [items]), result];
  if (length <= SHORT) {
    gpu.dispatch({
      key: `scan short ${operation} ${type} ${items === null}`,
      code: () => /* wgsl */ `
${header(scan, read, ["output"])}
${
        onePerThread(`
  if (index >= uniforms.units) { return; }
  let line = index;
  ${elements === null ? "" : "row = line;"}
  var value = ${nothing};
  for (var i = 0u; i < uniforms.length; i++) {
    let place = ${place("i")};
    let before = value;
    value = combine(value, ${item});
    output[line * uniforms.length + place] = select(value, before, uniforms.exclusive == 1u);
  }`)
      }`,
      bindings: bound,
      uniforms: uniforms(rows),
      workgroups: workgroupsFor(rows, WORKGROUP),
    });
    return result;
  }
  const count = Math.ceil(length / BLOCK), units = rows * count;
  const totals = gpu.allocate([rows, count], dtype);
  gpu.dispatch({
    key: `scan ${operation} ${type} ${items === null}`,
    code: () => /* wgsl */ `
${header(scan, read, ["output", "totals"])}
var<workgroup> sums: array<${type}, ${THREADS}>;
@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let unit = group.y * groups.x + group.x;
  if (unit >= uniforms.units) { return; }
  let line = unit / uniforms.blocks;
  ${elements === null ? "" : "row = line;"}
  let first = (unit - line * uniforms.blocks) * ${BLOCK}u + local * ${EACH}u;
  var value = ${nothing};
  var own: array<${type}, ${EACH}>;
  for (var i = 0u; i < ${EACH}u; i++) {
    own[i] = value;
    if (first + i < uniforms.length) {
      let place = ${place("first + i")};
      value = combine(value, ${item});
      if (uniforms.exclusive == 0u) { own[i] = value; }
    }
  }
  sums[local] = value;
  workgroupBarrier();
  for (var gap = 1u; gap < ${THREADS}u; gap <<= 1u) {
    var sum = sums[local];
    if (local >= gap) { sum = combine(sums[local - gap], sum); }
    workgroupBarrier();
    sums[local] = sum;
    workgroupBarrier();
  }
  var before = ${nothing};
  if (local > 0u) { before = sums[local - 1u]; }
  for (var i = 0u; i < ${EACH}u; i++) {
    if (first + i < uniforms.length) {
      let place = ${place("first + i")};
      output[line * uniforms.length + place] = combine(before, own[i]);
    }
  }
  if (local == ${THREADS - 1}u) { totals[unit] = sums[local]; }
}`,
    bindings: [...bound, totals],
    uniforms: uniforms(units),
    workgroups: workgroupsFor(units, 1),
  });
  if (count > 1) {
    const carried = blocks(scan, totals, [rows, count], count);
    gpu.dispatch({
      key: `scan ${operation} ${type} carried`,
      code: () => /* wgsl */ `
${header(scan, ["carried"], ["output"])}
${
        onePerThread(`
  if (index >= uniforms.units) { return; }
  let line = index / uniforms.length;
  ${elements === null ? "" : "row = line;"}
  let place = index - line * uniforms.length;
  let block = ${place("place")} / ${BLOCK}u;
  if (block > 0u) { output[index] = combine(carried[line * uniforms.blocks + block - 1u], output[index]); }`)
      }`,
      bindings: [...own, carried, result],
      uniforms: uniforms(rows * length),
      workgroups: workgroupsFor(rows * length, WORKGROUP),
    });
    gpu.free(carried);
  }
  gpu.free(totals);
  return result;
}

/** Rows and their length. */
function rowsOf({ shape }: Storage): { rows: number; length: number } {
  return { rows: sizeOf(shape.slice(0, -1)), length: shape[shape.length - 1] };
}

/** y[i] = Σ x[0 … i], or of those before i alone; `back`: from the end. */
export function cumsum(gpu: Gpu, x: Storage, back: boolean, exclusive = false): Storage {
  if (sizeOf(x.shape) === 0) return gpu.allocate(x.shape, x.dtype);
  const scan: Scan = { gpu, operation: "sum", type: wgslType(x.dtype), elements: null, ...rowsOf(x) };
  return blocks(scan, x, x.shape, scan.length, back, exclusive);
}

/** ln Σ e^x[0 … i]. */
export function logcumsumexp(gpu: Gpu, x: Storage): Storage {
  if (sizeOf(x.shape) === 0) return gpu.allocate(x.shape, x.dtype);
  const scan: Scan = { gpu, operation: "logSum", type: "f32", elements: null, ...rowsOf(x) };
  return blocks(scan, x, x.shape, scan.length);
}

/** The place of the largest of x[0 … i]. */
export function argcummax(gpu: Gpu, x: Storage): Storage {
  if (sizeOf(x.shape) === 0) return gpu.allocate(x.shape, "int32");
  const scan: Scan = { gpu, operation: "largest", type: "i32", elements: x, ...rowsOf(x) };
  return blocks(scan, null, x.shape, scan.length);
}

/** Elements that one dispatch takes of a row: fewer than the 65,535 turns after which llvmpipe ends a loop unasked. */
const TURNS = 1 << 15;

/** y[i] = a[i] y[i − 1] + b[i], the first y the first b; without b y[i] = a[i] y[i − 1], the first y the first a. */
export function recurrence(gpu: Gpu, a: Storage, b: Storage | null, back: boolean): Storage {
  const result = gpu.allocate(a.shape, a.dtype);
  if (sizeOf(a.shape) === 0) return result;
  const { rows, length } = rowsOf(a), type = wgslType(a.dtype);
  const read = b === null ? ["a"] : ["a", "b"];
  for (let start = 0; start < length; start += TURNS) {
    gpu.dispatch({
      key: `recurrence ${type} ${b === null}`,
      code: () => /* wgsl */ `
struct Uniforms { rows: u32, length: u32, start: u32, end: u32, back: u32 }
${read.map((name, i) => `@group(0) @binding(${i}) var<storage, read> ${name}: array<${type}>;`).join("\n")}
@group(0) @binding(${read.length}) var<storage, read_write> output: array<${type}>;
@group(0) @binding(${read.length + 1}) var<uniform> uniforms: Uniforms;
fn at(row: u32, i: u32) -> u32 {
  return row * uniforms.length + select(i, uniforms.length - 1u - i, uniforms.back == 1u);
}
${
        onePerThread(`
  if (index >= uniforms.rows) { return; }
  var i = uniforms.start;
  var y = ${read.at(-1)}[at(index, 0u)];
  if (i > 0u) {
    y = output[at(index, i - 1u)];
  } else {
    output[at(index, 0u)] = y;
    i = 1u;
  }
  for (; i < uniforms.end; i++) {
    let place = at(index, i);
    y = a[place] * y${b === null ? "" : " + b[place]"};
    output[place] = y;
  }`)
      }`,
      bindings: b === null ? [a, result] : [a, b, result],
      uniforms: packUniforms([rows, length, start, Math.min(length, start + TURNS), Number(back)]),
      workgroups: workgroupsFor(rows, WORKGROUP),
    });
  }
  return result;
}
