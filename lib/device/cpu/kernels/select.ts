/**
 * Choosing between two arrays, element by element.
 *
 * @module
 */
import { selection } from "../../check.ts";
import { aligned, seen } from "../../layout.ts";
import { sameShape, sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import type { Engine } from "../engine.ts";
import { expanded } from "./box.ts";
import { room } from "./unary.ts";

/** Up to so many elements JavaScript is done before a WebAssembly call is prepared. */
const TINY = 64;

/** condition ? a : b, shapes broadcast. */
export function select(
  engine: Engine,
  condition: Storage,
  first: Storage | number,
  second: Storage | number,
): Storage {
  const known = typeof first === "number" ? second as Storage : first, { dtype } = known;
  const a = typeof first === "number" ? engine.arena.constant(first, dtype) : first;
  const b = typeof second === "number" ? engine.arena.constant(second, dtype) : second;
  selection("select", condition, a, b);
  const { parts, order } = aligned([condition, a, b], engine.transpose);
  const shape = parts.map((part) => part.shape).reduce((x, y) => wider(x, y));
  const size = sizeOf(shape);
  const [c, x, y] = parts.map((part) =>
    sameShape(part.shape, shape) || (size <= TINY && sizeOf(part.shape) === 1)
      ? part
      : expanded(engine, part, shape)
  );
  if (size <= TINY || dtype === "bool") {
    const out = room(engine, size, shape, dtype), to = engine.block(out).view();
    const [cs, xs, ys] = [c, x, y].map((part) => engine.block(part).view());
    const at = (i: number, list: { length: number }) => list.length === 1 ? 0 : i;
    for (let i = 0; i < size; i++) to[i] = cs[at(i, cs)] !== 0 ? xs[at(i, xs)] : ys[at(i, ys)];
    return seen(out, order);
  }
  const out = engine.allocate(shape, dtype);
  const [cAt, xAt, yAt, to] = [c, x, y, out].map((part) => engine.pointer(part));
  engine.wasm.launch("select", Math.ceil(size / 16), 8, cAt, xAt, yAt, to);
  return seen(out, order);
}

/** What two shapes that broadcast broadcast to. */
function wider(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const p = a[a.length - rank + i] ?? 1, q = b[b.length - rank + i] ?? 1;
    return p === 1 ? q : p;
  });
}
