/**
 * The place of the largest element along a dimension.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import type { Engine } from "../engine.ts";
import { room } from "./unary.ts";

/** The first index of the largest along `axis` of a row-major array; the first NaN is larger than all. */
export function argmax(engine: Engine, x: Storage, axis: number): Storage {
  const shape = x.shape.toSpliced(axis, 1), size = sizeOf(shape);
  const out = room(engine, size, shape, "int32"), to = engine.block(out).view();
  const from = engine.block(x).view(), length = x.shape[axis], inner = sizeOf(x.shape.slice(axis + 1));
  for (let i = 0; i < size; i++) {
    const start = Math.floor(i / inner) * length * inner + i % inner;
    let best = from[start], place = 0;
    for (let k = 1; k < length && best === best; k++) {
      const value = from[start + k * inner];
      if (value > best || value !== value) {
        best = value;
        place = k;
      }
    }
    to[i] = place;
  }
  return out;
}
