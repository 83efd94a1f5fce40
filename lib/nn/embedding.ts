/** A table of vectors as a layer. */
import { text } from "../device/shape.ts";
import { embedding } from "../functional/embedding.ts";
import { checkPaddingIdx } from "../functional/padding_idx.ts";
import { unrecorded } from "../autograd/no_grad.ts";
import { checkTensor, checkTensorLike } from "../tensor/check.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { checkBoolean, checkOptions, checkWhole, surplus } from "../text/arguments.ts";
import { argumentsText } from "./describe.ts";
import { learned, normal } from "./draw.ts";
import { Module } from "./module.ts";
import type { Parameter } from "./parameter.ts";

/** Settings of {@linkcode Embedding}. */
export interface EmbeddingLayerOptions {
  /** A row of zeros that learns nothing, such as that of padding; negative: counted from the end. None by default, or null. */
  paddingIdx?: number | null;
}

/** Settings of {@linkcode Embedding.fromPretrained}. */
export interface PretrainedOptions extends EmbeddingLayerOptions {
  /** Whether the table stays as it is: true by default. */
  freeze?: boolean;
}

/**
 * A vector for each of so many words, tokens, users: the input is their numbers. The vectors are learned, and start as draws of the
 * standard normal distribution.
 *
 * PyTorch: `torch.nn.Embedding`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const layer = new nn.Embedding(1000, 64);
 * const tokens = tensor([[5, 7, 999], [0, 1, 2]], { dtype: "int32" });
 * assertEquals(layer.forward(tokens).shape, [2, 3, 64]);
 * ```
 */
export class Embedding extends Module {
  /** The table [V, D]. */
  weight: Parameter;
  /** The row that learns nothing, counted from the front; null for none. */
  readonly paddingIdx: number | null;

  /**
   * Makes the layer.
   *
   * @param numEmbeddings V, how many vectors.
   * @param embeddingDim D, the size of each.
   * @param options paddingIdx.
   * @throws {RangeError} if a number makes no sense.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(
    readonly numEmbeddings: number,
    readonly embeddingDim: number,
    options: EmbeddingLayerOptions = {},
  ) {
    super();
    if (arguments.length > 3) surplus("Embedding", arguments, 3);
    checkWhole("Embedding", "numEmbeddings", numEmbeddings, 1);
    checkWhole("Embedding", "embeddingDim", embeddingDim, 1);
    checkOptions("Embedding", options, ["paddingIdx"]);
    const padding = checkPaddingIdx("Embedding", options.paddingIdx ?? null, numEmbeddings);
    this.paddingIdx = padding;
    this.weight = learned(normal([numEmbeddings, embeddingDim], 0, 1));
    if (padding !== null) unrecorded(() => this.weight.set_([padding], 0));
  }

  /**
   * A layer with vectors that there are.
   *
   * PyTorch: `torch.nn.Embedding.from_pretrained`.
   *
   * @param embeddings The table [V, D]; changes of one do not reach the other.
   * @param options freeze, paddingIdx.
   * @returns The layer.
   * @throws {RangeError} if the table has not two dimensions, or paddingIdx is no row of it.
   * @throws {TypeError} if it is no float32 tensor, or there is no such option.
   * @example
   * ```ts
   * import { nn, tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const layer = nn.Embedding.fromPretrained(tensor([[1, 2], [3, 4]]));
   * assertEquals(await layer.forward([1]).array(), [[3, 4]]);
   * assertEquals(layer.weight.requiresGrad, false);
   * ```
   */
  static fromPretrained(embeddings: Tensor, options: PretrainedOptions = {}): Embedding {
    if (arguments.length > 2) surplus("fromPretrained", arguments, 2);
    checkOptions("fromPretrained", options, ["freeze", "paddingIdx"]);
    checkTensor("fromPretrained", "the table", embeddings);
    const { freeze = true, paddingIdx = null } = options;
    checkBoolean("fromPretrained", "freeze", freeze);
    if (embeddings.ndim !== 2) {
      throw new RangeError(`fromPretrained: a table [V, D] is needed, not shape ${text(embeddings.shape)}`);
    }
    const [rows, columns] = embeddings.shape;
    checkPaddingIdx("fromPretrained", paddingIdx, rows);
    const layer = new Embedding(rows, columns, { paddingIdx });
    unrecorded(() => layer.weight.copy_(embeddings));
    layer.weight.requiresGrad = !freeze;
    return layer;
  }

  /**
   * Looks up the vectors.
   *
   * @param indices int32 of any shape, or plain whole numbers.
   * @returns Of the shape of `indices` with one dimension of size D behind.
   * @throws {RangeError} if an index is not from 0 to V − 1; see `F.embedding`.
   * @throws {TypeError} if the indices are not int32, or more is given.
   */
  override forward(indices: TensorLike): Tensor {
    if (arguments.length > 1) surplus("Embedding.forward", arguments, 1);
    checkTensorLike("Embedding.forward", "the indices", indices);
    return embedding(indices, this.weight, { paddingIdx: this.paddingIdx });
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const { numEmbeddings, embeddingDim, paddingIdx } = this;
    return argumentsText([numEmbeddings, embeddingDim], { paddingIdx }, { paddingIdx: null });
  }
}
