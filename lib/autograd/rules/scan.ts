/** Each element after those before it along a dimension: running sums and products, and the largest so far. */
import { all, first, rule } from "../rule.ts";
import type { Kernels } from "../../device/kernels.ts";
import type { Shaped } from "../../device/storage.ts";
import { opposite } from "./opposite.ts";

/** What a scan is told. */
export interface Scan {
  readonly dim: number;
  /** Whether it goes from the last element to the first. */
  readonly back: boolean;
}

/** y[i] = x[i − 1] along a dimension, and `value` where there is none; `back`: x[i + 1]. */
function shifted<T extends Shaped>(k: Kernels<T>, x: T, { dim, back }: Scan, value: number): T {
  const { shape } = x, size = shape.with(dim, shape[dim] - 1);
  const begin = shape.map((_, d) => Number(back && d === dim));
  const border = shape.map((_, d) => d !== dim ? [0, 0] as const : back ? [0, 1] as const : [1, 0] as const);
  return k.pad(k.slice(x, { begin, size, step: shape.map(() => 1) }), border, value);
}

const turned = (scan: Scan): Scan => ({ ...scan, back: !scan.back });

export const cumsum = rule<Scan>({
  maths: "y[i] = Σ x[0 … i];  ∂x[i] = Σ g[i …]",
  saves: {},
  forward: (k, [x], { dim, back }) => k.cumsum(x, dim, back),
  gradient: (k, { g, attrs: { dim, back } }) => [() => k.cumsum(g, dim, !back)],
});

export const cumprod = rule<Scan>({
  maths:
    "y[i] = Π x[0 … i];  ∂x[i] = Π x[0 … i − 1] · t[i], t[i] = g[i] + x[i + 1] t[i + 1]: no division by a 0",
  saves: { inputs: all },
  forward: (k, [x], { dim, back }) => k.cumprod(x, dim, back),
  gradient: (k, { g, inputs: [x], attrs }) => [() => {
    if (x.shape[attrs.dim] === 0) return g;
    const before = k.cumprod(shifted(k, x, attrs, 1), attrs.dim, attrs.back);
    const rest = k.recurrence(shifted(k, x, turned(attrs), 0), g, attrs.dim, !attrs.back);
    return k.mul(before, rest);
  }],
});

export const recurrence = rule<Scan>({
  maths: "y[i] = a[i] y[i − 1] + b[i];  ∂b[i] = t[i] = g[i] + a[i + 1] t[i + 1], ∂a[i] = t[i] y[i − 1]",
  saves: { inputs: first, output: ([a]) => a },
  forward: (k, [a, b], { dim, back }) => k.recurrence(a, b, dim, back),
  gradient: (k, { g, inputs: [a], output: y, attrs }) => {
    const flow = () =>
      a.shape[attrs.dim] === 0 ? g : k.recurrence(shifted(k, a, turned(attrs), 0), g, attrs.dim, !attrs.back);
    return [() => a.shape[attrs.dim] === 0 ? g : k.mul(flow(), shifted(k, y, attrs, 0)), flow];
  },
});

export const logcumsumexp = rule<{ dim: number }>({
  maths: "y[i] = ln Σ e^x[0 … i];  ∂x[i] = e^(x[i] − y[i]) t[i], t[i] = g[i] + e^(y[i] − y[i + 1]) t[i + 1]",
  saves: { inputs: all, output: true },
  forward: (k, [x], { dim }) => k.logcumsumexp(x, dim),
  gradient: (k, { g, inputs: [x], output: y, attrs: { dim } }) => [() => {
    if (x.shape[dim] === 0) return g;
    // What is −∞ so far weighs nothing in what comes after it, and nothing comes after the last.
    const next = shifted(k, y, { dim, back: true }, Infinity);
    const share = k.select(k.equal(y, -Infinity), 0, k.exp(k.sub(y, next)));
    return k.mul(k.exp(k.sub(x, y)), k.recurrence(share, g, dim, true));
  }],
});

export const argcummax = rule<{ dim: number }>({
  maths: "y[i] = the last place of the largest of x[0 … i]",
  saves: {},
  forward: (k, [x], { dim }) => k.argcummax(x, dim),
  gradient: "none: a place is an integer",
});

export const argcummin = rule<{ dim: number }>({
  maths: "y[i] = the last place of the smallest of x[0 … i]",
  saves: {},
  forward: (k, [x], { dim }) => k.argcummax(opposite(k, x), dim),
  gradient: "none: a place is an integer",
});
