/** Attention: every query takes a mean of the values, weighted by how well it meets their keys. */
import { apply } from "../autograd/graph.ts";
import { broadcastShapes, sameShape, sizeOf, text } from "../device/shape.ts";
import { checkTensor, checkTensorOrNull } from "../tensor/check.ts";
import { toShape } from "../tensor/combine.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkBoolean, checkOptions, checkRange, surplus } from "../text/arguments.ts";
import { attentionWeights, causalMask } from "./attend.ts";
import { dropout } from "./dropout.ts";

/** Settings of {@linkcode scaledDotProductAttention}. */
export interface AttentionOptions {
  /**
   * Broadcasts to [..., L, S]. Of dtype bool: true where a query may look at a key; of dtype float32: added to the scores. None if
   * not said, or null.
   */
  attnMask?: Tensor | null;
  /** Probability with which a weight becomes 0, in evaluation, too: 0 by default. */
  dropoutP?: number;
  /** Whether query i looks at keys 0 to i alone: false by default. */
  isCausal?: boolean;
  /** What the scores are multiplied by: 1 / √E by default, or null. */
  scale?: number | null;
}

/**
 * Scaled dot-product attention (Vaswani et al. 2017, "Attention is all you need", equation 1): softmax(q kᵀ / √E) v. A query that sees
 * no key at all takes 0. Without a mask of its own and without dropout the CPU never makes the matrix of scores, and with
 * `isCausal` only half of them are computed.
 *
 * PyTorch: `torch.nn.functional.scaled_dot_product_attention`.
 *
 * @param query [..., L, E]: what is asked, such as [batch, heads, tokens, size].
 * @param key [..., S, E].
 * @param value [..., S, D].
 * @param options attnMask, dropoutP, isCausal, scale.
 * @returns [..., L, D], float32; the leading dimensions broadcast.
 * @throws {RangeError} if sizes do not fit, a number makes no sense, or a mask is given beside `isCausal`.
 * @throws {TypeError} if one of the three is no tensor, the mask is int32, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * const q = tensor([[1, 0], [0, 1]]), v = tensor([[1, 2], [3, 4]]);
 * const y = F.scaledDotProductAttention(q, q, v, { isCausal: true });
 * console.log(await y.format()); // [[1.0000, 2.0000], [2.3395, 3.3395]]
 * ```
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor {
  const name = "scaledDotProductAttention";
  if (arguments.length > 4) surplus(name, arguments, 4, "attnMask, isCausal and their kin are options");
  checkOptions(name, options, ["attnMask", "dropoutP", "isCausal", "scale"]);
  const { attnMask = null, dropoutP = 0, isCausal = false } = options;
  for (const [argument, one] of Object.entries({ query, key, value })) checkTensor(name, argument, one);
  checkTensorOrNull(name, "attnMask", attnMask);
  checkRange(name, "dropoutP", dropoutP, 0, 1);
  checkBoolean(name, "isCausal", isCausal);
  const shapes = [query, key, value].map(({ shape }) => shape);
  if (shapes.some(({ length }) => length < 2)) {
    throw new RangeError(
      `${name}: at least two dimensions are needed, [..., L, E], [..., S, E] and [..., S, D], not ${
        shapes.map(text).join(", ")
      }`,
    );
  }
  const [inner, length, keys] = [query.shape.at(-1)!, query.shape.at(-2)!, key.shape.at(-2)!];
  if (key.shape.at(-1) !== inner || value.shape.at(-2) !== keys) {
    throw new RangeError(
      `${name}: query [..., L, E], key [..., S, E] and value [..., S, D] do not fit: ${
        shapes.map(text).join(", ")
      }`,
    );
  }
  const scale = checkRange(name, "scale", options.scale ?? 1 / Math.sqrt(Math.max(1, inner)));
  if (attnMask !== null && isCausal) {
    throw new RangeError(`${name}: attnMask and isCausal exclude each other; put both into the mask`);
  }
  const lead = shapes.map((shape) => shape.slice(0, -2)).reduce((a, b) => broadcastShapes(name, a, b));
  if (attnMask !== null) checkMask(name, attnMask, [...lead, length, keys]);
  const [q, k, v] = [query, key, value].map((one) => one.to("float32"));
  if (attnMask === null && dropoutP === 0) return fused(q, k, v, lead, { scale, causal: isCausal });
  const mask = isCausal ? causalMask(q.device, length, keys) : attnMask;
  const weights = attentionWeights(q, k, mask, scale);
  return (dropoutP === 0 ? weights : dropout(weights, dropoutP)).matmul(v);
}

/** Attention as one kernel, of [batch, heads, tokens, size]. */
function fused(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  lead: readonly number[],
  settings: { scale: number; causal: boolean },
): Tensor {
  const [batch, heads] = [sizeOf(lead.slice(0, -1)), lead.at(-1) ?? 1];
  const values = [q, k, v].map((one) => {
    const own = one.shape.slice(-2);
    const whole = sameShape(one.shape.slice(0, -2), lead) ? one : one.expand([...lead, ...own]);
    return toShape(whole.value, [batch, heads, ...own]);
  });
  return new Tensor(
    toShape(apply("attention", values, settings), [...lead, q.shape.at(-2)!, v.shape.at(-1)!]),
  );
}

function checkMask(name: string, mask: Tensor, shape: readonly number[]): void {
  if (mask.dtype === "int32") {
    throw new TypeError(
      `${name}: attnMask must be bool, true where a query may look, or float32, added to the scores, not int32`,
    );
  }
  if (!sameShape(broadcastShapes(name, mask.shape, shape), shape)) {
    throw new RangeError(`${name}: attnMask ${text(mask.shape)} does not broadcast to scores ${text(shape)}`);
  }
}
