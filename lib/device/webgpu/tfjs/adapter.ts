/**
 * Putting kernels of ours into TensorFlow.js' registry, over its own, for plain `tf.*` code.
 *
 * @module
 */
import {
  type NamedAttrMap,
  type NamedTensorInfoMap,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import { type DType, Storage } from "../../storage.ts";
import type { Gpu } from "../gpu.ts";
import { cast } from "../kernels/cast.ts";
import { BACKEND_NAME, stockKernel } from "../stock.ts";
import { wgslType } from "../wgsl.ts";

/** What TensorFlow.js hands to a kernel. */
export interface Call {
  readonly gpu: Gpu;
  readonly inputs: NamedTensorInfoMap;
  readonly attrs: NamedAttrMap;
}

/** Computes a kernel of TensorFlow.js' with functions of ours; null: TensorFlow.js' own shall. */
export type Adapter = (call: Call) => Storage | null;

/** Puts an adapter in the place of a kernel of TensorFlow.js'. */
export function adapt(kernelName: string, adapter: Adapter): void {
  const stock = stockKernel(kernelName);
  unregisterKernel(kernelName, BACKEND_NAME);
  registerKernel({
    kernelName,
    backendName: BACKEND_NAME,
    kernelFunc: ({ inputs, attrs = {}, backend }) => {
      const gpu = backend as Gpu;
      const start = gpu.arena.open();
      let result: Storage | null;
      try {
        result = adapter({ gpu, inputs, attrs });
      } catch (error) {
        gpu.arena.abandon(start);
        throw error;
      }
      if (result !== null) return gpu.arena.close(start, result);
      gpu.arena.abandon(start);
      return stock({ inputs, attrs, backend });
    },
  });
}

/** Whether this is one of the dtypes that our programs know (TensorFlow.js has complex64 and string, too). */
export function isPlain(dtype: string): dtype is DType {
  return dtype === "float32" || dtype === "int32" || dtype === "bool";
}

/**
 * An input as a storage: a view, or, where a stock kernel "cast" by renaming and the buffer holds something else, a copy.
 *
 * @returns null if its dtype is none of ours.
 */
export function storageOf({ gpu, inputs }: Pick<Call, "gpu" | "inputs">, name: string): Storage | null {
  const info: TensorInfo | undefined = inputs[name];
  if (info === undefined || !isPlain(info.dtype)) return null;
  const { dataId, shape, dtype } = info;
  const actual = gpu.bufferType(info);
  if (wgslType(actual) === wgslType(dtype)) return new Storage(dataId, shape, dtype);
  return cast(gpu, new Storage(dataId, shape, actual), dtype);
}

/** An attribute that is a number; 0 if there is none. */
export const numberOf = ({ attrs }: Call, name: string): number => Number(attrs[name] ?? 0);

/** The same elements under another dtype of as wide a buffer: bool as int32. */
export function labelled(x: Storage, dtype: DType): Storage {
  return x.dtype === dtype ? x : new Storage(x.dataId, x.shape, dtype);
}
