/**
 * Pooling of images and its gradients.
 *
 * @module
 */
import * as check from "../check.ts";
import type { Averaging, Pooling, PoolSizes } from "../geometry.ts";
import { type HostArray, zeros } from "./array.ts";

/**
 * Calls `visit` for every element of a pooled [N, C, outH, outW], with the places in x that its window covers, and with how many
 * there would be if the padding were a part of the image.
 */
function windows(
  s: PoolSizes,
  visit: (target: number, window: readonly number[], padded: number) => void,
): void {
  let target = 0;
  for (let plane = 0; plane < s.images * s.channels; plane++) {
    for (let row = 0; row < s.outHeight; row++) {
      for (let column = 0; column < s.outWidth; column++, target++) {
        const window: number[] = [];
        let padded = 0;
        for (let a = 0; a < s.kernelHeight; a++) {
          const i = row * s.strideY - s.top + a * s.dilationY;
          for (let b = 0; b < s.kernelWidth; b++) {
            const j = column * s.strideX - s.left + b * s.dilationX;
            if (i < s.height + s.top && j < s.width + s.left) padded++;
            if (i < 0 || i >= s.height || j < 0 || j >= s.width) continue;
            window.push((plane * s.height + i) * s.width + j);
          }
        }
        visit(target, window, padded);
      }
    }
  }
}

const shapeOf = (s: PoolSizes) => [s.images, s.channels, s.outHeight, s.outWidth];

/** What the sum over a window is divided by. */
function divisorOf({ divisor }: Averaging, window: readonly number[], padded: number): number {
  return typeof divisor === "number" ? divisor : divisor === "inside" ? window.length : padded;
}

/** The first place of a window with its largest value; the first NaN is larger than all. */
function largest(x: HostArray, window: readonly number[]): number {
  return window.reduce((best, at) => {
    if (Number.isNaN(x.data[best])) return best;
    return x.data[at] > x.data[best] || Number.isNaN(x.data[at]) ? at : best;
  });
}

/** {@linkcode Kernels.maxPool2d} */
export function maxPool2d(x: HostArray, settings: Pooling): [y: HostArray, places: HostArray] {
  check.floats("maxPool2d", x);
  const s = check.pooling("maxPool2d", x.shape, settings);
  const y = zeros(shapeOf(s)), places = zeros(shapeOf(s), "int32");
  windows(s, (target, window) => {
    const at = window.length === 0 ? -1 : largest(x, window);
    y.data[target] = at < 0 ? -Infinity : x.data[at];
    places.data[target] = at < 0 ? -1 : at % (s.height * s.width);
  });
  return [y, places];
}

/** Calls `visit` for each window that sees something, with the place in x that is its own. */
function chosen(places: HostArray, s: PoolSizes, visit: (target: number, at: number) => void): void {
  const plane = s.outHeight * s.outWidth;
  places.data.forEach((place, target) => {
    if (place >= 0) visit(target, Math.floor(target / plane) * s.height * s.width + place);
  });
}

/** {@linkcode Kernels.maxPool2dGrad} */
export function maxPool2dGrad(
  dy: HostArray,
  places: HostArray,
  shape: readonly number[],
  settings: Pooling,
): HostArray {
  const s = check.pooling("maxPool2dGrad", shape, settings);
  check.pooled("maxPool2dGrad", "dy", dy, s);
  check.placed("maxPool2dGrad", places, s);
  const dx = zeros(shape);
  const totals = new Float64Array(dx.data.length);
  chosen(places, s, (target, at) => totals[at] += dy.data[target]);
  dx.data.set(totals);
  return dx;
}

/** {@linkcode Kernels.maxPool2dPick} */
export function maxPool2dPick(u: HostArray, places: HostArray, settings: Pooling): HostArray {
  check.floats("maxPool2dPick", u);
  const s = check.pooling("maxPool2dPick", u.shape, settings);
  check.placed("maxPool2dPick", places, s);
  const picked = zeros(shapeOf(s));
  chosen(places, s, (target, at) => picked.data[target] = u.data[at]);
  return picked;
}

/** {@linkcode Kernels.avgPool2d} */
export function avgPool2d(x: HostArray, settings: Averaging): HostArray {
  check.floats("avgPool2d", x);
  const s = check.pooling("avgPool2d", x.shape, settings), y = zeros(shapeOf(s));
  windows(s, (target, window, padded) => {
    y.data[target] = window.reduce((sum, at) => sum + x.data[at], 0) / divisorOf(settings, window, padded);
  });
  return y;
}

/** {@linkcode Kernels.avgPool2dGrad} */
export function avgPool2dGrad(dy: HostArray, shape: readonly number[], settings: Averaging): HostArray {
  const s = check.pooling("avgPool2dGrad", shape, settings);
  check.pooled("avgPool2dGrad", "dy", dy, s);
  const dx = zeros(shape);
  const totals = new Float64Array(dx.data.length);
  windows(s, (target, window, padded) => {
    const share = dy.data[target] / divisorOf(settings, window, padded);
    for (const at of window) totals[at] += share;
  });
  dx.data.set(totals);
  return dx;
}
