/**
 * What kernels ask of the GPU: arrays, and programs that run on them.
 *
 * @module
 */
import type { Arena } from "../arena.ts";
import type { DType, Storage, Values } from "../storage.ts";
import type { Choice } from "./kernels/tiles.ts";
import type { RangeChecked } from "./range.ts";

/** Workgroups in x, y and z. */
export type Workgroups = [x: number, y: number, z: number];

/** One dispatch of a whole WGSL program. */
export interface Program {
  /** Names the pipeline in the cache: equal keys must mean equal code. */
  key: string;
  /** The WGSL, with an entry point `main`; made once per key. */
  code: () => string;
  /**
   * Storage buffers, bound to group 0 from binding 0 on; those that are written may be several. The WGSL declares each in a line
   * `@group(0) @binding(0) var<storage, read> x: array<f32>;`, or `read_write`: the layout is read from there.
   */
  bindings: readonly Storage[];
  /**
   * The uniform buffer's bytes, bound after the last storage; a multiple of 16 long. A function where a number changes from one
   * step to the next though the step is the same (a learning rate, the place in a stream of random numbers): it is asked again
   * whenever a recorded step runs, and packs what it closes over.
   */
  uniforms: ArrayBuffer | (() => ArrayBuffer);
  /** See {@linkcode workgroupsFor}. */
  workgroups: Workgroups;
  /**
   * Which of the bindings it writes an element at a time, in the WGSL's line `fn emit(i: u32, value: f32) { y[i] = value; }`, or with
   * vec4<f32> for four; what it emits is no bare product. In a recorded step, a program that {@linkcode maps} the result
   * may be joined to it there.
   */
  emits?: number;
  /** WGSL of each element of the last binding in terms of those of the first, `a`, and of a second, `b`; all of one size. */
  maps?: string;
  /** Floating-point operations, where there are many for each byte (products): what a profile of programs divides by the time. */
  flops?: number;
  /** The kernel that may find an index out of range: binds the flags of range.ts after the uniforms. */
  checks?: RangeChecked;
}

/** An array as TensorFlow.js sees it. Said here, so that who reads the library's types needs none of TensorFlow.js'. */
interface TensorInfo {
  readonly dataId: object;
  readonly shape: number[];
  readonly dtype: string;
}

/** The GPU, as kernels see it. */
export interface Gpu {
  /** Where results go until somebody keeps them. */
  readonly arena: Arena;
  /** What the adapter grants. */
  readonly limits: GPUSupportedLimits;
  /** Whether the adapter computes on the processor, where other tiles are fast. */
  readonly software: boolean;
  /** Whether its compiler takes minutes and gigabytes over long programs, as SwiftShader's does over tiles of 64 results a thread. */
  readonly slowCompiler: boolean;
  /** What was measured of products on this adapter; see tuning.ts. */
  readonly tuning?: { get(key: string): Choice | undefined };
  /** An array without values yet, in row-major order. */
  allocate(shape: readonly number[], dtype: DType): Storage;
  /** Writes the values of an array. */
  put(storage: Storage, values: Values): void;
  /** What a kernel of TensorFlow.js' made, as a storage of ours. */
  adopt(info: TensorInfo, shape?: readonly number[]): Storage;
  /** Another reference to the same data, perhaps in another shape. */
  share(x: Storage, shape?: readonly number[]): Storage;
  /** Gives a reference back. */
  free(x: Storage): void;
  /** Copies the values of `source` over those of `target`, as they lie in memory. */
  overwrite(target: Storage, source: Storage): void;
  /** Records one dispatch; it is submitted with its neighbours. */
  dispatch(program: Program): void;
  /** What the elements of the buffer are; stock kernels that "cast" by renaming make it differ from the array's dtype. */
  bufferType(info: TensorInfo): DType;
}

const MAX_WORKGROUPS = 65535;

/** Enough workgroups for `count` items, `each` items a workgroup; in two dimensions where one cannot hold them. */
export function workgroupsFor(count: number, each: number): Workgroups {
  const groups = Math.ceil(count / each);
  if (groups <= MAX_WORKGROUPS) return [groups, 1, 1];
  const rows = Math.ceil(groups / MAX_WORKGROUPS);
  return [Math.ceil(groups / rows), rows, 1];
}
