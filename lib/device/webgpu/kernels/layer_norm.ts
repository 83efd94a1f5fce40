/**
 * Normalization of the rows of [R, C]: a workgroup per row finds its statistics and what follows from them; sums over rows are made
 * for sixteen columns at a time.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { packUniforms } from "../wgsl.ts";

const THREADS = 64;
/** Columns, and rows side by side, of a workgroup that sums over rows. */
const SIDE = 16;

const read = (names: readonly string[]) =>
  names.map((name, b) => `@group(0) @binding(${b}) var<storage, read> ${name}: array<f32>;`).join("\n");
const written = (names: readonly string[], first: number) =>
  names.map((name, b) => `@group(0) @binding(${first + b}) var<storage, read_write> ${name}: array<f32>;`)
    .join("\n");

/** WGSL: the sum of every thread's `value`, the same way each time; `result` is the same in all threads. */
const together = (result: string) => `
  shared_[local] = value;
  workgroupBarrier();
  for (var half = ${THREADS / 2}u; half > 0u; half >>= 1u) {
    if (local < half) { shared_[local] += shared_[local + half]; }
    workgroupBarrier();
  }
  let ${result} = shared_[0];
  workgroupBarrier();`;

/** WGSL: the settings of all three programs. */
const UNIFORMS = "struct Uniforms { rows: u32, columns: u32, scaled: u32, shifted: u32, epsilon: f32 }";
/** WGSL: the entry point of a program with a workgroup per row. */
const perRow = (body: string) => `
var<workgroup> shared_: array<f32, ${THREADS}>;
@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let row = group.y * groups.x + group.x;
  if (row >= u.rows) { return; }
  let start = row * u.columns;
  let count = f32(u.columns);
  ${body}
}`;
const each = (body: string) => `for (var c = local; c < u.columns; c += ${THREADS}u) { ${body} }`;

/** y, and each row's mean and biased variance; x is row-major. */
export function layerNorm(
  gpu: Gpu,
  x: Storage,
  scale: Storage | null,
  offset: Storage | null,
  epsilon: number,
): [y: Storage, mean: Storage, variance: Storage] {
  const [rows, columns] = x.shape;
  const [y, mean, variance] = [[rows, columns], [rows], [rows]].map((shape) =>
    gpu.allocate(shape, "float32")
  );
  gpu.dispatch({
    key: "layerNorm",
    code: () => /* wgsl */ `
${UNIFORMS}
${read(["x", "scale", "offset"])}
${written(["y", "mean", "variance"], 3)}
@group(0) @binding(6) var<uniform> u: Uniforms;
${
      perRow(`
  var value = 0.0;
  ${each("value += x[start + c];")}
  ${together("sum")}
  let middle = sum / count;
  value = 0.0;
  ${each("let d = x[start + c] - middle; value += d * d;")}
  ${together("squares")}
  let spread = squares / count;
  let inverse = inverseSqrt(spread + u.epsilon);
  ${
        each(`var v = (x[start + c] - middle) * inverse;
    if (u.scaled == 1u) { v *= scale[c]; }
    if (u.shifted == 1u) { v += offset[c]; }
    y[start + c] = v;`)
      }
  if (local == 0u) {
    mean[row] = middle;
    variance[row] = spread;
  }`)
    }`,
    bindings: [x, scale ?? x, offset ?? x, y, mean, variance],
    uniforms: uniforms(rows, columns, scale, offset, epsilon),
    workgroups: workgroupsFor(rows, 1),
  });
  return [y, mean, variance];
}

/** The gradients of x, scale and offset; dy and x are row-major. */
export function layerNormGrad(
  gpu: Gpu,
  dy: Storage,
  x: Storage,
  mean: Storage,
  variance: Storage,
  scale: Storage | null,
  epsilon: number,
): [dx: Storage, dScale: Storage, dOffset: Storage] {
  const [rows, columns] = x.shape;
  const [dx, dScale, dOffset] = [[rows, columns], [columns], [columns]]
    .map((shape) => gpu.allocate(shape, "float32"));
  const settings = uniforms(rows, columns, scale, null, epsilon);
  gpu.dispatch({
    key: "layerNormGrad",
    code: () => /* wgsl */ `
${UNIFORMS}
${read(["dy", "x", "mean", "variance", "scale"])}
${written(["dx"], 5)}
@group(0) @binding(6) var<uniform> u: Uniforms;
fn slope(at: u32, c: u32) -> f32 {
  if (u.scaled == 1u) { return dy[at] * scale[c]; }
  return dy[at];
}
${
      perRow(`
  let middle = mean[row];
  let inverse = inverseSqrt(variance[row] + u.epsilon);
  var value = 0.0;
  ${each("value += slope(start + c, c);")}
  ${together("sum")}
  value = 0.0;
  ${each("value += slope(start + c, c) * ((x[start + c] - middle) * inverse);")}
  ${together("product")}
  ${
        each(`let n = (x[start + c] - middle) * inverse;
    dx[start + c] = (slope(start + c, c) - sum / count - n * (product / count)) * inverse;`)
      }`)
    }`,
    bindings: [dy, x, mean, variance, scale ?? x, dx],
    uniforms: settings,
    workgroups: workgroupsFor(rows, 1),
  });
  gpu.dispatch({
    key: "layerNormGrad, sums over rows",
    code: () => /* wgsl */ `
${UNIFORMS}
${read(["dy", "x", "mean", "variance"])}
${written(["dScale", "dOffset"], 4)}
@group(0) @binding(6) var<uniform> u: Uniforms;
var<workgroup> products: array<f32, ${SIDE * SIDE}>;
var<workgroup> sums: array<f32, ${SIDE * SIDE}>;
@compute @workgroup_size(${SIDE * SIDE})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let c = (group.y * groups.x + group.x) * ${SIDE}u + local % ${SIDE}u;
  var product = 0.0;
  var sum = 0.0;
  if (c < u.columns) {
    for (var row = local / ${SIDE}u; row < u.rows; row += ${SIDE}u) {
      let g = dy[row * u.columns + c];
      sum += g;
      product += g * ((x[row * u.columns + c] - mean[row]) * inverseSqrt(variance[row] + u.epsilon));
    }
  }
  products[local] = product;
  sums[local] = sum;
  workgroupBarrier();
  for (var half = ${SIDE * SIDE / 2}u; half >= ${SIDE}u; half >>= 1u) {
    if (local < half) {
      products[local] += products[local + half];
      sums[local] += sums[local + half];
    }
    workgroupBarrier();
  }
  if (local < ${SIDE}u && c < u.columns) {
    dScale[c] = products[local];
    dOffset[c] = sums[local];
  }
}`,
    bindings: [dy, x, mean, variance, dScale, dOffset],
    uniforms: settings,
    workgroups: workgroupsFor(columns, SIDE),
  });
  return [dx, dScale, dOffset];
}

/** The longest row, and the most rows, that a thread's loops take: on llvmpipe they end after 65,535 turns, unasked. */
export const fitsLoops = ({ shape: [rows, columns] }: Storage): boolean =>
  sizeOf([rows, columns]) > 0 && rows <= 1 << 19 && columns <= 1 << 20;

function uniforms(
  rows: number,
  columns: number,
  scale: Storage | null,
  offset: Storage | null,
  epsilon: number,
): ArrayBuffer {
  return packUniforms([rows, columns, Number(scale !== null), Number(offset !== null), { f: epsilon }]);
}
