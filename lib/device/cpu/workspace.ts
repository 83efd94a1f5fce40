/**
 * What functions that move elements ask of the engine, which moves some itself.
 *
 * @module
 */
import type { DType, Storage, Values } from "../storage.ts";
import type { Block } from "./block.ts";
import type { Module } from "./module.ts";

/** Room for arrays, and the compiled kernels. */
export interface Workspace {
  readonly wasm: Module;
  /** The block of a storage. */
  block(storage: Storage): Block;
  /** The address of a storage's numbers. */
  pointer(storage: Storage): number;
  /** A new row-major storage in the heap, not cleared. */
  allocate(shape: number[], dtype?: DType): Storage;
  /** A new storage that owns a typed array of JavaScript's. */
  adopt(array: Values, shape: number[], dtype: DType): Storage;
  /** A small array for a result that will be written whole. */
  floats(size: number): Float32Array;
  /** Writes a kernel's description where it can read it; good until the next call. */
  describe(words: readonly number[]): number;
}
