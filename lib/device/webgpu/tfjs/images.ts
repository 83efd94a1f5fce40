/**
 * TensorFlow.js' matrix products, convolutions and poolings. Its own are kept where they are right: see stock.ts on products,
 * kernels/convolution.ts and kernels/pooling.ts on the rest.
 *
 * @module
 */
import { backend_util, type TensorInfo } from "@tensorflow/tfjs-core";
import type { ConvolutionSizes, PoolSizes } from "../../geometry.ts";
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { convolutionFilterGrad, convolutionInputGrad } from "../kernels/convolution.ts";
import { matmul } from "../kernels/matmul.ts";
import * as pooling from "../kernels/pooling.ts";
import { callStock, withoutSplit } from "../stock.ts";
import { adapt, type Call, storageOf } from "./adapter.ts";

type Shape4 = [number, number, number, number];
type Pair = [number, number];
type Padding = "valid" | "same" | backend_util.ExplicitPadding;

const isLinear = ({ attrs }: Call) => attrs.activation === undefined || attrs.activation === "linear";

function product(call: Call, kernel: string): Storage | null {
  const { gpu, inputs, attrs } = call;
  const a = storageOf(call, "a"), b = storageOf(call, "b"), bias = storageOf(call, "bias");
  if (a?.dtype !== "float32" || b?.dtype !== "float32") return null;
  // What is no product, TensorFlow.js' own kernel refuses in its own words.
  const innerOfB = b.shape.at(attrs.transposeB ? -1 : -2);
  if (Math.min(a.shape.length, b.shape.length) < 2 || a.shape.at(attrs.transposeA ? -2 : -1) !== innerOfB) {
    return null;
  }
  const plain = isLinear(call) && (inputs.bias === undefined || bias?.shape.length === 1);
  if (plain) {
    const left = { memory: a, transposed: Boolean(attrs.transposeA) };
    return matmul(gpu, left, { memory: b, transposed: Boolean(attrs.transposeB) }, bias);
  }
  const [rows, inner] = attrs.transposeA ? a.shape.slice(-2).reverse() : a.shape.slice(-2);
  const columns = b.shape[b.shape.length - (attrs.transposeB ? 2 : 1)];
  const batch = backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const outputs = sizeOf(batch) * rows * columns;
  if (outputs === 0) return gpu.allocate([...batch, rows, columns], "float32");
  const tiles = sizeOf(batch) * Math.ceil(rows / 32) * Math.ceil(columns / 32);
  return gpu.adopt(withoutSplit(inner, outputs, tiles, () => callStock(gpu, kernel, inputs, attrs)));
}

function convInfo(input: readonly number[], filter: readonly number[], { attrs }: Call) {
  return backend_util.computeConv2DInfo(
    input as Shape4,
    filter as Shape4,
    attrs.strides as Pair,
    (attrs.dilations ?? [1, 1]) as Pair,
    attrs.pad as Padding,
    attrs.dimRoundingMode as "floor" | undefined,
  );
}

function convolution(call: Call, kernel: string): Storage | null {
  const { gpu, inputs, attrs } = call;
  const { x, filter } = inputs as Record<string, TensorInfo>;
  if (attrs.dataFormat === "NCHW") return null;
  const info = convInfo(x.shape, filter.shape, call), outputs = sizeOf(info.outShape);
  if (outputs === 0) return gpu.allocate(info.outShape, "float32");
  const positions = info.outHeight * info.outWidth;
  const down = Math.min(Math.ceil(info.batchSize / 32), info.batchSize * Math.ceil(positions / 32));
  const inner = info.filterHeight * info.filterWidth * info.inChannels;
  const tiles = down * Math.ceil(info.outChannels / 32);
  return gpu.adopt(withoutSplit(inner, outputs, tiles, () => callStock(gpu, kernel, inputs, attrs)));
}

function convolutionSizes(info: ReturnType<typeof convInfo>): ConvolutionSizes {
  return {
    ...{ images: info.batchSize, height: info.inHeight, width: info.inWidth, channels: info.inChannels },
    ...{ outHeight: info.outHeight, outWidth: info.outWidth, outChannels: info.outChannels },
    ...{ kernelHeight: info.filterHeight, kernelWidth: info.filterWidth },
    ...{ strideY: info.strideHeight, strideX: info.strideWidth },
    ...{ dilationY: info.dilationHeight, dilationX: info.dilationWidth },
    ...{ top: info.padInfo.top, left: info.padInfo.left, groups: 1 },
  };
}

/** The sizes of a pooling of images of a shape. */
function poolingSizes(shape: readonly number[], { attrs }: Call): PoolSizes {
  const info = backend_util.computePool2DInfo(
    shape as Shape4,
    attrs.filterSize as Pair,
    attrs.strides as Pair,
    1,
    attrs.pad as Padding,
    attrs.dimRoundingMode as "floor" | undefined,
  );
  return {
    ...{ images: info.batchSize, channels: info.inChannels, height: info.inHeight, width: info.inWidth },
    ...{ outHeight: info.outHeight, outWidth: info.outWidth },
    ...{ kernelHeight: info.effectiveFilterHeight, kernelWidth: info.effectiveFilterWidth },
    ...{ strideY: info.strideHeight, strideX: info.strideWidth, dilationY: 1, dilationX: 1 },
    ...{ top: info.padInfo.top, left: info.padInfo.left },
  };
}

/** What is to be pooled; null where TensorFlow.js' own kernel must: a window of one pixel may lie wholly in the padding. */
function pooled(call: Call): Storage | null {
  const x = storageOf(call, "x"), size = [call.attrs.filterSize as number | Pair].flat();
  return x?.dtype === "float32" && size.some((n) => n > 1) ? x : null;
}

/** Registers the kernels. */
export function adaptImages(): void {
  for (const kernel of ["BatchMatMul", "_FusedMatMul"]) adapt(kernel, (call) => product(call, kernel));
  for (const kernel of ["Conv2D", "FusedConv2D"]) adapt(kernel, (call) => convolution(call, kernel));
  adapt("Conv2DBackpropInput", (call) => {
    const dy = storageOf(call, "dy"), filter = storageOf(call, "filter");
    if (dy === null || filter === null || call.attrs.dataFormat === "NCHW") return null;
    const info = convInfo(call.attrs.inputShape as number[], filter.shape, call);
    // A gradient of more places than the convolution has: TensorFlow.js' looks at the first ones.
    if (dy.shape.some((n, d) => n !== info.outShape[d])) return null;
    return convolutionInputGrad(call.gpu, dy, filter, convolutionSizes(info));
  });
  adapt("Conv2DBackpropFilter", (call) => {
    const x = storageOf(call, "x"), dy = storageOf(call, "dy");
    if (x === null || dy === null || call.attrs.dataFormat === "NCHW") return null;
    const info = convInfo(x.shape, call.attrs.filterShape as number[], call);
    return convolutionFilterGrad(call.gpu, x, dy, convolutionSizes(info));
  });
  adapt("MaxPool", (call) => {
    const x = pooled(call);
    return x === null ? null : pooling.maxPool(call.gpu, x, poolingSizes(x.shape, call), false)[0];
  });
  adapt("AvgPool", (call) => {
    const x = pooled(call);
    // TensorFlow's leaves the padding out.
    return x === null ? null : pooling.avgPool(call.gpu, x, poolingSizes(x.shape, call), "inside");
  });
  adapt("MaxPoolGrad", (call) => {
    const [dy, x] = ["dy", "input"].map((name) => storageOf(call, name));
    if (dy === null || x === null) return null;
    const sizes = poolingSizes(x.shape, call), [, places] = pooling.maxPool(call.gpu, x, sizes, false);
    return pooling.maxPoolGrad(call.gpu, dy, places, sizes);
  });
  adapt("AvgPoolGrad", (call) => {
    const dy = storageOf(call, "dy"), x = storageOf(call, "input");
    // Here the padding counts, by TensorFlow.js' own contract.
    if (dy === null || x === null) return null;
    const sizes = poolingSizes(x.shape, call);
    return pooling.avgPoolGrad(call.gpu, dy, sizes, sizes.kernelHeight * sizes.kernelWidth);
  });
}
