/**
 * The same numbers in another arrangement.
 *
 * @module
 */
import * as check from "../check.ts";
import type { Border, Slice } from "../kernels.ts";
import { stepsOf } from "../shape.ts";
import { type HostArray, places, repeating, scalar, zeros } from "./array.ts";

/** y[i] = x[from[i]]. */
function taken(x: HostArray, shape: readonly number[], from: Int32Array): HostArray {
  const y = zeros(shape, x.dtype);
  for (let i = 0; i < from.length; i++) y.data[i] = x.data[from[i]];
  return y;
}

/** y[to[i]] = x[i]. */
function put(x: HostArray, y: HostArray, to: Int32Array): HostArray {
  for (let i = 0; i < to.length; i++) y.data[to[i]] = x.data[i];
  return y;
}

/** Where a part begins in an array of `shape`, and its steps there. */
function inside(shape: readonly number[], begin: readonly number[], step?: readonly number[]) {
  const steps = stepsOf(shape);
  return {
    start: begin.reduce((sum, n, d) => sum + n * steps[d], 0),
    steps: steps.map((n, d) => n * (step?.[d] ?? 1)),
  };
}

/** {@linkcode Kernels.reshape} */
export function reshape(x: HostArray, shape: readonly number[]): HostArray {
  check.reshaped(x, shape);
  return { shape: [...shape], dtype: x.dtype, data: x.data.slice() };
}

/** {@linkcode Kernels.permute} */
export function permute(x: HostArray, dims: readonly number[]): HostArray {
  check.permutation(x, dims);
  const steps = stepsOf(x.shape), shape = dims.map((d) => x.shape[d]);
  return taken(x, shape, places(shape, dims.map((d) => steps[d])));
}

/** {@linkcode Kernels.expand} */
export function expand(x: HostArray, shape: readonly number[]): HostArray {
  check.expansion(x, shape);
  return taken(x, shape, places(shape, repeating(x, shape)));
}

/** {@linkcode Kernels.slice} */
export function slice(x: HostArray, part: Slice): HostArray {
  check.part("slice", x.shape, part);
  const { start, steps } = inside(x.shape, part.begin, part.step);
  return taken(x, part.size, places(part.size, steps, start));
}

/** {@linkcode Kernels.sliceGrad} */
export function sliceGrad(dy: HostArray, shape: readonly number[], part: Slice): HostArray {
  check.part("sliceGrad", shape, part);
  check.shaped("sliceGrad", "dy", dy, part.size);
  const { start, steps } = inside(shape, part.begin, part.step);
  return put(dy, zeros(shape, dy.dtype), places(part.size, steps, start));
}

/** {@linkcode Kernels.pad} */
export function pad(x: HostArray, border: Border, value: number): HostArray {
  const y = zeros(check.bordered(x, border), x.dtype);
  y.data.fill(scalar(value, x.dtype).data[0]);
  const { start, steps } = inside(y.shape, border.map(([before]) => before));
  return put(x, y, places(x.shape, steps, start));
}

/** {@linkcode Kernels.concat} */
export function concat(list: readonly HostArray[], dim: number): HostArray {
  check.dimension("concat", list[0], dim);
  const y = zeros(check.concatenation(list, dim), list[0].dtype);
  let begin = 0;
  for (const x of list) {
    const { start, steps } = inside(y.shape, x.shape.map((_, d) => d === dim ? begin : 0));
    put(x, y, places(x.shape, steps, start));
    begin += x.shape[dim];
  }
  return y;
}
