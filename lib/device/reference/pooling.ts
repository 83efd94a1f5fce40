/**
 * Pooling of images and its gradients.
 *
 * @module
 */
import * as check from "../check.ts";
import type { Pooling } from "../geometry.ts";
import { type HostArray, zeros } from "./array.ts";

/** Calls `visit` for every element of a pooled [N, C, outH, outW], with the places in x that its window covers. */
function windows(
  x: readonly number[],
  y: readonly number[],
  { kernel, strides, padding }: Pooling,
  visit: (target: number, window: readonly number[]) => void,
): void {
  const [images, channels, height, width] = x, [, , outHeight, outWidth] = y;
  let target = 0;
  for (let plane = 0; plane < images * channels; plane++) {
    for (let row = 0; row < outHeight; row++) {
      for (let column = 0; column < outWidth; column++, target++) {
        const window: number[] = [];
        for (let a = 0; a < kernel[0]; a++) {
          const i = row * strides[0] - padding[0] + a;
          if (i < 0 || i >= height) continue;
          for (let b = 0; b < kernel[1]; b++) {
            const j = column * strides[1] - padding[1] + b;
            if (j >= 0 && j < width) window.push((plane * height + i) * width + j);
          }
        }
        visit(target, window);
      }
    }
  }
}

/** The first place of a window with its largest value; the first NaN is larger than all. */
function largest(x: HostArray, window: readonly number[]): number {
  return window.reduce((best, at) => {
    if (Number.isNaN(x.data[best])) return best;
    return x.data[at] > x.data[best] || Number.isNaN(x.data[at]) ? at : best;
  });
}

/** {@linkcode Kernels.maxPool2d} */
export function maxPool2d(x: HostArray, settings: Pooling): HostArray {
  check.floats("maxPool2d", x);
  const y = zeros(check.pooling("maxPool2d", x.shape, settings));
  windows(x.shape, y.shape, settings, (target, window) => {
    y.data[target] = window.length === 0 ? -Infinity : x.data[largest(x, window)];
  });
  return y;
}

/** {@linkcode Kernels.maxPool2dGrad} */
export function maxPool2dGrad(dy: HostArray, x: HostArray, y: HostArray, settings: Pooling): HostArray {
  check.floats("maxPool2dGrad", x);
  const pooled = check.pooling("maxPool2dGrad", x.shape, settings);
  check.fits("maxPool2dGrad", "dy", dy, pooled);
  check.fits("maxPool2dGrad", "y", y, pooled);
  const dx = zeros(x.shape);
  const totals = new Float64Array(dx.data.length);
  windows(x.shape, pooled, settings, (target, window) => {
    if (window.length > 0) totals[largest(x, window)] += dy.data[target];
  });
  dx.data.set(totals);
  return dx;
}

/** {@linkcode Kernels.maxPool2dPick} */
export function maxPool2dPick(u: HostArray, x: HostArray, y: HostArray, settings: Pooling): HostArray {
  check.floats("maxPool2dPick", x);
  const pooled = check.pooling("maxPool2dPick", x.shape, settings);
  check.fits("maxPool2dPick", "u", u, x.shape);
  check.fits("maxPool2dPick", "y", y, pooled);
  const picked = zeros(pooled);
  windows(x.shape, pooled, settings, (target, window) => {
    if (window.length > 0) picked.data[target] = u.data[largest(x, window)];
  });
  return picked;
}

/** {@linkcode Kernels.avgPool2d} */
export function avgPool2d(x: HostArray, settings: Pooling): HostArray {
  check.floats("avgPool2d", x);
  const y = zeros(check.pooling("avgPool2d", x.shape, settings));
  const size = settings.kernel[0] * settings.kernel[1];
  windows(x.shape, y.shape, settings, (target, window) => {
    y.data[target] = window.reduce((sum, at) => sum + x.data[at], 0) / size;
  });
  return y;
}

/** {@linkcode Kernels.avgPool2dGrad} */
export function avgPool2dGrad(dy: HostArray, shape: readonly number[], settings: Pooling): HostArray {
  const pooled = check.pooling("avgPool2dGrad", shape, settings);
  check.fits("avgPool2dGrad", "dy", dy, pooled);
  const dx = zeros(shape);
  const totals = new Float64Array(dx.data.length);
  const size = settings.kernel[0] * settings.kernel[1];
  windows(shape, pooled, settings, (target, window) => {
    for (const at of window) totals[at] += dy.data[target] / size;
  });
  dx.data.set(totals);
  return dx;
}
