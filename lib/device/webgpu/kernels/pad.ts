/**
 * PadV2, for any number of dimensions (TensorFlow.js' does not compile from five on).
 *
 * @module
 */
import type { Storage } from "../../device.ts";
import { workgroupsFor } from "../backend.ts";
import { onePerThread, packUniforms, wgslType, WORKGROUP } from "../wgsl.ts";
import { type GpuKernelCall, isPlain, registerKernel, sizeOf, stockKernel } from "./registry.ts";

/** One dimension: its size in the input, and the elements before and after. */
type Padded = [size: number, before: number, after: number];

/** The same padding in as few dimensions as possible: an unpadded one joins the one outside of it. */
function merged(shape: number[], paddings: [number, number][]): Padded[] {
  const result: Padded[] = [];
  shape.forEach((size, d) => {
    const [before, after] = paddings[d];
    const outer = result.at(-1);
    if (outer !== undefined && before === 0 && after === 0) {
      result[result.length - 1] = outer.map((n) => n * size) as Padded;
    } else result.push([size, before, after]);
  });
  return result.length === 0 ? [[1, 0, 0]] : result;
}

function pad({ inputs: { x }, attrs, backend }: GpuKernelCall): Storage {
  const { paddings, constantValue } = attrs as { paddings: [number, number][]; constantValue: number };
  const type = wgslType(backend.bufferType(x));
  const shape = x.shape.map((size, d) => size + paddings[d][0] + paddings[d][1]);
  const result = backend.allocate(shape, x.dtype);
  const size = sizeOf(shape);
  if (size === 0) return result;
  const few = merged(x.shape, paddings);
  backend.dispatch({
    key: `pad ${type} ${few.length}`,
    code: () => /* wgsl */ `
struct Uniforms { dimensions: array<vec4<i32>, ${few.length}>, size: u32, value: ${type} }
@group(0) @binding(0) var<storage, read> input: array<${type}>;
@group(0) @binding(1) var<storage, read_write> output: array<${type}>;
@group(0) @binding(2) var<uniform> uniforms: Uniforms;
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  var rest = i32(index);
  var place = 0;
  var stride = 1;
  var inside = true;
  for (var d = ${few.length - 1}; d >= 0; d--) {
    let dimension = uniforms.dimensions[d];
    let whole = dimension.x + dimension.y + dimension.z;
    let at = rest % whole - dimension.y;
    inside = inside && at >= 0 && at < dimension.x;
    place += at * stride;
    stride *= dimension.x;
    rest /= whole;
  }
  if (inside) { output[index] = input[place]; } else { output[index] = uniforms.value; }`)
    }`,
    bindings: [x, result],
    uniforms: packUniforms([
      ...few.flatMap((dimension) => [...dimension, 0]),
      size,
      type === "f32" ? { f: constantValue } : Math.trunc(constantValue),
    ]),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
  return result;
}

/** Registers the kernel. */
export function registerPad(): void {
  const stock = stockKernel("PadV2");
  registerKernel("PadV2", (call) => isPlain(call.inputs.x) ? pad(call) : stock(call));
}
