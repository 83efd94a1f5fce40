/**
 * What kernels take and give: numbers on a device, and how they lie there.
 *
 * @module
 */

/** What the elements of a tensor are. */
export type DType = "float32" | "int32" | "bool";

/** Flat values as JavaScript holds them: "float32" → Float32Array, "int32" → Int32Array, "bool" → Uint8Array. */
export type Values = Float32Array | Int32Array | Uint8Array;

/** The typed array that holds the values of a dtype. */
export const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** Dimension i of the array is dimension order[i] of its memory; null: the same, row-major. */
export type Order = readonly number[] | null;

/** What a rule may know of an array without its numbers. */
export interface Shaped {
  /** The size of every dimension. */
  readonly shape: readonly number[];
  /** What its elements are. */
  readonly dtype: DType;
}

/**
 * A dense array on a device: data, a shape, and the order in which the dimensions lie in memory. `shape` is what every
 * floor above the kernels sees; only kernels ask for the `order`. A Storage holds one reference to its data, which its
 * device gives back (`free`); several may share the data.
 */
export class Storage implements Shaped {
  /** Its reference was given back. */
  freed = false;

  /**
   * @param dataId The data: what TensorFlow.js' backends call a data id.
   * @param shape The size of every dimension, as the reader counts them.
   * @param dtype What its elements are.
   * @param order Which dimension of the memory each dimension is.
   */
  constructor(
    readonly dataId: object,
    public shape: number[],
    readonly dtype: DType,
    public order: Order = null,
  ) {}
}
