/**
 * Select, for any number of dimensions (TensorFlow.js' stops at four).
 *
 * @module
 */
import { workgroupsFor } from "../backend.ts";
import { onePerThread, packUniforms, wgslType, WORKGROUP } from "../wgsl.ts";
import { isPlain, registerKernel, sizeOf, stockKernel } from "./registry.ts";

/** Registers the kernel. */
export function registerSelect(): void {
  const stock = stockKernel("Select");
  registerKernel("Select", (call) => {
    const { inputs: { condition, t, e }, backend } = call;
    const size = sizeOf(t.shape);
    const [types, other] = [backend.bufferType(t), backend.bufferType(e)].map(wgslType);
    // A condition per row is TensorFlow.js' other form.
    const sameShape = sizeOf(condition.shape) === size && sizeOf(e.shape) === size;
    if (
      !isPlain(t, e) || types !== other || !sameShape || wgslType(backend.bufferType(condition)) !== "i32"
    ) {
      return stock(call);
    }
    const result = backend.allocate([...t.shape], t.dtype);
    if (size === 0) return result;
    backend.dispatch({
      key: `select ${types}`,
      code: () => /* wgsl */ `
struct Uniforms { size: u32 }
@group(0) @binding(0) var<storage, read> condition: array<i32>;
@group(0) @binding(1) var<storage, read> yes: array<${types}>;
@group(0) @binding(2) var<storage, read> no: array<${types}>;
@group(0) @binding(3) var<storage, read_write> output: array<${types}>;
@group(0) @binding(4) var<uniform> uniforms: Uniforms;
${
        onePerThread(`
  if (index >= uniforms.size) { return; }
  output[index] = select(no[index], yes[index], condition[index] != 0);`)
      }`,
      bindings: [condition, t, e, result],
      uniforms: packUniforms([size]),
      workgroups: workgroupsFor(size, WORKGROUP),
    });
    return result;
  });
}
