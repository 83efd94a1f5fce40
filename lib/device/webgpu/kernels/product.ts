/**
 * A matrix product whose matrices are functions: Σₖ a(row, k) · b(k, column), in tiles through workgroup memory. What a
 * convolution reads at (row, k) is a matter of a few divisions, and each value so found is used 32 times.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { packUniforms } from "../wgsl.ts";
import { reduceMiddle } from "./reduction.ts";

/** Rows and columns of results in a workgroup's tile. */
const TILE = 32;
/** How many k are in workgroup memory at a time. */
const DEPTH = 16;
/** Threads along a side of the workgroup; each has 4 × 4 results. */
const SIDE = 8;
const EACH = TILE / SIDE;
const THREADS = SIDE * SIDE;
/** Workgroups that fill a GPU; a sum is only split while there are fewer. */
const ENOUGH = 256;
/** The least worth a workgroup of its own. */
const LEAST = 128;
/** The longest sum of one workgroup: on llvmpipe a thread's loops end after 65,535 turns, unasked. */
const LONGEST = 1 << 17;

/** The product [groups] × [rows, inner] · [inner, columns]. */
export interface TiledProduct {
  /** Names the program. */
  key: string;
  /** The arrays that a and b read, by the names that WGSL gives them. */
  inputs: Record<string, Storage>;
  /** Integers that a and b read as `u.name`. */
  integers: Record<string, number>;
  /** WGSL functions `a(row: i32, k: i32, group: i32) -> f32` and `b(k: i32, column: i32, group: i32) -> f32`. */
  functions: string;
  /** Whether neighbouring k (else rows, columns) are neighbours in memory. */
  along: { a: boolean; b: boolean };
  groups: number;
  rows: number;
  columns: number;
  inner: number;
  /** The result's shape: row-major [rows, groups, columns]; [groups, rows, columns] with `groupsFirst`. */
  shape: readonly number[];
  groupsFirst?: boolean;
}

/** Computes the product. Long sums of few results are split among workgroups and their parts added, always alike. */
export function tiledProduct(gpu: Gpu, product: TiledProduct): Storage {
  const { rows, columns, inner, groups, shape } = product;
  const tiles = Math.ceil(rows / TILE) * Math.ceil(columns / TILE) * groups;
  if (tiles === 0) return gpu.allocate(shape, "float32");
  const wanted = Math.min(Math.ceil(ENOUGH / tiles), Math.ceil(inner / LEAST));
  const splits = Math.max(1, wanted, Math.ceil(inner / LONGEST));
  if (splits === 1) return dispatch(gpu, product, shape, 1);
  const parts = dispatch(gpu, product, [splits, ...shape], splits);
  const result = reduceMiddle(gpu, "sum", parts, [1, splits, sizeOf(shape)], shape);
  gpu.free(parts);
  return result;
}

function dispatch(gpu: Gpu, product: TiledProduct, shape: readonly number[], splits: number): Storage {
  const { key, rows, columns, inner, groups, inputs, integers, groupsFirst } = product;
  const result = gpu.allocate(shape, "float32");
  const tilesAcross = Math.ceil(columns / TILE), tilesDown = Math.ceil(rows / TILE);
  const depth = DEPTH * Math.ceil(inner / splits / DEPTH);
  const all = { rows, columns, inner, groups, splits, depth, tilesAcross, tilesDown, ...integers };
  gpu.dispatch({
    key: `${key} ${groupsFirst}`,
    code: () => code(product, Object.keys(all)),
    bindings: [...Object.values(inputs), result],
    uniforms: packUniforms(Object.values(all)),
    workgroups: workgroupsFor(tilesAcross * tilesDown * groups * splits, 1),
  });
  return result;
}

const range = (count: number) => [...Array(count).keys()];

/** WGSL: a tile's values into workgroup memory, four neighbours a thread; threads go along what is a run in memory. */
function fetch(
  tile: string,
  alongK: boolean,
  first: string,
  limit: string,
  value: (place: string) => string,
): string {
  const [k, place] = alongK ? [`e % ${DEPTH}u`, `e / ${DEPTH}u`] : [`e / ${SIDE}u`, `e % ${SIDE}u`];
  const one = (c: number) =>
    `if (${first} + place + ${c} < ${limit}) { four[${c}] = ${value(`${first} + place + ${c}`)}; }`;
  return `
    for (var e = local; e < ${DEPTH * SIDE}u; e += ${THREADS}u) {
      let k = i32(${k});
      let place = i32(${place}) * ${EACH};
      var four = vec4<f32>(0.0);
      if (start + k < end) {
        ${range(EACH).map(one).join("\n        ")}
      }
      ${tile}[k * ${SIDE} + place / ${EACH}] = four;
    }`;
}

function code({ inputs, functions, along, groupsFirst }: TiledProduct, integers: readonly string[]): string {
  const names = Object.keys(inputs);
  const at = groupsFirst
    ? "((part * u.groups + group) * u.rows + row) * u.columns + column"
    : "((part * u.rows + row) * u.groups + group) * u.columns + column";
  const steps = range(DEPTH).map((k) =>
    `{
      let a4 = tileA[${k * SIDE}u + y];
      let b4 = tileB[${k * SIDE}u + x];
      ${range(EACH).map((r) => `sum${r} += a4[${r}] * b4;`).join(" ")}
    }`
  );
  return /* wgsl */ `
struct Uniforms { ${integers.map((name) => `${name}: i32`).join(", ")} }
${names.map((name, b) => `@group(0) @binding(${b}) var<storage, read> ${name}: array<f32>;`).join("\n")}
@group(0) @binding(${names.length}) var<storage, read_write> output: array<f32>;
@group(0) @binding(${names.length + 1}) var<uniform> u: Uniforms;
var<workgroup> tileA: array<vec4<f32>, ${DEPTH * SIDE}>;
var<workgroup> tileB: array<vec4<f32>, ${DEPTH * SIDE}>;
${functions}
@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  var rest = i32(workgroup.y * workgroups.x + workgroup.x);
  let firstColumn = (rest % u.tilesAcross) * ${TILE};
  rest /= u.tilesAcross;
  let firstRow = (rest % u.tilesDown) * ${TILE};
  rest /= u.tilesDown;
  let group = rest % u.groups;
  let part = rest / u.groups;
  if (part >= u.splits) { return; }
  let end = min((part + 1) * u.depth, u.inner);
  let y = local / ${SIDE}u;
  let x = local % ${SIDE}u;
  ${range(EACH).map((r) => `var sum${r} = vec4<f32>(0.0);`).join(" ")}
  for (var start = part * u.depth; start < end; start += ${DEPTH}) {
${fetch("tileA", along.a, "firstRow", "u.rows", (row) => `a(${row}, start + k, group)`)}
${fetch("tileB", along.b, "firstColumn", "u.columns", (column) => `b(start + k, ${column}, group)`)}
    workgroupBarrier();
    ${steps.join("\n    ")}
    workgroupBarrier();
  }
  let sums = array<vec4<f32>, ${EACH}>(${range(EACH).map((r) => `sum${r}`).join(", ")});
  for (var r = 0; r < ${EACH}; r++) {
    let row = firstRow + i32(y) * ${EACH} + r;
    if (row >= u.rows) { break; }
    for (var c = 0; c < ${EACH}; c++) {
      let column = firstColumn + i32(x) * ${EACH} + c;
      if (column >= u.columns) { break; }
      output[${at}] = sums[r][c];
    }
  }
}`;
}
