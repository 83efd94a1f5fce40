/**
 * Where the numbers of an array are: in a small array of JavaScript's, or in the heap.
 *
 * @module
 */
import type { MemoryUse } from "../device.ts";
import type { DType, Values } from "../storage.ts";
import type { Chunk, Heap } from "./heap.ts";

/** What a block holds of the heap, for when the block itself is gone. */
export interface Holding {
  chunk: Chunk | null;
  readonly bytes: number;
}

/** The engine as its blocks know it. */
export interface BlockOwner {
  readonly heap: Heap;
  readonly use: MemoryUse;
  /** Counts a block that is in the heap now, and frees its chunk when JavaScript forgets the block. */
  track(block: Block): void;
}

/** The data of one or more storages. */
export class Block {
  refCount = 1;
  /** Set when the numbers are in the heap. */
  chunk: Chunk | null = null;
  holding: Holding | null = null;
  /** The numbers, or the view on the heap once somebody asked for it. */
  array: Values | null;

  constructor(
    readonly owner: BlockOwner,
    readonly dtype: DType,
    readonly size: number,
    array: Values | null,
  ) {
    this.array = array;
  }

  /** Bytes of the elements. */
  get bytes(): number {
    return this.dtype === "bool" ? this.size : this.size * 4;
  }

  /** The numbers as a typed array; kernels never keep it. */
  view(): Values {
    if (this.array === null && this.chunk !== null) {
      const { buffer } = this.owner.heap.memory;
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
      this.chunk = this.owner.heap.allocate(this.bytes);
      this.owner.track(this);
      this.array = null;
      if (array !== null) this.view().set(array);
    }
    return this.chunk.pointer;
  }
}
