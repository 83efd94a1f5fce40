/**
 * The compiled kernels, instantiated on the heap.
 *
 * @module
 */
import relaxedBytes from "./kernels.wasm" with { type: "bytes" };
import plainBytes from "./kernels_plain.wasm" with { type: "bytes" };
import type { Chunk, Heap } from "./heap.ts";

/** (module (func (param v128) (result v128) local.get 0 local.get 0 local.get 0 f32x4.relaxed_madd)) */
const RELAXED_PROBE = new Uint8Array([
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 123, 1, 123, 3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 32, 0, 32, 0, 32, 0, 253, 133, 2, 11],
]);

/** Whether this runtime has relaxed SIMD (fused multiply-add). */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(RELAXED_PROBE);
}

/** A kernel: numbers in, results in the heap. */
type WasmKernel = (...args: number[]) => void;

/** Calls kernels; every one ends with the units of work to do, begin and end. */
export class Kernels {
  readonly #exports: Record<string, WasmKernel>;
  #scratch: Chunk | null = null;

  constructor(readonly heap: Heap, relaxed: boolean = hasRelaxedSimd()) {
    const module = new WebAssembly.Module(relaxed ? relaxedBytes : plainBytes);
    const instance = new WebAssembly.Instance(module, {
      env: {
        memory: heap.memory,
        abort: () => {
          throw new Error("The CPU device's kernels stopped with an internal error.");
        },
      },
    });
    this.#exports = instance.exports as unknown as Record<string, WasmKernel>;
  }

  /**
   * Runs a kernel over units of work 0 … units - 1.
   *
   * @param name The export.
   * @param units How many units; the cut is the kernel's, so that results do not depend on who does which.
   * @param args What the kernel takes before begin and end.
   */
  launch(name: string, units: number, ...args: number[]): void {
    if (units > 0) this.#exports[name](...args, 0, units);
  }

  /** Makes sure that every thread has so many bytes of scratch memory. */
  reserveScratch(bytes: number): void {
    if (this.#scratch !== null) {
      if (this.#scratch.size >= bytes) return;
      this.heap.release(this.#scratch);
      this.#scratch = null;
    }
    this.#scratch = this.heap.allocate(bytes);
    this.#exports.setScratch(this.#scratch.pointer);
  }
}
