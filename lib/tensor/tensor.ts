/** Class Tensor: all methods together. They stand in files by what they are about: functions.ts, arithmetic.ts, and so on. */
import { apply } from "../autograd/graph.ts";
import type { Value } from "../autograd/value.ts";
import { IndexingMethods } from "./indexing.ts";
import type { TensorLike } from "./base.ts";
import { toDtype } from "./combine.ts";
import { type Order, reorder } from "./order.ts";
import { type Format, formatValues } from "./print.ts";
import { broadcastShapes, sizeOf, text } from "./shape.ts";

/**
 * Numbers of one dtype in a grid of any number of dimensions, on a device, with the history they were computed by. Made by
 * {@linkcode tensor}, {@linkcode zeros}, {@linkcode randn} and their like.
 *
 * @example
 * ```ts
 * import { tensor } from "descent";
 * const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
 * x.square().sum().backward();
 * console.log(await x.grad!.array()); // [[2, 4], [6, 8]]
 * ```
 */
export class Tensor extends IndexingMethods {
  /**
   * Another tensor of the same class.
   *
   * @internal
   */
  protected override wrap(value: Value, order: Order = null): this {
    return new Tensor(value, order) as this;
  }

  /**
   * The matrix product: [..., M, K] × [..., K, N] → [..., M, N], leading dimensions broadcast. A vector counts as a row on
   * the left and as a column on the right, and that dimension goes again.
   *
   * @param other The right factor: a tensor or nested arrays.
   * @returns A float32 tensor.
   * @throws {RangeError} if the inner sizes differ, leading dimensions do not broadcast, or an operand has no dimension.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[1, 2], [3, 4]]);
   * assertEquals(await x.matmul([[0, 1], [1, 0]]).array(), [[2, 1], [4, 3]]);
   * assertEquals(await x.matmul([1, 1]).array(), [3, 7]);
   * ```
   */
  matmul(other: TensorLike): Tensor {
    const right: Tensor = this.lift(other);
    if (this.ndim === 0 || right.ndim === 0) {
      throw new RangeError(
        `matmul: needs at least one dimension on both sides, not ${text(this.shape)} and ${
          text(right.shape)
        }`,
      );
    }
    const row = this.ndim === 1, column = right.ndim === 1;
    const a: Tensor = row ? this.unsqueeze(0) : this;
    const b: Tensor = column ? right.unsqueeze(1) : right;
    if (a.shape.at(-1) !== b.shape.at(-2)) {
      throw new RangeError(
        `matmul: ${text(this.shape)} × ${text(right.shape)}: the inner sizes ${a.shape.at(-1)} and ${
          b.shape.at(-2)
        } differ`,
      );
    }
    let product = multiply(a, b);
    if (row) product = product.squeeze(-2);
    return column ? product.squeeze(-1) : product;
  }

  /**
   * The numbers as text, in nested brackets and columns, as PyTorch prints them. Tensors of more than 1,000 elements are
   * shortened; very large and very small numbers are written with exponents.
   *
   * @param options digits behind the point; how many entries remain at the edges of a shortened dimension.
   * @returns The text.
   * @throws {Error} if the tensor was freed.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1.5, 20]).format(), "[ 1.5000, 20.0000]");
   * assertEquals(await tensor(Math.PI).format({ digits: 2 }), "3.14");
   * ```
   */
  async format(options: Format = {}): Promise<string> {
    return formatValues(await this.data(), this.shape, this.dtype, options);
  }
}

/** How the last two dimensions lie in storage: as they are, exchanged, or neither (null). */
function lies({ order, ndim }: Tensor): "plain" | "transposed" | null {
  if (order === null) return "plain";
  const leading = order.slice(0, -2).every((axis, i) => axis === i);
  return leading && order[ndim - 2] === ndim - 1 && order[ndim - 1] === ndim - 2 ? "transposed" : null;
}

/** An operand as [batch, rows, columns] in storage, and whether rows and columns are exchanged there. */
function operand(t: Tensor, batch: number): { value: Value; transposed: boolean } {
  const how = lies(t);
  const value = toDtype(how === null ? reorder(t.value, t.order, null) : t.value, "float32");
  const stored = value.buffer.shape;
  const shape = [batch, ...stored.slice(-2)];
  return {
    value: stored.length === 3 ? value : apply("reshape", [value], { shape }),
    transposed: how === "transposed",
  };
}

function multiply(a: Tensor, b: Tensor): Tensor {
  const batchA = a.shape.slice(0, -2), batchB = b.shape.slice(0, -2);
  const rows = a.shape.at(-2)!, columns = b.shape.at(-1)!;
  // Many matrices times one: all their rows in one product.
  if (b.ndim === 2 && a.ndim > 2) {
    return multiply(a.reshape(sizeOf(a.shape.slice(0, -1)), a.shape.at(-1)!), b).reshape(
      ...batchA,
      rows,
      columns,
    );
  }
  const batch = broadcastShapes("matmul", batchA, batchB);
  const count = sizeOf(batch);
  const left = operand(sizeOf(batchA) === count ? a : a.expand(...batch, ...a.shape.slice(-2)), count);
  const right = operand(sizeOf(batchB) === count ? b : b.expand(...batch, ...b.shape.slice(-2)), count);
  const attrs = { transposeA: left.transposed, transposeB: right.transposed };
  const product = apply("matmul", [left.value, right.value], attrs);
  const shape = [...batch, rows, columns];
  return new Tensor(shape.length === 3 ? product : apply("reshape", [product], { shape }));
}
