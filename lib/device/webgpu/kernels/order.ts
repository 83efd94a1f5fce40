/**
 * The places of the elements of each row in the order of their size: a bitonic network (K. Batcher, "Sorting networks and their
 * applications", 1968) over pairs of a key, which orders as the numbers do, and a place. No two pairs are equal, so the order
 * is the stable one.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { KEY, onePerThread, packUniforms, WORKGROUP } from "../wgsl.ts";

const THREADS = 256;
/** Pairs that a workgroup sorts in its own memory. */
const BLOCK = 1024;

/** The places of the first `take` of each row of the last dimension, were it sorted; NaN is larger than all, equals stay. */
export function order(gpu: Gpu, x: Storage, take: number, descending: boolean): Storage {
  const length = x.shape[x.shape.length - 1], rows = sizeOf(x.shape.slice(0, -1));
  const result = gpu.allocate([...x.shape.slice(0, -1), take], "int32");
  if (rows * length * take === 0) return result;
  // Rows are filled up to a power of two with pairs that are larger than all.
  const full = 2 ** Math.ceil(Math.log2(length)), size = rows * full;
  const keys = gpu.allocate([size], "int32"), places = gpu.allocate([size], "int32");
  load(gpu, x, keys, places, [size, length, full], descending);
  const pairs: Pairs = { gpu, keys, places, size, full };
  sortBlocks(pairs, 2, Math.min(full, BLOCK));
  for (let stage = 2 * BLOCK; stage <= full; stage *= 2) {
    for (let gap = stage / 2; gap >= BLOCK; gap /= 2) compareFar(pairs, stage, gap);
    sortBlocks(pairs, stage, stage);
  }
  store(gpu, places, result, [rows * take, take, full]);
  gpu.free(keys);
  gpu.free(places);
  return result;
}

interface Pairs {
  readonly gpu: Gpu;
  readonly keys: Storage;
  readonly places: Storage;
  /** How many there are, and how many a row. */
  readonly size: number;
  readonly full: number;
}

const PAIRS = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> keys: array<u32>;
@group(0) @binding(1) var<storage, read_write> places: array<u32>;
@group(0) @binding(2) var<uniform> uniforms: Uniforms;`;

/** WGSL: whether the pair at a belongs behind the one at b. */
const behind = (keys: string, places: string) =>
  `(${keys}[a] > ${keys}[b] || (${keys}[a] == ${keys}[b] && ${places}[a] > ${places}[b]))`;

function load(
  gpu: Gpu,
  x: Storage,
  keys: Storage,
  places: Storage,
  [size, length, full]: readonly number[],
  descending: boolean,
): void {
  gpu.dispatch({
    key: "order load",
    code: () => /* wgsl */ `
struct Uniforms { size: u32, length: u32, full: u32, float: u32, flip: u32 }
@group(0) @binding(0) var<storage, read> input: array<u32>;
@group(0) @binding(1) var<storage, read_write> keys: array<u32>;
@group(0) @binding(2) var<storage, read_write> places: array<u32>;
@group(0) @binding(3) var<uniform> uniforms: Uniforms;
${KEY}
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  let row = index / uniforms.full;
  let place = index - row * uniforms.full;
  var key = 0xffffffffu;
  if (place < uniforms.length) {
    key = keyOf(input[row * uniforms.length + place], uniforms.float == 1u) ^ uniforms.flip;
  }
  keys[index] = key;
  places[index] = place;`)
    }`,
    bindings: [x, keys, places],
    uniforms: packUniforms([size, length, full, Number(x.dtype === "float32"), descending ? -1 : 0]),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
}

/** Stages `from` to `to` of the network, each from its gap within a block on: runs of a stage's length become sorted. */
function sortBlocks({ gpu, keys, places, size, full }: Pairs, from: number, to: number): void {
  gpu.dispatch({
    key: "order blocks",
    code: () => /* wgsl */ `
struct Uniforms { size: u32, full: u32, first: u32, last: u32 }
${PAIRS}
var<workgroup> k: array<u32, ${BLOCK}>;
var<workgroup> p: array<u32, ${BLOCK}>;
@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let start = (group.y * groups.x + group.x) * ${BLOCK}u;
  if (start >= uniforms.size) { return; }
  for (var i = local; i < min(${BLOCK}u, uniforms.size - start); i += ${THREADS}u) {
    k[i] = keys[start + i];
    p[i] = places[start + i];
  }
  for (var stage = uniforms.first; stage <= uniforms.last; stage <<= 1u) {
    for (var gap = min(stage, ${BLOCK}u) >> 1u; gap > 0u; gap >>= 1u) {
      workgroupBarrier();
      for (var i = local; i < ${BLOCK / 2}u; i += ${THREADS}u) {
        let a = ((i & ~(gap - 1u)) << 1u) | (i & (gap - 1u));
        let b = a + gap;
        let upwards = ((start + a) & (uniforms.full - 1u) & stage) == 0u;
        if (${behind("k", "p")} == upwards) {
          let key = k[a];
          let place = p[a];
          k[a] = k[b];
          p[a] = p[b];
          k[b] = key;
          p[b] = place;
        }
      }
    }
  }
  workgroupBarrier();
  for (var i = local; i < min(${BLOCK}u, uniforms.size - start); i += ${THREADS}u) {
    keys[start + i] = k[i];
    places[start + i] = p[i];
  }
}`,
    bindings: [keys, places],
    uniforms: packUniforms([size, full, from, to]),
    workgroups: workgroupsFor(size, BLOCK),
  });
}

/** One step of a stage whose gap is longer than a block: a thread a comparison. */
function compareFar({ gpu, keys, places, size, full }: Pairs, stage: number, gap: number): void {
  gpu.dispatch({
    key: "order far",
    code: () => /* wgsl */ `
struct Uniforms { half: u32, full: u32, stage: u32, gap: u32 }
${PAIRS}
${
      onePerThread(`
  if (index >= uniforms.half) { return; }
  let a = ((index & ~(uniforms.gap - 1u)) << 1u) | (index & (uniforms.gap - 1u));
  let b = a + uniforms.gap;
  let upwards = (a & (uniforms.full - 1u) & uniforms.stage) == 0u;
  if (${behind("keys", "places")} == upwards) {
    let key = keys[a];
    let place = places[a];
    keys[a] = keys[b];
    places[a] = places[b];
    keys[b] = key;
    places[b] = place;
  }`)
    }`,
    bindings: [keys, places],
    uniforms: packUniforms([size / 2, full, stage, gap]),
    workgroups: workgroupsFor(size / 2, WORKGROUP),
  });
}

function store(gpu: Gpu, places: Storage, result: Storage, [size, take, full]: readonly number[]): void {
  gpu.dispatch({
    key: "order store",
    code: () => /* wgsl */ `
struct Uniforms { size: u32, take: u32, full: u32 }
@group(0) @binding(0) var<storage, read> places: array<i32>;
@group(0) @binding(1) var<storage, read_write> output: array<i32>;
@group(0) @binding(2) var<uniform> uniforms: Uniforms;
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  let row = index / uniforms.take;
  output[index] = places[row * uniforms.full + index - row * uniforms.take];`)
    }`,
    bindings: [places, result],
    uniforms: packUniforms([size, take, full]),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
}
