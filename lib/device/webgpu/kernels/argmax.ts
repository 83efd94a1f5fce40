/**
 * ArgMax and ArgMin: the first place of the largest (smallest) value along one dimension; the first NaN before all.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { workgroupsFor } from "../backend.ts";
import { NAN, onePerThread, packUniforms, wgslType, WORKGROUP } from "../wgsl.ts";
import { reducedShape } from "./reduce.ts";
import { type GpuKernel, isPlain, registerKernel, sizeOf, stockKernel } from "./registry.ts";

function argKernel(name: string, operator: ">" | "<"): GpuKernel {
  const stock = stockKernel(name);
  return (call) => {
    const { inputs: { x }, attrs, backend } = call;
    if (!isPlain(x)) return stock(call);
    const [axis] = tf.util.parseAxisParam(attrs.axis as number, x.shape);
    const shape = reducedShape(x.shape, [axis], false);
    const size = sizeOf(shape), length = x.shape[axis] ?? 1, inner = sizeOf(x.shape.slice(axis + 1));
    if (length === 0 && size > 0) {
      throw new RangeError(
        `${name}: dimension ${axis} of the shape [${x.shape.join(", ")}] has no elements to choose from.`,
      );
    }
    const result = backend.allocate(shape, "int32");
    if (size === 0) return result;
    const type = wgslType(backend.bufferType(x));
    const better = type === "f32" ? `value ${operator} best || isNan(value)` : `value ${operator} best`;
    const settled = type === "f32" ? "isNan(best)" : "false";
    backend.dispatch({
      key: `${name} ${type}`,
      code: () => /* wgsl */ `
struct Uniforms { size: u32, length: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> input: array<${type}>;
@group(0) @binding(1) var<storage, read_write> output: array<i32>;
@group(0) @binding(2) var<uniform> uniforms: Uniforms;
${NAN}
${
        onePerThread(`
  if (index >= uniforms.size) { return; }
  let outer = index / uniforms.inner;
  let start = outer * uniforms.length * uniforms.inner + (index - outer * uniforms.inner);
  var best = input[start];
  var place = 0u;
  for (var k = 1u; k < uniforms.length; k++) {
    let value = input[start + k * uniforms.inner];
    if (!(${settled}) && (${better})) {
      best = value;
      place = k;
    }
  }
  output[index] = i32(place);`)
      }`,
      bindings: [x, result],
      uniforms: packUniforms([size, length, inner]),
      workgroups: workgroupsFor(size, WORKGROUP),
    });
    return result;
  };
}

/** Registers the kernels. */
export function registerArgKernels(): void {
  registerKernel("ArgMax", argKernel("ArgMax", ">"));
  registerKernel("ArgMin", argKernel("ArgMin", "<"));
}
