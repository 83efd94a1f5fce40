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
 * @param shared Whether they compute in a memory that threads share.
 * @returns A WebAssembly module.
 */
export function compiledKernels(relaxed: boolean, shared: boolean = true): Uint8Array<ArrayBuffer> {
  const compiled = bytesOf(RELAXED), bytes = relaxed ? compiled : applied(bytesOf(PLAIN), compiled);
  if (!shared) bytes[memoryOf(bytes)] &= ~SHARED;
  return bytes;
}

/** What the module imports as "env", "memory": a memory (2), of which a byte of flags follows. */
const MEMORY = "\x03env\x06memory\x02";
/** The flag of a shared one. */
const SHARED = 2;

/** Where the flags of the memory stand. */
function memoryOf(bytes: Uint8Array): number {
  return new TextDecoder("latin1").decode(bytes.subarray(0, 4096)).indexOf(MEMORY) + MEMORY.length;
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
