/**
 * Sampling along a dimension.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import type { Taps } from "../../taps.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { buffers, onePerThread, packUniforms, WORKGROUP } from "../wgsl.ts";

/** y[outer, i, inner] = Σ weight · x[outer, place, inner] over the taps of i; one thread a number of the result. */
export function resample(gpu: Gpu, x: Storage, dim: number, taps: Taps): Storage {
  const count = taps.starts.length - 1, shape = x.shape.with(dim, count);
  const result = gpu.allocate(shape, "float32"), size = sizeOf(shape);
  if (size === 0) return result;
  const { starts, places, weights } = taps;
  const tables = [starts, places, weights].map((list) => {
    const table = gpu.allocate([list.length], list instanceof Int32Array ? "int32" : "float32");
    gpu.put(table, list);
    return table;
  });
  gpu.dispatch({
    key: "resample",
    code: () => /* wgsl */ `
struct Uniforms { size: u32, length: u32, count: u32, inner: u32 }
${buffers({ input: "f32", starts: "i32", places: "i32", weights: "f32" }, "f32")}
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  let inner = index % uniforms.inner;
  let place = index / uniforms.inner % uniforms.count;
  let outer = index / (uniforms.inner * uniforms.count);
  let line = outer * uniforms.length;
  var sum = 0.0;
  let end = starts[place + 1u];
  for (var tap = starts[place]; tap < end; tap++) {
    sum += weights[tap] * input[(line + u32(places[tap])) * uniforms.inner + inner];
  }
  output[index] = sum;`)
    }`,
    bindings: [x, ...tables, result],
    uniforms: packUniforms([size, x.shape[dim], count, sizeOf(x.shape.slice(dim + 1))]),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
  return result;
}
