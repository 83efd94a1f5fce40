/**
 * TensorFlow.js' poolings of channels-last images.
 *
 * @module
 */
import { backend_util } from "@tensorflow/tfjs-core";
import type { PoolSizes } from "../../geometry.ts";
import { sameShape } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { maxPool as largest, maxPoolGrad as largestGrad, pool, poolGrad } from "../kernels/pooling.ts";
import { type Adapter, type Adapters, type Call, floats, hasNaN } from "./adapter.ts";

function sizesOf({ attrs }: Call, x: readonly number[]): PoolSizes {
  const info = backend_util.computePool2DInfo(
    x as [number, number, number, number],
    attrs.filterSize as [number, number],
    attrs.strides as [number, number],
    1,
    attrs.pad as "valid" | "same" | number | backend_util.ExplicitPadding,
    attrs.dimRoundingMode as "floor" | "round" | "ceil" | undefined,
  );
  return {
    ...{ images: info.batchSize, height: info.inHeight, width: info.inWidth, channels: info.inChannels },
    ...{ outHeight: Math.max(0, info.outHeight), outWidth: Math.max(0, info.outWidth) },
    ...{ kernelHeight: info.filterHeight, kernelWidth: info.filterWidth },
    ...{ strideY: info.strideHeight, strideX: info.strideWidth },
    ...{ dilationY: 1, dilationX: 1, top: info.padInfo.top, left: info.padInfo.left },
  };
}

const pooled = (s: PoolSizes): number[] => [s.images, s.outHeight, s.outWidth, s.channels];

/** By TensorFlow.js' rule, a window of one pixel changes nothing where no size changes: not even with a border in play. */
function isIdentity(x: Storage, s: PoolSizes): boolean {
  return s.kernelHeight * s.kernelWidth === 1 && sameShape(x.shape, pooled(s));
}

/** The largest of a window with a NaN is in TensorFlow.js that of the others. */
const maxPool: Adapter = (call) => {
  const [x] = floats(call, "x") ?? [];
  if (x === undefined || hasNaN(call.engine, x)) return null;
  const sizes = sizesOf(call, x.shape);
  return isIdentity(x, sizes) ? x : pool(call.engine, "max", x, sizes);
};

/** TensorFlow's mean leaves the padding out … */
const avgPool: Adapter = (call) => {
  const [x] = floats(call, "x") ?? [];
  if (x === undefined) return null;
  const sizes = sizesOf(call, x.shape);
  return isIdentity(x, sizes) ? x : pool(call.engine, "inside", x, sizes);
};

/** … but TensorFlow.js' gradient divides by all of the window. */
const avgPoolGrad: Adapter = (call) => {
  const [dy] = floats(call, "dy") ?? [], x = call.input("input");
  if (dy === undefined || x === null) return null;
  const sizes = sizesOf(call, x.shape);
  const window = sizes.kernelHeight * sizes.kernelWidth;
  return sameShape(dy.shape, pooled(sizes)) ? poolGrad(call.engine, window, dy, sizes) : null;
};

const maxPoolGrad: Adapter = (call) => {
  const [dy, x, y] = floats(call, "dy", "input", "output") ?? [];
  if (dy === undefined || hasNaN(call.engine, x)) return null;
  const sizes = sizesOf(call, x.shape), shape = pooled(sizes);
  return sameShape(dy.shape, shape) && sameShape(y.shape, shape)
    ? largestGrad(call.engine, dy, largest(call.engine, x, sizes)[1], sizes)
    : null;
};

/** This file's kernels. */
export const poolings: Adapters = {
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGrad,
  AvgPool: avgPool,
  AvgPoolGrad: avgPoolGrad,
};
