/**
 * Convolution and its gradients: three sums over the same products.
 *
 * @module
 */
import * as check from "../check.ts";
import type { Convolution, ConvolutionSizes } from "../geometry.ts";
import { type HostArray, zeros } from "./array.ts";

/**
 * Calls `visit` for every product of an element of x and an element of w that the convolution adds to an element of y, with the
 * three places; the padding is at place −1 of x.
 */
function products(s: ConvolutionSizes, visit: (x: number, w: number, y: number) => void): void {
  const channels = s.channels / s.groups, outputs = s.outChannels / s.groups;
  let y = 0;
  for (let n = 0; n < s.images; n++) {
    for (let o = 0; o < s.outChannels; o++) {
      const first = Math.floor(o / outputs) * channels;
      for (let row = 0; row < s.outHeight; row++) {
        for (let column = 0; column < s.outWidth; column++, y++) {
          for (let c = 0; c < channels; c++) {
            for (let a = 0; a < s.kernelHeight; a++) {
              const i = row * s.strideY - s.top + a * s.dilationY;
              for (let b = 0; b < s.kernelWidth; b++) {
                const j = column * s.strideX - s.left + b * s.dilationX;
                const inside = i >= 0 && i < s.height && j >= 0 && j < s.width;
                visit(
                  inside ? ((n * s.channels + first + c) * s.height + i) * s.width + j : -1,
                  ((o * channels + c) * s.kernelHeight + a) * s.kernelWidth + b,
                  y,
                );
              }
            }
          }
        }
      }
    }
  }
}

/** A number of x, or 0 of the padding: it is multiplied like any other, and 0 · ∞ is NaN. */
function at(x: HostArray, place: number): number {
  return place < 0 ? 0 : x.data[place];
}

/** {@linkcode Kernels.conv2d} */
export function conv2d(x: HostArray, w: HostArray, bias: HostArray | null, settings: Convolution): HostArray {
  check.floats("conv2d", x, w);
  const s = check.convolution("conv2d", x.shape, w.shape, settings);
  if (bias !== null) check.fits("conv2d", "bias", bias, [s.outChannels]);
  const y = zeros([s.images, s.outChannels, s.outHeight, s.outWidth]);
  const totals = new Float64Array(y.data.length);
  if (bias !== null) {
    const plane = s.outHeight * s.outWidth;
    for (let i = 0; i < totals.length; i++) totals[i] = bias.data[Math.floor(i / plane) % s.outChannels];
  }
  products(s, (inX, inW, inY) => totals[inY] += at(x, inX) * w.data[inW]);
  y.data.set(totals);
  return y;
}

/** {@linkcode Kernels.conv2dInputGrad} */
export function conv2dInputGrad(
  dy: HostArray,
  w: HostArray,
  shape: readonly number[],
  settings: Convolution,
): HostArray {
  check.floats("conv2dInputGrad", dy, w);
  const s = check.convolution("conv2dInputGrad", shape, w.shape, settings);
  check.convolutionGrad("conv2dInputGrad", dy, s);
  const dx = zeros(shape);
  const totals = new Float64Array(dx.data.length);
  products(s, (inX, inW, inY) => {
    if (inX >= 0) totals[inX] += dy.data[inY] * w.data[inW];
  });
  dx.data.set(totals);
  return dx;
}

/** {@linkcode Kernels.conv2dFilterGrad} */
export function conv2dFilterGrad(
  x: HostArray,
  dy: HostArray,
  shape: readonly number[],
  settings: Convolution,
): HostArray {
  return filterGrad("conv2dFilterGrad", x, dy, shape, settings);
}

function filterGrad(
  kernel: string,
  x: HostArray,
  dy: HostArray,
  shape: readonly number[],
  settings: Convolution,
): HostArray {
  check.floats(kernel, x, dy);
  const s = check.convolution(kernel, x.shape, shape, settings);
  check.convolutionGrad(kernel, dy, s);
  const dw = zeros(shape);
  const totals = new Float64Array(dw.data.length);
  products(s, (inX, inW, inY) => totals[inW] += at(x, inX) * dy.data[inY]);
  dw.data.set(totals);
  return dw;
}

/** {@linkcode Kernels.conv2dFilterBiasGrad} */
export function conv2dFilterBiasGrad(
  x: HostArray,
  dy: HostArray,
  shape: readonly number[],
  settings: Convolution,
): [dw: HostArray, dBias: HostArray] {
  const dw = filterGrad("conv2dFilterBiasGrad", x, dy, shape, settings);
  const [, outputs, height, width] = dy.shape, totals = new Float64Array(outputs);
  dy.data.forEach((g, i) => totals[Math.floor(i / (height * width)) % outputs] += g);
  const dBias = zeros([outputs]);
  dBias.data.set(totals);
  return [dw, dBias];
}
