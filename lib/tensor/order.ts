/**
 * Numbers chosen by their size along one dimension: places first, which have no gradient, then the values at them, by gather(),
 * which has. A single number is a line of one, as in PyTorch.
 *
 * @module
 */
import { apply, commonDevice } from "../autograd/graph.ts";
import type { Value } from "../autograd/value.ts";
import { sizeOf, text } from "../device/shape.ts";
import { along } from "./arrange.ts";
import { combine, toDtype, toShape } from "./combine.ts";
import { promote } from "./dtype.ts";
import { checkDim } from "./shape.ts";
import { made } from "./values.ts";

/** Chosen values, and where along the dimension they were: int32. */
export interface Chosen {
  readonly values: Value;
  readonly indices: Value;
}

/** A value with at least one dimension, and one of its dimensions counted from the front. */
export function line(name: string, value: Value, dim: number): { x: Value; d: number } {
  const rank = value.shape.length;
  return { x: rank === 0 ? toShape(value, [1]) : value, d: checkDim(name, dim, Math.max(1, rank)) };
}

/** The values at places along a dimension. */
function chosen(x: Value, indices: Value, dim: number): Chosen {
  return { values: apply("gather", [x, indices], { dim }), indices };
}

/** Both in another shape. */
function shaped({ values, indices }: Chosen, shape: readonly number[]): Chosen {
  return { values: toShape(values, shape), indices: toShape(indices, shape) };
}

/** One of each line: the dimension goes, unless it is kept. */
function one(value: Value, x: Value, places: Value, dim: number, keepdim: boolean): Chosen {
  const upright = toShape(places, x.shape.with(dim, 1)), rank = value.shape.length;
  const shape = rank === 0 ? [] : keepdim ? upright.shape : x.shape.toSpliced(dim, 1);
  return shaped(chosen(x, upright, dim), shape);
}

/** Booleans have an order as 0 and 1. */
const ordered = (x: Value): Value => x.dtype === "bool" ? toDtype(x, "int32") : x;

/** @throws {RangeError} if there is nothing to choose from along a dimension. */
function needElements(name: string, x: Value, dim: number): void {
  if (x.shape[dim] > 0 || sizeOf(x.shape.toSpliced(dim, 1)) === 0 && name !== "kthvalue") return;
  throw new RangeError(`${name}: there is nothing to choose from in shape ${text(x.shape)}`);
}

/** The largest, or smallest, of each line; the first of equals, the first NaN before all. */
export function extreme(name: "max" | "min", value: Value, dim: number, keepdim: boolean): Chosen {
  const { x, d } = line(name, value, dim);
  needElements(name, x, d);
  return one(value, x, apply(name === "max" ? "argmax" : "argmin", [x], { dim: d }), d, keepdim);
}

/** The places of each line's elements in the order of their size. */
export function argsort(name: string, value: Value, dim: number, descending: boolean): Value {
  const { x, d } = line(name, value, dim);
  return toShape(apply("argsort", [ordered(x)], { dim: d, descending }), value.shape);
}

/** Each line in the order of its elements' size. */
export function sorted(value: Value, dim: number, descending: boolean): Chosen {
  const { x, d } = line("sort", value, dim);
  const indices = apply("argsort", [ordered(x)], { dim: d, descending });
  return shaped(chosen(x, indices, d), value.shape);
}

/** The first `count` of each line, were it sorted. */
export function top(value: Value, count: number, dim: number, descending: boolean): Chosen {
  const { x, d } = line("topk", value, dim);
  if (count > x.shape[d]) {
    throw new RangeError(
      `topk: there are no ${count} elements along dimension ${dim} of shape ${text(value.shape)}`,
    );
  }
  const found = chosen(x, apply("argtop", [ordered(x)], { dim: d, count, descending }), d);
  return value.shape.length === 0 ? shaped(found, count === 1 ? [] : [count]) : found;
}

/** The k-th smallest of each line, counted from 1. */
export function kthValue(value: Value, k: number, dim: number, keepdim: boolean): Chosen {
  const { x, d } = line("kthvalue", value, dim), count = x.shape[d];
  needElements("kthvalue", x, d);
  if (k > count) {
    throw new RangeError(`kthvalue: k must be from 1 to ${count}, the size of dimension ${dim}, not ${k}`);
  }
  const places = apply("argtop", [ordered(x)], { dim: d, count: k, descending: false });
  return one(value, x, along(places, d, k - 1, 1), d, keepdim);
}

/** The median, or the most frequent element, of each line. */
export function central(name: "median" | "mode", value: Value, dim: number, keepdim: boolean): Chosen {
  const { x, d } = line(name, value, dim);
  needElements(name, x, d);
  return one(
    value,
    x,
    apply(name === "median" ? "argmedian" : "argmode", [ordered(x)], { dim: d }),
    d,
    keepdim,
  );
}

/** The median of all elements; equals share the gradient. */
export function median(value: Value): Value {
  const count = sizeOf(value.shape);
  if (count === 0) {
    if (value.dtype === "float32") {
      return made("median", value.buffer.device, () => value.buffer.device.kernels.fill([], NaN));
    }
    throw new RangeError(`median: there is nothing to choose from in shape ${text(value.shape)}`);
  }
  return toDtype(apply("median", [toShape(ordered(value), [count])], undefined), value.dtype);
}

/** The largest, or smallest, of what there was so far along each line; the last of equals. */
export function soFar(name: "cummax" | "cummin", value: Value, dim: number): Chosen {
  const { x, d } = line(name, value, dim);
  const places = apply(name === "cummax" ? "argcummax" : "argcummin", [ordered(x)], { dim: d });
  return shaped(chosen(x, places, d), value.shape);
}

/** Where along the last dimension of sorted numbers others would go in. */
export function searchSorted(sorted: Value, wanted: Value, right: boolean): Value {
  commonDevice("searchsorted", [sorted, wanted]);
  const lines = sorted.shape.slice(0, -1), length = sorted.shape.at(-1);
  const alike = lines.length + 1 === wanted.shape.length && lines.every((n, d) => n === wanted.shape[d]);
  if (length === undefined || (lines.length > 0 && !alike)) {
    throw new RangeError(
      `searchsorted: numbers of shape ${text(sorted.shape)} are searched for values of shape ${
        text([...lines, -1])
      }, one line for each, or have one dimension; not for ${text(wanted.shape)}`,
    );
  }
  const dtype = promote(promote(sorted.dtype, wanted.dtype), "int32");
  const shape = lines.length === 0 ? [sizeOf(wanted.shape)] : wanted.shape;
  const inputs = [toDtype(sorted, dtype), toShape(toDtype(wanted, dtype), shape)];
  return toShape(apply("searchSorted", inputs, { right }), wanted.shape);
}

/** Values one after the other, in the dtype that holds all. */
export function joined(name: string, values: readonly Value[], dim: number): Value {
  if (values.length === 1) return values[0];
  commonDevice(name, values);
  const dtype = values.map((one) => one.dtype).reduce(promote), [first] = values;
  for (const { shape } of values) {
    if (shape.length === first.shape.length && shape.every((n, d) => d === dim || n === first.shape[d])) {
      continue;
    }
    throw new RangeError(
      `${name}: shapes ${text(first.shape)} and ${text(shape)} differ outside of dimension ${dim}`,
    );
  }
  return apply("concat", values.map((one) => toDtype(one, dtype)), { dim });
}

/** The differences of neighbours, `times` over; of booleans, whether they differ. */
export function differences(value: Value, times: number, dim: number): Value {
  let y = value;
  for (let i = 0; i < times; i++) {
    const rest = Math.max(0, y.shape[dim] - 1);
    const [next, before] = [along(y, dim, Math.min(1, y.shape[dim]), rest), along(y, dim, 0, rest)];
    y = combine(y.dtype === "bool" ? "ne" : "sub", next, before);
  }
  return y;
}
