/**
 * GatherV2. TensorFlow.js' carries indices through float32, which loses those beyond 2²⁴. An index out of range gives 0.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Storage } from "../../device.ts";
import { workgroupsFor } from "../backend.ts";
import { onePerThread, packUniforms, wgslType, WORKGROUP } from "../wgsl.ts";
import { type GpuKernelCall, isPlain, registerKernel, sizeOf, stockKernel } from "./registry.ts";

function gather({ inputs: { x, indices }, attrs, backend }: GpuKernelCall): Storage {
  const [axis] = tf.util.parseAxisParam(attrs.axis as number, x.shape);
  const info = tf.backend_util.segment_util.collectGatherOpShapeInfo(
    x as unknown as tf.Tensor,
    indices as unknown as tf.Tensor,
    axis,
    attrs.batchDims as number ?? 0,
  );
  const result = backend.allocate([...info.outputShape], x.dtype);
  const size = sizeOf(info.outputShape);
  if (size === 0) return result;
  const type = wgslType(backend.bufferType(x));
  backend.dispatch({
    key: `gather ${type}`,
    code: () => /* wgsl */ `
struct Uniforms { size: u32, outer: u32, dim: u32, picks: u32, slice: u32 }
@group(0) @binding(0) var<storage, read> input: array<${type}>;
@group(0) @binding(1) var<storage, read> indices: array<i32>;
@group(0) @binding(2) var<storage, read_write> output: array<${type}>;
@group(0) @binding(3) var<uniform> uniforms: Uniforms;
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  // [batch, outer, picks, slice] out of [batch, outer, dim, slice].
  let inSlice = index % uniforms.slice;
  let line = index / uniforms.slice;
  let pick = line % uniforms.picks;
  let row = line / uniforms.picks;
  let chosen = indices[row / uniforms.outer * uniforms.picks + pick];
  var value = ${type}(0);
  if (chosen >= 0 && u32(chosen) < uniforms.dim) {
    value = input[(row * uniforms.dim + u32(chosen)) * uniforms.slice + inSlice];
  }
  output[index] = value;`)
    }`,
    bindings: [x, indices, result],
    uniforms: packUniforms([
      size,
      info.outerSize,
      info.dimSize,
      sizeOf(indices.shape) / info.batchSize,
      info.sliceSize,
    ]),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
  return result;
}

/** Registers the kernel. */
export function registerGather(): void {
  const stock = stockKernel("GatherV2");
  registerKernel("GatherV2", (call) => {
    const { x, indices } = call.inputs;
    const ours = isPlain(x, indices) && wgslType(call.backend.bufferType(indices)) === "i32";
    return ours ? gather(call) : stock(call);
  });
}
