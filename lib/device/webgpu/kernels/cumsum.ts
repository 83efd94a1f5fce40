/**
 * Cumulative sums along one dimension, one thread a line. Only plain code of TensorFlow.js asks for them.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { buffers, onePerThread, packUniforms, wgslType, WORKGROUP } from "../wgsl.ts";

/**
 * y[k] = Σ x[0 … k].
 *
 * @param exclusive Without x[k] itself.
 * @param reverse From the other end.
 */
export function cumsum(gpu: Gpu, x: Storage, dim: number, exclusive: boolean, reverse: boolean): Storage {
  const result = gpu.allocate(x.shape, x.dtype);
  const size = sizeOf(x.shape);
  if (size === 0) return result;
  const length = x.shape[dim], inner = sizeOf(x.shape.slice(dim + 1)), lines = size / length;
  const type = wgslType(x.dtype);
  gpu.dispatch({
    key: `cumsum ${type}`,
    code: () => /* wgsl */ `
struct Uniforms { lines: u32, length: u32, inner: u32, exclusive: u32, reverse: u32 }
${buffers({ input: type }, type)}
${
      onePerThread(`
  if (index >= uniforms.lines) { return; }
  let outer = index / uniforms.inner;
  let start = outer * uniforms.length * uniforms.inner + (index - outer * uniforms.inner);
  var sum = ${type}(0);
  for (var step = 0u; step < uniforms.length; step++) {
    let k = select(step, uniforms.length - 1u - step, uniforms.reverse == 1u);
    let at = start + k * uniforms.inner;
    let before = sum;
    sum += input[at];
    output[at] = select(sum, before, uniforms.exclusive == 1u);
  }`)
    }`,
    bindings: [x, result],
    uniforms: packUniforms([lines, length, inner, Number(exclusive), Number(reverse)]),
    workgroups: workgroupsFor(lines, WORKGROUP),
  });
  return result;
}
