/** Tensors as a data set: row i of each is sample i. */
import { apply } from "../autograd/graph.ts";
import { sizeOf, text } from "../device/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkTensor } from "../tensor/check.ts";
import { makeValue } from "../tensor/values.ts";
import { surplus } from "../text/arguments.ts";
import { checkIndex, type Dataset } from "./dataset.ts";

/** The tensors of a sample, in the order of those of the data set. */
export type Rows<Tensors extends readonly Tensor[]> = { -readonly [Place in keyof Tensors]: Tensor };

/** What {@linkcode tensorDataset} makes. */
export class TensorDataset<Tensors extends readonly Tensor[]> implements Dataset<Rows<Tensors>> {
  readonly length: number;

  constructor(readonly tensors: Tensors) {
    this.length = tensors[0].shape[0];
  }

  get(index: number): Rows<Tensors> {
    if (arguments.length > 1) surplus("tensorDataset.get", arguments, 1);
    const i = checkIndex("tensorDataset.get", index, this.length);
    return this.tensors.map((tensor) => tensor.at(i)) as Rows<Tensors>;
  }

  /** Several samples at once, picked on the device. */
  rows(indices: ArrayLike<number>): Rows<Tensors> {
    return this.tensors.map((tensor) => pick(tensor, indices)) as Rows<Tensors>;
  }
}

/** The rows of a tensor that an index names. */
function pick(tensor: Tensor, indices: ArrayLike<number>): Tensor {
  const [length, ...row] = tensor.shape, width = sizeOf(row), rows = tensor.reshape(length, width);
  const index = makeValue("DataLoader", Int32Array.from(indices), { device: tensor.device });
  const column = apply("reshape", [index], { shape: [indices.length, 1] });
  const picks = apply("expand", [column], { shape: [indices.length, width] });
  return new Tensor(apply("gather", [rows.value, picks], { dim: 0 })).reshape(indices.length, ...row);
}

/**
 * Tensors as a data set, as torch's TensorDataset: sample i is row i of each. A loader picks the rows of a batch on the device
 * that the tensors are on.
 *
 * PyTorch: `torch.utils.data.TensorDataset`.
 *
 * @param tensors At least one; all have as many rows.
 * @returns The data set.
 * @throws {RangeError} if there is none, or they differ in the number of their rows.
 * @throws {TypeError} if one is no tensor.
 * @example
 * ```ts
 * import { DataLoader, randn, tensorDataset } from "descent";
 * import { assertEquals } from "@std/assert";
 * const loader = new DataLoader(tensorDataset(randn(10, 3), randn(10)), { batchSize: 4 });
 * const shapes = [];
 * for await (const [x, y] of loader) shapes.push([x.shape, y.shape]);
 * assertEquals(shapes, [[[4, 3], [4]], [[4, 3], [4]], [[2, 3], [2]]]);
 * ```
 */
export function tensorDataset<const Tensors extends readonly Tensor[]>(
  ...tensors: Tensors
): Dataset<Rows<Tensors>> {
  if (tensors.length === 0) throw new RangeError("tensorDataset: at least one tensor is needed");
  for (const [i, tensor] of tensors.entries()) {
    checkTensor("tensorDataset", `tensor ${i}`, tensor);
    if (tensor.ndim === 0) {
      throw new RangeError(`tensorDataset: tensor ${i} is a single number; its rows are to be the samples`);
    }
    if (tensor.shape[0] === tensors[0].shape[0]) continue;
    throw new RangeError(
      `tensorDataset: all tensors must have as many rows; tensor 0 is ${
        text(tensors[0].shape)
      }, tensor ${i} ${text(tensor.shape)}`,
    );
  }
  return new TensorDataset(tensors);
}
