/**
 * Where the numbers of a tensor are: in a small array of JavaScript's, or in the heap.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { MemoryUse, Values } from "../device.ts";
import type { Chunk, Heap } from "./heap.ts";

type TensorInfo = { dataId: object; shape: number[]; dtype: tf.DataType };

/** What a block holds of the heap, for when the block itself is gone. */
export interface Holding {
  chunk: Chunk | null;
  readonly bytes: number;
}

/** The backend as its blocks know it. */
export interface BlockOwner {
  readonly heap: Heap;
  readonly use: MemoryUse;
  /** Buffers that an inherited kernel has seen as an input. */
  readonly lent: WeakSet<object>;
  /** Counts a block that is in the heap now, and frees its chunk when JavaScript forgets the block. */
  track(block: Block): void;
}

/** The data of one or more tensors. Serves as TensorFlow.js' dataId and as its TensorData. */
export class Block {
  refCount = 1;
  /** For complex64 alone. */
  complexTensorInfos?: { real: TensorInfo; imag: TensorInfo };
  /** Set when the numbers are in the heap. */
  chunk: Chunk | null = null;
  holding: Holding | null = null;
  /** The numbers, or the view on the heap once somebody asked for it. */
  array: Values | null;

  constructor(
    readonly backend: BlockOwner,
    readonly dtype: tf.DataType,
    readonly size: number,
    array: Values | null,
  ) {
    this.array = array;
  }

  /** Bytes of the elements. */
  get bytes(): number {
    return this.dtype === "bool" ? this.size : this.dtype === "complex64" ? 0 : this.size * 4;
  }

  /** What TensorFlow.js' kernels read. */
  get values(): Values {
    const values = this.view();
    // Some of its kernels hand their input on as their output; write() then makes a copy (see there).
    if (this.chunk === null && values !== null) this.backend.lent.add(values.buffer ?? values);
    return values;
  }

  /** The numbers as a typed array; for our own kernels, which never keep it. */
  view(): Values {
    if (this.array === null && this.chunk !== null) {
      const { buffer } = this.backend.heap.memory;
      const { pointer } = this.chunk;
      this.array = this.dtype === "bool"
        ? new Uint8Array(buffer, pointer, this.size)
        : this.dtype === "int32"
        ? new Int32Array(buffer, pointer, this.size)
        : new Float32Array(buffer, pointer, this.size);
    }
    return this.array!;
  }

  /** The address of the numbers; moves them into the heap the first time. */
  pointer(): number {
    if (this.chunk === null) {
      const array = this.array;
      this.chunk = this.backend.heap.allocate(this.bytes);
      this.backend.track(this);
      this.array = null;
      if (array !== null) this.view().set(array);
    }
    return this.chunk.pointer;
  }
}

/** What TensorFlow.js asks of a backend's `data`. */
export class BlockStorage {
  /** Ids that other backends made, for data that TensorFlow.js moved here. */
  readonly #moved = new WeakMap<object, Block>();

  constructor(readonly backend: BlockOwner) {}

  get(dataId: object): Block {
    if (dataId instanceof Block && dataId.refCount > 0 && dataId.backend === this.backend) return dataId;
    return this.#foreign(dataId);
  }

  #foreign(dataId: object): Block {
    let block = this.#moved.get(dataId);
    if (block === undefined) {
      const engine = tf.engine() as unknown as {
        moveData(backend: unknown, dataId: object): void;
        state: { tensorInfo: WeakMap<object, { backend: unknown }> };
      };
      const home = engine.state.tensorInfo.get(dataId)?.backend;
      if (home === undefined || home === this.backend) {
        throw new Error(
          "The CPU device was given a tensor whose data it does not hold: it was freed before.",
        );
      }
      engine.moveData(this.backend, dataId);
      block = this.#moved.get(dataId)!;
    }
    return block;
  }

  set(dataId: object, block: Block): void {
    this.#moved.set(dataId, block);
  }

  has(dataId: object): boolean {
    return dataId instanceof Block && dataId.backend === this.backend
      ? dataId.refCount > 0
      : this.#moved.has(dataId);
  }

  delete(dataId: object): boolean {
    return this.#moved.delete(dataId);
  }

  numDataIds(): number {
    return this.backend.use.tensors;
  }
}

/** Whether a typed array is of the kind that a dtype is stored as. */
export function fits(values: Values, dtype: tf.DataType): boolean {
  return dtype === "bool"
    ? values instanceof Uint8Array
    : dtype === "int32"
    ? values instanceof Int32Array
    : values instanceof Float32Array;
}

/** A copy of JavaScript's own, of the kind that a dtype is stored as. */
export function converted(values: ArrayLike<number>, dtype: tf.DataType): Values {
  return dtype === "bool"
    ? new Uint8Array(values)
    : dtype === "int32"
    ? new Int32Array(values)
    : new Float32Array(values);
}
