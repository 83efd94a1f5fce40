/** From many numbers to few, and softmax with its relatives. */
import { apply } from "../autograd/graph.ts";
import type { Value } from "../autograd/value.ts";
import type { Reduction } from "../autograd/rules/reduction.ts";
import { ElementwiseMethods } from "./arithmetic.ts";
import { toDtype } from "./combine.ts";
import { explicit, inverse, normal, type Order, reorder } from "./order.ts";
import { checkDim, checkDims, text } from "./shape.ts";

/** Options of a reduction. */
export interface ReduceOptions {
  /** Keep the reduced dimensions with size 1. */
  keepdim?: boolean;
}

/** Reductions of class Tensor. */
export abstract class ReductionMethods extends ElementwiseMethods {
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

  /** The sum over some dimensions, or all. */
  sum(dim?: number | readonly number[], { keepdim = false }: ReduceOptions = {}): this {
    const value = this.dtype === "bool" ? toDtype(this.value, "int32") : this.value;
    return this.#reduce("sum", dim, keepdim, (x, r) => apply("sum", [x], r), value);
  }

  /** The mean over some dimensions, or all; NaN over none. */
  mean(dim?: number | readonly number[], { keepdim = false }: ReduceOptions = {}): this {
    return this.#reduce(
      "mean",
      dim,
      keepdim,
      (x, r) => apply("mean", [x], r),
      toDtype(this.value, "float32"),
    );
  }

  /** The variance over some dimensions, or all: divided by n − 1, or by n with `unbiased: false`. */
  var(
    dim?: number | readonly number[],
    { keepdim = false, unbiased = true }: ReduceOptions & { unbiased?: boolean } = {},
  ): this {
    const correction = unbiased ? 1 : 0;
    const value = toDtype(this.value, "float32");
    return this.#reduce("var", dim, keepdim, (x, r) => apply("variance", [x], { ...r, correction }), value);
  }

  /** The largest over some dimensions, or all. Equals share the gradient evenly (torch.amax). */
  max(dim?: number | readonly number[], { keepdim = false }: ReduceOptions = {}): this {
    this.#needElements("max", dim);
    return this.#reduce("max", dim, keepdim, (x, r) => apply("max", [x], r));
  }

  /** The smallest over some dimensions, or all. Equals share the gradient evenly (torch.amin). */
  min(dim?: number | readonly number[], { keepdim = false }: ReduceOptions = {}): this {
    this.#needElements("min", dim);
    return this.#reduce("min", dim, keepdim, (x, r) => apply("min", [x], r));
  }

  /** The index of the first largest element along a dimension, as int32; of the flattened tensor if none is named. */
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

  /** ln Σ eˣ along dimensions, without overflow. */
  logsumexp(dim: number | readonly number[], { keepdim = false }: ReduceOptions = {}): this {
    return this.#reduce(
      "logsumexp",
      dim,
      keepdim,
      (x, r) => apply("logsumexp", [x], r),
      toDtype(this.value, "float32"),
    );
  }

  /** eˣ / Σ eˣ along a dimension: positive, and 1 in sum. */
  softmax(dim: number): this {
    return this.#alongLast("softmax", dim);
  }

  /** ln softmax(x) along a dimension, without overflow. */
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
