/**
 * Whole slices named by integers, of arrays seen as [outer, length, inner]: indexSelect and its gradient. An index out of range is
 * noted (see range.ts) and picks NaN, or 0 of integers.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { rangeCheck } from "../range.ts";
import { buffers, NAN, onePerThread, packUniforms, wgslType, WORKGROUP } from "../wgsl.ts";
import { fill } from "./fill.ts";

/** y[outer, n, inner] = x[outer, index[n], inner]. */
export function indexSelect(gpu: Gpu, x: Storage, index: Storage, dim: number): Storage {
  const [picks] = index.shape, shape = x.shape.with(dim, picks);
  const result = gpu.allocate(shape, x.dtype);
  const size = sizeOf(shape), inner = sizeOf(shape.slice(dim + 1));
  const type = wgslType(x.dtype);
  // Where slices are empty, their indices are still looked at.
  const threads = Math.max(size, picks);
  if (threads === 0) return result;
  gpu.dispatch({
    key: `indexSelect ${type}`,
    code: () => /* wgsl */ `
struct Uniforms { size: u32, length: u32, picks: u32, inner: u32 }
${buffers({ input: type, indices: "i32" }, type)}
${NAN}
${rangeCheck("indexSelect", 4)}
${
      onePerThread(`
  if (index < uniforms.picks) {
    let named = indices[index];
    if (named < 0 || u32(named) >= uniforms.length) { outOfRange(named, uniforms.length); }
  }
  if (index >= uniforms.size) { return; }
  let row = index / uniforms.inner;
  let outer = row / uniforms.picks;
  let pick = indices[row - outer * uniforms.picks];
  if (pick < 0 || u32(pick) >= uniforms.length) {
    output[index] = ${type === "f32" ? "nan()" : "0"};
    return;
  }
  output[index] = input[(outer * uniforms.length + u32(pick)) * uniforms.inner + index - row * uniforms.inner];`)
    }`,
    bindings: [x, index, result],
    uniforms: packUniforms([size, x.shape[dim], picks, inner]),
    workgroups: workgroupsFor(threads, WORKGROUP),
    checks: "indexSelect",
  });
  return result;
}

/** How many indices one round takes: less than the 65,535 turns after which llvmpipe ends a loop unasked. */
const CHUNK = 1 << 15;
/** A thread chains at least so many of them, and all threads together keep at most so many places. */
const LEAST_PICKS = 32, MOST_PLACES = 1 << 20;

/**
 * Zeros of `shape`, dy's slices added up where indexSelect picked. The indices are cut into parts; one thread a part chains those
 * that name the same place, last to first. One thread a place then joins the parts' chains, and one thread an element follows
 * its place's chain and adds, first to last: every sum has a fixed order, without atomics.
 */
export function indexAdd(
  gpu: Gpu,
  dy: Storage,
  index: Storage,
  dim: number,
  shape: readonly number[],
): Storage {
  const [picks] = index.shape, length = shape[dim], size = sizeOf(shape);
  if (picks === 0) return fill(gpu, shape, 0, dy.dtype);
  const result = gpu.allocate(shape, dy.dtype);
  const chunk = Math.min(picks, CHUNK), inner = sizeOf(shape.slice(dim + 1));
  const parts = Math.max(1, Math.floor(Math.min(chunk / LEAST_PICKS, MOST_PLACES / Math.max(1, length))));
  const next = gpu.allocate([chunk], "int32");
  for (let start = 0; start < picks; start += CHUNK) {
    const count = Math.min(CHUNK, picks - start), each = Math.ceil(count / parts);
    const uniforms = packUniforms([size, length, picks, inner, start, count, parts, each]);
    // The first index of each place in each part, plus 1; 0 where there is none.
    const heads = fill(gpu, [parts * length], 0, "int32");
    chain(gpu, index, heads, next, parts, uniforms);
    if (size > 0) {
      if (parts > 1) join(gpu, heads, next, length, uniforms);
      addChains(gpu, dy, heads, next, result, size, uniforms);
    }
    gpu.free(heads);
  }
  gpu.free(next);
  return result;
}

const UNIFORMS = /* wgsl */ `
struct Uniforms {
  size: u32, length: u32, picks: u32, inner: u32, start: u32, count: u32, parts: u32, each: u32,
}`;

function chain(
  gpu: Gpu,
  index: Storage,
  heads: Storage,
  next: Storage,
  parts: number,
  uniforms: ArrayBuffer,
): void {
  gpu.dispatch({
    key: "indexAdd chain",
    code: () => /* wgsl */ `
@group(0) @binding(0) var<storage, read> indices: array<i32>;
@group(0) @binding(1) var<storage, read_write> heads: array<i32>;
@group(0) @binding(2) var<storage, read_write> next: array<i32>;
@group(0) @binding(3) var<uniform> uniforms: Uniforms;
${UNIFORMS}
${rangeCheck("indexAdd", 4)}
${
      onePerThread(`
  if (index >= uniforms.parts) { return; }
  let first = index * uniforms.each;
  for (var k = min(uniforms.count, first + uniforms.each); k > first; k--) {
    let pick = indices[uniforms.start + k - 1u];
    if (pick < 0 || u32(pick) >= uniforms.length) {
      outOfRange(pick, uniforms.length);
      continue;
    }
    let place = index * uniforms.length + u32(pick);
    next[k - 1u] = heads[place];
    heads[place] = i32(k);
  }`)
    }`,
    bindings: [index, heads, next],
    uniforms,
    workgroups: workgroupsFor(parts, WORKGROUP),
    checks: "indexAdd",
  });
}

/** Makes one chain of a place's chains in all parts, with its head where the first part's was. */
function join(gpu: Gpu, heads: Storage, next: Storage, length: number, uniforms: ArrayBuffer): void {
  gpu.dispatch({
    key: "indexAdd join",
    code: () => /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> heads: array<i32>;
@group(0) @binding(1) var<storage, read_write> next: array<i32>;
@group(0) @binding(2) var<uniform> uniforms: Uniforms;
${UNIFORMS}
${
      onePerThread(`
  if (index >= uniforms.length) { return; }
  var head = 0;
  for (var part = uniforms.parts; part > 0u; part--) {
    let own = heads[(part - 1u) * uniforms.length + index];
    if (own == 0) { continue; }
    if (head != 0) {
      var last = own;
      while (next[last - 1] != 0) { last = next[last - 1]; }
      next[last - 1] = head;
    }
    head = own;
  }
  heads[index] = head;`)
    }`,
    bindings: [heads, next],
    uniforms,
    workgroups: workgroupsFor(length, WORKGROUP),
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
): void {
  const type = wgslType(dy.dtype);
  gpu.dispatch({
    key: `indexAdd add ${type}`,
    code: () => /* wgsl */ `
${UNIFORMS}
${buffers({ dy: type, heads: "i32", next: "i32" }, type)}
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  let row = index / uniforms.inner;
  let column = index - row * uniforms.inner;
  let outer = row / uniforms.length;
  var sum = ${type}(0);
  if (uniforms.start > 0u) { sum = output[index]; }
  var k = heads[row - outer * uniforms.length];
  while (k > 0) {
    sum += dy[(outer * uniforms.picks + uniforms.start + u32(k) - 1u) * uniforms.inner + column];
    k = next[k - 1];
  }
  output[index] = sum;`)
    }`,
    bindings: [dy, heads, next, result],
    uniforms,
    workgroups: workgroupsFor(size, WORKGROUP),
  });
}
