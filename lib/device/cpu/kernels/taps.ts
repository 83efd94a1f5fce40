/**
 * Where the taps of a convolution lie.
 *
 * @module
 */
import type { ConvolutionSizes } from "../../geometry.ts";

/** Offsets from y·stride (plus those of a part of the image) to the input pixel of each tap, kernel row after kernel row. */
export function tapsOf(g: ConvolutionSizes, fromY = 0, fromX = 0): Int32Array {
  const taps = new Int32Array(g.kernelHeight * g.kernelWidth * 2);
  let i = 0;
  for (let y = 0; y < g.kernelHeight; y++) {
    for (let x = 0; x < g.kernelWidth; x++) {
      taps[i++] = fromY + y * g.dilationY - g.top;
      taps[i++] = fromX + x * g.dilationX - g.left;
    }
  }
  return taps;
}

/** Taps of a kernel row adjoin in memory when nothing lies between their pixels. */
export function adjoiningTaps(g: ConvolutionSizes): number {
  return g.groups === 1 && (g.dilationX === 1 || g.kernelWidth === 1) ? g.kernelWidth : 1;
}

/** Whether the convolution is one of 3 × 3 taps, neighbours, at stride 1, that Winograd's method serves. */
export function isWinograd(g: ConvolutionSizes): boolean {
  return g.kernelHeight === 3 && g.kernelWidth === 3 && g.strideY === 1 && g.strideX === 1 &&
    g.dilationY === 1 &&
    g.dilationX === 1 && g.groups === 1;
}
