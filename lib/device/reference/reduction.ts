/**
 * From many numbers to few.
 *
 * @module
 */
import * as check from "../check.ts";
import { reducedShape, stepsOf } from "../shape.ts";
import { around, type HostArray, places, zeros } from "./array.ts";

/** Which element of the result each element of x goes into. */
function targets(x: HostArray, dims: readonly number[]): Int32Array {
  const steps = stepsOf(reducedShape(x.shape, dims, true));
  return places(x.shape, steps.map((step, d) => dims.includes(d) ? 0 : step));
}

/** {@linkcode Kernels.sum}: float32 in float64, rounded once; int32 modulo 2³². */
export function sum(x: HostArray, dims: readonly number[], keepdim = false): HostArray {
  check.need("sum", x, ["float32", "int32"]);
  const y = zeros(check.reduction("sum", x, dims, keepdim), x.dtype);
  const to = targets(x, dims);
  if (x.dtype === "int32") {
    for (let i = 0; i < to.length; i++) y.data[to[i]] += x.data[i];
  } else {
    const totals = new Float64Array(y.data.length);
    // −0 + −0 is −0, and so is the sum of a single −0; the sum of nothing is 0.
    if (to.length > 0) totals.fill(-0);
    for (let i = 0; i < to.length; i++) totals[to[i]] += x.data[i];
    y.data.set(totals);
  }
  return y;
}

/** {@linkcode Kernels.prod}: float32 in float64, rounded once; int32 modulo 2³². */
export function prod(x: HostArray, dims: readonly number[], keepdim = false): HostArray {
  check.need("prod", x, ["float32", "int32"]);
  const y = zeros(check.reduction("prod", x, dims, keepdim), x.dtype);
  const to = targets(x, dims);
  const times = x.dtype === "int32" ? Math.imul : (a: number, b: number) => a * b;
  const products = new Float64Array(y.data.length).fill(1);
  for (let i = 0; i < to.length; i++) products[to[i]] = times(products[to[i]], x.data[i]);
  y.data.set(products);
  return y;
}

/** {@linkcode Kernels.max} and {@linkcode Kernels.min} */
export function extreme(
  name: "max" | "min",
  x: HostArray,
  dims: readonly number[],
  keepdim = false,
): HostArray {
  const y = zeros(check.choice(name, x, dims, keepdim), x.dtype);
  const better = name === "max" ? Math.max : Math.min;
  const to = targets(x, dims);
  const seen = new Uint8Array(y.data.length);
  for (let i = 0; i < to.length; i++) {
    y.data[to[i]] = seen[to[i]] ? better(y.data[to[i]], x.data[i]) : x.data[i];
    seen[to[i]] = 1;
  }
  return y;
}

/** {@linkcode Kernels.argmax} */
export function argmax(x: HostArray, dim: number): HostArray {
  const y = zeros(check.choice("argmax", x, [dim], false), "int32");
  const { outer, size, inner } = around(x.shape, dim);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = (j: number) => x.data[(o * size + j) * inner + i];
      let best = 0;
      for (let j = 1; j < size && !Number.isNaN(at(best)); j++) {
        if (at(j) > at(best) || Number.isNaN(at(j))) best = j;
      }
      y.data[o * inner + i] = best;
    }
  }
  return y;
}
