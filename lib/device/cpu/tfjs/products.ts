/**
 * TensorFlow.js' matrix products and convolutions of channels-last images, alone and with bias and activation.
 *
 * @module
 */
import { backend_util } from "@tensorflow/tfjs-core";
import type { ConvolutionSizes } from "../../geometry.ts";
import { broadcastShapes, sameShape } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { convolution } from "../kernels/convolution.ts";
import { filterGradient, inputGradient } from "../kernels/convolution_gradients.ts";
import { multiply } from "../kernels/matmul.ts";
import { type Adapter, type Adapters, type Call, floats } from "./adapter.ts";
import { finished } from "./activation.ts";

type Shape4 = [number, number, number, number];
type Pair = [number, number];
type Padding = "valid" | "same" | number | backend_util.ExplicitPadding;
type Rounding = "floor" | "round" | "ceil" | undefined;

const product: Adapter = (call) => {
  const [a, b] = floats(call, "a", "b") ?? [], { engine, attrs } = call;
  if (a === undefined || a.shape.length < 2 || b.shape.length < 2) return null;
  const transposeA = Boolean(attrs.transposeA), transposeB = Boolean(attrs.transposeB);
  const left = transposeA ? a.shape.slice(-2).reverse() : a.shape.slice(-2);
  const right = transposeB ? b.shape.slice(-2).reverse() : b.shape.slice(-2);
  // The inherited kernel says what is wrong.
  if (left[1] !== right[0]) return null;
  const batch = broadcastShapes("matMul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  const factors = [
    { matrix: a, transposed: transposeA },
    { matrix: b, transposed: transposeB },
  ] as const;
  return finished(
    call,
    right[1],
    !transposeA,
    (bias, relu) => multiply(engine, ...factors, bias, relu, [...batch, left[0], right[1]]),
  );
};

/** The sizes of a convolution; null for channels-first images. */
function sizesOf({ attrs }: Call, x: readonly number[], filter: readonly number[]): ConvolutionSizes | null {
  if (attrs.dataFormat !== undefined && attrs.dataFormat !== "NHWC") return null;
  const info = backend_util.computeConv2DInfo(
    x as Shape4,
    filter as Shape4,
    attrs.strides as Pair,
    (attrs.dilations ?? 1) as number | Pair,
    attrs.pad as Padding,
    attrs.dimRoundingMode as Rounding,
    false,
    "channelsLast",
  );
  if (info.inChannels % filter[2] !== 0) return null;
  return {
    ...{ images: info.batchSize, height: info.inHeight, width: info.inWidth, channels: info.inChannels },
    ...{ outHeight: Math.max(0, info.outHeight), outWidth: Math.max(0, info.outWidth) },
    ...{ outChannels: info.outChannels, kernelHeight: info.filterHeight, kernelWidth: info.filterWidth },
    ...{ strideY: info.strideHeight, strideX: info.strideWidth },
    ...{ dilationY: info.dilationHeight, dilationX: info.dilationWidth },
    ...{ top: info.padInfo.top, left: info.padInfo.left, groups: 1 },
  };
}

const convolved: Adapter = (call) => {
  const [x, filter] = floats(call, "x", "filter") ?? [];
  const sizes = x === undefined ? null : sizesOf(call, x.shape, filter.shape);
  if (sizes === null) return null;
  return finished(
    call,
    sizes.outChannels,
    true,
    (bias, relu) => convolution(call.engine, x, filter, sizes, bias, relu),
  );
};

/** TensorFlow.js' transposed convolution takes a dy larger than the result was, and reads part of it. */
function fits(dy: Storage, s: ConvolutionSizes): boolean {
  return sameShape(dy.shape, [s.images, s.outHeight, s.outWidth, s.outChannels]);
}

const inputGrad: Adapter = (call) => {
  const [dy, filter] = floats(call, "dy", "filter") ?? [];
  const sizes = dy === undefined ? null : sizesOf(call, call.attrs.inputShape as number[], filter.shape);
  return sizes !== null && fits(dy, sizes) ? inputGradient(call.engine, dy, filter, sizes) : null;
};

const filterGrad: Adapter = (call) => {
  const [x, dy] = floats(call, "x", "dy") ?? [];
  const sizes = x === undefined ? null : sizesOf(call, x.shape, call.attrs.filterShape as number[]);
  return sizes !== null && fits(dy, sizes) ? filterGradient(call.engine, x, dy, sizes) : null;
};

/** This file's kernels. */
export const products: Adapters = {
  BatchMatMul: product,
  _FusedMatMul: product,
  Conv2D: convolved,
  FusedConv2D: convolved,
  Conv2DBackpropInput: inputGrad,
  Conv2DBackpropFilter: filterGrad,
};
