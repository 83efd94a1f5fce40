/** Rows of a table by their numbers. */
import { apply } from "../autograd/graph.ts";
import { sizeOf, text } from "../device/shape.ts";
import { checkTensor, checkTensorLike } from "../tensor/check.ts";
import { toDtype, toShape } from "../tensor/combine.ts";
import type { TensorData } from "../tensor/data.ts";
import { checkKnown, indexValue } from "../tensor/pick.ts";
import { Tensor, type TensorLike } from "../tensor/tensor.ts";
import { checkOptions, surplus } from "../text/arguments.ts";
import { checkPaddingIdx } from "./padding_idx.ts";

/** Settings of {@linkcode embedding}. */
export interface EmbeddingOptions {
  /** A row that learns nothing, such as that of padding; negative: counted from the end. None by default, or null. */
  paddingIdx?: number | null;
}

/**
 * Looks up rows of a table: each number becomes a vector. What a one-hot code times the table would be, without the product.
 *
 * PyTorch: `torch.nn.functional.embedding`.
 *
 * @param indices int32 of any shape, or plain whole numbers.
 * @param weight The table [V, D].
 * @param options paddingIdx.
 * @returns Of the shape of `indices` with one dimension of size D behind.
 * @throws {RangeError} if the table has not two dimensions, there is no such row, or an index is not from 0 to V − 1. A GPU, where one
 * would have to wait for computed indices, tells of that with the next `data()`, `array()` or `item()`; until then the vector is NaN.
 * @throws {TypeError} if the indices are not int32, weight is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const table = tensor([[0, 0], [1, 2], [3, 4]]);
 * assertEquals(await F.embedding([[2, 1]], table).array(), [[[3, 4], [1, 2]]]);
 * ```
 */
export function embedding(indices: TensorLike, weight: Tensor, options: EmbeddingOptions = {}): Tensor {
  if (arguments.length > 3) surplus("embedding", arguments, 3);
  checkOptions("embedding", options, ["paddingIdx"]);
  checkTensorLike("embedding", "the indices", indices);
  checkTensor("embedding", "weight", weight);
  if (weight.ndim !== 2) {
    throw new RangeError(`embedding: a table [V, D] is needed as weight, not shape ${text(weight.shape)}`);
  }
  const padding = checkPaddingIdx("embedding", options.paddingIdx ?? null, weight.shape[0]);
  const given = indices instanceof Tensor ? indices.value : indices as TensorData;
  const index = indexValue("embedding", given, weight.device);
  if (!(indices instanceof Tensor)) checkKnown("embedding", given, index, weight.shape[0]);
  const list = toShape(index, [sizeOf(index.shape)]);
  const rows = apply("indexSelect", [toDtype(weight.value, "float32"), list], { dim: 0 });
  const vectors = new Tensor(toShape(rows, [...index.shape, weight.shape[1]]));
  if (padding === null) return vectors;
  return vectors.where(new Tensor(index).ne(padding).unsqueeze(-1), vectors.detach());
}
