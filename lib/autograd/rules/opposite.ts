/** The same numbers in the opposite order: what makes the smallest of the largest. */
import type { Kernels } from "../../device/kernels.ts";
import type { Shaped } from "../../device/storage.ts";

/** −x, or −1 − x of integers, which does not overflow; NaN stays NaN. */
export function opposite<T extends Shaped>(k: Kernels<T>, x: T): T {
  return x.dtype === "float32" ? k.neg(x) : k.sub(-1, k.cast(x, "int32"));
}
