/**
 * Cumsum, one thread per line. TensorFlow.js' is wrong where it is both exclusive and reversed.
 *
 * @module
 */
import { workgroupsFor } from "../backend.ts";
import { onePerThread, packUniforms, wgslType, WORKGROUP } from "../wgsl.ts";
import { isPlain, registerKernel, sizeOf, stockKernel } from "./registry.ts";

/** Registers the kernel. */
export function registerCumsum(): void {
  const stock = stockKernel("Cumsum");
  registerKernel("Cumsum", (call) => {
    const { inputs: { x }, attrs, backend } = call;
    if (!isPlain(x)) return stock(call);
    const rank = x.shape.length;
    const axis = ((attrs.axis as number) + rank) % rank;
    const length = x.shape[axis], inner = sizeOf(x.shape.slice(axis + 1));
    const dtype = x.dtype === "bool" ? "int32" : x.dtype;
    const type = wgslType(backend.bufferType(x));
    const result = backend.allocate([...x.shape], dtype);
    const lines = sizeOf(x.shape) / length;
    if (sizeOf(x.shape) === 0) return result;
    backend.dispatch({
      key: `cumsum ${type}`,
      code: () => /* wgsl */ `
struct Uniforms { lines: u32, length: u32, inner: u32, exclusive: u32, reverse: u32 }
@group(0) @binding(0) var<storage, read> input: array<${type}>;
@group(0) @binding(1) var<storage, read_write> output: array<${type}>;
@group(0) @binding(2) var<uniform> uniforms: Uniforms;
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
      uniforms: packUniforms([
        lines,
        length,
        inner,
        Number(attrs.exclusive ?? 0),
        Number(attrs.reverse ?? 0),
      ]),
      workgroups: workgroupsFor(lines, WORKGROUP),
    });
    return result;
  });
}
