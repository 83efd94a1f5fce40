/**
 * The sizes of a convolution, and where its taps lie.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Call } from "../kernel.ts";

/** Sizes of one convolution. */
export interface Geometry {
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
export function geometry(inShape: number[], filterShape: number[], call: Call): Geometry | null {
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
export function tapsOf(g: Geometry): Int32Array {
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
export function adjoiningTaps(g: Geometry): number {
  return g.groups === 1 && (g.dilationX === 1 || g.kernelWidth === 1) ? g.kernelWidth : 1;
}

/** Whether the convolution is one of 3 × 3 taps, neighbours, at stride 1, that Winograd's method serves. */
export function isWinograd(g: Geometry): boolean {
  return g.kernelHeight === 3 && g.kernelWidth === 3 && g.strideY === 1 && g.strideX === 1 &&
    g.dilationY === 1 &&
    g.dilationX === 1 && g.groups === 1;
}
