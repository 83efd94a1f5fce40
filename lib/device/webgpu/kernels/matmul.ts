/**
 * Keeps TensorFlow.js' matrix product from its split-K program, which adds with atomics (another sum each time) and is
 * wrong for a transposed second matrix.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Storage } from "../../device.ts";
import { type GpuKernelCall, registerKernel, sizeOf, stockKernel } from "./registry.ts";

const FLAG = "WEBGPU_MATMUL_PROGRAM_TYPE";
/** TensorFlow.js' own number for the program with small tiles, which it takes for shorter sums. */
const SMALL_TILES = 2;
/** From this inner size on it would split, if the outputs are more than 128. */
const SPLIT_FROM = 2000;

/** Runs `body`, in which a product with inner size `inner` and `outputs` results is not split. */
export function withoutSplit<T>(inner: number, outputs: number, workgroups32: number, body: () => T): T {
  // Where TensorFlow.js has tiles enough to fill the GPU it does not split, and its large tiles are faster.
  if (inner < SPLIT_FROM || outputs <= 128 || workgroups32 > 32) return body();
  const before = tf.env().getNumber(FLAG);
  tf.env().set(FLAG, SMALL_TILES);
  try {
    return body();
  } finally {
    tf.env().set(FLAG, before);
  }
}

function shapeOf({ inputs: { a, b }, attrs }: GpuKernelCall) {
  const [aRows, aColumns] = a.shape.slice(-2), [bRows, bColumns] = b.shape.slice(-2);
  return {
    rows: attrs.transposeA ? aColumns : aRows,
    inner: attrs.transposeA ? aRows : aColumns,
    columns: attrs.transposeB ? bRows : bColumns,
    batch: tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)),
  };
}

/** Registers the kernels. */
export function registerMatmulKernels(): void {
  for (const name of ["BatchMatMul", "_FusedMatMul"]) {
    const stock = stockKernel(name);
    registerKernel(name, (call) => {
      const { rows, inner, columns, batch } = shapeOf(call);
      const shape = [...batch, rows, columns];
      if (sizeOf(shape) === 0) return call.backend.allocate(shape, "float32");
      // A sum over nothing; its bias is all that is left.
      if (inner === 0) return emptySum(call, shape);
      const tiles = sizeOf(batch) * Math.ceil(rows / 32) * Math.ceil(columns / 32);
      return withoutSplit(inner, sizeOf(shape), tiles, () => stock(call));
    });
  }
}

function emptySum({ inputs: { bias }, backend }: GpuKernelCall, shape: number[]): Storage {
  const zeros = backend.upload(new Float32Array(sizeOf(shape)), shape, "float32");
  if (bias === undefined) return zeros;
  const add = tf.getKernel("Add", "webgpu").kernelFunc as unknown as (call: unknown) => Storage;
  const result = add({ inputs: { a: zeros, b: bias }, backend });
  backend.disposeData(zeros.dataId);
  return result;
}
