/** Attention as a layer: queries, keys and values are made by linear maps, in several heads side by side. */
import { attentionWeights, causalMask } from "../functional/attend.ts";
import { scaledDotProductAttention } from "../functional/attention.ts";
import { dropout as drop } from "../functional/dropout.ts";
import { linear } from "../functional/linear.ts";
import { text } from "../device/shape.ts";
import { unrecorded } from "../autograd/no_grad.ts";
import { checkTensor, checkTensorOrNull } from "../tensor/check.ts";
import { zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  checkBoolean,
  checkOptions,
  checkRange,
  checkWhole,
  surplus,
  withDefaults,
} from "../text/arguments.ts";
import { argumentsText } from "./describe.ts";
import { learned, uniform } from "./draw.ts";
import { Linear } from "./linear.ts";
import { Module } from "./module.ts";
import type { Parameter } from "./parameter.ts";

/** Settings of {@linkcode MultiheadAttention}. */
export interface MultiheadAttentionOptions {
  /** Probability with which a weight becomes 0 in training: 0 by default. */
  dropout?: number;
  /** Whether the linear maps add biases: true by default. */
  bias?: boolean;
  /** Size of the keys: that of the queries by default, or null. */
  kdim?: number | null;
  /** Size of the values: that of the queries by default, or null. */
  vdim?: number | null;
  /** Whether sequences are [batch, tokens, size] instead of [tokens, batch, size]: false by default. */
  batchFirst?: boolean;
}

/** What {@linkcode MultiheadAttention.forward} is told beside queries, keys and values. */
export interface MultiheadAttentionCall {
  /** [N, S], or [S] of one sequence. bool: true where a key is padding, and not seen; float32: added to the scores. */
  keyPaddingMask?: Tensor | null;
  /** Whether the weights are returned: true by default. Without them it is faster. */
  needWeights?: boolean;
  /**
   * [L, S], or [N · heads, L, S]. bool: true where a query may not look at a key, the other way round than
   * `F.scaledDotProductAttention` has it; float32: added to the scores.
   */
  attnMask?: Tensor | null;
  /** Whether the weights that are returned are the heads' mean: true by default. */
  averageAttnWeights?: boolean;
  /** Whether query i looks at keys 0 to i alone; a mask that is given says so already. false by default. */
  isCausal?: boolean;
}

const DEFAULTS = { dropout: 0, bias: true, kdim: null, vdim: null, batchFirst: false };

const NAMES: Record<string, string> = {
  inProjWeight: "in_proj_weight",
  qProjWeight: "q_proj_weight",
  kProjWeight: "k_proj_weight",
  vProjWeight: "v_proj_weight",
  inProjBias: "in_proj_bias",
  outProj: "out_proj",
};

/**
 * Multi-head attention (Vaswani et al. 2017, section 3.2.2): each head looks at queries, keys and values through linear maps of its
 * own, and what the heads find is mapped together.
 *
 * PyTorch: `torch.nn.MultiheadAttention`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const layer = new nn.MultiheadAttention(64, 8, { batchFirst: true }), x = randn(2, 10, 64);
 * const [y, weights] = layer.forward(x, x, x);
 * assertEquals([y.shape, weights!.shape], [[2, 10, 64], [2, 10, 10]]);
 * ```
 */
export class MultiheadAttention extends Module {
  /** The maps of queries, keys and values on one another, [3 E, E]; null where keys or values have sizes of their own. */
  readonly inProjWeight: Parameter | null;
  /** The map of the queries [E, E], where keys or values have sizes of their own. */
  readonly qProjWeight: Parameter | null;
  /** The map of the keys [E, kdim], likewise. */
  readonly kProjWeight: Parameter | null;
  /** The map of the values [E, vdim], likewise. */
  readonly vProjWeight: Parameter | null;
  /** The maps' biases on one another, [3 E], zeros at first; null without `bias`. */
  readonly inProjBias: Parameter | null;
  /** What maps the heads' results together. */
  readonly outProj: Linear;
  /** Probability with which a weight becomes 0 in training. */
  readonly dropout: number;
  /** Size of the keys. */
  readonly kdim: number;
  /** Size of the values. */
  readonly vdim: number;
  /** Whether sequences are [batch, tokens, size]. */
  readonly batchFirst: boolean;

  /**
   * Makes the layer. Maps start uniform after Glorot & Bengio (2010), biases as zeros.
   *
   * @param embedDim E, the size of queries and results.
   * @param numHeads How many heads; divides E.
   * @param options dropout, bias, kdim, vdim, batchFirst.
   * @throws {RangeError} if a number makes no sense, or the heads do not divide E.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(
    readonly embedDim: number,
    readonly numHeads: number,
    options: MultiheadAttentionOptions = {},
  ) {
    super();
    const name = "MultiheadAttention";
    if (arguments.length > 3) surplus(name, arguments, 3);
    checkOptions(name, options, Object.keys(DEFAULTS));
    const { dropout, bias, kdim, vdim, batchFirst } = withDefaults<Required<MultiheadAttentionOptions>>(
      DEFAULTS,
      options,
    );
    checkWhole(name, "embedDim", embedDim, 1);
    checkWhole(name, "numHeads", numHeads, 1);
    if (embedDim % numHeads !== 0) {
      throw new RangeError(`${name}: ${numHeads} heads do not divide a size of ${embedDim}`);
    }
    this.dropout = checkRange(name, "dropout", dropout, 0, 1);
    checkBoolean(name, "bias", bias);
    this.batchFirst = checkBoolean(name, "batchFirst", batchFirst);
    this.kdim = kdim === null ? embedDim : checkWhole(name, "kdim", kdim, 1);
    this.vdim = vdim === null ? embedDim : checkWhole(name, "vdim", vdim, 1);
    const packed = this.kdim === embedDim && this.vdim === embedDim;
    const glorot = (rows: number, columns: number) => {
      const bound = Math.sqrt(6 / (rows + columns));
      return learned(uniform([rows, columns], -bound, bound));
    };
    this.inProjWeight = packed ? glorot(3 * embedDim, embedDim) : null;
    this.qProjWeight = packed ? null : glorot(embedDim, embedDim);
    this.kProjWeight = packed ? null : glorot(embedDim, this.kdim);
    this.vProjWeight = packed ? null : glorot(embedDim, this.vdim);
    this.inProjBias = bias ? learned(zeros(3 * embedDim)) : null;
    this.outProj = new Linear(embedDim, embedDim, { bias });
    unrecorded(() => this.outProj.bias?.zero_());
  }

  /** The parameters under PyTorch's names. */
  protected override *members(): Iterable<[string, unknown]> {
    for (const [name, member] of super.members()) yield [NAMES[name] ?? name, member];
  }

  /**
   * Attends.
   *
   * @param query [L, N, E], with `batchFirst` [N, L, E]; one sequence: [L, E].
   * @param key [S, N, kdim], turned likewise.
   * @param value [S, N, vdim], turned likewise.
   * @param options keyPaddingMask, needWeights, attnMask, averageAttnWeights, isCausal.
   * @returns What was found, shaped as the queries; and the weights, [N, L, S], or [N, heads, L, S] if not averaged, without N of one
   * sequence, or null if they are not needed.
   * @throws {RangeError} if sizes do not fit.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  override forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options: MultiheadAttentionCall = {},
  ): [output: Tensor, weights: Tensor | null] {
    const name = "MultiheadAttention.forward";
    if (arguments.length > 4) surplus(name, arguments, 4, "masks are options");
    checkOptions(name, options, [
      ...["keyPaddingMask", "needWeights", "attnMask", "averageAttnWeights", "isCausal"],
    ]);
    const { keyPaddingMask = null, needWeights = true, attnMask = null } = options;
    const { averageAttnWeights = true, isCausal = false } = options;
    checkTensorOrNull(name, "keyPaddingMask", keyPaddingMask);
    checkTensorOrNull(name, "attnMask", attnMask);
    checkBoolean(name, "needWeights", needWeights);
    checkBoolean(name, "averageAttnWeights", averageAttnWeights);
    checkBoolean(name, "isCausal", isCausal);
    const single = checkSequences(name, this, query, key, value);
    const { batchFirst, numHeads, embedDim } = this, batchDim = batchFirst ? 0 : 1;
    const batched = (one: Tensor) => single ? one.unsqueeze(batchDim) : one;
    const parts = project(this, query, key, value).map((one) => {
      const [a, b] = batched(one).shape, heads = one.reshape(a, b, numHeads, embedDim / numHeads);
      return batchFirst ? heads.permute(0, 2, 1, 3) : heads.permute(1, 2, 0, 3);
    });
    const [q, k, v] = parts, [batch, , length, size] = q.shape, keys = k.shape[2];
    const given = oneMask(name, this.numHeads, keyPaddingMask, attnMask, [batch, length, keys]);
    const dropoutP = this.training ? this.dropout : 0, scale = 1 / Math.sqrt(size);
    let found: Tensor, weights: Tensor | null = null;
    const causal = isCausal && attnMask === null;
    if (needWeights || (causal && given !== null)) {
      const mask = causal ? both(given, causalMask(q.device, length, keys)) : given;
      const all = attentionWeights(q, k, mask, scale), kept = dropoutP === 0 ? all : drop(all, dropoutP);
      found = kept.matmul(v);
      if (needWeights) weights = averageAttnWeights ? kept.mean(1) : kept;
    } else {
      found = scaledDotProductAttention(q, k, v, { attnMask: given, dropoutP, isCausal: causal });
    }
    const order = batchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3];
    const y = this.outProj.forward(found.permute(order).reshape(...query.shape.slice(0, -1), embedDim));
    return [y, single && weights !== null ? weights.squeeze(0) : weights];
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const { embedDim, numHeads, dropout, batchFirst, kdim, vdim } = this;
    const options = { dropout, bias: this.inProjBias !== null, kdim, vdim, batchFirst };
    return argumentsText([embedDim, numHeads], options, { ...DEFAULTS, kdim: embedDim, vdim: embedDim });
  }
}

/** Two masks, each bool (true where a query may look) or added to the scores, as one. */
function both(a: Tensor | null, b: Tensor): Tensor {
  if (a === null) return b;
  if (a.dtype === "bool" && b.dtype === "bool") return a.mul(b);
  const added = (one: Tensor) => one.dtype === "bool" ? one.to("float32").log() : one;
  return added(a).add(added(b));
}

/** Whether these are single sequences, once they fit. */
function checkSequences(
  name: string,
  layer: MultiheadAttention,
  query: Tensor,
  key: Tensor,
  value: Tensor,
): boolean {
  for (const [argument, one] of Object.entries({ query, key, value })) checkTensor(name, argument, one);
  const { embedDim, kdim, vdim, batchFirst } = layer, batchDim = batchFirst ? 0 : 1;
  const shapes = [query, key, value].map(({ shape }) => shape), single = query.ndim === 2;
  const fits = shapes.every((shape) => shape.length === query.ndim) && (single || query.ndim === 3) &&
    [embedDim, kdim, vdim].every((size, i) => shapes[i].at(-1) === size) &&
    (single || shapes.every((shape) => shape[batchDim] === query.shape[batchDim])) &&
    key.shape.at(single ? 0 : 1 - batchDim) === value.shape.at(single ? 0 : 1 - batchDim);
  if (!fits) {
    const form = (tokens: string, size: number) =>
      batchFirst ? `[N, ${tokens}, ${size}]` : `[${tokens}, N, ${size}]`;
    throw new RangeError(
      `MultiheadAttention: query ${form("L", embedDim)}, key ${form("S", kdim)} and value ${
        form("S", vdim)
      } are needed, or all without N, not ${shapes.map(text).join(", ")}`,
    );
  }
  return single;
}

/** Queries, keys and values through their maps: what is the same tensor goes through one product. */
function project(layer: MultiheadAttention, query: Tensor, key: Tensor, value: Tensor): Tensor[] {
  const { inProjWeight, inProjBias, embedDim } = layer;
  const bias = (from: number, to: number) => inProjBias?.at([from * embedDim, to * embedDim]) ?? null;
  if (inProjWeight === null) {
    return [
      linear(query, layer.qProjWeight!, bias(0, 1)),
      linear(key, layer.kProjWeight!, bias(1, 2)),
      linear(value, layer.vProjWeight!, bias(2, 3)),
    ];
  }
  if (query === key && key === value) return linear(query, inProjWeight, inProjBias).chunk(3, -1);
  const weight = (from: number, to: number) => inProjWeight.at([from * embedDim, to * embedDim]);
  const q = linear(query, weight(0, 1), bias(0, 1));
  if (key === value) return [q, ...linear(key, weight(1, 3), bias(1, 3)).chunk(2, -1)];
  return [q, linear(key, weight(1, 2), bias(1, 2)), linear(value, weight(2, 3), bias(2, 3))];
}

/** Both masks as one that broadcasts to [N, heads, L, S]: bool, true where a query may look, or float32, added; or null. */
function oneMask(
  name: string,
  numHeads: number,
  padding: Tensor | null,
  mask: Tensor | null,
  [batch, length, keys]: readonly number[],
): Tensor | null {
  for (const [argument, one] of Object.entries({ keyPaddingMask: padding, attnMask: mask })) {
    if (one?.dtype === "int32") {
      throw new TypeError(
        `${name}: ${argument} must be bool, true where not to look, or float32, added to the scores, not int32`,
      );
    }
  }
  const refuse = (argument: string, one: Tensor, wanted: string) => {
    throw new RangeError(`${name}: ${argument} must have shape ${wanted}, not ${text(one.shape)}`);
  };
  const fits = (one: Tensor, shape: readonly number[]) =>
    one.ndim === shape.length && one.shape.every((n, d) => n === shape[d]);
  if (padding !== null && !fits(padding, [batch, keys]) && !(batch === 1 && fits(padding, [keys]))) {
    refuse("keyPaddingMask", padding, text([batch, keys]));
  }
  if (mask !== null && !fits(mask, [length, keys]) && !fits(mask, [batch * numHeads, length, keys])) {
    refuse("attnMask", mask, `${text([length, keys])} or ${text([batch * numHeads, length, keys])}`);
  }
  const wide = padding?.reshape(batch, 1, 1, keys) ?? null;
  const tall = mask?.ndim === 3 ? mask.reshape(batch, numHeads, length, keys) : mask;
  const seen = [wide, tall].filter((one) => one !== null).map((one) =>
    one.dtype === "bool" ? one.eq(false) : one
  );
  return seen.length === 0 ? null : seen.length === 1 ? seen[0] : both(seen[0], seen[1]);
}
