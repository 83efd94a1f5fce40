/**
 * What becomes of the numbers along a dimension, from one to the next.
 *
 * @module
 */
import * as check from "../check.ts";
import { around, type HostArray, zeros } from "./array.ts";

/** Calls `step` for each element of a line with the one before it, line after line; that of a line's first is −1. */
function walk(
  shape: readonly number[],
  dim: number,
  back: boolean,
  step: (at: number, last: number, place: number) => void,
): void {
  const { outer, size, inner } = around(shape, dim);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      for (let n = 0, last = -1; n < size; n++) {
        const place = back ? size - 1 - n : n, at = (o * size + place) * inner + i;
        step(at, last, place);
        last = at;
      }
    }
  }
}

/** {@linkcode Kernels.cumsum} */
export function cumsum(x: HostArray, dim: number, back: boolean): HostArray {
  check.ordered("cumsum", x, dim);
  const y = zeros(x.shape, x.dtype), totals = new Float64Array(y.data.length);
  walk(x.shape, dim, back, (at, last) => {
    totals[at] = last < 0 ? x.data[at] : totals[last] + x.data[at];
    y.data[at] = totals[at];
  });
  return y;
}

/** {@linkcode Kernels.cumprod} */
export function cumprod(x: HostArray, dim: number, back: boolean): HostArray {
  check.ordered("cumprod", x, dim);
  const y = zeros(x.shape, x.dtype), products = new Float64Array(y.data.length);
  const times = x.dtype === "int32" ? Math.imul : (a: number, b: number) => a * b;
  walk(x.shape, dim, back, (at, last) => {
    products[at] = last < 0 ? x.data[at] : times(products[last], x.data[at]);
    y.data[at] = products[at];
  });
  return y;
}

/** {@linkcode Kernels.recurrence} */
export function recurrence(a: HostArray, b: HostArray, dim: number, back: boolean): HostArray {
  check.recurring(a, b, dim);
  const y = zeros(a.shape), totals = new Float64Array(y.data.length);
  walk(a.shape, dim, back, (at, last) => {
    totals[at] = last < 0 ? b.data[at] : a.data[at] * totals[last] + b.data[at];
    y.data[at] = totals[at];
  });
  return y;
}

/** {@linkcode Kernels.logcumsumexp} */
export function logcumsumexp(x: HostArray, dim: number): HostArray {
  check.floats("logcumsumexp", x);
  check.dimension("logcumsumexp", x, dim);
  const y = zeros(x.shape), totals = new Float64Array(y.data.length);
  walk(x.shape, dim, false, (at, last) => {
    const before = last < 0 ? -Infinity : totals[last], value = x.data[at];
    const top = Math.max(before, value), low = Math.min(before, value);
    totals[at] = Number.isFinite(top) ? top + Math.log1p(Math.exp(low - top)) : top;
    y.data[at] = totals[at];
  });
  return y;
}

/** {@linkcode Kernels.argcummax} */
export function argcummax(x: HostArray, dim: number): HostArray {
  check.ordered("argcummax", x, dim);
  const y = zeros(x.shape, "int32"), best = new Float64Array(y.data.length);
  walk(x.shape, dim, false, (at, last, place) => {
    const value = x.data[at], wins = last < 0 || Number.isNaN(value) || value >= best[last];
    best[at] = wins ? value : best[last];
    y.data[at] = wins ? place : y.data[last];
  });
  return y;
}
