/**
 * The compiled kernels, instantiated on the heap.
 *
 * @module
 */
import { compiledKernels } from "./bytes.ts";
import { sharesMemory } from "../../host/background.ts";
import type { Chunk, Heap } from "./heap.ts";
import { CONTROL_BYTES, MAX_THREADS, Threads } from "./threads.ts";

/**
 * (func (export "f") (param f32 f32 f32) (result f32) local.get 0 f32x4.splat local.get 1 f32x4.splat local.get 2 f32x4.splat
 * f32x4.relaxed_madd f32x4.extract_lane 0)
 */
const PROBE = new Uint8Array([
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 125, 125, 125, 1, 125, 3, 2, 1, 0],
  ...[7, 5, 1, 1, 102, 0, 0, 10, 22, 1, 20, 0, 32, 0, 253, 19, 32, 1, 253, 19, 32, 2, 253, 19],
  ...[253, 133, 2, 253, 31, 0, 11],
]);

/** Whether relaxed SIMD multiplies and adds without rounding in between. It need not: a host may have the instruction, and round. */
export function fusesMultiplyAdd(): boolean {
  if (!WebAssembly.validate(PROBE)) return false;
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(PROBE)).exports as { f: typeof Math.max };
  // (1 + 2⁻¹²)² = 1 + 2⁻¹¹ + 2⁻²⁴, of which a float32 has no room for the last.
  return f(1 + 2 ** -12, 1 + 2 ** -12, -1 - 2 ** -11) !== 0;
}

/** A kernel: numbers in, results in the heap. */
type WasmKernel = (...args: number[]) => void;

/** Work of fewer nanoseconds than this is done sooner than a thread wakes up. */
const WORTH_THREADS = 40_000;

/** Calls kernels; every one ends with the units of work to do, begin and end. */
export class Module {
  readonly #exports: Record<string, WasmKernel>;
  readonly #numbers: Map<string, number>;
  readonly #makeThreads: (count: number) => Threads;
  #threads: Threads | null = null;
  #count = 1;
  #scratch: Chunk[] = [];

  /**
   * @param heap Where the numbers are.
   * @param threads How many threads may work at once.
   * @param relaxed Whether to use fused multiply-add.
   */
  constructor(
    readonly heap: Heap,
    threads: number = Math.min(MAX_THREADS, globalThis.navigator?.hardwareConcurrency || 1),
    readonly relaxed: boolean = fusesMultiplyAdd(),
  ) {
    const module = new WebAssembly.Module(compiledKernels(relaxed, heap.isShared));
    const instance = new WebAssembly.Instance(module, {
      env: {
        memory: heap.memory,
        abort: () => {
          throw new Error("The CPU device's kernels stopped with an internal error.");
        },
      },
    });
    this.#exports = instance.exports as unknown as Record<string, WasmKernel>;
    const names = Object.keys(this.#exports);
    this.#numbers = new Map(names.map((name, i) => [name, i]));
    this.#makeThreads = (count) => {
      const control = heap.allocate(CONTROL_BYTES);
      new Uint8Array(heap.memory.buffer, control.pointer, control.size).fill(0);
      return new Threads(module, heap.memory, control.pointer, names, count);
    };
    this.threads = threads;
  }

  /** Whether there can be more threads than the calling one. */
  get hasThreads(): boolean {
    return this.heap.isShared && sharesMemory();
  }

  /**
   * How many threads may work at once, the calling one included; results do not depend on it. One and no other, where they cannot
   * share the heap.
   */
  get threads(): number {
    return this.#count;
  }
  set threads(count: number) {
    if (!this.hasThreads) return;
    this.#count = count;
    if (this.#threads !== null) this.#threads.count = count;
    else if (count > 1) this.#threads = this.#makeThreads(count);
  }

  /** How many threads have come up so far, the calling one included. */
  get ready(): number {
    return 1 + (this.#threads?.ready ?? 0);
  }

  /**
   * Runs a kernel over units of work 0 … units - 1.
   *
   * @param name The export.
   * @param units How many units; the cut is the kernel's, so that results do not depend on who does which.
   * @param nanoseconds About how long one unit takes; decides whether threads are woken.
   * @param args What the kernel takes before begin and end.
   */
  launch(name: string, units: number, nanoseconds: number, ...args: number[]): void {
    if (units <= 0) return;
    const kernel = this.#exports[name];
    if (this.#count === 1 || units === 1 || units * nanoseconds < WORTH_THREADS) {
      kernel(...args, 0, units);
    } else this.#threads!.run(this.#numbers.get(name)!, kernel, units, args);
  }

  /** Makes sure that every thread has so many bytes of scratch memory. */
  reserveScratch(bytes: number): void {
    if (this.#scratch.length >= this.threads && this.#scratch[0].size >= bytes) return;
    for (const chunk of this.#scratch) this.heap.release(chunk);
    this.#scratch = [];
    for (let thread = 0; thread < this.threads; thread++) {
      const chunk = this.heap.allocate(bytes);
      this.#scratch.push(chunk);
      this.#threads?.setScratch(thread, chunk.pointer);
    }
    this.#exports.setScratch(this.#scratch[0].pointer);
  }
}
