/**
 * The same numbers in other places: made of slices, permutations and repetitions, from which their gradients follow. A reader's
 * words are checked here too, as class Tensor would be longer by them.
 *
 * @module
 */
import { apply } from "../autograd/graph.ts";
import { constant } from "../autograd/constant.ts";
import type { Value } from "../autograd/value.ts";
import { sizeOf, text } from "../device/shape.ts";
import { checkInteger, checkWhole, describe, isNumbers } from "../text/arguments.ts";
import { toShape } from "./combine.ts";
import { checkDim, checkDims } from "./shape.ts";
import { made } from "./values.ts";

/** Every `step`-th element along a dimension, backwards where the step is negative. */
export function along(value: Value, dim: number, begin: number, size: number, step = 1): Value {
  const { shape } = value;
  if (size === shape[dim] && (size <= 1 || (begin === 0 && step === 1))) {
    return apply("clone", [value], undefined);
  }
  return apply("slice", [value], {
    begin: shape.map((_, d) => d === dim ? begin : 0),
    size: shape.with(dim, size),
    step: shape.map((_, d) => d === dim ? step : 1),
  });
}

/** A list of whole numbers, or one alone. */
function wholes(name: string, argument: string, given: unknown, least: number): number[] {
  const list = typeof given === "number" ? [given] : given;
  if (!isNumbers(list)) {
    throw new TypeError(
      `${name}: ${argument} must be a whole number, or a list of them, not ${describe(given)}`,
    );
  }
  for (const one of list) {
    if (least === -Infinity) checkInteger(name, argument, one);
    else checkWhole(name, argument, one, least);
  }
  return list;
}

/** What {@linkcode Tensor.flip} says. */
export function flipped(value: Value, dims: readonly number[]): Value {
  const { shape } = value, back = shape.map((n, d) => dims.includes(d) && n > 1);
  if (!back.includes(true)) return apply("clone", [value], undefined);
  return apply("slice", [value], {
    begin: shape.map((n, d) => back[d] ? n - 1 : 0),
    size: shape,
    step: back.map((one) => one ? -1 : 1),
  });
}

/** What {@linkcode Tensor.roll} says. */
export function rolled(
  value: Value,
  shifts: number | readonly number[],
  dims?: number | readonly number[],
): Value {
  const by = wholes("roll", "a shift", shifts, -Infinity), { shape } = value;
  if (dims === undefined) {
    if (by.length !== 1) {
      throw new RangeError(`roll: ${by.length} shifts need as many dimensions, as in roll([1, 2], [0, 1])`);
    }
    return toShape(rolledAlong(apply("reshape", [value], { shape: [sizeOf(shape)] }), 0, by[0]), shape);
  }
  const along = wholes("roll", "a dimension", dims, -Infinity);
  if (along.length !== by.length) {
    throw new RangeError(
      `roll: as many shifts as dimensions are needed, not ${by.length} and ${along.length}`,
    );
  }
  return along.reduce(
    (one, dim, i) => rolledAlong(one, checkDim("roll", dim, shape.length), by[i]),
    apply("clone", [value], undefined),
  );
}

function rolledAlong(value: Value, dim: number, shift: number): Value {
  const n = value.shape[dim], by = n === 0 ? 0 : ((shift % n) + n) % n;
  if (by === 0) return value;
  return apply("concat", [along(value, dim, n - by, by), along(value, dim, 0, n - by)], { dim });
}

/**
 * The whole value several times along every dimension.
 *
 * @param times As many as dimensions, or more, for new ones in front.
 */
export function repeated(name: string, value: Value, times: readonly number[]): Value {
  const counts = wholes(name, "a count", times, 0), lead = counts.length - value.shape.length;
  if (lead < 0) {
    throw new RangeError(
      `${name}: a count for each of the ${value.shape.length} dimensions of ${
        text(value.shape)
      } is needed, not ${text(counts)}`,
    );
  }
  const shape = [...Array<number>(lead).fill(1), ...value.shape];
  // A dimension of one element repeats in its place; any other behind a new one that counts the copies.
  const behind = (d: number) => counts[d] !== 1 && shape[d] !== 1;
  const upright = shape.flatMap((n, d) => behind(d) ? [1, n] : [n]);
  const wide = shape.flatMap((n, d) => behind(d) ? [counts[d], n] : [n * counts[d]]);
  const copies = apply("expand", [toShape(value, upright)], { shape: wide });
  return toShape(copies, shape.map((n, d) => n * counts[d]));
}

/** What {@linkcode Tensor.repeatInterleave} says. */
export function interleaved(value: Value, repeats: number | readonly number[], dim?: number): Value {
  const name = "repeatInterleave", d = dim === undefined ? 0 : checkDim(name, dim, value.shape.length);
  const source = dim === undefined ? toShape(value, [sizeOf(value.shape)]) : value, n = source.shape[d];
  const counts = wholes(name, "a count", repeats, 0), { shape } = source;
  if (counts.length === 1) {
    const upright = toShape(source, shape.toSpliced(d + 1, 0, 1));
    const copies = apply("expand", [upright], { shape: shape.toSpliced(d + 1, 0, counts[0]) });
    return toShape(copies, shape.with(d, n * counts[0]));
  }
  if (counts.length !== n) {
    throw new RangeError(`${name}: one count, or ${n} for dimension ${d}, are needed, not ${counts.length}`);
  }
  return taken(source, d, counts.flatMap((count, i) => Array<number>(count).fill(i)));
}

/** What stands at some places along a dimension. */
function taken(value: Value, dim: number, places: readonly number[]): Value {
  const { device } = value.buffer;
  const list = made("index", device, () => device.make([places.length], "int32", (into) => into.set(places)));
  return apply("indexSelect", [value, list], { dim });
}

/** Other dimensions first, in their order, then the two. */
function lastTwo(rank: number, a: number, b: number): number[] {
  return [...Array.from({ length: rank }, (_, d) => d).filter((d) => d !== a && d !== b), a, b];
}

/** The elements i, i + offset of two dimensions, as a last one: of row-major matrices, every (n + 1)-th. */
export function diagonal(value: Value, offset: number, a: number, b: number): Value {
  const dims = lastTwo(value.shape.length, a, b);
  const planes = dims.every((d, i) => d === i) ? value : apply("permute", [value], { dims });
  const m = value.shape[a], n = value.shape[b], rest = planes.shape.slice(0, -2);
  const count = Math.max(0, Math.min(m + Math.min(0, offset), n - Math.max(0, offset)));
  const begin = count === 0 ? 0 : offset >= 0 ? offset : -offset * n;
  return along(toShape(planes, [...rest, m * n]), rest.length, begin, count, n + 1);
}

/** A square matrix of zeros, with a vector on one of its diagonals. */
export function onDiagonal(value: Value, offset: number): Value {
  const [size] = value.shape, n = size + Math.abs(offset);
  const begin = size === 0 ? 0 : offset >= 0 ? offset : -offset * n;
  const part = { begin: [begin], size: [size], step: [n + 1], shape: [n * n] };
  return toShape(apply("sliceGrad", [value], part), [n, n]);
}

/** Matrices with zeros above (lower) or below a diagonal. */
export function triangle(name: "tril" | "triu", value: Value, offset: number): Value {
  const { shape, dtype } = value, { device } = value.buffer;
  if (shape.length < 2) {
    throw new RangeError(`${name}: a matrix is needed, or more dimensions, not shape ${text(shape)}`);
  }
  checkInteger(name, "the diagonal", offset);
  const [m, n] = shape.slice(-2), from = Math.max(-m, Math.min(n, offset));
  if (name === "tril" ? offset >= n - 1 : offset <= 1 - m) return apply("clone", [value], undefined);
  const counted = (sizes: number[], first: number) =>
    made(name, device, () =>
      device.make(sizes, "float32", (into) => {
        for (let i = 0; i < into.length; i++) into[i] = first + i;
      }));
  const kept = apply(name === "tril" ? "ge" : "le", [counted([m, 1], from), counted([n], 0)], undefined);
  return apply("where", [kept, value, constant(device, 0, dtype)], undefined);
}

/** What {@linkcode Tensor.movedim} says. */
export function moved(
  value: Value,
  source: number | readonly number[],
  destination: number | readonly number[],
): Value {
  const rank = value.shape.length, from = checkDims("movedim", source, rank);
  const to = checkDims("movedim", destination, rank);
  if (from.length !== to.length) {
    throw new RangeError(
      `movedim: as many dimensions go as arrive, not ${from.length} to ${to.length} places`,
    );
  }
  const rest = Array.from({ length: rank }, (_, d) => d).filter((d) => !from.includes(d));
  const dims = Array.from({ length: rank }, (_, d) => to.includes(d) ? from[to.indexOf(d)] : rest.shift()!);
  return apply("permute", [value], { dims });
}

/** Checks that there is a dimension to take apart. */
function needDim(name: string, value: Value): void {
  if (value.shape.length === 0) {
    throw new RangeError(`${name}: a tensor with a dimension is needed, not a single number`);
  }
}

/** What {@linkcode Tensor.split} says. */
export function split(value: Value, sizes: number | readonly number[], dim: number): Value[] {
  needDim("split", value);
  const d = checkDim("split", dim, value.shape.length), n = value.shape[d];
  if (typeof sizes !== "number") {
    const list = wholes("split", "a size", sizes, 0), sum = list.reduce((a, b) => a + b, 0);
    if (sum !== n) {
      throw new RangeError(
        `split: sizes ${text(list)} add up to ${sum}, and dimension ${d} of ${text(value.shape)} to ${n}`,
      );
    }
    return inTurn(value, d, list);
  }
  checkWhole("split", "the size", sizes, n === 0 ? 0 : 1);
  const count = n === 0 ? 1 : Math.ceil(n / sizes);
  return inTurn(value, d, Array.from({ length: count }, (_, i) => Math.min(sizes, n - i * sizes)));
}

/** What {@linkcode Tensor.chunk} says. */
export function chunk(value: Value, count: number, dim: number): Value[] {
  needDim("chunk", value);
  const d = checkDim("chunk", dim, value.shape.length), n = value.shape[d];
  checkWhole("chunk", "the count", count, 1);
  return n === 0 ? inTurn(value, d, Array<number>(count).fill(0)) : split(value, Math.ceil(n / count), d);
}

function inTurn(value: Value, dim: number, sizes: readonly number[]): Value[] {
  let begin = 0;
  return sizes.map((size) => along(value, dim, (begin += size) - size, size));
}

/** What {@linkcode Tensor.unbind} says. */
export function unbind(value: Value, dim: number): Value[] {
  needDim("unbind", value);
  const d = checkDim("unbind", dim, value.shape.length), { shape } = value, rest = shape.toSpliced(d, 1);
  return Array.from(
    { length: shape[d] },
    (_, i) => apply("reshape", [along(value, d, i, 1)], { shape: rest }),
  );
}

/** What {@linkcode Tensor.narrow} says. */
export function narrow(value: Value, dim: number, start: number, length: number): Value {
  needDim("narrow", value);
  const d = checkDim("narrow", dim, value.shape.length), n = value.shape[d];
  const from = checkInteger("narrow", "the start", start) < 0 ? start + n : start;
  checkWhole("narrow", "the length", length, 0);
  if (from < 0 || from + length > n) {
    throw new RangeError(
      `narrow: ${length} elements from ${start} on are not inside of dimension ${d} of ${text(value.shape)}`,
    );
  }
  return along(value, d, from, length);
}

/** What {@linkcode Tensor.unfold} says. */
export function windows(value: Value, dim: number, size: number, step: number): Value {
  needDim("unfold", value);
  const d = checkDim("unfold", dim, value.shape.length), n = value.shape[d];
  checkWhole("unfold", "the size", size, 1);
  checkWhole("unfold", "the step", step, 1);
  if (size > n) {
    throw new RangeError(
      `unfold: a window of ${size} is larger than dimension ${d} of ${text(value.shape)}`,
    );
  }
  const count = Math.floor((n - size) / step) + 1, { shape } = value;
  const places = Array.from({ length: count * size }, (_, i) => Math.floor(i / size) * step + i % size);
  const rows = toShape(taken(value, d, places), shape.toSpliced(d, 1, count, size));
  return moved(rows, d + 1, -1);
}
