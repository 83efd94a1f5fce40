/**
 * Philox 4×32-10 on the GPU, one thread per block of four numbers: integers only, so the draws are the host's, bit for
 * bit. Normal numbers come from the host, whose float64 logarithm no GPU has.
 *
 * @module
 */
import { type Draw, dropoutThreshold, PHILOX, philoxValues } from "../../../philox.ts";
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { buffers, onePerThread, packUniforms, WORKGROUP } from "../wgsl.ts";

const CONVERSIONS = {
  // 24 bits are exact in float32, and so is their product with a power of two.
  uniform: "f32(word >> 8u) * 5.9604644775390625e-8",
  dropout: "select(uniforms.kept, 0.0, (word >> 8u) < uniforms.threshold)",
};

/** Uniform in [0, 1). */
export function uniform(gpu: Gpu, shape: readonly number[], draw: Draw): Storage {
  return philox(gpu, "uniform", shape, draw, 0);
}

/** 0 with probability p, else 1 / (1 − p). */
export function dropout(gpu: Gpu, shape: readonly number[], p: number, draw: Draw): Storage {
  return philox(gpu, "dropout", shape, draw, p);
}

/** Of the standard normal distribution. */
export function normal(gpu: Gpu, shape: readonly number[], { seed, offset }: Draw): Storage {
  // Room first: the host takes its time for numbers that are too many.
  const result = gpu.allocate(shape, "float32");
  gpu.put(result, philoxValues("normal", sizeOf(shape), seed, offset));
  return result;
}

function philox(
  gpu: Gpu,
  distribution: keyof typeof CONVERSIONS,
  shape: readonly number[],
  { seed, offset }: Draw,
  p: number,
): Storage {
  const result = gpu.allocate(shape, "float32");
  const size = sizeOf(shape);
  if (size === 0) return result;
  gpu.dispatch({
    key: `philox ${distribution}`,
    code: () => /* wgsl */ `
struct Uniforms {
  size: u32, key0: u32, key1: u32, offsetLow: u32, offsetHigh: u32, threshold: u32, kept: f32,
}
${buffers({}, "f32")}

// The high 32 bits of a product, from 16-bit parts.
fn mulHigh(a: u32, b: u32) -> u32 {
  let aLow = a & 0xffffu;
  let aHigh = a >> 16u;
  let bLow = b & 0xffffu;
  let bHigh = b >> 16u;
  let middle = aHigh * bLow + ((aLow * bLow) >> 16u);
  let carry = aLow * bHigh + (middle & 0xffffu);
  return aHigh * bHigh + (middle >> 16u) + (carry >> 16u);
}

fn convert(word: u32) -> f32 { return ${CONVERSIONS[distribution]}; }

${
      onePerThread(`
  if (4u * index >= uniforms.size) { return; }
  let low = uniforms.offsetLow + index;
  var x = vec4<u32>(low, uniforms.offsetHigh + select(0u, 1u, low < uniforms.offsetLow), 0u, 0u);
  var key = vec2<u32>(uniforms.key0, uniforms.key1);
  for (var round = 0; round < 10; round++) {
    x = vec4<u32>(
      mulHigh(x.z, ${PHILOX.m1}u) ^ x.y ^ key.x,
      x.z * ${PHILOX.m1}u,
      mulHigh(x.x, ${PHILOX.m0}u) ^ x.w ^ key.y,
      x.x * ${PHILOX.m0}u,
    );
    key += vec2<u32>(${PHILOX.w0}u, ${PHILOX.w1}u);
  }
  for (var word = 0u; word < 4u; word++) {
    let at = 4u * index + word;
    if (at < uniforms.size) { output[at] = convert(x[word]); }
  }`)
    }`,
    bindings: [result],
    uniforms: packUniforms([
      size,
      seed[0],
      seed[1],
      offset % 2 ** 32,
      Math.floor(offset / 2 ** 32),
      dropoutThreshold(p),
      { f: p < 1 ? 1 / (1 - p) : 0 },
    ]),
    workgroups: workgroupsFor(Math.ceil(size / 4), WORKGROUP),
  });
  return result;
}
