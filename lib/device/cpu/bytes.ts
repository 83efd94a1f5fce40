/**
 * The compiled kernels as bytes, unpacked from text.
 *
 * @module
 */
import { bytesOf } from "../../text/base64.ts";
import { PLAIN, RELAXED } from "./compiled.ts";

/**
 * The compiled kernels.
 *
 * @param relaxed Those with fused multiply-add, or those without.
 * @returns A WebAssembly module.
 */
export function compiledKernels(relaxed: boolean): Uint8Array<ArrayBuffer> {
  const bytes = bytesOf(RELAXED);
  return relaxed ? bytes : applied(bytesOf(PLAIN), bytes);
}

/** What tools/difference.ts took the difference of: new bytes and pieces of `from`, by turns. */
function applied(difference: Uint8Array, from: Uint8Array): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  let at = 0;
  const next = () => {
    let value = 0;
    for (let shift = 0;; shift += 7) {
      const byte = difference[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const take = (bytes: Uint8Array, begin: number, length: number) => {
    for (let i = begin; i < begin + length; i++) out.push(bytes[i]);
  };
  while (at < difference.length) {
    const fresh = next();
    take(difference, at, fresh);
    at += fresh;
    take(from, next(), next());
  }
  return Uint8Array.from(out);
}
