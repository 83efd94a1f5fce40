/**
 * Float32 in half the room, rounded to the nearest, ties to even, as IEEE 754 has it. A NaN stays one, and keeps the upper bits of
 * its payload.
 *
 * @module
 */
import type { Values } from "../device/storage.ts";

function bitsOf(values: Values): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

/** As float16: 5 bits of exponent, 10 of fraction. Beyond 65,520 it is ∞. */
export function halve(values: Values): Uint8Array {
  const from = bitsOf(values), to = new Uint16Array(from.length);
  for (let i = 0; i < from.length; i++) to[i] = halfOf(from[i]);
  return new Uint8Array(to.buffer);
}

/** As bfloat16: the upper half of a float32. */
export function truncate(values: Values): Uint8Array {
  const from = bitsOf(values), to = new Uint16Array(from.length);
  for (let i = 0; i < from.length; i++) {
    const bits = from[i], isNaN = (bits & 0x7fffffff) > 0x7f800000;
    // Half of the last bit that stays, less one where that bit is 0: a tie then ends at an even one.
    to[i] = isNaN ? bits >>> 16 | 0x40 : bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
  }
  return new Uint8Array(to.buffer);
}

function halfOf(bits: number): number {
  const sign = bits >>> 16 & 0x8000, rest = bits & 0x7fffffff;
  if (rest > 0x7f800000) return sign | 0x7e00 | rest >>> 13 & 0x3ff;
  if (rest >= 0x477ff000) return sign | 0x7c00;
  // From 2⁻¹⁴ on the exponents differ by a constant.
  if (rest >= 0x38800000) return sign | roundedShift(rest - 0x38000000, 13);
  // Subnormal: the one that float32 leaves unsaid becomes a bit like others.
  const shift = 126 - (rest >>> 23);
  return shift > 24 ? sign : sign | roundedShift(rest & 0x7fffff | 0x800000, shift);
}

/** Divided by 2^shift, rounded to the nearest, ties to even. */
function roundedShift(bits: number, shift: number): number {
  return bits + (1 << shift - 1) - 1 + (bits >>> shift & 1) >>> shift;
}
