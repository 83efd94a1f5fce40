/**
 * The inverse of a discrete distribution's cumulative function: see lib/device/sampling.ts, whose order of sums this is.
 *
 * @module
 */
import { PARTS } from "../../sampling.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { buffers, NAN, onePerThread, packUniforms, WORKGROUP } from "../wgsl.ts";

/** Weights of a part that one dispatch takes: fewer than the 65,535 turns after which llvmpipe ends a loop unasked. */
const TURNS = 1 << 15;

/** weights [rows, classes], points [rows, count] → int32 [rows, count]. */
export function inverseCdf(gpu: Gpu, weights: Storage, points: Storage): Storage {
  const [rows, classes] = weights.shape, [, count] = points.shape;
  const result = gpu.allocate([rows, count], "int32");
  if (rows * count === 0) return result;
  const part = Math.ceil(classes / PARTS), parts = Math.ceil(classes / part);
  const sums = runningSums(gpu, weights, part, parts);
  gpu.dispatch({
    key: "inverseCdf",
    code: () => /* wgsl */ `
struct Uniforms { size: u32, count: u32, classes: u32, part: u32, parts: u32 }
${buffers({ sums: "f32", points: "f32" }, "i32")}
${NAN}
fn sumOf(row: u32, part: u32) -> f32 {
  return sums[row * uniforms.classes + min((part + 1u) * uniforms.part, uniforms.classes) - 1u];
}
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  let row = index / uniforms.count;
  var total = 0.0;
  for (var p = 0u; p < uniforms.parts; p++) { total += sumOf(row, p); }
  if (isNan(total) || total <= 0.0 || total >= infinity()) {
    output[index] = -1;
    return;
  }
  let goal = points[index] * total;
  var before = 0.0;
  var part = 0u;
  for (; part + 1u < uniforms.parts; part++) {
    let after = before + sumOf(row, part);
    if (after > goal) { break; }
    before = after;
  }
  var low = part * uniforms.part;
  var high = min(low + uniforms.part, uniforms.classes) - 1u;
  while (low < high) {
    let middle = (low + high) / 2u;
    let sum = before + sums[row * uniforms.classes + middle];
    if (sum > goal) { high = middle; } else { low = middle + 1u; }
  }
  output[index] = i32(low);`)
    }`,
    bindings: [sums, points, result],
    uniforms: packUniforms([rows * count, count, classes, part, parts]),
    workgroups: workgroupsFor(rows * count, WORKGROUP),
  });
  gpu.free(sums);
  return result;
}

/** Within each part of each row: the sum up to each place. */
function runningSums(gpu: Gpu, weights: Storage, part: number, parts: number): Storage {
  const [rows, classes] = weights.shape, result = gpu.allocate([rows, classes], "float32");
  for (let from = 0; from < part; from += TURNS) {
    addUp(gpu, weights, result, rows * parts, [classes, part, parts, from]);
  }
  return result;
}

/** Adds the next weights of each part to the sum before them. */
function addUp(gpu: Gpu, weights: Storage, sums: Storage, size: number, sizes: readonly number[]): void {
  gpu.dispatch({
    key: "inverseCdf sums",
    code: () => /* wgsl */ `
struct Uniforms { size: u32, classes: u32, part: u32, parts: u32, start: u32 }
${buffers({ weights: "f32" }, "f32")}
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  let row = index / uniforms.parts;
  let first = (index - row * uniforms.parts) * uniforms.part;
  let end = min(first + uniforms.part, uniforms.classes);
  let begin = first + uniforms.start;
  var sum = 0.0;
  if (uniforms.start > 0u && begin < end) { sum = output[row * uniforms.classes + begin - 1u]; }
  for (var i = begin; i < min(end, begin + ${TURNS}u); i++) {
    sum += weights[row * uniforms.classes + i];
    output[row * uniforms.classes + i] = sum;
  }`)
    }`,
    bindings: [weights, sums],
    uniforms: packUniforms([size, ...sizes]),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
}
