/** The same numbers in another arrangement. Dimensions are those of the storage. */
import { rule } from "../rule.ts";

export const reshape = rule<{ shape: number[] }>({
  maths: "y = x seen with another shape;  ∂x = g seen with x's shape",
  saves: {},
  forward: (k, [x], { shape }) => k.reshape(x, shape),
  gradient: (k, { g, shapes: [shape] }) => [() => k.reshape(g, shape)],
});

export const transpose = rule<{ perm: number[] }>({
  maths: "y[i] = x[i permuted];  ∂x = g permuted back",
  saves: {},
  forward: (k, [x], { perm }) => k.transpose(x, perm),
  gradient: (k, { g, attrs: { perm } }) => [() => k.transpose(g, perm.map((_, i) => perm.indexOf(i)))],
});

export const expand = rule<{ shape: number[] }>({
  maths: "y = x repeated along dimensions of size 1;  ∂x = Σ g over them",
  saves: {},
  forward: (k, [x], { shape }) => k.expand(x, shape),
  gradient: (k, { g, shapes: [shape] }) => [() => k.sumTo(g, shape)],
});

export const pad = rule<{ paddings: [number, number][]; value: number }>({
  maths: "y = x with a border;  ∂x = the inside of g",
  saves: {},
  forward: (k, [x], { paddings, value }) => k.pad(x, paddings, value),
  gradient: (k, { g, shapes: [shape], attrs: { paddings } }) => [
    () => k.slice(g, paddings.map(([before]) => before), shape),
  ],
});

/** Where a slice begins, how many elements it takes, and its step, per dimension. */
export interface Slice {
  begin: number[];
  size: number[];
  step: number[];
}

export const slice = rule<Slice>({
  maths: "y[i] = x[begin + step · i];  ∂x = g at those places, 0 elsewhere",
  saves: {},
  forward: (k, [x], { begin, size, step }) => {
    if (step.every((by) => by === 1)) return k.slice(x, begin, size);
    const end = begin.map((from, i) => size[i] === 0 ? from : from + (size[i] - 1) * step[i] + 1);
    return k.stridedSlice(x, begin, end, step);
  },
  gradient: (k, { g, shapes: [shape], attrs: { begin, step } }) => [() => {
    let spread = g;
    g.shape.forEach((size, axis) => {
      if (step[axis] === 1 || size <= 1) return;
      // Zeros between the elements: [.., n, ..] → [.., n, 1, ..] → [.., n, step, ..] → [.., n · step, ..].
      const before = spread.shape.slice(0, axis), after = spread.shape.slice(axis + 1);
      const columns = k.reshape(spread, [...before, size, 1, ...after]);
      const zeros: [number, number][] = columns.shape.map((_, i) => [0, i === axis + 1 ? step[axis] - 1 : 0]);
      const wide = k.reshape(k.pad(columns, zeros), [...before, size * step[axis], ...after]);
      const length = (size - 1) * step[axis] + 1;
      spread = k.slice(wide, wide.shape.map(() => 0), wide.shape.map((n, i) => i === axis ? length : n));
    });
    return k.pad(spread, shape.map((n, i) => [begin[i], n - begin[i] - spread.shape[i]]));
  }],
});

export const concat = rule<{ axis: number }>({
  maths: "y = the inputs one after the other;  each ∂x = its part of g",
  saves: {},
  forward: (k, list, { axis }) => list.length === 1 ? list[0] : k.concat(list, axis),
  gradient: (k, { g, shapes, attrs: { axis } }) => {
    let start = 0;
    return shapes.map((shape) => {
      const begin = shape.map((_, i) => i === axis ? start : 0);
      start += shape[axis];
      return () => k.slice(g, begin, shape);
    });
  },
});
