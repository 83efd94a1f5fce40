/**
 * Random numbers: Philox 4×32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"). See KERNELS.md.
 *
 * @module
 */
import type { Storage } from "../../device.ts";
import { type Call, type Kernel, sizeOf } from "../kernel.ts";

const M0 = 0xD2511F53, M1 = 0xCD9E8D57, W0 = 0x9E3779B9, W1 = 0xBB67AE85;

/** The high word of a 32 × 32 bit product. */
function high(a: number, b: number): number {
  const a1 = a >>> 16, a0 = a & 0xffff, b1 = b >>> 16, b0 = b & 0xffff;
  const middle = a1 * b0 + ((a0 * b0) >>> 16), other = a0 * b1 + (middle & 0xffff);
  return (a1 * b1 + Math.floor(middle / 65536) + Math.floor(other / 65536)) >>> 0;
}

/** Four random words for one counter. */
function block(counter: number, key: readonly number[], words: Uint32Array): void {
  let c0 = counter >>> 0, c1 = Math.floor(counter / 2 ** 32) >>> 0, c2 = 0, c3 = 0;
  let k0 = key[0] >>> 0, k1 = key[1] >>> 0;
  for (let round = 0; round < 10; round++) {
    const h0 = high(M0, c0), l0 = Math.imul(M0, c0) >>> 0, h1 = high(M1, c2), l1 = Math.imul(M1, c2) >>> 0;
    c0 = (h1 ^ c1 ^ k0) >>> 0;
    c1 = l1;
    c2 = (h0 ^ c3 ^ k1) >>> 0;
    c3 = l0;
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

function philox({ attrs, backend }: Call): Storage {
  const { shape, distribution, seed, offset, p = 0 } = attrs;
  const size = sizeOf(shape), values = new Float32Array(size), words = new Uint32Array(4);
  const four = new Float32Array(4), unit = 2 ** -24;
  for (let i = 0; i < size; i += 4) {
    block(offset + i / 4, seed, words);
    if (distribution === "normal") {
      for (let j = 0; j < 4; j += 2) {
        const radius = Math.sqrt(-2 * Math.log(((words[j] >>> 8) + 1) * unit));
        const angle = 2 * Math.PI * ((words[j + 1] >>> 8) * unit);
        four[j] = radius * Math.cos(angle);
        four[j + 1] = radius * Math.sin(angle);
      }
    } else {
      for (let j = 0; j < 4; j++) four[j] = (words[j] >>> 8) * unit;
      if (distribution === "dropout") {
        for (let j = 0; j < 4; j++) four[j] = four[j] < p ? 0 : 1 / (1 - p);
      }
    }
    for (let j = 0; j < 4 && i + j < size; j++) values[i + j] = four[j];
  }
  const out = backend.allocate(shape);
  backend.block(out).view().set(values);
  return out;
}

/** This file's kernels; they are ours alone (see KERNELS.md). */
export const randomKernels: Record<string, Kernel> = { Philox: philox };
