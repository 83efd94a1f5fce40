/**
 * Two-dimensional convolutions, forward and both gradients, channels last, filters [kH, kW, C / groups, O].
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Storage } from "../../device.ts";
import type { CpuBackend } from "../backend.ts";
import { type Call, type Kernel, type Override, sizeOf } from "../kernel.ts";
import { product, productTransposed } from "../product.ts";
import { winograd, winogradFilterGradient, winogradWins } from "../winograd.ts";
import { activate, isFused } from "./activation.ts";

/** Sizes of one convolution. */
interface Geometry {
  images: number;
  height: number;
  width: number;
  channels: number;
  outHeight: number;
  outWidth: number;
  outChannels: number;
  kernelHeight: number;
  kernelWidth: number;
  strideY: number;
  strideX: number;
  dilationY: number;
  dilationX: number;
  top: number;
  left: number;
  groups: number;
}

/** Reads a call's attributes; null when the data format is not channels-last. */
function geometry(inShape: number[], filterShape: number[], call: Call): Geometry | null {
  const { strides, pad, dataFormat, dilations, dimRoundingMode, groups = 1 } = call.attrs;
  if (dataFormat !== undefined && dataFormat !== "NHWC") return null;
  const info = tf.backend_util.computeConv2DInfo(
    inShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    false,
    "channelsLast",
  );
  if (inShape[3] !== filterShape[2] * groups || filterShape[3] % groups !== 0) {
    throw new RangeError(
      `Conv2D: input [${inShape}] has ${inShape[3]} channels but filter [${filterShape}] with ${groups} ` +
        `group${groups === 1 ? "" : "s"} expects ${filterShape[2] * groups}`,
    );
  }
  return {
    images: info.batchSize,
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    outHeight: Math.max(0, info.outHeight),
    outWidth: Math.max(0, info.outWidth),
    outChannels: filterShape[3],
    kernelHeight: info.filterHeight,
    kernelWidth: info.filterWidth,
    strideY: info.strideHeight,
    strideX: info.strideWidth,
    dilationY: info.dilationHeight,
    dilationX: info.dilationWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
    groups,
  };
}

/** Offsets from y·stride to the input pixel of each tap, kernel row after kernel row. */
function tapsOf(g: Geometry): Int32Array {
  const taps = new Int32Array(g.kernelHeight * g.kernelWidth * 2);
  let i = 0;
  for (let y = 0; y < g.kernelHeight; y++) {
    for (let x = 0; x < g.kernelWidth; x++) {
      taps[i++] = y * g.dilationY - g.top;
      taps[i++] = x * g.dilationX - g.left;
    }
  }
  return taps;
}

/** Taps of a kernel row adjoin in memory when nothing lies between their pixels. */
function adjoiningTaps(g: Geometry): number {
  return g.groups === 1 && (g.dilationX === 1 || g.kernelWidth === 1) ? g.kernelWidth : 1;
}

/** Whether the convolution is one of 3 × 3 taps, neighbours, at stride 1, that Winograd's method serves. */
function isWinograd(g: Geometry): boolean {
  return g.kernelHeight === 3 && g.kernelWidth === 3 && g.strideY === 1 && g.strideX === 1 &&
    g.dilationY === 1 &&
    g.dilationX === 1 && g.groups === 1;
}

/** y = x ∗ filter, plus bias, relu. */
function forward(
  backend: CpuBackend,
  x: Storage,
  filter: Storage,
  g: Geometry,
  bias: Storage | undefined,
  relu: boolean,
): Storage {
  const out = backend.allocate([g.images, g.outHeight, g.outWidth, g.outChannels]);
  if (sizeOf(out.shape) === 0) return out;
  const input = backend.block(x).pointer(), weights = backend.block(filter).pointer();
  const output = backend.block(out).pointer(),
    biasAt = bias === undefined ? 0 : backend.block(bias).pointer();
  if (isWinograd(g) && winogradWins(g.channels, g.outChannels, g.images * g.outHeight * g.outWidth)) {
    winograd(backend, { ...g, input, output, filter: weights, bias: biasAt, relu, flipped: false });
    return out;
  }
  const channels = g.channels / g.groups, outChannels = g.outChannels / g.groups;
  const taps = tapsOf(g), pixel = g.outChannels * 4;
  for (let group = 0; group < g.groups; group++) {
    product(backend, {
      input: input + group * channels * 4,
      height: g.height,
      width: g.width,
      pixelBytes: g.channels * 4,
      channels,
      images: g.images,
      rows: g.outHeight,
      columns: g.outWidth,
      strideY: g.strideY,
      strideX: g.strideX,
      output: output + group * outChannels * 4,
      imageBytes: g.outHeight * g.outWidth * pixel,
      rowBytes: g.outWidth * pixel,
      columnBytes: pixel,
      width8: outChannels,
      taps,
      bias: biasAt === 0 ? 0 : biasAt + group * outChannels * 4,
      relu,
      adjoining: adjoiningTaps(g),
    }, {
      from: [weights + group * outChannels * 4],
      rows: taps.length / 2 * channels,
      stride: pixel,
      transposed: false,
    });
  }
  return out;
}

/**
 * dx: a convolution of dy with the transposed filter. With stride s the input pixels fall into s × s phases, each of
 * which meets its own share of the taps, at stride 1: no zeros are multiplied.
 */
function inputGradient(backend: CpuBackend, dy: Storage, filter: Storage, g: Geometry): Storage {
  const out = backend.allocate([g.images, g.height, g.width, g.channels]);
  if (sizeOf(out.shape) === 0) return out;
  const output = backend.block(out).pointer();
  if (
    isWinograd(g) && sizeOf(dy.shape) > 0 &&
    winogradWins(g.outChannels, g.channels, g.images * g.height * g.width)
  ) {
    winograd(backend, {
      ...{
        input: backend.block(dy).pointer(),
        output,
        filter: backend.block(filter).pointer(),
        bias: 0,
        relu: false,
      },
      ...{ images: g.images, height: g.outHeight, width: g.outWidth, channels: g.outChannels },
      ...{ outHeight: g.height, outWidth: g.width, outChannels: g.channels },
      ...{ top: 2 - g.top, left: 2 - g.left, flipped: true },
    });
    return out;
  }
  const phases: { y: number; x: number; taps: number[]; tapIndices: number[] }[] = [];
  let empty = sizeOf(dy.shape) === 0;
  for (let y = 0; y < Math.min(g.strideY, g.height); y++) {
    for (let x = 0; x < Math.min(g.strideX, g.width); x++) {
      const taps: number[] = [], tapIndices: number[] = [];
      for (let ky = 0; ky < g.kernelHeight; ky++) {
        const fromY = y + g.top - ky * g.dilationY;
        if (fromY % g.strideY !== 0) continue;
        for (let kx = 0; kx < g.kernelWidth; kx++) {
          const fromX = x + g.left - kx * g.dilationX;
          if (fromX % g.strideX !== 0) continue;
          taps.push(fromY / g.strideY, fromX / g.strideX);
          tapIndices.push(ky * g.kernelWidth + kx);
        }
      }
      if (tapIndices.length === 0) empty = true;
      else phases.push({ y, x, taps, tapIndices });
    }
  }
  if (empty) backend.kernels.launch("fill", Math.ceil(sizeOf(out.shape) / 4), 1, output, 0);
  if (sizeOf(dy.shape) === 0) return out;
  const input = backend.block(dy).pointer(), weights = backend.block(filter).pointer();
  const channels = g.channels / g.groups, outChannels = g.outChannels / g.groups;
  const pixel = g.channels * 4;
  for (let group = 0; group < g.groups; group++) {
    for (const phase of phases) {
      product(backend, {
        input: input + group * outChannels * 4,
        height: g.outHeight,
        width: g.outWidth,
        pixelBytes: g.outChannels * 4,
        channels: outChannels,
        images: g.images,
        rows: Math.ceil((g.height - phase.y) / g.strideY),
        columns: Math.ceil((g.width - phase.x) / g.strideX),
        strideY: 1,
        strideX: 1,
        output: output + (phase.y * g.width + phase.x) * pixel + group * channels * 4,
        imageBytes: g.height * g.width * pixel,
        rowBytes: g.strideY * g.width * pixel,
        columnBytes: g.strideX * pixel,
        width8: channels,
        taps: Int32Array.from(phase.taps),
        bias: 0,
        relu: false,
        adjoining: 1,
      }, {
        from: phase.tapIndices.map((tap) =>
          weights + (tap * channels * g.outChannels + group * outChannels) * 4
        ),
        rows: outChannels,
        stride: g.outChannels * 4,
        transposed: true,
      });
    }
  }
  return out;
}

/** dFilter[tap, c, o] = Σ over output pixels of x[pixel under tap, c] · dy[pixel, o]. */
function filterGradient(backend: CpuBackend, x: Storage, dy: Storage, g: Geometry): Storage {
  const channels = g.channels / g.groups, outChannels = g.outChannels / g.groups;
  const out = backend.allocate([g.kernelHeight, g.kernelWidth, channels, g.outChannels]);
  if (sizeOf(out.shape) === 0) return out;
  const output = backend.block(out).pointer();
  if (sizeOf(dy.shape) === 0 || sizeOf(x.shape) === 0) {
    backend.kernels.launch("fill", Math.ceil(sizeOf(out.shape) / 4), 1, output, 0);
    return out;
  }
  const input = backend.block(x).pointer(), right = backend.block(dy).pointer();
  if (
    isWinograd(g) && outChannels % 8 === 0 &&
    winogradWins(channels, outChannels, g.images * g.outHeight * g.outWidth)
  ) {
    winogradFilterGradient(backend, {
      ...g,
      input,
      output: right,
      filter: output,
      bias: 0,
      relu: false,
      flipped: false,
    });
    return out;
  }
  for (let group = 0; group < g.groups; group++) {
    productTransposed(backend, {
      input: input + group * channels * 4,
      height: g.height,
      width: g.width,
      pixelBytes: g.channels * 4,
      channels,
      images: g.images,
      rows: g.outHeight,
      columns: g.outWidth,
      strideY: g.strideY,
      strideX: g.strideX,
      output: output + group * outChannels * 4,
      imageBytes: 0,
      rowBytes: g.outChannels * 4,
      columnBytes: 0,
      width8: outChannels,
      taps: tapsOf(g),
      bias: 0,
      relu: false,
      adjoining: adjoiningTaps(g),
    }, {
      from: [right + group * outChannels * 4],
      rows: g.images * g.outHeight * g.outWidth,
      stride: g.outChannels * 4,
      transposed: false,
    });
  }
  return out;
}

/** Whether all are float32. */
function floats(...storages: Storage[]): boolean {
  return storages.every((storage) => storage.dtype === "float32");
}

const conv2d: Override = (call: Call, inherited: Kernel) => {
  const { x, filter } = call.inputs;
  const g = floats(x, filter) ? geometry(x.shape, filter.shape, call) : null;
  return g === null ? inherited(call) : forward(call.backend, x, filter, g, undefined, false);
};

const fusedConv2d: Override = (call: Call, inherited: Kernel) => {
  const { x, filter, bias, preluActivationWeights } = call.inputs;
  const { activation } = call.attrs;
  const g = floats(x, filter) ? geometry(x.shape, filter.shape, call) : null;
  if (g === null || (bias != null && sizeOf(bias.shape) !== g.outChannels)) return inherited(call);
  const out = forward(call.backend, x, filter, g, bias ?? undefined, activation === "relu");
  return isFused(activation) ? out : activate(call.backend, out, call.attrs, preluActivationWeights);
};

const conv2dInput: Override = (call: Call, inherited: Kernel) => {
  const { dy, filter } = call.inputs;
  const g = floats(dy, filter) ? geometry(call.attrs.inputShape, filter.shape, call) : null;
  return g === null ? inherited(call) : inputGradient(call.backend, dy, filter, g);
};

const conv2dFilter: Override = (call: Call, inherited: Kernel) => {
  const { x, dy } = call.inputs;
  const g = floats(x, dy) ? geometry(x.shape, call.attrs.filterShape, call) : null;
  return g === null ? inherited(call) : filterGradient(call.backend, x, dy, g);
};

/** This file's kernels by their TensorFlow.js names. */
export const convolutionKernels: Record<string, Override> = {
  Conv2D: conv2d,
  FusedConv2D: fusedConv2d,
  Conv2DBackpropInput: conv2dInput,
  Conv2DBackpropFilter: conv2dFilter,
};
