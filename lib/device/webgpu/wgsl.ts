/**
 * What our WGSL programs share: indices, NaN tests, uniforms, and the functions that WGSL lacks or computes too coarsely.
 *
 * @module
 */
import type { DType } from "../storage.ts";

/** Threads of a workgroup in the programs with one thread per element. */
export const WORKGROUP = 64;

/** The WGSL type of a buffer's elements. */
export const wgslType = (dtype: DType): "f32" | "i32" => (dtype === "float32" ? "f32" : "i32");

/** Declares storage buffers, from binding 0 on: those that are read, by name and type, and then the one that is written. */
export function buffers(read: Readonly<Record<string, "f32" | "i32">>, written: "f32" | "i32"): string {
  const lines = Object.entries(read).map(([name, type], b) =>
    `@group(0) @binding(${b}) var<storage, read> ${name}: array<${type}>;`
  );
  lines.push(`@group(0) @binding(${lines.length}) var<storage, read_write> output: array<${written}>;`);
  lines.push(`@group(0) @binding(${lines.length}) var<uniform> uniforms: Uniforms;`);
  return lines.join("\n");
}

/**
 * Declares `index`: the number of this thread, counted over a grid of one or two dimensions (see workgroupsFor).
 * Wraps `body` in the entry point.
 */
export function onePerThread(body: string, workgroup = WORKGROUP): string {
  return /* wgsl */ `
@compute @workgroup_size(${workgroup})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = (group.y * groups.x + group.x) * ${workgroup}u + local;
${body}
}`;
}

/**
 * Compilers may assume that there are no NaNs, so they are recognized by their bits; and WGSL's constant expressions
 * may not make one, so `nan()` reads its bits from a variable.
 */
export const NAN = /* wgsl */ `
var<private> nanBits: u32 = 0x7fc00000u;
var<private> infinityBits: u32 = 0x7f800000u;
fn nan() -> f32 { return bitcast<f32>(nanBits); }
fn infinity() -> f32 { return bitcast<f32>(infinityBits); }
fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
`;

/**
 * Packs a uniform buffer: each number as a 32-bit word, "f" for float32, else as an integer; padded to 16 bytes.
 * The struct in WGSL must hold scalars only (or whole vec4 from multiples of four words on).
 */
export function packUniforms(words: readonly (number | { f: number })[]): ArrayBuffer {
  const bytes = new ArrayBuffer(16 * Math.ceil(words.length / 4));
  const view = new DataView(bytes);
  words.forEach((word, i) => {
    if (typeof word === "number") view.setInt32(4 * i, word, true);
    else view.setFloat32(4 * i, word.f, true);
  });
  return bytes;
}

/** A number as a uniform, where it stands for elements of a dtype. */
export function word(value: number, dtype: DType): number | { f: number } {
  return dtype === "float32" ? { f: value } : dtype === "int32" ? value : Number(value !== 0);
}

/** The functions that an expression may name. */
const HELPERS: Readonly<Record<string, string>> = {
  // log(1 + e): near 0 by its series, where 1 + e would round e's digits away.
  log1p: `fn log1p(e: f32) -> f32 {
  return select(log(1.0 + e), e * (1.0 - e * (0.5 - e * (0.33333333 - e * 0.25))), e < 0.03);
}`,
  // (1 − e⁻²ˣ) / (1 + e⁻²ˣ) away from 0; near it the series x − x³/3 + 2x⁵/15 − 17x⁷/315, where 1 − e⁻²ˣ cancels.
  hyperbolicTangent: `fn hyperbolicTangent(x: f32) -> f32 {
  let s = x * x;
  let near = x * (1.0 - s * (0.33333333 - s * (0.13333333 - s * 0.053968254)));
  let e = exp(-2.0 * abs(x));
  let far = (1.0 - e) / (1.0 + e);
  return select(select(far, -far, x < 0.0), near, s < 0.01 || isNan(x));
}`,
  // Abramowitz & Stegun 7.1.26 (error < 1.5e-7) away from 0, the Maclaurin series near it.
  errorFunction: `fn errorFunction(x: f32) -> f32 {
  let s = x * x;
  let near = 1.1283792 * x *
    (1.0 - s * (0.33333333 - s * (0.1 - s * (0.023809524 - s * (0.0046296296 - s * (0.00075757576 - s * 0.00010683761))))));
  let t = 1.0 / (1.0 + 0.3275911 * abs(x));
  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  let far = 1.0 - p * exp(-s);
  return select(select(far, -far, x < 0.0), near, s < 0.25 || isNan(x));
}`,
  // S. Moshier's Cephes, sinf and cosf: x reduced by multiples of π/2 in three exact parts, then a polynomial. Holds to
  // 1e-6 for |x| < 8192; beyond 1e5 a float32's last digit is larger than what sin could tell, and the GPU's own serves.
  sine: `fn sine(x: f32, quarterTurns: u32) -> f32 {
  if (abs(x) > 1e5) {
    return select(select(sin(x), cos(x), quarterTurns == 1u), nan(), abs(x) >= infinity());
  }
  let k = round(x * 0.63661977);
  let r = ((x - k * 1.5703125) - k * 4.8375129699707031e-4) - k * 7.549789954891882e-8;
  let s = r * r;
  let sinR = r + r * s * (-1.6666654611e-1 + s * (8.3321608736e-3 - s * 1.9515295891e-4));
  let cosR = 1.0 - 0.5 * s + s * s * (4.166664568298827e-2 + s * (-1.388731625493765e-3 + s * 2.443315711809948e-5));
  let quadrant = (u32(i32(k)) + quarterTurns) & 3u;
  let value = select(sinR, cosR, (quadrant & 1u) == 1u);
  return select(select(value, -value, quadrant >= 2u), x, isNan(x));
}`,
  // aᵇ of integers: wraps; a negative power is cut off to 0, save that of 1 and −1.
  wholePower: `fn wholePower(a: i32, b: i32) -> i32 {
  if (b < 0) {
    return select(0, select(1, a, (b & 1) == 1), a == 1 || a == -1);
  }
  var result = 1;
  var square = a;
  for (var rest = b; rest > 0; rest >>= 1u) {
    result *= select(1, square, (rest & 1) == 1);
    square *= square;
  }
  return result;
}`,
  // C's pow (C17, F.10.4.4); WGSL's knows no negative base. Small powers are exact products, as in PyTorch.
  power: `fn power(a: f32, b: f32) -> f32 {
  if (b == 0.0 || a == 1.0) { return 1.0; }
  if (isNan(a) || isNan(b)) { return a + b; }
  let size = abs(a);
  if (abs(b) >= infinity()) {
    return select(select(0.0, infinity(), (size > 1.0) == (b > 0.0)), 1.0, size == 1.0);
  }
  if (b == 1.0) { return a; }
  if (b == 2.0) { return a * a; }
  if (b == 3.0) { return a * a * a; }
  let whole = floor(b) == b;
  if (a < 0.0 && size < infinity() && !whole) { return nan(); }
  var magnitude = 1.0;
  if (size == 0.0 || size >= infinity()) {
    magnitude = select(0.0, infinity(), (size > 0.0) == (b > 0.0));
  } else if (b == -1.0) {
    magnitude = 1.0 / size;
  } else if (size != 1.0) {
    magnitude = pow(size, b);
  }
  let odd = whole && floor(b * 0.5) != b * 0.5;
  return select(magnitude, -magnitude, odd && (bitcast<u32>(a) >> 31u) == 1u);
}`,
};

/** NAN, and the functions that an expression names. */
export function helpersFor(expression: string): string {
  const named = Object.entries(HELPERS).filter(([name]) => expression.includes(`${name}(`));
  return [NAN, ...named.map(([, code]) => code)].join("\n");
}
