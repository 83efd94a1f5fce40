/**
 * What is done to all arrays of a list at once, as many a program as may be bound: to the gradients of a network. A workgroup finds its
 * array by the places where each ends.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { part, runsOf } from "../part.ts";
import { packUniforms, WORKGROUP } from "../wgsl.ts";

/** Arrays of one program; and how many parts one is summed in at most. */
const MOST_SUMMED = 31, MOST_SCALED = 8, MOST_PARTS = 1024;
/** Elements of a part, where the parts are enough. */
const PART = 64 * WORKGROUP;

/** The arrays in runs that one program may bind beside one other; one that is larger than a binding in parts, each by itself. */
function runs(gpu: Gpu, list: readonly Storage[], most: number): Storage[][] {
  const together = Math.min(most, gpu.limits.maxStorageBuffersPerShaderStage - 1);
  const all: Storage[][] = [], fitting: Storage[] = [];
  for (const x of list) {
    const size = sizeOf(x.shape), parts = size === 0 ? [] : runsOf(gpu, size, [1]);
    if (parts.length === 1) fitting.push(x);
    else all.push(...parts.map((run) => [part(x, run, 1)]));
  }
  for (let at = 0; at < fitting.length; at += together) all.push(fitting.slice(at, at + together));
  return all;
}

/** WGSL: a body for the array of each workgroup. */
function switched(count: number, body: (k: number, start: string) => string): string {
  const slots = Array.from({ length: count }, (_, k) => k);
  return /* wgsl */ `switch (${
    ["0u", ...slots.slice(1).map((k) => `select(0u, 1u, group >= u.end${k - 1})`)].join(" + ")
  }) {
${
    slots.map((k) =>
      `    ${k === count - 1 ? "default" : `case ${k}u`}: { ${body(k, k === 0 ? "0u" : `u.end${k - 1}`)} }`
    ).join("\n")
  }
  }`;
}

function head(count: number, access: "read" | "read_write", other: string): string {
  const slots = Array.from({ length: count }, (_, k) => k);
  return /* wgsl */ `
struct Uniforms {
  base: u32, ${slots.map((k) => `size${k}: u32`).join(", ")}, ${slots.map((k) => `end${k}: u32`).join(", ")},
}
${slots.map((k) => `@group(0) @binding(${k}) var<storage, ${access}> x${k}: array<f32>;`).join("\n")}
@group(0) @binding(${count}) var<storage, ${other}: array<f32>;
@group(0) @binding(${count + 1}) var<uniform> u: Uniforms;
@compute @workgroup_size(${WORKGROUP})
fn main(
  @builtin(workgroup_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let group = id.y * groups.x + id.x;`;
}

/** Where the workgroups of each array end. */
function endsOf(counts: readonly number[]): number[] {
  let end = 0;
  return counts.map((count) => end += count);
}

/** Sums of the squares of parts of all arrays, as one line: at least one number. */
export function squares(gpu: Gpu, list: readonly Storage[]): Storage {
  const parts = (x: Storage) => Math.min(MOST_PARTS, Math.ceil(sizeOf(x.shape) / PART));
  const all = runs(gpu, list, MOST_SUMMED);
  const result = gpu.allocate([all.flat().reduce((sum, x) => sum + parts(x), 0)], "float32");
  let base = 0;
  for (const run of all) {
    const sizes = run.map(({ shape }) => sizeOf(shape)), ends = endsOf(run.map(parts));
    gpu.dispatch({
      key: `squares ${run.length}`,
      code: () => /* wgsl */ `
var<workgroup> sums: array<f32, ${WORKGROUP}>;
${head(run.length, "read", "read_write> output")}
  var sum = 0.0;
  ${
        switched(run.length, (k, start) => `
      let step = (u.end${k} - ${start}) * ${WORKGROUP}u;
      for (var i = (group - ${start}) * ${WORKGROUP}u + local; i < u.size${k}; i += step) { sum += x${k}[i] * x${k}[i]; }`)
      }
  sums[local] = sum;
  ${
        [32, 16, 8, 4, 2, 1].map((half) =>
          `workgroupBarrier();
  if (local < ${half}u) { sums[local] += sums[local + ${half}u]; }`
        ).join("\n  ")
      }
  if (local == 0u) { output[u.base + group] = sums[0]; }
}`,
      bindings: [...run, result],
      uniforms: packUniforms([base, ...sizes, ...ends]),
      workgroups: workgroupsFor(ends[ends.length - 1], 1),
    });
    base += ends[ends.length - 1];
  }
  return result;
}

/** x ← x · factor, for all arrays. */
export function scale(gpu: Gpu, list: readonly Storage[], factor: Storage): void {
  for (const run of runs(gpu, list, MOST_SCALED)) {
    const sizes = run.map(({ shape }) => sizeOf(shape));
    const ends = endsOf(sizes.map((size) => Math.ceil(size / WORKGROUP)));
    gpu.dispatch({
      key: `scale ${run.length}`,
      code: () =>
        /* wgsl */ `${head(run.length, "read_write", "read> factor")}
  ${
          switched(run.length, (k, start) => `
      let i = (group - ${start}) * ${WORKGROUP}u + local;
      if (i < u.size${k}) { x${k}[i] = x${k}[i] * factor[0]; }`)
        }
}`,
      bindings: [...run, factor],
      uniforms: packUniforms([0, ...sizes, ...ends]),
      workgroups: workgroupsFor(ends[ends.length - 1], 1),
    });
  }
}
