/**
 * One number everywhere.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { DType, Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { part, runsOf } from "../part.ts";
import { buffers, onePerThread, packUniforms, wgslType, word, WORKGROUP } from "../wgsl.ts";

/** `value` at each place of `shape`. */
export function fill(gpu: Gpu, shape: readonly number[], value: number, dtype: DType): Storage {
  const result = gpu.allocate(shape, dtype);
  const size = sizeOf(shape);
  if (size === 0) return result;
  const type = wgslType(dtype);
  for (const run of runsOf(gpu, size, [1])) {
    gpu.dispatch({
      key: `fill ${type}`,
      code: () => /* wgsl */ `
struct Uniforms { size: u32, value: ${type} }
${buffers({}, type)}
${
        onePerThread(`
  if (index >= uniforms.size) { return; }
  output[index] = uniforms.value;`)
      }`,
      bindings: [part(result, run, 1)],
      uniforms: packUniforms([run.count, word(value, dtype)]),
      workgroups: workgroupsFor(run.count, WORKGROUP),
    });
  }
  return result;
}
