/**
 * Indices out of range. A program on the GPU cannot throw: it leaves the index in a small buffer, and the next read throws.
 *
 * @module
 */
import { outOfRange } from "../check.ts";

const KERNELS = [
  ...[
    "gather",
    "scatterAdd",
    "indexSelect",
    "indexAdd",
    "at",
    "scatterLast",
    "indexCopy",
    "scatter",
  ] as const,
  ...["oneHot", "crossEntropy", "crossEntropyGrad"] as const,
] as const;

/** A kernel that takes indices. */
export type RangeChecked = typeof KERNELS[number];

/** The buffer's words: which kernel (from 1 on; 0: none), the index, the size that it had to be below, and whether they are taken. */
export const FLAG_BYTES = 16;

/**
 * WGSL: `outOfRange(index, size)` notes an index, the first one that a thread meets.
 *
 * @param kernel Who notes it.
 * @param binding That of the flags: the one after the uniforms.
 */
export function rangeCheck(kernel: RangeChecked, binding: number): string {
  return /* wgsl */ `
@group(0) @binding(${binding}) var<storage, read_write> flags: array<atomic<i32>, 4>;
fn outOfRange(index: i32, size: u32) {
  if (atomicExchange(&flags[3], 1) == 0) {
    atomicStore(&flags[0], ${KERNELS.indexOf(kernel) + 1});
    atomicStore(&flags[1], index);
    atomicStore(&flags[2], i32(size));
  }
}`;
}

/** The error that the flags tell of. */
export function rangeError(flags: ArrayBuffer): RangeError | undefined {
  const [kernel, index, size] = new Int32Array(flags);
  return kernel === 0 ? undefined : outOfRange(KERNELS[kernel - 1], index, size, null);
}
