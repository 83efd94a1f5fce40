/**
 * Sampling along a dimension.
 *
 * @module
 */
import * as check from "../check.ts";
import type { Taps } from "../taps.ts";
import { around, type HostArray, zeros } from "./array.ts";

/** {@linkcode Kernels.resample} */
export function resample(x: HostArray, dim: number, taps: Taps): HostArray {
  const y = zeros(check.resampled(x, dim, taps));
  const { starts, places, weights } = taps, { outer, size, inner } = around(x.shape, dim);
  for (let o = 0, to = 0; o < outer; o++) {
    for (let i = 0; i + 1 < starts.length; i++) {
      for (let k = 0; k < inner; k++, to++) {
        let sum = 0;
        for (let t = starts[i]; t < starts[i + 1]; t++) {
          sum += weights[t] * x.data[(o * size + places[t]) * inner + k];
        }
        y.data[to] = sum;
      }
    }
  }
  return y;
}
