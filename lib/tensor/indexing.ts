/** Parts of a tensor, borders around it, and values picked by other values. */
import { apply } from "../autograd/graph.ts";
import type { Value } from "../autograd/value.ts";
import { ArrangeMethods } from "./arrange.ts";
import { explicit } from "./order.ts";
import { checkDim, checkShape, sameShape, sizeOf, text } from "./shape.ts";
import { makeValue, type NestedArray } from "./values.ts";
import type { TensorLike } from "./base.ts";

/** A part of one dimension: an index, `[start, end, step?]` (end excluded), or null for all of it. */
export type Index = number | readonly [number, number] | readonly [number, number, number] | null;

/**
 * Methods of class Tensor that choose numbers by where they stand.
 *
 * @internal
 */
export abstract class IndexingMethods extends ArrangeMethods {
  /**
   * A part of the tensor. `x.at(0, 1)` is PyTorch's `x[0, 1]`, `x.at(null, [0, 2])` is `x[:, 0:2]`.
   *
   * @param index For each dimension, from the first: a number; a range `[start, end, step?]`, the end excluded; or null for all.
   * Negative numbers count from the end; dimensions that are not named are taken whole.
   * @returns A tensor of its own memory, without the dimensions that a number was given for.
   * @throws {RangeError} if an index lies outside, a step is below 1, or there are more than the tensor has dimensions.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[1, 2, 3], [4, 5, 6]]);
   * assertEquals(await x.at(0, 1).item(), 2);
   * assertEquals(await x.at(null, [0, 3, 2]).array(), [[1, 3], [4, 6]]);
   * ```
   */
  at(...index: Index[]): this {
    const { shape } = this;
    if (index.length > this.ndim) {
      throw new RangeError(
        `at: ${index.length} indices for a tensor of ${this.ndim} dimensions, ${text(shape)}`,
      );
    }
    const order = explicit(this.order, this.ndim);
    const begin = shape.map(() => 0), size = [...this.value.buffer.shape], step = shape.map(() => 1);
    const gone: number[] = [];
    index.forEach((part, d) => {
      const axis = order[d];
      if (part === null) return;
      const range = typeof part === "number" ? oneIndex(part, d, shape) : span(part, d, shape);
      [begin[axis], size[axis], step[axis]] = range;
      if (typeof part === "number") gone.push(d);
    });
    const whole = sameShape(size, this.value.buffer.shape);
    const value = whole ? this.value : apply("slice", [this.value], { begin, size, step });
    const cut = this.wrap(value, this.order);
    return gone.length === 0 ? cut : (cut as IndexingMethods).squeeze(gone) as this;
  }

  /**
   * A border around the tensor, filled with one number.
   *
   * @param border `[before, after]` for every dimension: how many elements are added there.
   * @param value The number: 0 if not said.
   * @returns A larger tensor.
   * @throws {RangeError} if the border is not given for every dimension, or a size is negative.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2]]).pad([[1, 0], [0, 1]], 9).array(), [[9, 9, 9], [1, 2, 9]]);
   * ```
   */
  pad(border: readonly (readonly [number, number])[], value = 0): this {
    if (border.length !== this.ndim) {
      throw new RangeError(
        `pad: one [before, after] for each of the ${this.ndim} dimensions is needed, not ${border.length}`,
      );
    }
    checkShape("pad", border.flat());
    const order = explicit(this.order, this.ndim);
    const paddings: [number, number][] = border.map(() => [0, 0]);
    border.forEach(([before, after], d) => paddings[order[d]] = [before, after]);
    return this.wrap(apply("pad", [this.value], { paddings, value }), this.order);
  }

  /**
   * Values picked along a dimension by an index of as many dimensions, as torch.gather: for dim 1,
   * `y[i, j] = x[i, index[i, j]]`. The same value may be picked several times; its gradients add up.
   *
   * @param dim The dimension.
   * @param index int32, or nested arrays of whole numbers; no larger than this tensor in the other dimensions.
   * @returns A tensor of the index's shape; NaN where a float32's index is out of range.
   * @throws {RangeError} if the dimension does not exist, or the index does not fit.
   * @throws {TypeError} if the index is a tensor of another dtype.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[1, 2], [3, 4]]);
   * assertEquals(await x.gather(1, [[1], [0]]).array(), [[2], [3]]);
   * ```
   */
  gather(dim: number, index: TensorLike): this {
    const d = checkDim("gather", dim, this.ndim);
    const picks: IndexingMethods = index instanceof IndexingMethods
      ? index
      : this.wrap(makeValue("gather", index as NestedArray, { dtype: "int32", device: this.device }));
    if (picks.dtype !== "int32") throw new TypeError(`gather: the index must be int32, not ${picks.dtype}`);
    const { shape } = picks;
    if (shape.length !== this.ndim || shape.some((n, i) => i !== d && n > this.shape[i])) {
      throw new RangeError(
        `gather: index ${text(shape)} does not fit into ${text(this.shape)} along dimension ${d}`,
      );
    }
    const parts = shape.map((n, i): Index => i === d ? null : [0, n]);
    const last = (t: IndexingMethods): Value => {
      const dims = shape.map((_, i) => i).filter((i) => i !== d);
      const moved = t.permute([...dims, d]);
      return apply("reshape", [moved.plain()], {
        shape: [sizeOf(moved.shape.slice(0, -1)), moved.shape.at(-1)!],
      });
    };
    const picked = apply("gather", [last(this.at(...parts)), last(picks)], undefined);
    const rest = shape.filter((_, i) => i !== d);
    const back = this.wrap(apply("reshape", [picked], { shape: [...rest, shape[d]] })) as IndexingMethods;
    const order = shape.map((_, i) => i === d ? shape.length - 1 : i < d ? i : i - 1);
    return back.permute(order) as this;
  }
}

function oneIndex(index: number, d: number, shape: readonly number[]): [number, number, number] {
  const from = index < 0 ? index + shape[d] : index;
  if (!Number.isInteger(index) || from < 0 || from >= shape[d]) {
    throw new RangeError(
      `at: index ${index} is outside of dimension ${d} of size ${shape[d]} in ${text(shape)}`,
    );
  }
  return [from, 1, 1];
}

function span(part: readonly number[], d: number, shape: readonly number[]): [number, number, number] {
  const [start, end, step = 1] = part;
  if (
    ![start, end].every((n) => Number.isInteger(n) || n === Infinity) || !Number.isInteger(step) || step < 1
  ) {
    throw new RangeError(
      `at: a range [start, end, step?] needs whole numbers and a step ≥ 1, not ${text(part)}`,
    );
  }
  const n = shape[d];
  const clip = (i: number) => Math.min(n, Math.max(0, i < 0 ? i + n : i));
  const from = clip(start), to = Math.max(from, clip(end));
  return [from, Math.ceil((to - from) / step), step];
}
