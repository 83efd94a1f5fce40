/** The weights of an attention written out, where they are wanted, masked or dropped; a kernel of its own does without. */
import type { Device } from "../device/device.ts";
import { Tensor } from "../tensor/tensor.ts";
import { made } from "../tensor/values.ts";

/** So small that beside any score its power is 0, and finite, so that a row of them has a softmax. */
const UNSEEN = -3.4028234663852886e38;

/** [L, S], true where query i may look at key j: j ≤ i. */
export function causalMask(device: Device, length: number, keys: number): Tensor {
  const all = made("scaledDotProductAttention", device, () => device.kernels.fill([length, keys], 1, "bool"));
  return new Tensor(all).tril();
}

/**
 * How much of each value a query takes: softmax(scale · q kᵀ) along the keys. A query that sees no key takes nothing.
 *
 * @param mask Broadcasts to the scores: bool, true where a query may look; or float32, added; or null.
 */
export function attentionWeights(q: Tensor, k: Tensor, mask: Tensor | null, scale: number): Tensor {
  const scores = q.mul(scale).matmul(k.transpose(-2, -1));
  if (mask === null) return scores.softmax(-1);
  if (mask.dtype === "bool") return scores.where(mask, UNSEEN).softmax(-1).where(mask, 0);
  const seen = mask.ne(-Infinity);
  return scores.add(mask.where(seen, 0)).where(seen, UNSEEN).softmax(-1).where(seen, 0);
}
