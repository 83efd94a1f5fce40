/**
 * Copying boxes: what slices, padding, concatenation, repetition and reversal come down to.
 *
 * @module
 */
import { sizeOf, stepsOf } from "../../shape.ts";
import type { Storage, Values } from "../../storage.ts";
import type { Workspace } from "../workspace.ts";
import { fill, room } from "./unary.ts";

/** Up to so many elements JavaScript is done before a WebAssembly call is prepared. */
const TINY = 64;

/** One dimension of a strided copy: length, and steps in elements. */
export interface Dimension {
  length: number;
  from: number;
  to: number;
}

/** Innermost first, without those of length 1, neighbours that run on merged. */
export function merged(dimensions: Dimension[]): Dimension[] {
  const result: Dimension[] = [];
  for (let i = dimensions.length - 1; i >= 0; i--) {
    const dimension = dimensions[i];
    if (dimension.length === 1) continue;
    const last = result[result.length - 1];
    if (
      last !== undefined && dimension.from === last.from * last.length &&
      dimension.to === last.to * last.length
    ) {
      last.length *= dimension.length;
    } else {
      result.push({ ...dimension });
    }
  }
  if (result.length === 0) result.push({ length: 1, from: 1, to: 1 });
  return result;
}

/** Five outer dimensions as the kernels read them. */
export function outerWords(dimensions: Dimension[]): number[] {
  return Array.from({ length: 5 }, (_, i) => dimensions[i])
    .flatMap((dimension) =>
      dimension === undefined ? [1, 0, 0] : [dimension.length, dimension.from, dimension.to]
    );
}

/**
 * Copies a box of elements. Steps may be negative or 0; dimensions are listed as those of the target, outermost first.
 *
 * @param start The source's first element.
 * @param first The target's first element.
 */
export function copyBox(
  engine: Workspace,
  source: Storage,
  start: number,
  target: Storage,
  first: number,
  dimensions: Dimension[],
): void {
  if (dimensions.some(({ length }) => length === 0)) return;
  const from = engine.block(source), to = engine.block(target);
  const [row, ...outer] = merged(dimensions);
  if (to.size <= TINY) return copyElements(from.view(), start, to.view(), first, [row, ...outer]);
  // A target row of one element each has another step: then every row is one element.
  if (row.to !== 1) outer.unshift(row);
  if (source.dtype === "bool" || outer.length > 5) {
    copyElements(from.view(), start, to.view(), first, [row, ...(row.to === 1 ? outer : outer.slice(1))]);
    return;
  }
  const rows = outer.reduce((count, { length }) => count * length, 1), length = row.to === 1 ? row.length : 1;
  engine.wasm.launch(
    "copyRows",
    rows,
    10 + length / 4,
    ...[engine.describe(outerWords(outer)), from.pointer() + start * 4, to.pointer() + first * 4],
    ...[length, row.to === 1 ? row.from : 1],
  );
}

/** The same for bytes, and for more dimensions than the kernel takes; innermost dimension first. */
function copyElements(from: Values, start: number, to: Values, first: number, dimensions: Dimension[]): void {
  const [{ length, from: stepFrom, to: stepTo }, ...outer] = dimensions;
  const index = outer.map(() => 0);
  for (;;) {
    for (let i = 0, at = start, out = first; i < length; i++, at += stepFrom, out += stepTo) {
      to[out] = from[at];
    }
    let d = 0;
    for (; d < outer.length; d++) {
      start += outer[d].from;
      first += outer[d].to;
      if (++index[d] < outer[d].length) break;
      start -= outer[d].from * outer[d].length;
      first -= outer[d].to * outer[d].length;
      index[d] = 0;
    }
    if (d === outer.length) return;
  }
}

/** An array repeated to a shape by NumPy's broadcasting. */
export function expanded(engine: Workspace, x: Storage, shape: number[]): Storage {
  if (sizeOf(x.shape) === 1) return fill(engine, [...shape], engine.block(x).view()[0], x.dtype);
  const out = room(engine, sizeOf(shape), [...shape], x.dtype);
  const outSteps = stepsOf(shape), steps = stepsOf(x.shape);
  const lead = shape.length - x.shape.length;
  const dimensions = shape.map((length, i) => ({
    length,
    from: (x.shape[i - lead] ?? 1) === 1 ? 0 : steps[i - lead],
    to: outSteps[i],
  }));
  copyBox(engine, x, 0, out, 0, dimensions);
  return out;
}
