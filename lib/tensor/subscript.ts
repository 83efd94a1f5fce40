/** What `at()` and `set_()` are asked for: one index a dimension, read as PyTorch reads what stands in its brackets. */
import { commonDevice } from "../autograd/graph.ts";
import { Value } from "../autograd/value.ts";
import type { Slice } from "../device/kernels.ts";
import { sameShape, sizeOf, text } from "../device/shape.ts";
import type { Values } from "../device/storage.ts";
import { describe } from "../text/arguments.ts";
import { isTyped, numbersOf, survey, type TensorData, write } from "./data.ts";
import { indexValue } from "./pick.ts";
import { type IndexRange, isRange, place, span } from "./slice.ts";
import { makeValue } from "./values.ts";

/** Which elements are meant, of some neighbouring dimensions. */
export interface Mask {
  /** Theirs. */
  readonly shape: readonly number[];
  /** The answers, where they are at hand; else they are on a GPU. */
  readonly known: Values | null;
  /** The mask on the tensor's device. */
  readonly value: () => Value;
}

/** Places along one axis of the view, or along `span` of them as if they were one. */
export interface Selection {
  readonly axis: number;
  readonly span: number;
  /** The tensor's dimension that the axis is. */
  readonly dim: number;
  /** Indices, which may count from the end; or a mask over these axes. */
  readonly by: Value | Mask;
}

/** An axis that goes, as a tensor of no dimensions says which one element of it is meant. */
export interface Single {
  readonly axis: number;
  readonly dim: number;
  readonly index: Value;
}

/** What is chosen by tensors along the axes of a view. */
export interface Choice {
  readonly singles: readonly Single[];
  readonly selections: readonly Selection[];
  /** The tensor's shape, for the errors. */
  readonly of: readonly number[];
}

/** A part of a tensor: a slice of it, seen with another shape, and what is chosen in that. */
export interface Part extends Choice {
  readonly slice: Slice;
  /** Whether the slice is all of the tensor. */
  readonly whole: boolean;
  /** The slice's shape without the dimensions of single indices, and with new ones. */
  readonly view: readonly number[];
  /** For each dimension of the tensor its axis in the view; −1 if it is gone. */
  readonly axes: readonly number[];
}

/** An index as a value or a mask; what is neither stays what it is. */
type Known = number | null | IndexRange | "..." | "newaxis" | Value | Mask;

const isMask = (part: Known): part is Mask => typeof part === "object" && part !== null && "known" in part;

/** How many dimensions an index takes. */
const taken = (part: Known) =>
  typeof part === "number" || part === null
    ? 1
    : part === "newaxis" || part === "..."
    ? 0
    : isMask(part)
    ? part.shape.length
    : 1;

/**
 * Reads indices.
 *
 * @param operation Who asks, for the errors.
 * @param index One a dimension, from the front; those that are missing mean all.
 * @throws {RangeError} if one lies outside, there are too many, or a mask does not fit.
 * @throws {TypeError} if one is none.
 */
export function read(operation: string, index: readonly unknown[], x: Value): Part {
  const { shape } = x, parts = new Array<Known>(index.length);
  let named = 0;
  for (let i = 0; i < parts.length; i++) named += taken(parts[i] = known(operation, index[i], x));
  if (named > shape.length) {
    throw new RangeError(
      `${operation}: ${named} indices for a tensor of ${shape.length} dimensions, ${text(shape)}`,
    );
  }
  const begin = new Array<number>(shape.length).fill(0), size = [...shape];
  const step = new Array<number>(shape.length).fill(1);
  const view: number[] = [], axes: number[] = [], selections: Selection[] = [], singles: Single[] = [];
  let d = 0, open = true;
  const keep = () => {
    axes.push(view.length);
    view.push(size[d++]);
  };
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    if (typeof part === "number") {
      begin[d] = place(operation, part, d, shape);
      size[d++] = 1;
      axes.push(-1);
    } else if (part === null) keep();
    else if (part === "newaxis") view.push(1);
    else if (part === "...") {
      if (!open) throw new RangeError(`${operation}: "..." stands for all that is left, and only once`);
      open = false;
      for (let left = shape.length - named; left > 0; left--) keep();
    } else if (part instanceof Value) {
      if (part !== index[i]) checkListed(operation, index[i], d, shape);
      if (part.shape.length === 0) singles.push({ axis: view.length, dim: d, index: part });
      else selections.push({ axis: view.length, span: 1, dim: d, by: part });
      keep();
    } else if (isMask(part)) {
      const over = shape.slice(d, d + part.shape.length);
      if (!sameShape(over, part.shape)) {
        throw new RangeError(
          `${operation}: a mask of shape ${text(part.shape)} does not fit dimensions ${
            part.shape.map((_, i) => d + i).join(", ")
          } of ${text(shape)}, which are ${text(over)}`,
        );
      }
      // A single answer takes a new dimension, or none of it.
      selections.push({ axis: view.length, span: Math.max(1, over.length), dim: d, by: part });
      if (over.length === 0) view.push(1);
      else over.forEach(keep);
    } else {
      [begin[d], size[d], step[d]] = span(operation, part, shape[d]);
      keep();
    }
  }
  while (d < shape.length) keep();
  const whole = sameShape(size, shape);
  return { slice: { begin, size, step }, whole, view, axes, singles, selections, of: shape };
}

/** Plain numbers are looked at here, as a GPU would only tell later. */
function checkListed(operation: string, list: unknown, d: number, shape: readonly number[]): void {
  for (const n of numbersOf((Array.isArray(list) ? list[0] : list) as TensorData)) {
    place(operation, n, d, shape);
  }
}

function known(operation: string, part: unknown, x: Value): Known {
  if (typeof part === "number" || part === null || part === "..." || part === "newaxis") return part;
  if (isRange(part)) return part;
  if (part instanceof Value) return ofValue(operation, part, x);
  if (isTyped(part)) {
    if (part instanceof Uint8Array || part instanceof Uint8ClampedArray) {
      throw new TypeError(
        `${operation}: bytes may be a mask or indices; write tensor(…, { dtype: "bool" }) or Int32Array.from(…)`,
      );
    }
    return ofValue(operation, indexValue(operation, part, x.buffer.device), x);
  }
  if (!Array.isArray(part)) throw new TypeError(noIndex(operation, part));
  if (part.length > 0 && part.every((n) => typeof n === "number" || n === null)) {
    throw new TypeError(
      `${operation}: ${
        describe(part)
      } is no range [start, end, step?]; a list of indices stands in brackets of its own: [[0, 2, 5, 7]]`,
    );
  }
  return ofList(operation, part, x);
}

function ofValue(operation: string, value: Value, x: Value): Value | Mask | number {
  const { device, storage } = value.buffer;
  commonDevice(operation, [x, value]);
  if (value.dtype === "bool") {
    // Of no answers none is true, wherever they are.
    const known = sizeOf(value.shape) === 0 ? new Uint8Array() : device.peek(storage);
    return { shape: value.shape, known, value: () => value };
  }
  const index = indexValue(operation, value, device);
  return index.shape.length === 0 ? device.peek(storage)?.[0] ?? index : index;
}

function ofList(operation: string, list: unknown[], x: Value): Value | Mask {
  if (list.some(isTensor)) throw new TypeError(noIndex(operation, list));
  const { shape, dtype } = survey(operation, list, "int32"), { device } = x.buffer;
  if (dtype === "bool") {
    const data = list as TensorData, answers = new Uint8Array(sizeOf(shape));
    write(operation, data, "bool", answers);
    return { shape, known: answers, value: () => makeValue(operation, data, { dtype, device }) };
  }
  if (list.length === 1 && shape.length > 1) return indexValue(operation, list[0] as TensorData, device);
  if (shape.length === 1) throw new TypeError(noIndex(operation, list));
  throw new TypeError(
    `${operation}: a list of indices stands in brackets of its own: [[0, 2]] is Python's [0, 2], and [[[0, 1], [2, 3]]] its [[0, 1], [2, 3]]`,
  );
}

/** Tensors in a list are not unwrapped. */
const isTensor = (one: unknown) => typeof one === "object" && one !== null && "requiresGrad" in one;

function noIndex(operation: string, part: unknown): string {
  const hint = part === ":" || part === undefined
    ? "; null takes all of a dimension"
    : typeof part === "boolean"
    ? "; a mask is a bool tensor, or a list of booleans"
    : typeof part === "string" && /^(none|np\.newaxis|new_?axis)$/i.test(part)
    ? '; "newaxis" is Python\'s None'
    : part instanceof Promise
    ? "; await it first"
    : Array.isArray(part) && part.length === 0
    ? "; [[]] picks nothing"
    : Array.isArray(part) && part.some(isTensor)
    ? "; several tensors are several indices: x.at(...list)"
    : "";
  return `${operation}: an index is a number, a range [start, end, step?], null for all, "...", "newaxis", a tensor, ` +
    `a list of indices in brackets of its own [[0, 2]], or a list of booleans, not ${describe(part)}${hint}`;
}
