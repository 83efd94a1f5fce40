/**
 * What our WGSL programs share: indices, NaN tests, uniforms.
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

/** Whether WGSL of a number surely ends in no product, which a sum behind it might be merged with. */
export function isNoProduct(expression: string): boolean {
  return !/[*]/.test(expression);
}

/** The line that writes an element of a result, or four: see Program.emits. */
export function emit(name: string, type: "f32" | "vec4<f32>" = "f32"): string {
  return `fn emit(i: u32, value: ${type}) { ${name}[i] = value; }`;
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

/** `keyOf(bits, float)`: an unsigned integer that orders as the float32 or int32 of these bits; NaN is largest, −0 is 0. */
export const KEY = /* wgsl */ `
fn keyOf(bits: u32, float: bool) -> u32 {
  if (!float) { return bits ^ 0x80000000u; }
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return 0xffffffffu; }
  if (bits == 0x80000000u) { return 0x80000000u; }
  return select(bits ^ 0x80000000u, ~bits, (bits >> 31u) == 1u);
}
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
