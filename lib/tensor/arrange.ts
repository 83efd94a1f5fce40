/** The same numbers in another arrangement, and parts of them. */
import { apply } from "../autograd/graph.ts";
import type { Value } from "../autograd/value.ts";
import { explicit, lift, normal, reorder } from "./order.ts";
import { ReductionMethods } from "./reductions.ts";
import { broadcastShapes, checkDim, checkDims, checkShape, sameShape, sizeOf, sizes, text } from "./shape.ts";
import { makeValue, type NestedArray } from "./values.ts";
import type { TensorLike } from "./base.ts";

/** A part of one dimension: an index, `[start, end, step?]` (end excluded), or null for all of it. */
export type Index = number | readonly [number, number] | readonly [number, number, number] | null;

/** Methods of class Tensor that move numbers and do not change them. */
export abstract class ArrangeMethods extends ReductionMethods {
  /** The value with its storage in the reader's own order. */
  #plain(): Value {
    return reorder(this.value, this.order, null);
  }

  /**
   * The same numbers, row by row, in another shape; one size may be −1 and follows from the others.
   *
   * @throws {RangeError} if the sizes do not hold as many numbers.
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
    return this.wrap(apply("reshape", [this.#plain()], { shape: wanted }));
  }

  /** Dimensions `start` to `end` (both included) as one: by default all of them. */
  flatten(start = 0, end = -1): this {
    if (this.ndim === 0) return this.reshape(1);
    const from = checkDim("flatten", start, this.ndim), to = checkDim("flatten", end, this.ndim);
    if (from > to) throw new RangeError(`flatten: start ${start} lies behind end ${end}`);
    const { shape } = this;
    return this.reshape(...shape.slice(0, from), sizeOf(shape.slice(from, to + 1)), ...shape.slice(to + 1));
  }

  /** Another order of the dimensions; copies nothing. */
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

  /** Two dimensions exchanged; copies nothing. */
  transpose(a: number, b: number): this {
    const dims = this.shape.map((_, i) => i);
    const [p, q] = [checkDim("transpose", a, this.ndim), checkDim("transpose", b, this.ndim)];
    [dims[p], dims[q]] = [q, p];
    return this.permute(dims);
  }

  /** A matrix transposed; copies nothing. @throws {RangeError} for more than two dimensions. */
  t(): this {
    if (this.ndim > 2) {
      throw new RangeError(
        `t: a tensor of at most 2 dimensions is needed, not ${text(this.shape)}; use transpose()`,
      );
    }
    return this.ndim < 2 ? this.wrap(this.value, this.order) : this.transpose(0, 1);
  }

  /** A new dimension of size 1 at this place. */
  unsqueeze(dim: number): this {
    const at = checkDim("unsqueeze", dim, this.ndim + 1);
    if (this.order === null) {
      return this.wrap(apply("reshape", [this.value], { shape: this.shape.toSpliced(at, 0, 1) }));
    }
    const [value, order] = lift(this.value, this.order, this.ndim + 1);
    return this.wrap(value, normal(order!.slice(1).toSpliced(at, 0, order![0])));
  }

  /** Without dimensions of size 1: the named one (if its size is 1), or all. */
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
   * Dimensions of size 1 repeated; −1 keeps a size. New dimensions may come in front.
   *
   * @throws {RangeError} if the shape does not broadcast to the one asked for.
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
    return this.wrap(apply("expand", [this.#plain()], { shape: wanted }));
  }

  /**
   * A part of the tensor: per dimension an index, a range `[start, end, step?]`, or null for all. Negative numbers count
   * from the end. `x.at(0, 1)` is PyTorch's `x[0, 1]`, `x.at(null, [0, 2])` is `x[:, 0:2]`.
   *
   * @throws {RangeError} if an index lies outside, or there are more than the tensor has dimensions.
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
    return gone.length === 0 ? cut : (cut as ArrangeMethods).squeeze(gone) as this;
  }

  /** A border around the tensor: `[before, after]` for every dimension, filled with `value`. */
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
   * Values picked along a dimension by an index tensor of the same number of dimensions, as torch.gather:
   * for dim 1, `y[i, j] = x[i, index[i, j]]`.
   *
   * @param index int32, or nested arrays of whole numbers; no larger than this tensor in the other dimensions.
   */
  gather(dim: number, index: TensorLike): this {
    const d = checkDim("gather", dim, this.ndim);
    const picks: ArrangeMethods = index instanceof ArrangeMethods
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
    const last = (t: ArrangeMethods): Value => {
      const dims = shape.map((_, i) => i).filter((i) => i !== d);
      const moved = t.permute([...dims, d]);
      return apply("reshape", [moved.#plain()], {
        shape: [sizeOf(moved.shape.slice(0, -1)), moved.shape.at(-1)!],
      });
    };
    const picked = apply("gather", [last(this.at(...parts)), last(picks)], undefined);
    const rest = shape.filter((_, i) => i !== d);
    const back = this.wrap(apply("reshape", [picked], { shape: [...rest, shape[d]] })) as ArrangeMethods;
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
