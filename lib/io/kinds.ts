/**
 * The kinds of numbers in files, and how they become float32, int32 and bool: exactly where that can be, save float64, which is
 * rounded. An integer that no int32 holds, and a float64 beyond all float32, is refused.
 *
 * JavaScript's hosts are little-endian, as the files are; what is big-endian is turned before it comes here.
 *
 * @module
 */
import type { DType, Values } from "../device/storage.ts";

/** A kind of numbers, by safetensors' name for it. */
export type Kind =
  | "F64"
  | "F32"
  | "F16"
  | "BF16"
  | "I64"
  | "I32"
  | "I16"
  | "I8"
  | "U64"
  | "U32"
  | "U16"
  | "U8"
  | "BOOL";

/** What is known of a kind. */
interface KindRow {
  /** Bytes of an element. */
  bytes: 1 | 2 | 4 | 8;
  /** What it becomes. */
  dtype: DType;
  /**
   * Writes elements as that.
   *
   * @param from Their bytes; begin at a multiple of eight.
   * @param into Room for as many.
   * @returns The place of the first that does not fit; −1 if all do.
   */
  decode: (from: Uint8Array<ArrayBuffer>, into: Values) => number;
}

/** A float32 as its bits, which is how a NaN keeps its payload. */
function bitsOf(values: Values): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

/** A half as the bits of a float32. */
function widenHalf(half: number): number {
  const sign = (half & 0x8000) << 16, exponent = (half >> 10) & 31, fraction = half & 0x3ff;
  if (exponent === 31) return sign | 0x7f800000 | fraction << 13;
  if (exponent > 0) return sign | (exponent + 112) << 23 | fraction << 13;
  if (fraction === 0) return sign;
  // Subnormal: the leading one moves to where float32 leaves it unsaid.
  const shift = Math.clz32(fraction) - 21;
  return sign | (113 - shift) << 23 | (fraction << shift & 0x3ff) << 13;
}

/** Integers of up to 16 bits, signed or not, are int32. */
function small(
  array: new (buffer: ArrayBuffer, at: number, length: number) => ArrayLike<number>,
  bytes: 1 | 2,
) {
  return {
    bytes,
    dtype: "int32",
    decode(from, into) {
      into.set(new array(from.buffer, from.byteOffset, from.length / bytes));
      return -1;
    },
  } satisfies KindRow;
}

/** What has the bytes that it should have. */
function same(dtype: DType): KindRow {
  return {
    bytes: 4,
    dtype,
    decode(from, into) {
      new Uint8Array(into.buffer, into.byteOffset, from.length).set(from);
      return -1;
    },
  };
}

/** Integers of 64 bits, as two halves: fit if the upper one says no more than the sign. */
function large(signed: boolean): KindRow {
  return {
    bytes: 8,
    dtype: "int32",
    decode(from, into) {
      const halves = new Int32Array(from.buffer, from.byteOffset, from.length / 4);
      for (let i = 0; i < into.length; i++) {
        const low = halves[2 * i], high = halves[2 * i + 1];
        if (high !== (signed ? low >> 31 : 0) || (!signed && low < 0)) return i;
        into[i] = low;
      }
      return -1;
    },
  };
}

/** All kinds that are read. */
export const KINDS: Record<Kind, KindRow> = {
  F64: {
    bytes: 8,
    dtype: "float32",
    decode(from, into) {
      const numbers = new Float64Array(from.buffer, from.byteOffset, from.length / 8);
      for (let i = 0; i < into.length; i++) {
        into[i] = numbers[i];
        if (Math.abs(into[i]) === Infinity && Math.abs(numbers[i]) !== Infinity) return i;
      }
      return -1;
    },
  },
  F32: same("float32"),
  F16: {
    bytes: 2,
    dtype: "float32",
    decode(from, into) {
      const halves = new Uint16Array(from.buffer, from.byteOffset, from.length / 2), bits = bitsOf(into);
      for (let i = 0; i < bits.length; i++) bits[i] = widenHalf(halves[i]);
      return -1;
    },
  },
  BF16: {
    bytes: 2,
    dtype: "float32",
    decode(from, into) {
      const halves = new Uint16Array(from.buffer, from.byteOffset, from.length / 2), bits = bitsOf(into);
      for (let i = 0; i < bits.length; i++) bits[i] = halves[i] << 16;
      return -1;
    },
  },
  I64: large(true),
  I32: same("int32"),
  I16: small(Int16Array, 2),
  I8: small(Int8Array, 1),
  U64: large(false),
  U32: {
    bytes: 4,
    dtype: "int32",
    decode(from, into) {
      const numbers = new Int32Array(from.buffer, from.byteOffset, from.length / 4);
      for (let i = 0; i < into.length; i++) {
        if (numbers[i] < 0) return i;
        into[i] = numbers[i];
      }
      return -1;
    },
  },
  U16: small(Uint16Array, 2),
  U8: small(Uint8Array, 1),
  BOOL: {
    bytes: 1,
    dtype: "bool",
    decode(from, into) {
      // Any byte but zero is true, as in C, NumPy and PyTorch.
      for (let i = 0; i < into.length; i++) into[i] = from[i] === 0 ? 0 : 1;
      return -1;
    },
  },
};

/** An element as a sentence says it, of those kinds of which one may not fit. */
export function elementAt(kind: Kind, from: Uint8Array<ArrayBuffer>, i: number): string {
  const view = new DataView(from.buffer, from.byteOffset);
  switch (kind) {
    case "F64":
      return String(view.getFloat64(8 * i, true));
    case "I64":
      return String(view.getBigInt64(8 * i, true));
    case "U64":
      return String(view.getBigUint64(8 * i, true));
    default:
      return String(view.getUint32(4 * i, true));
  }
}

/** Turns the bytes of every element around. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  if (width === 1) return;
  for (let i = 0; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse();
}
