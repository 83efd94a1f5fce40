/** Parts of a tensor taken and written, as the indices of `at()` and `set_()` name them. */
import { apply } from "../autograd/graph.ts";
import { Value } from "../autograd/value.ts";
import { broadcastShapes, sizeOf, text } from "../device/shape.ts";
import { choose, combine, toShape } from "./combine.ts";
import { trueOnes } from "./mask.ts";
import { addable, counted, sum } from "./pick.ts";
import type { Choice, Mask, Part, Selection, Single } from "./subscript.ts";

/** Picked axes seen as one: [...lead, all their places, ...rest]. */
interface Rows {
  /** The picked axes and then all others, where the picked ones are not neighbours. */
  readonly order: readonly number[] | null;
  readonly lead: readonly number[];
  readonly picked: readonly number[];
  readonly rest: readonly number[];
}

function rowsOf(shape: readonly number[], picks: readonly Selection[]): Rows {
  const axes = picks.flatMap(({ axis, span }) => Array.from({ length: span }, (_, i) => axis + i));
  const first = axes[0], together = axes.every((axis, i) => axis === first + i);
  const others = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const before = together ? others.filter((axis) => axis < first) : [];
  const size = (list: readonly number[]) => list.map((axis) => shape[axis]);
  return {
    order: together ? null : [...axes, ...others],
    lead: size(before),
    picked: size(axes),
    rest: size(others.slice(before.length)),
  };
}

/** The view with its picked axes as one. */
function asRows(view: Value, { order, lead, picked, rest }: Rows): Value {
  const first = order === null ? view : apply("permute", [view], { dims: order });
  return toShape(first, [...lead, sizeOf(picked), ...rest]);
}

/** And back. */
function fromRows(rows: Value, { order, lead, picked, rest }: Rows): Value {
  const apart = toShape(rows, [...lead, ...picked, ...rest]);
  return order === null ? apart : apply("permute", [apart], { dims: order.map((_, d) => order.indexOf(d)) });
}

/** The places of a mask, one after the other. */
function placesOf(operation: string, { known, value }: Mask, x: Value): Value {
  if (known === null) {
    throw new TypeError(
      `${operation}: how many elements a mask picks is not known on ${value().buffer.device.name} before it was read; ` +
        "await x.maskedSelect(mask), choose with x.where(mask, other), or index with await mask.nonzero({ asTuple: true })",
    );
  }
  return trueOnes(operation, known, x.buffer.device);
}

/** All picks as places along one axis, in the shape that the indices broadcast to. */
function combined(operation: string, view: Value, { selections, of }: Choice): Value {
  let result: Value | null = null;
  for (const { axis, span, dim, by } of selections) {
    const size = sizeOf(view.shape.slice(axis, axis + span));
    const places = by instanceof Value
      ? counted(operation, by, by, size, dim, of)
      : placesOf(operation, by, view);
    if (result === null) result = places;
    else {
      broadcastShapes(operation, result.shape, places.shape);
      result = combine("add", combine("mul", result, size), places);
    }
  }
  return result!;
}

/** The slice of x that a part begins with, in the shape in which it is seen. */
function viewOf(x: Value, { slice, whole, view }: Part): Value {
  return toShape(whole ? x : apply("slice", [x], slice), view);
}

/** An axis of which one element is taken, and what is left to pick then. */
function afterSingle({ singles, selections, of }: Choice): { single: Single; left: Choice } {
  const [single, ...others] = singles, past = (axis: number) => axis > single.axis ? axis - 1 : axis;
  return {
    single,
    left: {
      singles: others.map((one) => ({ ...one, axis: past(one.axis) })),
      selections: selections.map((one) => ({ ...one, axis: past(one.axis) })),
      of,
    },
  };
}

/** The one slice along an axis that a tensor of no dimensions names, with that axis of size 1. */
function singleSlice(
  operation: string,
  view: Value,
  { axis, dim, index }: Single,
  of: readonly number[],
): [slice: Value, place: Value] {
  const place = counted(operation, index, toShape(index, [1]), view.shape[axis], dim, of);
  return [apply("indexSelect", [view, place], { dim: axis }), place];
}

/** What `at()` gives. */
export function part(operation: string, x: Value, named: Part): Value {
  const result = picked(operation, viewOf(x, named), named);
  return result === x ? apply("clone", [x], undefined) : result;
}

function picked(operation: string, view: Value, named: Choice): Value {
  if (named.singles.length > 0) {
    const { single, left } = afterSingle(named), [slice] = singleSlice(operation, view, single, named.of);
    return picked(operation, toShape(slice, view.shape.toSpliced(single.axis, 1)), left);
  }
  if (named.selections.length === 0) return view;
  const rows = rowsOf(view.shape, named.selections), places = combined(operation, view, named);
  const list = toShape(places, [sizeOf(places.shape)]);
  const found = apply("indexSelect", [asRows(view, rows), list], { dim: rows.lead.length });
  return toShape(found, [...rows.lead, ...places.shape, ...rows.rest]);
}

/**
 * x with a part written, as `set_()` does.
 *
 * @param source What is written, in x's dtype.
 * @param accumulate Whether it is added to what there is.
 * @throws {RangeError} if the source does not broadcast to the part.
 */
export function written(operation: string, x: Value, named: Part, source: Value, accumulate: boolean): Value {
  const { slice, whole, axes, view } = named;
  if (named.singles.length === 0 && named.selections.length === 0) {
    const wide = fitting(operation, source, view);
    const laid = toShape(wide, axes.map((axis) => axis < 0 ? 1 : wide.shape[axis]));
    const value = accumulate ? sum(apply("slice", [x], slice), laid) : laid;
    return apply("sliceScatter", [x, value], slice);
  }
  const changed = put(operation, viewOf(x, named), named, source, accumulate);
  return whole ? toShape(changed, x.shape) : apply("sliceScatter", [x, toShape(changed, slice.size)], slice);
}

function put(operation: string, view: Value, named: Choice, source: Value, accumulate: boolean): Value {
  if (named.singles.length > 0) {
    const { single, left } = afterSingle(named), { axis } = single;
    const [slice, place] = singleSlice(operation, view, single, named.of);
    const changed = put(operation, toShape(slice, view.shape.toSpliced(axis, 1)), left, source, accumulate);
    return apply("indexCopy", [view, toShape(changed, slice.shape), place], { dim: axis });
  }
  if (named.selections.length === 0) {
    const value = fitting(operation, source, view.shape);
    return accumulate ? sum(view, value) : apply("expand", [value], { shape: view.shape });
  }
  const rows = rowsOf(view.shape, named.selections), [first] = named.selections;
  if (named.selections.length === 1 && !(first.by instanceof Value)) {
    const chosen = where(operation, view, first.by, rows, source, accumulate);
    if (chosen !== null) return chosen;
  }
  const places = combined(operation, view, named), { lead, rest } = rows, dim = lead.length;
  const target = [...lead, ...places.shape, ...rest], count = sizeOf(places.shape);
  const value = apply("expand", [fitting(operation, source, target)], { shape: target });
  const added = toShape(value, [...lead, count, ...rest]), list = toShape(places, [count]);
  return fromRows(rowsWritten(asRows(view, rows), added, list, dim, accumulate), rows);
}

function rowsWritten(x: Value, value: Value, list: Value, dim: number, accumulate: boolean): Value {
  if (!accumulate) return apply("indexCopy", [x, value, list], { dim });
  return sum(x, apply("indexAdd", [addable(value), list], { dim, size: x.shape[dim] }));
}

/** A choice by a mask, where one value is for all that it picks; null where there is one for each. */
function where(
  operation: string,
  view: Value,
  mask: Mask,
  { lead, picked, rest }: Rows,
  source: Value,
  accumulate: boolean,
): Value | null {
  const own = trimmed(source.shape, lead.length + 1 + rest.length), each = own.length - rest.length - 1;
  if ((own[each] ?? 1) !== 1) return null;
  const flat = fitting(operation, source, [...lead, 1, ...rest]);
  const value = toShape(flat, flat.shape.toSpliced(lead.length, 1, ...picked.map(() => 1)));
  const over = toShape(mask.value(), [...picked, ...rest.map(() => 1)]);
  return choose(over, accumulate ? sum(view, value) : value, view);
}

/** A shape without the ones in front that make it longer than `rank`. */
function trimmed(shape: readonly number[], rank: number): readonly number[] {
  let own = shape;
  while (own.length > rank && own[0] === 1) own = own.slice(1);
  return own;
}

/** The source with as many dimensions as the shape that it must broadcast to; as in PyTorch, more in front must be of size 1. */
function fitting(operation: string, source: Value, shape: readonly number[]): Value {
  const own = trimmed(source.shape, shape.length);
  const fits = own.length <= shape.length &&
    own.every((n, d) => n === 1 || n === shape[shape.length - own.length + d]);
  if (!fits) {
    throw new RangeError(
      `${operation}: a value of shape ${text(source.shape)} does not fit into a part of shape ${text(shape)}`,
    );
  }
  return toShape(source, [...shape.slice(own.length).map(() => 1), ...own]);
}
