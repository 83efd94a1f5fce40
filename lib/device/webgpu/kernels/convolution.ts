/**
 * Convolution with dilations and groups, forward and backward, as products of matrices that are never made. TensorFlow.js'
 * forward kernel serves where there are no groups; its gradients know neither dilations nor groups, find windows by float
 * division (which a GPU may round to the wrong window) and give each weight to one thread.
 *
 * Here images are [N, H, W, C] and filters [kH, kW, C / groups, out], as they lie in memory.
 *
 * @module
 */
import { BINARY } from "../../elementwise.ts";
import type { ConvolutionSizes } from "../../geometry.ts";
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import type { Gpu } from "../gpu.ts";
import { callStock, withoutSplit } from "../stock.ts";
import { binary } from "./binary.ts";
import { tiledProduct } from "./product.ts";

/** What WGSL reads as `u.name`; `channels` and `outputs` are a group's. */
const integers = (s: ConvolutionSizes) => ({
  inHeight: s.height,
  inWidth: s.width,
  outHeight: s.outHeight,
  outWidth: s.outWidth,
  kernelWidth: s.kernelWidth,
  strideHeight: s.strideY,
  strideWidth: s.strideX,
  dilationHeight: s.dilationY,
  dilationWidth: s.dilationX,
  top: s.top,
  left: s.left,
  channels: s.channels / s.groups,
  outputs: s.outChannels / s.groups,
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

/** The most workgroups along a side of a dispatch; TensorFlow.js gives each image one. */
const MOST = 65535;

/** y = x ⋆ filter + bias, [N, outH, outW, out]. */
export function convolution(
  gpu: Gpu,
  x: Storage,
  filter: Storage,
  bias: Storage | null,
  s: ConvolutionSizes,
): Storage {
  const shape = [s.images, s.outHeight, s.outWidth, s.outChannels];
  if (sizeOf(shape) === 0) return gpu.allocate(shape, "float32");
  const positions = s.outHeight * s.outWidth;
  if (s.groups === 1 && s.channels > 0 && Math.max(s.images, positions / 8, s.outChannels / 8) <= MOST) {
    return stockConvolution(gpu, x, filter, bias, s, positions);
  }
  const y = ownConvolution(gpu, x, filter, s, shape);
  return bias === null ? y : binary(gpu, BINARY.add, y, bias, shape, "float32");
}

/** y[position, o] = Σ over taps and channels of x · weight. */
function ownConvolution(
  gpu: Gpu,
  x: Storage,
  filter: Storage,
  s: ConvolutionSizes,
  shape: number[],
): Storage {
  return tiledProduct(gpu, {
    key: "convolution",
    inputs: { x, filter_: filter },
    integers: integers(s),
    functions: `${INPUT}${WEIGHT}
fn a(row: i32, k: i32, group: i32) -> f32 { return inputAt(row, k / u.channels, k % u.channels, group); }
fn b(k: i32, column: i32, group: i32) -> f32 { return weight(k / u.channels, k % u.channels, column, group); }`,
    along: { a: true, b: false },
    groups: s.groups,
    rows: s.images * s.outHeight * s.outWidth,
    columns: s.outChannels / s.groups,
    inner: s.kernelHeight * s.kernelWidth * s.channels / s.groups,
    shape,
  });
}

function stockConvolution(
  gpu: Gpu,
  x: Storage,
  filter: Storage,
  bias: Storage | null,
  s: ConvolutionSizes,
  positions: number,
): Storage {
  const inner = s.kernelHeight * s.kernelWidth * s.channels;
  const down = Math.min(Math.ceil(s.images / 32), s.images * Math.ceil(positions / 32));
  const tiles = down * Math.ceil(s.outChannels / 32);
  const attrs = {
    strides: [s.strideY, s.strideX],
    pad: [[0, 0], [s.top, s.top], [s.left, s.left], [0, 0]],
    dataFormat: "NHWC",
    dimRoundingMode: "floor",
    dilations: [s.dilationY, s.dilationX],
  };
  return gpu.adopt(
    withoutSplit(
      inner,
      s.images * positions * s.outChannels,
      tiles,
      () =>
        bias === null
          ? callStock(gpu, "Conv2D", { x, filter }, attrs)
          : callStock(gpu, "FusedConv2D", { x, filter, bias }, {
            ...attrs,
            activation: "linear",
            leakyreluAlpha: 0,
          }),
    ),
  );
}

/** dx[position, c] = Σ over taps and outputs of dy · weight, where the tap's window exists. */
export function convolutionInputGrad(gpu: Gpu, dy: Storage, filter: Storage, s: ConvolutionSizes): Storage {
  return tiledProduct(gpu, {
    key: "convolution input gradient",
    inputs: { dy, filter_: filter },
    integers: integers(s),
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
    groups: s.groups,
    rows: s.images * s.height * s.width,
    columns: s.channels / s.groups,
    inner: s.kernelHeight * s.kernelWidth * s.outChannels / s.groups,
    shape: [s.images, s.height, s.width, s.channels],
  });
}

/** dw[tap, c, o] = Σ over positions of x · dy. */
export function convolutionFilterGrad(gpu: Gpu, x: Storage, dy: Storage, s: ConvolutionSizes): Storage {
  return tiledProduct(gpu, {
    key: "convolution filter gradient",
    inputs: { x, dy },
    integers: integers(s),
    functions: `${INPUT}
fn a(row: i32, k: i32, group: i32) -> f32 { return inputAt(k, row / u.channels, row % u.channels, group); }
fn b(k: i32, column: i32, group: i32) -> f32 { return dy[(k * u.groups + group) * u.outputs + column]; }`,
    along: { a: false, b: false },
    groups: s.groups,
    rows: s.kernelHeight * s.kernelWidth * s.channels / s.groups,
    columns: s.outChannels / s.groups,
    inner: s.images * s.outHeight * s.outWidth,
    shape: [s.kernelHeight, s.kernelWidth, s.channels / s.groups, s.outChannels],
  });
}
