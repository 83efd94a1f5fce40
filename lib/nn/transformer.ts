/** The encoder of a transformer: attention, then two linear layers, each with a way around it. */
import { checkTensor, checkTensorOrNull } from "../tensor/check.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  checkBoolean,
  checkChoice,
  checkOptions,
  checkRange,
  checkWhole,
  describe,
  surplus,
  withDefaults,
} from "../text/arguments.ts";

import { MultiheadAttention } from "./attention.ts";
import { argumentsText } from "./describe.ts";
import { Dropout } from "./dropout.ts";
import { LayerNorm } from "./layer_norm.ts";
import { Linear } from "./linear.ts";
import { Module } from "./module.ts";

/** Settings of {@linkcode TransformerEncoderLayer}. */
export interface TransformerEncoderLayerOptions {
  /** Size between the two linear layers: 2048 by default. */
  dimFeedforward?: number;
  /** Probability of a zero, in training: 0.1 by default. */
  dropout?: number;
  /** What stands between the two linear layers: "relu" by default. */
  activation?: "relu" | "gelu";
  /** ε of the normalizations: 1e-5 by default. */
  layerNormEps?: number;
  /** Whether sequences are [batch, tokens, size] instead of [tokens, batch, size]: false by default. */
  batchFirst?: boolean;
  /** Whether normalization comes before attention and linear layers instead of behind them: false by default. */
  normFirst?: boolean;
  /** Whether linear maps and normalizations have biases: true by default. */
  bias?: boolean;
}

/** What {@linkcode TransformerEncoderLayer.forward} is told beside the sequences. */
export interface TransformerEncoderLayerCall {
  /** As `attnMask` of {@linkcode MultiheadAttention.forward}. */
  srcMask?: Tensor | null;
  /** As `keyPaddingMask` of {@linkcode MultiheadAttention.forward}. */
  srcKeyPaddingMask?: Tensor | null;
  /** Whether tokens look at those before them and themselves alone: false by default. */
  isCausal?: boolean;
}

/** What {@linkcode TransformerEncoder.forward} is told beside the sequences. */
export interface TransformerEncoderCall {
  /** As `attnMask` of {@linkcode MultiheadAttention.forward}. */
  mask?: Tensor | null;
  /** As `keyPaddingMask` of {@linkcode MultiheadAttention.forward}. */
  srcKeyPaddingMask?: Tensor | null;
  /** Whether tokens look at those before them and themselves alone: false by default. */
  isCausal?: boolean;
}

const DEFAULTS: Required<TransformerEncoderLayerOptions> = {
  dimFeedforward: 2048,
  dropout: 0.1,
  activation: "relu",
  layerNormEps: 1e-5,
  batchFirst: false,
  normFirst: false,
  bias: true,
};

/**
 * A layer of a transformer's encoder (Vaswani et al. 2017, section 3.1): x ← norm(x + attention(x)), x ← norm(x + linear(act(linear(x))));
 * with `normFirst` x ← x + attention(norm(x)), and so on (Xiong et al. 2020).
 *
 * PyTorch: `torch.nn.TransformerEncoderLayer`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const layer = new nn.TransformerEncoderLayer(32, 4, { dimFeedforward: 64, batchFirst: true, normFirst: true });
 * assertEquals(layer.forward(randn(2, 10, 32), { isCausal: true }).shape, [2, 10, 32]);
 * ```
 */
export class TransformerEncoderLayer extends Module {
  /** Attention of the sequence to itself. */
  readonly selfAttn: MultiheadAttention;
  /** To the size between. */
  readonly linear1: Linear;
  /** Behind the activation. */
  readonly dropout: Dropout;
  /** And back. */
  readonly linear2: Linear;
  /** Of the attention. */
  readonly norm1: LayerNorm;
  /** Of the linear layers. */
  readonly norm2: LayerNorm;
  /** Behind the attention. */
  readonly dropout1: Dropout;
  /** Behind the linear layers. */
  readonly dropout2: Dropout;
  /** What stands between the two linear layers. */
  readonly activation: "relu" | "gelu";
  /** Whether normalization comes before attention and linear layers. */
  readonly normFirst: boolean;

  /**
   * Makes the layer.
   *
   * @param dModel E, the size of a token.
   * @param nhead How many heads; divides E.
   * @param options dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, bias.
   * @throws {RangeError} if a number makes no sense, or the heads do not divide E.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(dModel: number, nhead: number, options: TransformerEncoderLayerOptions = {}) {
    super();
    const name = "TransformerEncoderLayer";
    if (arguments.length > 3) surplus(name, arguments, 3);
    checkOptions(name, options, Object.keys(DEFAULTS));
    const all = withDefaults(DEFAULTS, options), { dimFeedforward, layerNormEps, bias, batchFirst } = all;
    checkWhole(name, "dModel", dModel, 1);
    checkWhole(name, "nhead", nhead, 1);
    if (dModel % nhead !== 0) {
      throw new RangeError(`${name}: ${nhead} heads do not divide a size of ${dModel}`);
    }
    checkWhole(name, "dimFeedforward", dimFeedforward, 1);
    const dropout = checkRange(name, "dropout", all.dropout, 0, 1);
    this.activation = checkChoice(name, "activation", all.activation, ["relu", "gelu"]);
    checkRange(name, "layerNormEps", layerNormEps, 0);
    checkBoolean(name, "batchFirst", batchFirst);
    this.normFirst = checkBoolean(name, "normFirst", all.normFirst);
    checkBoolean(name, "bias", bias);
    this.selfAttn = new MultiheadAttention(dModel, nhead, { dropout, bias, batchFirst });
    this.linear1 = new Linear(dModel, dimFeedforward, { bias });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel, { bias });
    this.norm1 = new LayerNorm(dModel, { eps: layerNormEps, bias });
    this.norm2 = new LayerNorm(dModel, { eps: layerNormEps, bias });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
  }

  /** The attention under PyTorch's name. */
  protected override *members(): Iterable<[string, unknown]> {
    for (const [name, member] of super.members()) yield [name === "selfAttn" ? "self_attn" : name, member];
  }

  /**
   * Reads sequences.
   *
   * @param src [T, N, E], with `batchFirst` [N, T, E]; one sequence: [T, E].
   * @param options srcMask, srcKeyPaddingMask, isCausal.
   * @returns The same shape.
   * @throws {RangeError} if sizes do not fit.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  override forward(src: Tensor, options: TransformerEncoderLayerCall = {}): Tensor {
    const name = "TransformerEncoderLayer.forward";
    if (arguments.length > 2) surplus(name, arguments, 2, "masks are options");
    checkOptions(name, options, ["srcMask", "srcKeyPaddingMask", "isCausal"]);
    const x = checkTensor(name, "the input", src);
    const { srcMask = null, srcKeyPaddingMask = null, isCausal = false } = options;
    checkCall(name, { srcMask, srcKeyPaddingMask }, isCausal);
    const { normFirst, norm1, norm2 } = this;
    const attend = (one: Tensor) => {
      const call = { attnMask: srcMask, keyPaddingMask: srcKeyPaddingMask, needWeights: false, isCausal };
      return this.dropout1.forward(this.selfAttn.forward(one, one, one, call)[0]);
    };
    const feed = (one: Tensor) => {
      const inner = this.linear1.forward(one),
        active = this.activation === "relu" ? inner.relu() : inner.gelu();
      return this.dropout2.forward(this.linear2.forward(this.dropout.forward(active)));
    };
    if (normFirst) {
      const y = x.add(attend(norm1.forward(x)));
      return y.add(feed(norm2.forward(y)));
    }
    const y = norm1.forward(x.add(attend(x)));
    return norm2.forward(y.add(feed(y)));
  }
}

/**
 * Layers of a transformer's encoder one after the other, each a copy of one that is given.
 *
 * PyTorch: `torch.nn.TransformerEncoder`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const layer = new nn.TransformerEncoderLayer(32, 4, { dimFeedforward: 64, batchFirst: true });
 * const net = new nn.TransformerEncoder(layer, 2);
 * assertEquals(net.forward(randn(2, 10, 32)).shape, [2, 10, 32]);
 * ```
 */
export class TransformerEncoder extends Module {
  /** The copies. */
  readonly layers: readonly TransformerEncoderLayer[];
  /** The normalization behind them all, or null. */
  readonly norm: LayerNorm | null;

  /**
   * Makes the encoder.
   *
   * @param encoderLayer What is copied: all layers start with the same numbers.
   * @param numLayers How many.
   * @param options `norm`: a normalization behind them all; none by default, or null.
   * @throws {RangeError} if there is to be less than one layer.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(
    encoderLayer: TransformerEncoderLayer,
    readonly numLayers: number,
    options: { norm?: LayerNorm | null } = {},
  ) {
    super();
    const name = "TransformerEncoder";
    if (arguments.length > 3) surplus(name, arguments, 3);
    checkOptions(name, options, ["norm"]);
    if (!(encoderLayer instanceof TransformerEncoderLayer)) {
      throw new TypeError(
        `${name}: the layer must be a TransformerEncoderLayer, not ${describe(encoderLayer)}`,
      );
    }
    checkWhole(name, "numLayers", numLayers, 1);
    const { norm = null } = options;
    if (norm !== null && !(norm instanceof LayerNorm)) {
      throw new TypeError(`${name}: norm must be a LayerNorm or null, not ${describe(norm)}`);
    }
    this.layers = Array.from({ length: numLayers }, () => encoderLayer.deepCopy());
    this.norm = norm;
  }

  /**
   * Reads sequences.
   *
   * @param src [T, N, E], or as the layers take them.
   * @param options mask, srcKeyPaddingMask, isCausal.
   * @returns The same shape.
   * @throws {RangeError} if sizes do not fit.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  override forward(src: Tensor, options: TransformerEncoderCall = {}): Tensor {
    const name = "TransformerEncoder.forward";
    if (arguments.length > 2) surplus(name, arguments, 2, "masks are options");
    checkOptions(name, options, ["mask", "srcKeyPaddingMask", "isCausal"]);
    const { mask: srcMask = null, srcKeyPaddingMask = null, isCausal = false } = options;
    checkCall(name, { mask: srcMask, srcKeyPaddingMask }, isCausal);
    let x = checkTensor(name, "the input", src);
    for (const layer of this.layers) x = layer.forward(x, { srcMask, srcKeyPaddingMask, isCausal });
    return this.norm === null ? x : this.norm.forward(x);
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    return argumentsText([this.numLayers]);
  }
}

function checkCall(name: string, masks: Readonly<Record<string, Tensor | null>>, isCausal: boolean): void {
  for (const [argument, mask] of Object.entries(masks)) checkTensorOrNull(name, argument, mask);
  checkBoolean(name, "isCausal", isCausal);
}
