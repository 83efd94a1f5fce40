/**
 * Philox 4×32-10 on the GPU, one thread per block of four numbers: integers only, so the draws are the host's, bit for bit. Normal
 * numbers are the host's to a few units in the last place: no GPU has its float64 logarithm. Where the sequence stands is read when
 * the program runs.
 *
 * @module
 */
import { type Draw, dropoutThreshold, PHILOX } from "../../../philox.ts";
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { part, type Run, runsOf } from "../part.ts";
import { onePerThread, packUniforms, WORKGROUP } from "../wgsl.ts";

const ROUNDS = Array.from({ length: 10 }, (_, round) => round);

/** WGSL: `block(index)`, the four words of a counter. Rounds follow one another without a loop; the key is known in each. */
const BLOCK = /* wgsl */ `
// The high 32 bits of products, from 16-bit parts.
fn mulHigh(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let aLow = a & vec2(0xffffu);
  let aHigh = a >> vec2(16u);
  let bLow = b & vec2(0xffffu);
  let bHigh = b >> vec2(16u);
  let middle = aHigh * bLow + ((aLow * bLow) >> vec2(16u));
  let carry = aLow * bHigh + (middle & vec2(0xffffu));
  return aHigh * bHigh + (middle >> vec2(16u)) + (carry >> vec2(16u));
}
fn round(x: vec4<u32>, weyl: vec2<u32>) -> vec4<u32> {
  let factors = vec2(${PHILOX.m1}u, ${PHILOX.m0}u);
  let high = mulHigh(x.zx, factors);
  let low = x.zx * factors;
  let key = vec2(uniforms.key0, uniforms.key1) + weyl;
  return vec4(high.x ^ x.y ^ key.x, low.x, high.y ^ x.w ^ key.y, low.y);
}
fn block(index: u32) -> vec4<u32> {
  let low = uniforms.offsetLow + index;
  var x = vec4(low, uniforms.offsetHigh + select(0u, 1u, low < uniforms.offsetLow), 0u, 0u);
${
  ROUNDS.map((r) =>
    `  x = round(x, vec2(${Math.imul(r, PHILOX.w0) >>> 0}u, ${Math.imul(r, PHILOX.w1) >>> 0}u));`
  )
    .join("\n")
}
  return x;
}`;

/** 24 bits are exact in float32, and so is their product with a power of two. */
const UNIFORM = "vec4<f32>(word >> vec4(8u)) * 5.9604644775390625e-8";

/**
 * WGSL: `boxMuller(a, b)`, two normal numbers from two words. The logarithm and the angle's functions are S. Moshier's Cephes, logf,
 * sinf and cosf: WGSL's own are off by 2⁻²¹ near 1, and at multiples of π/2. The angle is a whole number of 2⁻²⁴ turns, so that
 * what is left of it beside the nearest quarter turn is exact.
 */
const BOX_MULLER = /* wgsl */ `
fn boxMuller(a: u32, b: u32) -> vec2<f32> {
  let bits = bitcast<u32>(f32((a >> 8u) + 1u) * 5.9604644775390625e-8);
  let fraction = bitcast<f32>((bits & 0x7fffffu) | 0x3f800000u);
  let half = fraction > 1.4142135;
  let f = select(fraction, 0.5 * fraction, half) - 1.0;
  let exponent = f32(i32(bits >> 23u) - 127) + select(0.0, 1.0, half);
  let z = f * f;
  let p = ((((((((7.0376836292e-2 * f - 1.1514610310e-1) * f + 1.1676998740e-1) * f - 1.2420140846e-1) * f
    + 1.4249322787e-1) * f - 1.6668057665e-1) * f + 2.0000714765e-1) * f - 2.4999993993e-1) * f + 3.3333331174e-1) * f * z;
  let logarithm = (f + (p - 2.12194440e-4 * exponent - 0.5 * z)) + 0.693359375 * exponent;
  let radius = sqrt(max(-2.0 * logarithm, 0.0));
  let quadrant = ((b >> 8u) + 0x200000u) >> 22u;
  let turn = f32(i32(b >> 8u) - i32(quadrant << 22u)) * 5.9604644775390625e-8;
  // 2π in two parts.
  let r = turn * 6.2831855 - turn * 1.7484556e-7;
  let s = r * r;
  let sinR = r + r * s * (-1.6666654611e-1 + s * (8.3321608736e-3 - s * 1.9515295891e-4));
  let cosR = 1.0 - 0.5 * s + s * s * (4.166664568298827e-2 + s * (-1.388731625493765e-3 + s * 2.443315711809948e-5));
  let odd = (quadrant & 1u) == 1u;
  let x = select(cosR, sinR, odd);
  let y = select(sinR, cosR, odd);
  let back = (quadrant & 2u) == 2u;
  return radius * vec2(select(x, -x, odd != back), select(y, -y, back));
}`;

/** Uniform in [0, 1), or of the standard normal distribution. */
export function random(
  gpu: Gpu,
  distribution: "uniform" | "normal",
  shape: readonly number[],
  draw: Draw,
): Storage {
  const result = gpu.allocate(shape, "float32"), size = sizeOf(shape);
  if (size === 0) return result;
  for (const run of runsOf(gpu, size, [1])) {
    gpu.dispatch({
      key: `philox ${distribution}`,
      code: () =>
        program(
          ["<storage, read_write> output"],
          distribution === "uniform" ? "" : BOX_MULLER,
          distribution === "uniform"
            ? `let value = ${UNIFORM};`
            : "let value = vec4(boxMuller(word.x, word.y), boxMuller(word.z, word.w));",
          (at, word) => `output[${at}] = value.${word};`,
        ),
      bindings: [part(result, run, 1)],
      uniforms: () => pack(run, draw, 0),
      workgroups: workgroupsFor(Math.ceil(run.count / 4), WORKGROUP),
    });
  }
  return result;
}

/** x times a mask, and the mask: 0 with probability p, else 1 / (1 − p). x is row-major. */
export function dropout(gpu: Gpu, x: Storage, p: number, draw: Draw): [y: Storage, mask: Storage] {
  const y = gpu.allocate(x.shape, "float32"), mask = gpu.allocate(x.shape, "float32");
  const size = sizeOf(x.shape);
  if (size === 0) return [y, mask];
  for (const run of runsOf(gpu, size, [1])) {
    gpu.dispatch({
      key: "dropout",
      code: () =>
        program(
          ["<storage, read> input", "<storage, read_write> output", "<storage, read_write> mask"],
          "",
          "let value = select(vec4(uniforms.kept), vec4(0.0), (word >> vec4(8u)) < vec4(uniforms.threshold));",
          (at, word) => `output[${at}] = input[${at}] * value.${word}; mask[${at}] = value.${word};`,
        ),
      bindings: [x, y, mask].map((one) => part(one, run, 1)),
      uniforms: () => pack(run, draw, p),
      workgroups: workgroupsFor(Math.ceil(run.count / 4), WORKGROUP),
    });
  }
  return [y, mask];
}

function pack({ from, count }: Run, { seed, offset }: Draw, p: number): ArrayBuffer {
  // Runs begin where blocks do.
  const first = offset + from / 4;
  return packUniforms([
    ...[count, seed[0], seed[1], first % 2 ** 32, Math.floor(first / 2 ** 32), dropoutThreshold(p)],
    { f: p < 1 ? 1 / (1 - p) : 0 },
  ]);
}

/**
 * A program with a block of four numbers a thread.
 *
 * @param convert WGSL that makes `value` of `word`, four of each.
 * @param store WGSL that writes one of the four at a place.
 */
function program(
  arrays: readonly string[],
  helpers: string,
  convert: string,
  store: (at: string, word: string) => string,
): string {
  return /* wgsl */ `
struct Uniforms {
  size: u32, key0: u32, key1: u32, offsetLow: u32, offsetHigh: u32, threshold: u32, kept: f32,
}
${arrays.map((one, b) => `@group(0) @binding(${b}) var${one}: array<f32>;`).join("\n")}
@group(0) @binding(${arrays.length}) var<uniform> uniforms: Uniforms;
${BLOCK}
${helpers}
${
    onePerThread(`
  let first = 4u * index;
  if (first >= uniforms.size) { return; }
  let word = block(index);
  ${convert}
  ${
      [..."xyzw"].map((word, i) =>
        i === 0
          ? store("first", word)
          : `if (first + ${i}u < uniforms.size) { ${store(`first + ${i}u`, word)} }`
      ).join("\n  ")
    }`)
  }`;
}
