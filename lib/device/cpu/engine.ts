/**
 * Memory and threads of the CPU device: arrays in one WebAssembly memory, and the compiled kernels on it.
 *
 * A storage's data id is the record itself (a {@linkcode Block}), so finding the numbers of an array is no look-up at all. Small
 * arrays stay JavaScript's until a WebAssembly kernel needs their address.
 *
 * @module
 */
import { Arena } from "../arena.ts";
import type { MemoryUse } from "../device.ts";
import { Pressure } from "../pressure.ts";
import { sizeOf, text } from "../shape.ts";
import { ARRAYS, type DType, Storage, type Values } from "../storage.ts";
import { Block, type Holding } from "./block.ts";
import { type Chunk, Heap } from "./heap.ts";
import { transpose } from "./kernels/arrange.ts";
import { Module } from "./module.ts";
import type { Workspace } from "./workspace.ts";

/** Arrays shorter than this are kept for another result, so many of each length. */
const SPARE_SIZES = 65, SPARE_ARRAYS = 64;

/** What kernels compute with. */
export class Engine implements Workspace {
  readonly heap: Heap;
  readonly wasm: Module;
  readonly arena: Arena = new Arena(this);
  /** What is in the heap. Small arrays that are still JavaScript's are its garbage collector's business. */
  readonly use: MemoryUse = { tensors: 0, bytes: 0, peakBytes: 0 };
  /** What the collector feels of it. */
  readonly pressure: Pressure<Holding> = new Pressure(this.use, (holding) => this.#release(holding));
  /** Small arrays that nobody uses any more, by their length. */
  readonly #spare: Float32Array[][] = Array.from({ length: SPARE_SIZES }, () => []);
  #zeros: Chunk | null = null;
  #description: Chunk | null = null;
  #words: Int32Array | null = null;

  constructor(heap: Heap = new Heap(), wasm: Module = new Module(heap)) {
    this.heap = heap;
    this.wasm = wasm;
  }

  /** The address of at least so many zero bytes; nobody writes there. */
  zeros(bytes: number): number {
    if (this.#zeros === null || this.#zeros.size < bytes) {
      if (this.#zeros !== null) this.heap.release(this.#zeros);
      this.#zeros = this.heap.allocate(bytes);
      new Uint8Array(this.heap.memory.buffer, this.#zeros.pointer, this.#zeros.size).fill(0);
    }
    return this.#zeros.pointer;
  }

  /**
   * Writes a kernel's description (32-bit integers) where it can read it; good until the next call.
   *
   * @returns Its address.
   */
  describe(words: readonly number[]): number {
    this.#description ??= this.heap.allocate(1024);
    const { pointer } = this.#description;
    this.#words ??= new Int32Array(this.heap.memory.buffer, pointer, 256);
    for (let i = 0; i < words.length; i++) this.#words[i] = words[i];
    return pointer;
  }

  /** The block of a storage. */
  block({ dataId }: Storage): Block {
    const block = dataId as Block;
    if (block.refCount <= 0) {
      throw new Error("The CPU device was given an array whose data it does not hold: it was freed before.");
    }
    return block;
  }

  /** The address of a storage's numbers. */
  pointer(storage: Storage): number {
    return this.block(storage).pointer();
  }

  /** A new row-major storage in the heap, not cleared. */
  allocate(shape: number[], dtype: DType = "float32"): Storage {
    const block = new Block(this, dtype, sizeOf(shape), null);
    try {
      block.chunk = this.heap.allocate(block.bytes);
    } catch (error) {
      (error as Error).message = `an array of shape ${text(shape)} cannot be made. ${
        (error as Error).message
      }`;
      throw error;
    }
    this.track(block);
    return this.arena.track(new Storage(block, shape, dtype));
  }

  /** A new storage that owns a typed array of JavaScript's. */
  adopt(array: Values, shape: number[], dtype: DType): Storage {
    return this.arena.track(new Storage(new Block(this, dtype, array.length, array), shape, dtype));
  }

  /** A small array for a result that will be written whole; one of a freed result, where there is one. */
  floats(size: number): Float32Array {
    const array = size < SPARE_SIZES ? this.#spare[size].pop() : undefined;
    return array ?? new Float32Array(size);
  }

  /** A storage of zeros. */
  zeroed(shape: number[], dtype: DType = "float32"): Storage {
    const storage = this.allocate(shape, dtype);
    this.block(storage).view().fill(0);
    return storage;
  }

  /** One number, as an array of no dimensions. */
  scalar(value: number, dtype: DType): Storage {
    return this.adopt(ARRAYS[dtype].of(dtype === "bool" ? Number(value !== 0) : value), [], dtype);
  }

  /** The row-major copy y[i] = x[i permuted] of a row-major array. */
  readonly transpose = (x: Storage, perm: number[]): Storage => transpose(this, x, perm);

  /** Another reference to the same data. */
  share({ dataId, shape, dtype, order }: Storage): Storage {
    (dataId as Block).refCount++;
    return this.arena.track(new Storage(dataId, shape, dtype, order));
  }

  /** Gives a storage's reference back. */
  free(storage: Storage): void {
    if (storage.freed) return;
    storage.freed = true;
    this.releaseBlock(storage.dataId as Block);
  }

  /** Gives one reference to a block back. */
  releaseBlock(block: Block): void {
    if (--block.refCount > 0) return;
    const { holding, array } = block;
    if (holding !== null) this.#release(holding);
    // Making a typed array takes longer than computing a few numbers.
    else if (array instanceof Float32Array && array.length < SPARE_SIZES) {
      const spare = this.#spare[array.length];
      if (spare.length < SPARE_ARRAYS) spare.push(array);
    }
    block.chunk = block.array = null;
  }

  /** Counts a block that is in the heap now, and frees its chunk when JavaScript forgets the block. */
  track(block: Block): void {
    this.pressure.watch(block, block.holding = { chunk: block.chunk, bytes: block.bytes });
    const use = this.use;
    use.tensors++;
    use.bytes += block.bytes;
    if (use.bytes > use.peakBytes) use.peakBytes = use.bytes;
    this.pressure.grow();
  }

  #release(holding: Holding): void {
    if (holding.chunk === null) return;
    this.heap.release(holding.chunk);
    holding.chunk = null;
    this.use.tensors--;
    this.use.bytes -= holding.bytes;
  }
}
