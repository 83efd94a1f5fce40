/** The order that numbers have along a dimension: NaN is larger than all, and equals stay as they are. */
import { all, rule } from "../rule.ts";
import type { Kernels } from "../../device/kernels.ts";
import type { Shaped } from "../../device/storage.ts";

export const argsort = rule<{ dim: number; descending: boolean }>({
  maths: "y = the places of x in the order of their size",
  saves: {},
  forward: (k, [x], { dim, descending }) => k.argsort(x, dim, descending),
  gradient: "none: a place is an integer",
});

export const argtop = rule<{ dim: number; count: number; descending: boolean }>({
  maths: "y = the places of the first few of x in the order of their size",
  saves: {},
  forward: (k, [x], { dim, count, descending }) => k.argtop(x, dim, count, descending),
  gradient: "none: a place is an integer",
});

/** Some elements in a row along a dimension. */
function along<T extends Shaped>(k: Kernels<T>, x: T, dim: number, begin: number, count: number): T {
  const { shape } = x;
  const from = shape.map((_, d) => d === dim ? begin : 0);
  return k.slice(x, { begin: from, size: shape.with(dim, count), step: shape.map(() => 1) });
}

/** The place of the lower median along a dimension, which stays with size 1; of the first NaN, if there is one. */
function placeOfMedian<T extends Shaped>(k: Kernels<T>, x: T, dim: number): T {
  const count = x.shape[dim], middle = Math.floor((count - 1) / 2);
  const places = k.argsort(x, dim, false);
  if (x.dtype === "int32") return along(k, places, dim, middle, 1);
  const strange = k.sum(k.cast(k.notEqual(x, x), "int32"), [dim], true);
  return k.gather(places, k.select(k.greater(strange, 0), k.sub(count, strange), middle), dim);
}

export const argmedian = rule<{ dim: number }>({
  maths: "y = the place of the median, the lower of two",
  saves: {},
  forward: (k, [x], { dim }) => placeOfMedian(k, x, dim),
  gradient: "none: a place is an integer",
});

export const median = rule({
  maths: "y = the median of [n], the lower of two;  ∂x = g · [x = y], shared evenly among equals",
  saves: { inputs: all, output: true },
  forward: (k, [x]) => k.reshape(k.gather(x, placeOfMedian(k, x, 0), 0), []),
  gradient: (k, { g, inputs: [x], output: y }) => [() => {
    const won = k.cast(k.maximum(k.equal(x, y), k.notEqual(x, x)), "float32");
    return k.mul(won, k.div(g, k.sum(won, [0])));
  }],
});

export const argmode = rule<{ dim: number }>({
  maths: "y = the last place of the most frequent x, the smallest of those",
  saves: {},
  forward: (k, [x], { dim }) => {
    const places = k.argsort(x, dim, false), upwards = k.gather(x, places, dim), count = x.shape[dim];
    // In a sorted line equals are neighbours: each counts how many of them there are up to itself.
    const changes = k.notEqual(along(k, upwards, dim, 1, count - 1), along(k, upwards, dim, 0, count - 1));
    const border = x.shape.map((_, d) => [Number(d === dim), 0] as const);
    const place = k.cumsum(k.fill(x.shape, 1, "int32"), dim);
    const starts = k.argcummax(k.select(k.pad(changes, border, 1), place, 0), dim);
    const best = k.argmax(k.sub(place, starts), dim);
    return k.gather(places, k.reshape(best, x.shape.with(dim, 1)), dim);
  },
  gradient: "none: a place is an integer",
});

export const searchSorted = rule<{ right: boolean }>({
  maths: "y = how many of a sorted line are smaller than x, or (right) not larger",
  saves: {},
  forward: (k, [sorted, x], { right }) => {
    const dim = x.shape.length - 1, length = sorted.shape[dim];
    let found = k.fill(x.shape, 0, "int32");
    if (length === 0 || x.shape.includes(0)) return found;
    for (let step = 2 ** Math.floor(Math.log2(length)); step >= 1; step /= 2) {
      // NaN passes all numbers, and nothing but NaN passes it.
      const next = k.add(found, step), at = k.gather(sorted, k.sub(k.minimum(next, length), 1), dim);
      const over = right ? k.greater(at, x) : k.greaterEqual(at, x);
      const strange = k.logicalAnd(k.notEqual(at, at), k.equal(x, x));
      const stays = k.maximum(k.maximum(over, strange), k.greater(next, length));
      found = k.select(stays, found, next);
    }
    return found;
  },
  gradient: "none: a place is an integer",
});

export const histogram = rule<{ bins: number; min: number; max: number }>({
  maths: "y[b] = how many x lie in interval b of [min, max]; if these are equal, in [min x, max x]",
  saves: {},
  forward: (k, [x], { bins, min, max }) => {
    if (x.shape[0] === 0) return k.fill([bins], 0);
    let low = k.fill([1], min), high = k.fill([1], max);
    if (min === max) {
      const [least, most] = [k.min(x, [0], true), k.max(x, [0], true)], flat = k.equal(least, most);
      [low, high] = [k.select(flat, k.sub(least, 1), least), k.select(flat, k.add(most, 1), most)];
    }
    const inside = k.logicalAnd(k.greaterEqual(x, low), k.lessEqual(x, high));
    const place = k.div(k.mul(k.sub(k.select(inside, x, low), low), bins), k.sub(high, low));
    const bin = k.minimum(k.cast(place, "int32"), bins - 1);
    return k.scatterAdd(k.cast(inside, "float32"), bin, 0, [bins]);
  },
  gradient: "none: a count is constant almost everywhere",
});
