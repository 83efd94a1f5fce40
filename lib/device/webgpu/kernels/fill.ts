/**
 * One number everywhere.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { DType, Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { buffers, onePerThread, packUniforms, wgslType, word, WORKGROUP } from "../wgsl.ts";

/** `value` at each place of `shape`. */
export function fill(gpu: Gpu, shape: readonly number[], value: number, dtype: DType): Storage {
  const result = gpu.allocate(shape, dtype);
  const size = sizeOf(shape);
  if (size === 0) return result;
  const type = wgslType(dtype);
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
    bindings: [result],
    uniforms: packUniforms([size, word(value, dtype)]),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
  return result;
}
