/** From many numbers to few, and softmax with its relatives. */
import { apply } from "../autograd/graph.ts";
import type { Value } from "../autograd/value.ts";
import type { Reduction } from "../autograd/rules/reduction.ts";
import { ComparisonMethods } from "./comparisons.ts";
import { toDtype } from "./combine.ts";
import { explicit, inverse, normal, type Order, reorder } from "./order.ts";
import { checkDim, checkDims, text } from "./shape.ts";

/** Options of a reduction. */
export interface ReduceOptions {
  /** Keep the reduced dimensions with size 1. */
  keepdim?: boolean;
}

/**
 * Reductions of class Tensor. Gradients and formulas stand in lib/autograd/rules/reduction.ts.
 *
 * @internal
 */
export abstract class ReductionMethods extends ComparisonMethods {
  /** Runs `rule` over dimensions as the reader counts them. */
  #reduce(
    name: string,
    dim: number | readonly number[] | undefined,
    keepdim: boolean,
    rule: (value: Value, reduction: Reduction) => Value,
    value = this.value,
  ): this {
    const order = explicit(this.order, this.ndim);
    const dims = checkDims(name, dim, this.ndim);
    const axes = dims.map((d) => order[d]).sort((a, b) => a - b);
    const result = rule(value, { axes, keepdim });
    if (keepdim) return this.wrap(result, this.order);
    const left = order.filter((_, d) => !dims.includes(d));
    const rank = [...left].sort((a, b) => a - b);
    return this.wrap(result, normal(left.map((axis) => rank.indexOf(axis))));
  }

  #needElements(name: string, dim: number | readonly number[] | undefined): void {
    const empty = checkDims(name, dim, this.ndim).some((d) => this.shape[d] === 0);
    if (empty) throw new RangeError(`${name}: there is nothing to choose from in shape ${text(this.shape)}`);
  }

  /**
   * The sum over some dimensions, or all; 0 over none.
   *
   * @param dim A dimension or a list of them, counted from the end where negative; all of them if not said.
   * @param options `keepdim`: keep reduced dimensions with size 1.
   * @returns A tensor of this dtype (int32 for bool) without the reduced dimensions.
   * @throws {RangeError} if a dimension does not exist or is named twice.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[1, 2], [3, 4]]);
   * assertEquals(await x.sum().item(), 10);
   * assertEquals(await x.sum(0).array(), [4, 6]);
   * assertEquals(await x.sum(-1, { keepdim: true }).array(), [[3], [7]]);
   * ```
   */
  sum(dim?: number | readonly number[], { keepdim = false }: ReduceOptions = {}): this {
    const value = this.dtype === "bool" ? toDtype(this.value, "int32") : this.value;
    return this.#reduce("sum", dim, keepdim, (x, r) => apply("sum", [x], r), value);
  }

  /**
   * The mean over some dimensions, or all; NaN over no elements.
   *
   * @param dim A dimension or a list of them, counted from the end where negative; all of them if not said.
   * @param options `keepdim`: keep reduced dimensions with size 1.
   * @returns A float32 tensor without the reduced dimensions.
   * @throws {RangeError} if a dimension does not exist or is named twice.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 2], [3, 6]]).mean(1).array(), [1.5, 4.5]);
   * ```
   */
  mean(dim?: number | readonly number[], { keepdim = false }: ReduceOptions = {}): this {
    return this.#reduce(
      "mean",
      dim,
      keepdim,
      (x, r) => apply("mean", [x], r),
      toDtype(this.value, "float32"),
    );
  }

  /**
   * The variance over some dimensions, or all: Σ (x − x̄)² / (n − 1).
   *
   * @param dim A dimension or a list of them, counted from the end where negative; all of them if not said.
   * @param options `unbiased`: false divides by n; `keepdim`: keep reduced dimensions with size 1.
   * @returns A float32 tensor without the reduced dimensions.
   * @throws {RangeError} if a dimension does not exist or is named twice.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([1, 2, 3, 4]);
   * assertEquals(await x.var(0, { unbiased: false }).item(), 1.25);
   * ```
   */
  var(
    dim?: number | readonly number[],
    { keepdim = false, unbiased = true }: ReduceOptions & { unbiased?: boolean } = {},
  ): this {
    const correction = unbiased ? 1 : 0;
    const value = toDtype(this.value, "float32");
    return this.#reduce("var", dim, keepdim, (x, r) => apply("variance", [x], { ...r, correction }), value);
  }

  /**
   * The largest over some dimensions, or all. Equals share the gradient evenly (torch.amax).
   *
   * @param dim A dimension or a list of them, counted from the end where negative; all of them if not said.
   * @param options `keepdim`: keep reduced dimensions with size 1.
   * @returns A tensor of this dtype without the reduced dimensions.
   * @throws {RangeError} if a dimension does not exist, is named twice, or holds nothing to choose from.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 5], [3, 2]]).max(1).array(), [5, 3]);
   * ```
   */
  max(dim?: number | readonly number[], { keepdim = false }: ReduceOptions = {}): this {
    this.#needElements("max", dim);
    return this.#reduce("max", dim, keepdim, (x, r) => apply("max", [x], r));
  }

  /**
   * The smallest over some dimensions, or all. Equals share the gradient evenly (torch.amin).
   *
   * @param dim A dimension or a list of them, counted from the end where negative; all of them if not said.
   * @param options `keepdim`: keep reduced dimensions with size 1.
   * @returns A tensor of this dtype without the reduced dimensions.
   * @throws {RangeError} if a dimension does not exist, is named twice, or holds nothing to choose from.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[1, 5], [3, 2]]).min(0).array(), [1, 2]);
   * ```
   */
  min(dim?: number | readonly number[], { keepdim = false }: ReduceOptions = {}): this {
    this.#needElements("min", dim);
    return this.#reduce("min", dim, keepdim, (x, r) => apply("min", [x], r));
  }

  /**
   * The index of the first largest element along a dimension, or in the flattened tensor.
   *
   * @param dim The dimension; if not said, the tensor is read row by row.
   * @param options `keepdim`: keep reduced dimensions with size 1.
   * @returns An int32 tensor.
   * @throws {RangeError} if the dimension does not exist or holds nothing to choose from.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * const x = tensor([[1, 5], [3, 2]]);
   * assertEquals(await x.argmax(1).array(), [1, 0]);
   * assertEquals(await x.argmax().item(), 1);
   * ```
   */
  argmax(dim?: number, { keepdim = false }: ReduceOptions = {}): this {
    this.#needElements("argmax", dim);
    if (dim === undefined) {
      const flat = apply("reshape", [reorder(this.value, this.order, null)], { shape: [this.size] });
      return this.wrap(apply("argmax", [flat], { axis: 0 }));
    }
    return this.#reduce("argmax", dim, keepdim, (x, { axes: [axis] }) => {
      const indices = apply("argmax", [x], { axis });
      if (!keepdim) return indices;
      return apply("reshape", [indices], { shape: x.buffer.shape.map((n, i) => i === axis ? 1 : n) });
    });
  }

  /**
   * ln Σ eˣ along dimensions, without overflow: m + ln Σ eˣ⁻ᵐ with m = max x.
   *
   * @param dim A dimension or a list of them.
   * @param options `keepdim`: keep reduced dimensions with size 1.
   * @returns A float32 tensor without the reduced dimensions.
   * @throws {RangeError} if a dimension does not exist or is named twice.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([1000, 1000]).logsumexp(0).format({ digits: 2 }), "1000.69");
   * ```
   */
  logsumexp(dim: number | readonly number[], { keepdim = false }: ReduceOptions = {}): this {
    return this.#reduce(
      "logsumexp",
      dim,
      keepdim,
      (x, r) => apply("logsumexp", [x], r),
      toDtype(this.value, "float32"),
    );
  }

  /**
   * eˣ / Σ eˣ along a dimension: positive, and 1 in sum. Does not overflow.
   *
   * @param dim The dimension.
   * @returns A float32 tensor of this shape.
   * @throws {RangeError} if the dimension does not exist.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([[0, 0], [0, 1000]]).softmax(1).array(), [[0.5, 0.5], [0, 1]]);
   * ```
   */
  softmax(dim: number): this {
    return this.#alongLast("softmax", dim);
  }

  /**
   * ln softmax(x) along a dimension: x − ln Σ eˣ, without overflow.
   *
   * @param dim The dimension.
   * @returns A float32 tensor of this shape.
   * @throws {RangeError} if the dimension does not exist.
   * @example
   * ```ts
   * import { tensor } from "descent";
   * import { assertEquals } from "@std/assert";
   * assertEquals(await tensor([0, 0]).logSoftmax(0).format(), "[-0.6931, -0.6931]");
   * ```
   */
  logSoftmax(dim: number): this {
    return this.#alongLast("logSoftmax", dim);
  }

  #alongLast(name: "softmax" | "logSoftmax", dim: number): this {
    const value = toDtype(this.value, "float32");
    if (this.ndim === 0) throw new RangeError(`${name}: needs at least one dimension`);
    const d = checkDim(name, dim, this.ndim);
    const order = explicit(this.order, this.ndim);
    let target: Order = this.order;
    if (order[d] !== this.ndim - 1) {
      const layout = inverse(order).filter((dimension) => dimension !== d);
      target = normal(inverse([...layout, d]));
    }
    return this.wrap(apply(name, [reorder(value, this.order, target)], undefined), target);
  }
}
