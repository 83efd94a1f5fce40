/**
 * Places named by integers: loops in JavaScript over [outer, dim, inner].
 *
 * @module
 */
import * as check from "../../check.ts";
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
  const out = fill(engine, [...shape], 0, "float32");
  const from = engine.block(dy).view(), to = engine.block(out).view();
  const inner = sizeOf(shape.slice(dim + 1)), line = index.shape[dim] * inner;
  for (let i = 0, first = 0; i < list.length; first += size * inner) {
    for (const end = i + line; i < end;) {
      for (let k = 0; k < inner; k++, i++) to[first + list[i] * inner + k] += from[i];
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
