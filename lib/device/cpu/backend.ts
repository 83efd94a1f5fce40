/**
 * The TensorFlow.js backend under the CPU device: TensorFlow.js' own CPU backend, with its data moved into our heap.
 *
 * A data id is the record itself (a {@linkcode Block}), so finding the numbers of a tensor is no look-up at all.
 * Small arrays stay JavaScript's until a WebAssembly kernel needs their address; the kernels inherited from
 * TensorFlow.js read and write plain typed arrays either way, without a copy.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { DType, MemoryUse, Storage, Values } from "../device.ts";
import { Block, BlockStorage, converted, fits, type Holding } from "./block.ts";
import { type Chunk, Heap } from "./heap.ts";
import { Kernels } from "./wasm.ts";

/** The name under which the kernels stand in TensorFlow.js' registry. */
export const BACKEND_NAME = "descent-cpu";

/** Up to so many elements an array is JavaScript's until a kernel asks for its address. */
const SMALL = 256;

/** TensorFlow.js' CPU backend on our heap. */
export class CpuBackend extends MathBackendCPU {
  readonly heap: Heap;
  /** What is in the heap. Small arrays that are still JavaScript's are its garbage collector's business. */
  readonly use: MemoryUse = { tensors: 0, bytes: 0, peakBytes: 0 };
  /** Buffers that an inherited kernel has seen as an input. */
  readonly lent = new WeakSet<object>();

  readonly kernels: Kernels;
  #zeros: Chunk | null = null;
  #description: Chunk | null = null;
  #words: Int32Array | null = null;
  readonly #forgotten = new FinalizationRegistry<Holding>((holding) => this.#release(holding));

  constructor(heap: Heap = new Heap(), kernels: Kernels = new Kernels(heap)) {
    super();
    this.heap = heap;
    this.kernels = kernels;
    this.data = new BlockStorage(this) as unknown as MathBackendCPU["data"];
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

  /** The block of a storage of ours. */
  block(storage: { dataId: object }): Block {
    const id = storage.dataId;
    if (id instanceof Block && id.refCount > 0 && id.backend === this) return id;
    return this.data.get(id) as unknown as Block;
  }

  /** A new storage in the heap, not cleared. */
  allocate(shape: number[], dtype: DType = "float32"): Storage {
    let size = 1;
    for (const length of shape) size *= length;
    const block = new Block(this, dtype, size, null);
    try {
      block.chunk = this.heap.allocate(block.bytes);
    } catch (error) {
      (error as Error).message = `An array of shape [${shape}] cannot be made. ${(error as Error).message}`;
      throw error;
    }
    this.track(block);
    return { dataId: block, shape, dtype };
  }

  /** A new storage that owns a typed array of JavaScript's. */
  adopt(array: Values, shape: number[], dtype: DType): Storage {
    return { dataId: new Block(this, dtype, array.length, array), shape, dtype };
  }

  /** Counts a block that is in the heap now, and frees its chunk when JavaScript forgets the block. */
  track(block: Block): void {
    this.#forgotten.register(block, block.holding = { chunk: block.chunk, bytes: block.bytes });
    const use = this.use;
    use.tensors++;
    use.bytes += block.bytes;
    if (use.bytes > use.peakBytes) use.peakBytes = use.bytes;
  }

  #release(holding: Holding): void {
    if (holding.chunk === null) return;
    this.heap.release(holding.chunk);
    holding.chunk = null;
    this.use.tensors--;
    this.use.bytes -= holding.bytes;
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    const block = this.#adoptAny(values as Values | null, shape, dtype);
    return block;
  }

  #adoptAny(values: Values | null, shape: number[], dtype: tf.DataType): Block {
    if (dtype === "string" || dtype === "complex64" || values == null) {
      return new Block(this, dtype, values?.length ?? 0, values);
    }
    // TensorFlow.js' kernels now and then wrap (a part of) an input as their output. Ours write in place and free,
    // so no two blocks may see the same bytes.
    const shared = values.buffer === undefined || values.buffer instanceof SharedArrayBuffer ||
      values.byteLength !== values.buffer.byteLength || this.lent.has(values.buffer);
    if (!shared && values.length <= SMALL && fits(values, dtype)) {
      return new Block(this, dtype, values.length, values);
    }
    if (values.length <= SMALL) {
      return new Block(this, dtype, values.length, converted(values, dtype));
    }
    const storage = this.allocate([...shape], dtype as DType);
    const block = storage.dataId as Block;
    block.view().set(values);
    return block;
  }

  override move(
    dataId: object,
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    refCount: number,
  ): void {
    const block = this.#adoptAny(values as Values, shape, dtype);
    block.refCount = refCount;
    (this.data as unknown as BlockStorage).set(dataId, block);
  }

  override incRef(dataId: object): void {
    this.block({ dataId }).refCount++;
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const block = this.block({ dataId });
    if (block.dtype === "complex64" || block.dtype === "string") return super.readSync(dataId);
    return converted(block.view(), block.dtype);
  }

  override disposeData(dataId: object, force = false): boolean {
    if (!this.data.has(dataId)) return true;
    const block = this.block({ dataId });
    block.refCount--;
    if (!force && block.refCount > 0) return false;
    block.refCount = 0;
    if (block.complexTensorInfos !== undefined) {
      this.disposeData(block.complexTensorInfos.real.dataId, true);
      this.disposeData(block.complexTensorInfos.imag.dataId, true);
    }
    if (block.chunk !== null) {
      this.#release(block.holding!);
    }
    block.chunk = block.array = null;
    if (dataId !== block) this.data.delete(dataId);
    return true;
  }
}
