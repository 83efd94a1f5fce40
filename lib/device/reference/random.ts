/**
 * Numbers that are drawn, on the host.
 *
 * @module
 */
import * as check from "../check.ts";
import { type Draw, philoxValues } from "../../philox.ts";
import { sizeOf } from "../shape.ts";
import type { HostArray } from "./array.ts";

/** {@linkcode Kernels.random} */
export function random(distribution: "uniform" | "normal", shape: readonly number[], draw: Draw): HostArray {
  const data = philoxValues(distribution, sizeOf(shape), draw.seed, draw.offset);
  return { shape: [...shape], dtype: "float32", data };
}

/** {@linkcode Kernels.dropout} */
export function dropout(x: HostArray, p: number, draw: Draw): [y: HostArray, mask: HostArray] {
  check.floats("dropout", x);
  const mask = philoxValues("dropout", sizeOf(x.shape), draw.seed, draw.offset, p);
  return [mask.map((factor, i) => factor * x.data[i]), mask].map((data) => ({
    shape: [...x.shape],
    dtype: "float32",
    data,
  })) as [HostArray, HostArray];
}
