/**
 * Convolution with dilations and groups, forward and backward, as products of matrices that are never made. TensorFlow.js'
 * forward kernel serves where there are no groups; its gradients know neither dilations nor groups, find windows by float
 * division (which a GPU may round to the wrong window) and give each weight to one thread.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Storage } from "../../device.ts";
import { withoutSplit } from "./matmul.ts";
import { tiledProduct } from "./product.ts";
import { type GpuKernelCall, registerKernel, sizeOf, stockKernel } from "./registry.ts";

type ConvInfo = ReturnType<typeof tf.backend_util.computeConv2DInfo>;
type Shape4 = [number, number, number, number];

interface Attributes {
  strides: [number, number];
  pad: "valid";
  dataFormat: "NHWC" | "NCHW";
  dilations?: [number, number];
  dimRoundingMode?: "floor";
  groups?: number;
  activation?: string;
  inputShape: number[];
  filterShape: number[];
}

const attributesOf = (call: GpuKernelCall) => call.attrs as unknown as Attributes;

function convInfo(input: number[], filter: number[], attrs: Attributes): ConvInfo {
  const { strides, dilations = [1, 1], pad, dimRoundingMode } = attrs;
  return tf.backend_util.computeConv2DInfo(
    input as Shape4,
    filter as Shape4,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
}

/** What WGSL reads as `u.name`; `channels` and `outputs` are a group's. */
const integers = (info: ConvInfo, groups: number) => ({
  inHeight: info.inHeight,
  inWidth: info.inWidth,
  outHeight: info.outHeight,
  outWidth: info.outWidth,
  kernelWidth: info.filterWidth,
  strideHeight: info.strideHeight,
  strideWidth: info.strideWidth,
  dilationHeight: info.dilationHeight,
  dilationWidth: info.dilationWidth,
  top: info.padInfo.top,
  left: info.padInfo.left,
  channels: info.inChannels / groups,
  outputs: info.outChannels / groups,
});

/** WGSL: x where the window at output position m (image, row, column in one) has its tap (p, q); 0 in the padding. */
const INPUT = /* wgsl */ `
fn inputAt(m: i32, tap: i32, channel: i32, group: i32) -> f32 {
  let position = m % (u.outHeight * u.outWidth);
  let image = m / (u.outHeight * u.outWidth);
  let row = position / u.outWidth * u.strideHeight - u.top + tap / u.kernelWidth * u.dilationHeight;
  let column = position % u.outWidth * u.strideWidth - u.left + tap % u.kernelWidth * u.dilationWidth;
  if (row < 0 || row >= u.inHeight || column < 0 || column >= u.inWidth) { return 0.0; }
  return x[((image * u.inHeight + row) * u.inWidth + column) * (u.channels * u.groups) + group * u.channels + channel];
}`;

/** WGSL: the weight of a tap, from one of the group's input channels to one of its outputs. */
const WEIGHT = /* wgsl */ `
fn weight(tap: i32, channel: i32, output: i32, group: i32) -> f32 {
  return filter_[(tap * u.channels + channel) * (u.outputs * u.groups) + group * u.outputs + output];
}`;

/** y[position, o] = Σ over taps and channels of x · weight. */
function forward(call: GpuKernelCall): Storage {
  const { inputs: { x, filter, bias }, backend } = call;
  const attrs = attributesOf(call), groups = attrs.groups ?? 1;
  const info = convInfo(x.shape, filter.shape, attrs);
  return tiledProduct(backend, {
    key: `convolution ${bias !== undefined}`,
    inputs: bias === undefined ? { x, filter_: filter } : { x, filter_: filter, bias },
    integers: integers(info, groups),
    functions: `${INPUT}${WEIGHT}
fn a(row: i32, k: i32, group: i32) -> f32 { return inputAt(row, k / u.channels, k % u.channels, group); }
fn b(k: i32, column: i32, group: i32) -> f32 { return weight(k / u.channels, k % u.channels, column, group); }`,
    along: { a: true, b: false },
    groups,
    rows: info.batchSize * info.outHeight * info.outWidth,
    columns: info.outChannels / groups,
    inner: info.filterHeight * info.filterWidth * info.inChannels / groups,
    shape: [...info.outShape],
    added: bias === undefined ? undefined : "bias[group * u.columns + column]",
  });
}

/** dx[position, c] = Σ over taps and outputs of dy · weight, where the tap's window exists. */
function inputGrad(call: GpuKernelCall): Storage {
  const { inputs: { dy, filter }, backend } = call;
  const attrs = attributesOf(call), groups = attrs.groups ?? 1;
  const info = convInfo(attrs.inputShape, filter.shape, attrs);
  return tiledProduct(backend, {
    key: "convolution input gradient",
    inputs: { dy, filter_: filter },
    integers: integers(info, groups),
    functions: `${WEIGHT}
fn a(m: i32, k: i32, group: i32) -> f32 {
  let tap = k / u.outputs;
  let position = m % (u.inHeight * u.inWidth);
  let image = m / (u.inHeight * u.inWidth);
  // The window that has this pixel under its tap begins here, if at a multiple of the stride.
  let row = position / u.inWidth + u.top - tap / u.kernelWidth * u.dilationHeight;
  let column = position % u.inWidth + u.left - tap % u.kernelWidth * u.dilationWidth;
  if (row < 0 || column < 0 || row % u.strideHeight != 0 || column % u.strideWidth != 0) { return 0.0; }
  let i = row / u.strideHeight;
  let j = column / u.strideWidth;
  if (i >= u.outHeight || j >= u.outWidth) { return 0.0; }
  return dy[((image * u.outHeight + i) * u.outWidth + j) * (u.outputs * u.groups) + group * u.outputs + k % u.outputs];
}
fn b(k: i32, column: i32, group: i32) -> f32 { return weight(k / u.outputs, column, k % u.outputs, group); }`,
    along: { a: true, b: true },
    groups,
    rows: info.batchSize * info.inHeight * info.inWidth,
    columns: info.inChannels / groups,
    inner: info.filterHeight * info.filterWidth * info.outChannels / groups,
    shape: [...info.inShape],
  });
}

/** dw[tap, c, o] = Σ over positions of x · dy. */
function filterGrad(call: GpuKernelCall): Storage {
  const { inputs: { x, dy }, backend } = call;
  const attrs = attributesOf(call), groups = attrs.groups ?? 1;
  const info = convInfo(x.shape, attrs.filterShape, attrs);
  return tiledProduct(backend, {
    key: "convolution filter gradient",
    inputs: { x, dy },
    integers: integers(info, groups),
    functions: `${INPUT}
fn a(row: i32, k: i32, group: i32) -> f32 { return inputAt(k, row / u.channels, row % u.channels, group); }
fn b(k: i32, column: i32, group: i32) -> f32 { return dy[(k * u.groups + group) * u.outputs + column]; }`,
    along: { a: false, b: false },
    groups,
    rows: info.filterHeight * info.filterWidth * info.inChannels / groups,
    columns: info.outChannels / groups,
    inner: info.batchSize * info.outHeight * info.outWidth,
    shape: [...attrs.filterShape],
  });
}

const isLinear = ({ activation }: Attributes) => activation === undefined || activation === "linear";

/** Ours with groups, TensorFlow.js' without. */
function forwardKernel(name: string): (call: GpuKernelCall) => Storage {
  const stock = stockKernel(name);
  return (call) => {
    const attrs = attributesOf(call);
    const { x, filter } = call.inputs;
    if (attrs.dataFormat === "NCHW") return stock(call) as Storage;
    const info = convInfo(x.shape, filter.shape, attrs);
    if (sizeOf(info.outShape) === 0) return call.backend.allocate([...info.outShape], "float32");
    if ((attrs.groups ?? 1) > 1 && isLinear(attrs)) return forward(call);
    const inner = info.filterHeight * info.filterWidth * info.inChannels;
    const down = Math.min(
      Math.ceil(info.batchSize / 32),
      info.batchSize * Math.ceil(info.outHeight * info.outWidth / 32),
    );
    const tiles = down * Math.ceil(info.outChannels / 32);
    return withoutSplit(inner, sizeOf(info.outShape), tiles, () => stock(call)) as Storage;
  };
}

/** Registers the kernels. */
export function registerConvolutionKernels(): void {
  for (const name of ["Conv2D", "FusedConv2D"]) registerKernel(name, forwardKernel(name));
  const gradients = { Conv2DBackpropInput: inputGrad, Conv2DBackpropFilter: filterGrad };
  for (const [name, gradient] of Object.entries(gradients)) {
    const stock = stockKernel(name);
    registerKernel(name, (call) => attributesOf(call).dataFormat === "NCHW" ? stock(call) : gradient(call));
  }
}
