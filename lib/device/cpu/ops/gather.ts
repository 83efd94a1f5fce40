/**
 * Taking elements by their indices.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Call, Kernel, Override } from "../kernel.ts";

const gather: Override = (call: Call, inherited: Kernel) => {
  const { inputs: { x, indices }, attrs, backend } = call;
  if (x.dtype !== "float32" && x.dtype !== "int32" && x.dtype !== "bool") return inherited(call);
  const [axis] = tf.util.parseAxisParam(attrs.axis, x.shape), length = x.shape[axis];
  const list = backend.block(indices).view();
  for (const index of list) {
    if (!(index >= 0 && index < length)) {
      throw new RangeError(`GatherV2: the index value ${index} is not in [0, ${length - 1}]`);
    }
  }
  const { batchSize, outerSize, sliceSize, outputShape } = tf.backend_util.segment_util
    .collectGatherOpShapeInfo(
      ...[x as unknown as tf.Tensor, indices as unknown as tf.Tensor, axis, attrs.batchDims ?? 0] as const,
    );
  const out = backend.allocate(outputShape, x.dtype),
    from = backend.block(x).view(),
    to = backend.block(out).view();
  const count = list.length / batchSize;
  for (let row = 0, at = 0; row < batchSize * outerSize; row++) {
    const first = Math.floor(row / outerSize) * count;
    for (let i = first; i < first + count; i++) {
      const start = (row * length + list[i]) * sliceSize;
      if (sliceSize >= 32) to.set(from.subarray(start, start + sliceSize), at);
      else for (let j = 0; j < sliceSize; j++) to[at + j] = from[start + j];
      at += sliceSize;
    }
  }
  return out;
};

/** By TensorFlow.js' name. */
export const gatherKernels: Record<string, Override> = { GatherV2: gather };
