/** The same numbers in another arrangement. */
import { rule } from "../rule.ts";
import type { Border, Kernels, Slice } from "../../device/kernels.ts";
import { sameShape } from "../../device/shape.ts";
import type { Shaped } from "../../device/storage.ts";
import { sumTo } from "./broadcast.ts";

export const clone = rule({
  maths: "y = x;  ∂x = g",
  saves: {},
  forward: (_, [x]) => x,
  gradient: (_, { g }) => [() => g],
});

export const reshape = rule<{ shape: readonly number[] }>({
  maths: "y = x seen with another shape;  ∂x = g seen with x's shape",
  saves: {},
  forward: (k, [x], { shape }) => k.reshape(x, shape),
  gradient: (k, { g, shapes: [shape] }) => [() => k.reshape(g, shape)],
});

export const permute = rule<{ dims: readonly number[] }>({
  maths: "y[i] = x[i permuted];  ∂x = g permuted back",
  saves: {},
  forward: (k, [x], { dims }) => k.permute(x, dims),
  gradient: (k, { g, attrs: { dims } }) => [() => k.permute(g, dims.map((_, i) => dims.indexOf(i)))],
});

export const expand = rule<{ shape: readonly number[] }>({
  maths: "y = x repeated along dimensions of size 1;  ∂x = Σ g over them",
  saves: {},
  forward: (k, [x], { shape }) => k.expand(x, shape),
  gradient: (k, { g, shapes: [shape] }) => [() => sumTo(k, g, shape)],
});

export const pad = rule<{ border: Border; value: number }>({
  maths: "y = x with a border;  ∂x = the inside of g",
  saves: {},
  forward: (k, [x], { border, value }) => k.pad(x, border, value),
  gradient: (k, { g, shapes: [shape], attrs: { border } }) => [
    () => k.slice(g, { begin: border.map(([before]) => before), size: shape, step: shape.map(() => 1) }),
  ],
});

export const slice = rule<Slice>({
  maths: "y[i] = x[begin + step · i];  ∂x = g at those places, 0 elsewhere",
  saves: {},
  forward: (k, [x], part) => k.slice(x, part),
  gradient: (k, { g, shapes: [shape], attrs }) => [() => k.sliceGrad(g, shape, attrs)],
});

export const sliceGrad = rule<Slice & { shape: readonly number[] }>({
  maths: "y[begin + step · i] = d[i], 0 elsewhere;  ∂d = g at those places",
  saves: {},
  forward: (k, [d], part) => k.sliceGrad(d, part.shape, part),
  gradient: (k, { g, attrs }) => [() => k.slice(g, attrs)],
});

/** Which elements of an array of a shape lie in a part of it. */
function within<T extends Shaped>(k: Kernels<T>, shape: readonly number[], part: Slice): T {
  return k.cast(k.sliceGrad(k.fill(part.size, 1), shape, part), "bool");
}

export const sliceScatter = rule<Slice>({
  maths:
    "y = x, but y[begin + step · i] = v[i], v broadcast;  ∂x = g, 0 at those places, ∂v = Σ g at those places",
  saves: {},
  forward: (k, [x, v], part) => {
    const written = k.expand(v, part.size);
    if (sameShape(part.size, x.shape)) return written;
    return k.select(within(k, x.shape, part), k.sliceGrad(written, x.shape, part), x);
  },
  gradient: (k, { g, shapes: [shape, written], attrs: part }) => {
    const whole = sameShape(part.size, shape);
    return [
      () => whole ? k.fill(shape, 0) : k.select(within(k, shape, part), 0, g),
      () => sumTo(k, whole ? g : k.slice(g, part), written),
    ];
  },
});

export const concat = rule<{ dim: number }>({
  maths: "y = the inputs one after the other;  each ∂x = its part of g",
  saves: {},
  forward: (k, list, { dim }) => list.length === 1 ? list[0] : k.concat(list, dim),
  gradient: (k, { g, shapes, attrs: { dim } }) => {
    let start = 0;
    return shapes.map((shape) => {
      const begin = shape.map((_, i) => i === dim ? start : 0);
      start += shape[dim];
      return () => k.slice(g, { begin, size: shape, step: shape.map(() => 1) });
    });
  },
});
