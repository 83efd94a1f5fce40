/**
 * The second pass of sums that were split among workgroups: no atomics, so that they are the same at every run.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { emit, onePerThread, packUniforms, WORKGROUP } from "../wgsl.ts";

/** What is to be added. */
export interface Parts {
  /** [splits, ...shape] */
  readonly parts: Storage;
  readonly splits: number;
  readonly shape: readonly number[];
  /** More of the same kind, added beside them: [splits, n]. */
  readonly others?: Storage;
  /** What the sums begin with, one number for each place along the last of the result's numbers; or nothing. */
  readonly bias?: Storage | null;
}

/** The sums of the parts, the first first: [...shape], and [n] of the others. */
export function addParts(gpu: Gpu, { parts, splits, shape, others, bias }: Parts): [Storage, Storage?] {
  const size = sizeOf(shape), otherSize = others === undefined ? 0 : sizeOf(others.shape) / splits;
  const result = gpu.allocate(shape, "float32");
  const beside = others && gpu.allocate([otherSize], "float32");
  const read = { parts, ...(others && { others }), ...(bias && { bias }) }, names = Object.keys(read);
  const total = (from: string, place: string, first: string, size: string) => `
    var total = ${first};
    for (var s = 0u; s < u.splits; s++) { total += ${from}[s * ${size} + ${place}]; }`;
  gpu.dispatch({
    key: `sum of ${names}`,
    code: () => /* wgsl */ `
${emit("output")}
struct Uniforms { splits: u32, size: u32, otherSize: u32, biasSize: u32 }
${names.map((name, i) => `@group(0) @binding(${i}) var<storage, read> ${name}: array<f32>;`).join("\n")}
@group(0) @binding(${names.length}) var<storage, read_write> output: array<f32>;
${others ? `@group(0) @binding(${names.length + 1}) var<storage, read_write> beside: array<f32>;` : ""}
@group(0) @binding(${names.length + (others ? 2 : 1)}) var<uniform> u: Uniforms;
${
      onePerThread(`
  if (index < u.size) {
    ${total("parts", "index", bias ? "bias[index % u.biasSize]" : "0.0", "u.size")}
    emit(index, total);
  }${
        others
          ? ` else if (index - u.size < u.otherSize) {
    ${total("others", "index - u.size", "0.0", "u.otherSize")}
    beside[index - u.size] = total;
  }`
          : ""
      }`)
    }`,
    bindings: [...Object.values(read), result, ...(beside ? [beside] : [])],
    emits: names.length,
    uniforms: packUniforms([splits, size, otherSize, bias ? sizeOf(bias.shape) : 0]),
    workgroups: workgroupsFor(size + otherSize, WORKGROUP),
  });
  return [result, beside];
}
