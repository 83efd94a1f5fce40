/**
 * Places named by integers, of arrays seen as [outer, dim, inner]: loops in JavaScript; whole slices are WebAssembly's.
 *
 * @module
 */
import * as check from "../../check.ts";
import * as sampling from "../../sampling.ts";
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import type { Engine } from "../engine.ts";
import { fill, room } from "./unary.ts";

/** y[o, j, k] = x[o, index[o, j, k], k], where o counts what lies before `dim`, and k what lies behind. */
export function gather(engine: Engine, x: Storage, index: Storage, dim: number): Storage {
  const list = engine.block(index).view(), size = x.shape[dim];
  check.indices("gather", list, index.shape, size);
  const out = room(engine, list.length, [...index.shape], x.dtype);
  const from = engine.block(x).view(), to = engine.block(out).view();
  const inner = sizeOf(x.shape.slice(dim + 1)), line = index.shape[dim] * inner;
  for (let i = 0, first = 0; i < list.length; first += size * inner) {
    for (const end = i + line; i < end;) {
      for (let k = 0; k < inner; k++, i++) to[i] = from[first + list[i] * inner + k];
    }
  }
  return out;
}

/** Zeros, and dy added up at the places where gather picked. */
export function scatterAdd(
  engine: Engine,
  dy: Storage,
  index: Storage,
  dim: number,
  shape: readonly number[],
): Storage {
  const list = engine.block(index).view(), size = shape[dim];
  check.indices("scatterAdd", list, index.shape, size);
  const out = fill(engine, [...shape], 0, dy.dtype);
  const from = engine.block(dy).view(), to = engine.block(out).view();
  const inner = sizeOf(shape.slice(dim + 1)), line = index.shape[dim] * inner;
  for (let i = 0, first = 0; i < list.length; first += size * inner) {
    for (const end = i + line; i < end;) {
      for (let k = 0; k < inner; k++, i++) to[first + list[i] * inner + k] += from[i];
    }
  }
  return out;
}

/** Up to so many elements JavaScript is done before a WebAssembly call is prepared. */
const TINY = 64;

/** y[o, n, …] = x[o, index[n], …]. */
export function indexSelect(engine: Engine, x: Storage, index: Storage, dim: number): Storage {
  const list = engine.block(index).view(), size = x.shape[dim], picks = list.length;
  check.indices("indexSelect", list, index.shape, size);
  const shape = x.shape.with(dim, picks), inner = sizeOf(x.shape.slice(dim + 1));
  const rows = sizeOf(shape.slice(0, dim + 1)), out = room(engine, rows * inner, shape, x.dtype);
  if (rows * inner <= TINY || x.dtype === "bool") {
    const from = engine.block(x).view(), to = engine.block(out).view();
    for (let r = 0, at = 0; r < rows; r++) {
      const start = (Math.floor(r / picks) * size + list[r % picks]) * inner;
      for (let i = 0; i < inner; i++) to[at++] = from[start + i];
    }
    return out;
  }
  const arrays = [engine.pointer(x), engine.pointer(index), engine.pointer(out)];
  engine.wasm.launch("selectRows", rows, 5 + inner / 4, ...arrays, size, picks, inner);
  return out;
}

/** Columns of a unit of work, at least: a line of the cache. */
const NARROW = 16;
/** Units of work into which rows are cut, if they are long enough: some for each thread. */
const UNITS = 16;

/** Zeros, and dy's slices added up where indexSelect picked. */
export function indexAdd(engine: Engine, dy: Storage, index: Storage, dim: number, shape: number[]): Storage {
  const list = engine.block(index).view(), size = shape[dim], picks = list.length;
  check.indices("indexAdd", list, index.shape, size);
  const out = fill(engine, shape, 0, dy.dtype);
  const inner = sizeOf(shape.slice(dim + 1)), outer = sizeOf(shape.slice(0, dim));
  const count = outer * picks * inner;
  if (count === 0) return out;
  if (count <= TINY) {
    const from = engine.block(dy).view(), to = engine.block(out).view();
    for (let r = 0, at = 0; r < outer * picks; r++) {
      const start = (Math.floor(r / picks) * size + list[r % picks]) * inner;
      for (let i = 0; i < inner; i++) to[start + i] += from[at++];
    }
    return out;
  }
  const width = Math.max(NARROW, Math.ceil(inner * outer / UNITS / NARROW) * NARROW);
  const parts = Math.ceil(inner / width);
  engine.wasm.launch(
    "addRows",
    outer * parts,
    picks * (5 + Math.min(width, inner) / 3),
    ...[engine.pointer(dy), engine.pointer(index), engine.pointer(out)],
    ...[size, picks, inner, width, parts, Number(dy.dtype === "int32")],
  );
  return out;
}

/** A copy of an array. */
function copied(engine: Engine, x: Storage): Storage {
  const from = engine.block(x), out = room(engine, from.size, [...x.shape], x.dtype);
  engine.block(out).view().set(from.view());
  return out;
}

/** x, but v's slices where the index names them, one after the other. */
export function indexCopy(engine: Engine, x: Storage, v: Storage, index: Storage, dim: number): Storage {
  const list = engine.block(index).view(), size = x.shape[dim], picks = list.length;
  check.indices("indexCopy", list, index.shape, size);
  const out = copied(engine, x), from = engine.block(v).view(), to = engine.block(out).view();
  const inner = sizeOf(x.shape.slice(dim + 1));
  for (let at = 0, row = 0; at < from.length; at += inner, row++) {
    const first = (Math.floor(row / picks) * size + list[row % picks]) * inner;
    if (inner < 32) { for (let i = 0; i < inner; i++) to[first + i] = from[at + i]; }
    else to.set(from.subarray(at, at + inner), first);
  }
  return out;
}

/** x, but v where gather would pick, one value after the other. */
export function scatter(engine: Engine, x: Storage, v: Storage, index: Storage, dim: number): Storage {
  const list = engine.block(index).view(), size = x.shape[dim];
  check.indices("scatter", list, index.shape, size);
  const out = copied(engine, x), from = engine.block(v).view(), to = engine.block(out).view();
  const inner = sizeOf(x.shape.slice(dim + 1)), line = index.shape[dim] * inner;
  for (let i = 0, first = 0; i < list.length; first += size * inner) {
    for (const end = i + line; i < end;) {
      for (let k = 0; k < inner; k++, i++) to[first + list[i] * inner + k] = from[i];
    }
  }
  return out;
}

/** Indices as places: negative ones count from the end. */
export function at(engine: Engine, index: Storage, size: number): Storage {
  const list = engine.block(index).view();
  check.countedIndices(list, index.shape, size);
  const out = room(engine, list.length, index.shape, "int32"), to = engine.block(out).view();
  for (let i = 0; i < list.length; i++) to[i] = list[i] < 0 ? list[i] + size : list[i];
  return out;
}

/** The last entry that names each of `size` places along a dimension; −1 where none does. */
export function scatterLast(engine: Engine, index: Storage, dim: number, size: number): Storage {
  const list = engine.block(index).view(), picks = index.shape[dim];
  check.indices("scatterLast", list, index.shape, size);
  const out = fill(engine, index.shape.with(dim, size), -1, "int32"), to = engine.block(out).view();
  const inner = sizeOf(index.shape.slice(dim + 1));
  for (let i = 0, first = 0; i < list.length; first += size * inner) {
    for (let k = 0; k < picks; k++) {
      for (let j = 0; j < inner; j++, i++) to[first + list[i] * inner + j] = k;
    }
  }
  return out;
}

/** float32 [..., classes]: 1 at the class. */
export function oneHot(engine: Engine, x: Storage, classes: number): Storage {
  const list = engine.block(x).view();
  check.indices("oneHot", list, x.shape, classes);
  const out = fill(engine, [...x.shape, classes], 0, "float32"), to = engine.block(out).view();
  for (let i = 0; i < list.length; i++) to[i * classes + list[i]] = 1;
  return out;
}

/** Places in rows of weights, for points in [0, 1). */
export function inverseCdf(engine: Engine, weights: Storage, points: Storage): Storage {
  const [rows, classes] = weights.shape, count = points.shape[1];
  const out = room(engine, rows * count, [rows, count], "int32"), to = engine.block(out).view() as Int32Array;
  if (to.length > 0) {
    sampling.inverseCdf(engine.block(weights).view(), engine.block(points).view(), to, rows, classes);
  }
  return out;
}
