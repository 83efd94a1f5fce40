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

/** {@linkcode Kernels.dropoutMask} */
export function dropoutMask(x: HostArray, p: number, draw: Draw): HostArray {
  check.floats("dropoutMask", x);
  const data = philoxValues("dropout", sizeOf(x.shape), draw.seed, draw.offset, p);
  return { shape: [...x.shape], dtype: "float32", data };
}
