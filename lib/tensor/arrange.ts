/** The same numbers in another arrangement. */
import { apply } from "../autograd/graph.ts";
import type { Value } from "../autograd/value.ts";
import { explicit, lift, normal, reorder } from "./order.ts";
import { ReductionMethods } from "./reductions.ts";
import { broadcastShapes, checkDim, checkDims, checkShape, sameShape, sizeOf, sizes, text } from "./shape.ts";

/**
 * Methods of class Tensor that move numbers and do not change them.
 *
 * @internal
 */
export abstract class ArrangeMethods extends ReductionMethods {
  /**
   * The value with its storage in the reader's own order.
   *
   * @internal
   */
  protected plain(): Value {
    return reorder(this.value, this.order, null);
  }

  /**
   * The same numbers, row by row, in another shape.
   *
   * @param shape The sizes, as numbers or as one list; one of them may be −1 and follows from the others.
   * @returns A tensor of that shape.
   * @throws {RangeError} if the sizes do not hold as many numbers.
   * @example
   * ```ts
   * import { arange } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await arange(6).reshape(2, -1).array(), [[0, 1, 2], [3, 4, 5]]);
   * ```
   */
  reshape(...shape: (number | readonly number[])[]): this {
    const wanted = sizes(shape);
    const open = wanted.indexOf(-1);
    if (open >= 0) {
      const rest = sizeOf(wanted.filter((_, i) => i !== open));
      const fits = rest > 0 && this.size % rest === 0;
      wanted[open] = fits ? this.size / rest : -1;
    }
    if (wanted.some((n) => n === -1) || sizeOf(checkShape("reshape", wanted)) !== this.size) {
      throw new RangeError(
        `reshape: ${this.size} numbers of shape ${text(this.shape)} do not fit into ${text(sizes(shape))}`,
      );
    }
    if (sameShape(wanted, this.shape)) return this.wrap(this.value, this.order);
    return this.wrap(apply("reshape", [this.plain()], { shape: wanted }));
  }

  /**
   * Some neighbouring dimensions as one.
   *
   * @param start The first of them: 0 if not said.
   * @param end The last of them, included: the last if not said.
   * @returns A tensor of fewer dimensions; of one for a single number.
   * @throws {RangeError} if a dimension does not exist, or `start` lies behind `end`.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(zeros(2, 3, 4).flatten(1).shape, [2, 12]);
   * ```
   */
  flatten(start = 0, end = -1): this {
    if (this.ndim === 0) return this.reshape(1);
    const from = checkDim("flatten", start, this.ndim), to = checkDim("flatten", end, this.ndim);
    if (from > to) throw new RangeError(`flatten: start ${start} lies behind end ${end}`);
    const { shape } = this;
    return this.reshape(...shape.slice(0, from), sizeOf(shape.slice(from, to + 1)), ...shape.slice(to + 1));
  }

  /**
   * Another order of the dimensions; copies nothing.
   *
   * @param dims Every dimension once: the result's dimension i is this tensor's `dims[i]`.
   * @returns A tensor that shares memory with this one.
   * @throws {RangeError} if a dimension is missing, does not exist, or is named twice.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(zeros(2, 3, 4).permute(2, 0, 1).shape, [4, 2, 3]);
   * ```
   */
  permute(...dims: (number | readonly number[])[]): this {
    const wanted = checkDims("permute", sizes(dims), this.ndim);
    if (wanted.length !== this.ndim) {
      throw new RangeError(
        `permute: all ${this.ndim} dimensions must be named once, not ${text(sizes(dims))}`,
      );
    }
    const order = explicit(this.order, this.ndim);
    return this.wrap(this.value, normal(wanted.map((d) => order[d])));
  }

  /**
   * Two dimensions exchanged; copies nothing.
   *
   * @param a A dimension.
   * @param b Another one.
   * @returns A tensor that shares memory with this one.
   * @throws {RangeError} if a dimension does not exist.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(zeros(2, 3, 4).transpose(0, -1).shape, [4, 3, 2]);
   * ```
   */
  transpose(a: number, b: number): this {
    const dims = this.shape.map((_, i) => i);
    const [p, q] = [checkDim("transpose", a, this.ndim), checkDim("transpose", b, this.ndim)];
    [dims[p], dims[q]] = [q, p];
    return this.permute(dims);
  }

  /**
   * A matrix transposed: rows become columns; copies nothing.
   *
   * @returns A tensor that shares memory with this one.
   * @throws {RangeError} for more than two dimensions.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2], [3, 4]]).t().array(), [[1, 3], [2, 4]]);
   * ```
   */
  t(): this {
    if (this.ndim > 2) {
      throw new RangeError(
        `t: a tensor of at most 2 dimensions is needed, not ${text(this.shape)}; use transpose()`,
      );
    }
    return this.ndim < 2 ? this.wrap(this.value, this.order) : this.transpose(0, 1);
  }

  /**
   * A new dimension of size 1.
   *
   * @param dim Where: in front of the dimension of that number; −1 is behind all.
   * @returns A tensor of one dimension more.
   * @throws {RangeError} if there is no such place.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(zeros(2, 3).unsqueeze(1).shape, [2, 1, 3]);
   * ```
   */
  unsqueeze(dim: number): this {
    const at = checkDim("unsqueeze", dim, this.ndim + 1);
    if (this.order === null) {
      return this.wrap(apply("reshape", [this.value], { shape: this.shape.toSpliced(at, 0, 1) }));
    }
    const [value, order] = lift(this.value, this.order, this.ndim + 1);
    return this.wrap(value, normal(order!.slice(1).toSpliced(at, 0, order![0])));
  }

  /**
   * Without dimensions of size 1.
   *
   * @param dim Which ones, where their size is 1; all such dimensions if not said.
   * @returns A tensor of fewer dimensions.
   * @throws {RangeError} if a dimension does not exist.
   * @example
   * ```ts
   * import { zeros } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(zeros(1, 3, 1).squeeze(0).shape, [3, 1]);
   * ```
   */
  squeeze(dim?: number | readonly number[]): this {
    const gone = checkDims("squeeze", dim, this.ndim).filter((d) => this.shape[d] === 1);
    if (gone.length === 0) return this.wrap(this.value, this.order);
    const order = explicit(this.order, this.ndim).filter((_, d) => !gone.includes(d));
    const layout = [...order].sort((a, b) => a - b);
    const { shape } = this.value.buffer;
    const value = apply("reshape", [this.value], { shape: layout.map((axis) => shape[axis]) });
    return this.wrap(value, normal(order.map((axis) => layout.indexOf(axis))));
  }

  /**
   * Dimensions of size 1 repeated, and new dimensions in front.
   *
   * @param shape The sizes, as numbers or as one list; −1 keeps a size.
   * @returns A tensor of that shape.
   * @throws {RangeError} if this shape does not broadcast to the one asked for.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1], [2]]).expand(-1, 2).array(), [[1, 1], [2, 2]]);
   * ```
   */
  expand(...shape: (number | readonly number[])[]): this {
    const asked = sizes(shape);
    const lead = asked.length - this.ndim;
    const wanted = checkShape(
      "expand",
      asked.map((n, i) => n === -1 && i >= lead ? this.shape[i - lead] : n),
    );
    if (lead < 0 || !sameShape(broadcastShapes("expand", this.shape, wanted), wanted)) {
      throw new RangeError(`expand: shape ${text(this.shape)} does not repeat to ${text(asked)}`);
    }
    if (sameShape(wanted, this.shape)) return this.wrap(this.value, this.order);
    return this.wrap(apply("expand", [this.plain()], { shape: wanted }));
  }
}
