/**
 * Places named by integers: gather, its gradient, and one-hot vectors. An index out of range is noted (see range.ts) and
 * picks NaN, or 0 of integers. Arrays are seen as [outer, length, inner] around the dimension that the index runs along.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { rangeCheck } from "../range.ts";
import { buffers, NAN, onePerThread, packUniforms, wgslType, WORKGROUP } from "../wgsl.ts";
import { fill } from "./fill.ts";

/**
 * y[outer, pick, inner] = x[outer, index[outer, pick, inner], inner].
 *
 * @param checked Whether an index out of range is noted; it picks NaN if so, 0 else, and of integers always 0.
 */
export function gather(gpu: Gpu, x: Storage, index: Storage, dim: number, checked = true): Storage {
  const result = gpu.allocate(index.shape, x.dtype);
  const size = sizeOf(index.shape);
  if (size === 0) return result;
  const type = wgslType(x.dtype);
  const inner = sizeOf(x.shape.slice(dim + 1));
  gpu.dispatch({
    key: `gather ${type} ${checked}`,
    code: () => /* wgsl */ `
struct Uniforms { size: u32, length: u32, picks: u32, inner: u32 }
${buffers({ input: type, indices: "i32" }, type)}
${NAN}
${checked ? rangeCheck("gather", 4) : "fn outOfRange(index: i32, size: u32) {}"}
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  let pick = indices[index];
  if (pick < 0 || u32(pick) >= uniforms.length) {
    outOfRange(pick, uniforms.length);
    output[index] = ${type === "f32" && checked ? "nan()" : `${type}(0)`};
    return;
  }
  let outer = index / (uniforms.inner * uniforms.picks);
  output[index] = input[(outer * uniforms.length + u32(pick)) * uniforms.inner + index % uniforms.inner];`)
    }`,
    bindings: [x, index, result],
    uniforms: packUniforms([size, x.shape[dim], index.shape[dim], inner]),
    workgroups: workgroupsFor(size, WORKGROUP),
    checks: checked ? "gather" : undefined,
  });
  return result;
}

/** How many picks of a line one dispatch takes: less than the 65,535 turns after which llvmpipe ends a loop unasked. */
const CHUNK = 1 << 15;
/** As many threads keep a GPU busy; a thread takes at least so many picks; and so many places a pick are looked at. */
const BUSY = 1 << 13, LEAST_PICKS = 128, PLACES_A_PICK = 2;

/**
 * Zeros of `shape`, dy added up at the places where gather picked. A line's picks are cut into parts. One thread a part chains
 * the picks that name the same place, last to first; then one thread a place follows its chains and adds, first to last. So
 * every sum has a fixed order, without atomics, in time proportional to the picks and the places.
 */
export function scatterAdd(
  gpu: Gpu,
  dy: Storage,
  index: Storage,
  dim: number,
  shape: readonly number[],
): Storage {
  const result = fill(gpu, shape, 0, dy.dtype);
  const picks = index.shape[dim], length = shape[dim];
  const size = sizeOf(shape), inner = sizeOf(shape.slice(dim + 1));
  const lines = sizeOf(shape.filter((_, d) => d !== dim));
  if (lines === 0 || picks === 0) return result;
  const chunk = Math.min(picks, CHUNK);
  const most = [BUSY / lines, chunk / LEAST_PICKS, PLACES_A_PICK * lines * chunk / size];
  const parts = Math.max(1, Math.floor(Math.min(...most)));
  // The first pick of each place in each part, plus 1; and the one after each pick.
  const heads = fill(gpu, [parts * size], 0, "int32");
  const next = gpu.allocate([lines * chunk], "int32");
  for (let start = 0; start < picks; start += CHUNK) {
    const count = Math.min(CHUNK, picks - start), each = Math.ceil(count / parts);
    const uniforms = packUniforms([lines, size, length, picks, inner, start, count, parts, each]);
    chain(gpu, index, heads, next, lines * parts, uniforms);
    if (size > 0) addChains(gpu, dy, heads, next, result, size, uniforms);
  }
  gpu.free(heads);
  gpu.free(next);
  return result;
}

const SCATTER = /* wgsl */ `
struct Uniforms {
  lines: u32, size: u32, length: u32, picks: u32, inner: u32, start: u32, count: u32, parts: u32, each: u32,
}
// Where pick k of the chunk lies in dy and index, for a line's outer and inner coordinate.
fn pickAt(outer: u32, k: u32, inner: u32) -> u32 {
  return (outer * uniforms.picks + uniforms.start + k) * uniforms.inner + inner;
}`;

function chain(
  gpu: Gpu,
  index: Storage,
  heads: Storage,
  next: Storage,
  threads: number,
  uniforms: ArrayBuffer,
) {
  gpu.dispatch({
    key: "scatterAdd chain",
    code: () => /* wgsl */ `
@group(0) @binding(0) var<storage, read> indices: array<i32>;
@group(0) @binding(1) var<storage, read_write> heads: array<i32>;
@group(0) @binding(2) var<storage, read_write> next: array<i32>;
@group(0) @binding(3) var<uniform> uniforms: Uniforms;
${SCATTER}
${rangeCheck("scatterAdd", 4)}
${
      onePerThread(`
  if (index >= uniforms.lines * uniforms.parts) { return; }
  let part = index / uniforms.lines;
  let line = index - part * uniforms.lines;
  let outer = line / uniforms.inner;
  let inner = line - outer * uniforms.inner;
  let first = part * uniforms.each;
  for (var k = min(uniforms.count, first + uniforms.each); k > first; k--) {
    let pick = indices[pickAt(outer, k - 1u, inner)];
    if (pick < 0 || u32(pick) >= uniforms.length) {
      outOfRange(pick, uniforms.length);
      continue;
    }
    let place = part * uniforms.size + (outer * uniforms.length + u32(pick)) * uniforms.inner + inner;
    next[(k - 1u) * uniforms.lines + line] = heads[place];
    heads[place] = i32(k);
  }`)
    }`,
    bindings: [index, heads, next],
    uniforms,
    workgroups: workgroupsFor(threads, WORKGROUP),
    checks: "scatterAdd",
  });
}

function addChains(
  gpu: Gpu,
  dy: Storage,
  heads: Storage,
  next: Storage,
  result: Storage,
  size: number,
  uniforms: ArrayBuffer,
) {
  const type = wgslType(dy.dtype);
  gpu.dispatch({
    key: `scatterAdd add ${type}`,
    code: () => /* wgsl */ `
@group(0) @binding(0) var<storage, read> dy: array<${type}>;
@group(0) @binding(1) var<storage, read_write> heads: array<i32>;
@group(0) @binding(2) var<storage, read> next: array<i32>;
@group(0) @binding(3) var<storage, read_write> output: array<${type}>;
@group(0) @binding(4) var<uniform> uniforms: Uniforms;
${SCATTER}
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  let outer = index / (uniforms.length * uniforms.inner);
  let inner = index % uniforms.inner;
  let line = outer * uniforms.inner + inner;
  var sum = output[index];
  for (var part = 0u; part < uniforms.parts; part++) {
    let head = part * uniforms.size + index;
    var k = u32(heads[head]);
    while (k > 0u) {
      sum += dy[pickAt(outer, k - 1u, inner)];
      k = u32(next[(k - 1u) * uniforms.lines + line]);
    }
    heads[head] = 0;
  }
  output[index] = sum;`)
    }`,
    bindings: [dy, heads, next, result],
    uniforms,
    workgroups: workgroupsFor(size, WORKGROUP),
  });
}

/** Indices as places: negative ones count from the end; −1 for what is out of range. */
export function at(gpu: Gpu, index: Storage, bound: number): Storage {
  const result = gpu.allocate(index.shape, "int32");
  const size = sizeOf(index.shape);
  if (size === 0) return result;
  gpu.dispatch({
    key: "at",
    code: () => /* wgsl */ `
struct Uniforms { size: u32, length: u32 }
${buffers({ indices: "i32" }, "i32")}
${rangeCheck("at", 3)}
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  let named = indices[index];
  let length = i32(uniforms.length);
  let place = select(named, named + length, named < 0);
  let inside = named < length && place >= 0;
  if (!inside) { outOfRange(named, uniforms.length); }
  output[index] = select(-1, place, inside);`)
    }`,
    bindings: [index, result],
    uniforms: packUniforms([size, bound]),
    workgroups: workgroupsFor(size, WORKGROUP),
    checks: "at",
  });
  return result;
}

/**
 * The last entry that names each of `length` places along a dimension; −1 where none does. Of integers the largest is the same
 * whoever comes first.
 *
 * @param asked The kernel that an index out of range is told of by.
 */
export function scatterLast(
  gpu: Gpu,
  index: Storage,
  dim: number,
  length: number,
  asked: "scatterLast" | "indexCopy" | "scatter" = "scatterLast",
): Storage {
  const result = fill(gpu, index.shape.with(dim, length), -1, "int32");
  const size = sizeOf(index.shape);
  if (size === 0) return result;
  gpu.dispatch({
    key: `scatterLast ${asked}`,
    code: () => /* wgsl */ `
struct Uniforms { size: u32, length: u32, picks: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> indices: array<i32>;
@group(0) @binding(1) var<storage, read_write> output: array<atomic<i32>>;
@group(0) @binding(2) var<uniform> uniforms: Uniforms;
${rangeCheck(asked, 3)}
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  let pick = indices[index];
  if (pick < 0 || u32(pick) >= uniforms.length) {
    outOfRange(pick, uniforms.length);
    return;
  }
  let row = index / uniforms.inner;
  let outer = row / uniforms.picks;
  let place = (outer * uniforms.length + u32(pick)) * uniforms.inner + index - row * uniforms.inner;
  atomicMax(&output[place], i32(row - outer * uniforms.picks));`)
    }`,
    bindings: [index, result],
    uniforms: packUniforms([size, length, index.shape[dim], sizeOf(index.shape.slice(dim + 1))]),
    workgroups: workgroupsFor(size, WORKGROUP),
    checks: asked,
  });
  return result;
}

/** float32 [..., classes]: 1 at the class. */
export function oneHot(gpu: Gpu, x: Storage, classes: number): Storage {
  const shape = [...x.shape, classes];
  const result = gpu.allocate(shape, "float32");
  const size = sizeOf(shape);
  if (size === 0) return result;
  gpu.dispatch({
    key: "oneHot",
    code: () => /* wgsl */ `
struct Uniforms { size: u32, classes: u32 }
${buffers({ input: "i32" }, "f32")}
${rangeCheck("oneHot", 3)}
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  let hot = input[index / uniforms.classes];
  let column = index % uniforms.classes;
  if (column == 0u && (hot < 0 || u32(hot) >= uniforms.classes)) { outOfRange(hot, uniforms.classes); }
  output[index] = select(0.0, 1.0, i32(column) == hot);`)
    }`,
    bindings: [x, result],
    uniforms: packUniforms([size, classes]),
    workgroups: workgroupsFor(size, WORKGROUP),
    checks: "oneHot",
  });
  return result;
}
