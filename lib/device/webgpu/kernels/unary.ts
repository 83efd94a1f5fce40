/**
 * Functions of one element, one thread each.
 *
 * @module
 */
import type { Unary } from "../../elementwise.ts";
import { sizeOf } from "../../shape.ts";
import type { DType, Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { part, runsOf } from "../part.ts";
import { helpersFor } from "../functions.ts";
import { buffers, emit, onePerThread, packUniforms, wgslType, WORKGROUP } from "../wgsl.ts";

/**
 * f(x) for each element.
 *
 * @param to The result's dtype.
 * @param expression WGSL of f in terms of `x` (f32 or i32, as x's dtype), `p` and `q`; it also names the program.
 * @returns As many elements, in x's shape.
 */
export function mapElements(gpu: Gpu, x: Storage, to: DType, expression: string, p = 0, q = 0): Storage {
  const result = gpu.allocate(x.shape, to);
  const size = sizeOf(x.shape);
  if (size === 0) return result;
  const type = wgslType(x.dtype), toType = wgslType(to);
  const runs = runsOf(gpu, size, [1]), emits = runs.length === 1 && toType === "f32";
  for (const run of runs) {
    gpu.dispatch({
      key: `unary ${type} ${toType} ${expression}`,
      code: () => /* wgsl */ `
struct Uniforms { size: u32, p: f32, q: f32 }
${buffers({ input: type }, toType)}
${helpersFor(expression)}
${toType === "f32" ? emit("output") : ""}
${
        onePerThread(`
  if (index >= uniforms.size) { return; }
  let x = input[index];
  let p = uniforms.p;
  let q = uniforms.q;
  ${toType === "f32" ? "emit(index, " : "output[index] = ("}${toType}(${expression}));`)
      }`,
      bindings: [part(x, run, 1), part(result, run, 1)],
      emits: emits ? 1 : undefined,
      maps: type === "f32" && emits ? expression.replaceAll(/\bx\b/g, "a") : undefined,
      uniforms: packUniforms([run.count, { f: p }, { f: q }]),
      workgroups: workgroupsFor(run.count, WORKGROUP),
    });
  }
  return result;
}

/** A function of the table lib/device/elementwise.ts; x has one of its dtypes. */
export function unary(gpu: Gpu, f: Unary, x: Storage, p?: number, q?: number): Storage {
  const expression = x.dtype === "float32" ? f.wgsl : f.integer ?? f.wgsl;
  return mapElements(gpu, x, f.gives ?? x.dtype, expression, p, q);
}
