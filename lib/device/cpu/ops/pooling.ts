/**
 * Pooling of channels-last images, and its gradients.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Storage } from "../../device.ts";
import { type Call, type Kernel, type Override, sizeOf } from "../kernel.ts";

/** What a pooling is given, or null when a setting is not ours. */
function poolInfo(shape: number[], attrs: Call["attrs"]): tf.backend_util.Conv2DInfo | null {
  const { filterSize, strides, pad, dimRoundingMode, dataFormat } = attrs;
  if (shape.length !== 4 || (dataFormat !== undefined && dataFormat !== "NHWC")) return null;
  return tf.backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
}

/** The words that the kernels read. */
function words(info: tf.backend_util.Conv2DInfo): number[] {
  return [
    ...[info.inHeight, info.inWidth, info.inChannels, info.outHeight, info.outWidth],
    ...[info.filterHeight, info.filterWidth, info.strideHeight, info.strideWidth],
    ...[info.padInfo.top, info.padInfo.left, info.dilationHeight, info.dilationWidth],
  ];
}

/** Forward; mode: 0 max, 1 mean. */
function forward(mode: number): Override {
  return (call: Call, inherited: Kernel) => {
    const { inputs: { x }, attrs, backend } = call;
    const info = x.dtype === "float32" ? poolInfo(x.shape, attrs) : null;
    if (info === null) return inherited(call);
    const out = backend.allocate(info.outShape);
    if (sizeOf(out.shape) === 0) return out;
    backend.kernels.launch(
      "pool",
      info.batchSize * info.outHeight,
      info.outWidth * info.outChannels * info.filterHeight * info.filterWidth / 2,
      ...[mode, backend.describe(words(info)), backend.block(x).pointer(), backend.block(out).pointer()],
    );
    return out;
  };
}

/** Backward; mode: 0 max, 1 mean. */
function backward(mode: number): Override {
  return (call: Call, inherited: Kernel) => {
    const { inputs, attrs, backend } = call;
    const { dy, output } = inputs;
    const input: Storage = inputs.input;
    const info = dy.dtype === "float32" ? poolInfo(input.shape, attrs) : null;
    if (info === null) return inherited(call);
    const out = backend.allocate(input.shape), size = sizeOf(out.shape);
    if (size === 0) return out;
    const to = backend.block(out).pointer();
    backend.kernels.launch("fill", Math.ceil(size / 4), 1, to, 0);
    if (sizeOf(dy.shape) === 0) return out;
    // The mean's gradient needs the shape of its input alone; its data may be anything.
    const x = mode === 0 ? backend.block(input).pointer() : 0;
    const y = mode === 0 ? backend.block(output).pointer() : 0;
    backend.kernels.launch(
      "poolGrad",
      info.batchSize * Math.ceil(info.inChannels / 16),
      16 * info.outHeight * info.outWidth * info.filterHeight * info.filterWidth,
      ...[mode, backend.describe(words(info)), backend.block(dy).pointer(), x, y, to],
    );
    return out;
  };
}

/** This file's kernels by their TensorFlow.js names. */
export const poolingKernels: Record<string, Override> = {
  MaxPool: forward(0),
  AvgPool: forward(1),
  MaxPoolGrad: backward(0),
  AvgPoolGrad: backward(1),
};
