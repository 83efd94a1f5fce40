/** From many numbers to few: sums, means, extrema, softmax. Dimensions ascend. */
import { all, rule, second } from "../rule.ts";
import type { Kernels, Losses } from "../../device/kernels.ts";
import { reducedShape } from "../../device/shape.ts";
import type { Shaped } from "../../device/storage.ts";
import { opposite } from "./opposite.ts";

/** What a reduction is told. */
export interface Reduction {
  /** The dimensions to reduce. */
  readonly dims: readonly number[];
  /** Whether they stay, with size 1. */
  readonly keepdim: boolean;
}

const count = (shape: readonly number[], dims: readonly number[]) =>
  dims.reduce((product, d) => product * shape[d], 1);

/** A reduced array with its dimensions of size 1 back, ready to broadcast against the input. */
function upright<T extends Shaped>(
  k: Kernels<T>,
  y: T,
  shape: readonly number[],
  { dims, keepdim }: Reduction,
): T {
  return keepdim || dims.length === 0 ? y : k.reshape(y, reducedShape(shape, dims, true));
}

export const sum = rule<Reduction>({
  maths: "y = Σ x;  ∂x = g, repeated",
  saves: {},
  forward: (k, [x], { dims, keepdim }) => k.sum(x, dims, keepdim),
  gradient: (k, { g, shapes: [shape], attrs }) => [() => k.expand(upright(k, g, shape, attrs), shape)],
});

export const mean = rule<Reduction>({
  maths: "y = (1/n) Σ x;  ∂x = g / n, repeated",
  saves: {},
  forward: (k, [x], { dims, keepdim }) => k.div(k.sum(x, dims, keepdim), count(x.shape, dims)),
  gradient: (k, { g, shapes: [shape], attrs }) => [
    () => k.expand(upright(k, k.div(g, count(shape, attrs.dims)), shape, attrs), shape),
  ],
});

/** x − mean(x) */
function centered<T extends Shaped>(k: Kernels<T>, x: T, dims: readonly number[]): T {
  return k.sub(x, k.div(k.sum(x, dims, true), count(x.shape, dims)));
}

export const variance = rule<Reduction & { correction: number }>({
  maths: "y = Σ (x − x̄)² / (n − c);  ∂x = 2 g (x − x̄) / (n − c);  c = 1: unbiased",
  saves: { inputs: all },
  forward: (k, [x], { dims, keepdim, correction }) => {
    const squares = k.sum(k.square(centered(k, x, dims)), dims, keepdim);
    return k.div(squares, Math.max(0, count(x.shape, dims) - correction));
  },
  gradient: (k, { g, inputs: [x], attrs }) => [() => {
    const factor = 2 / Math.max(0, count(x.shape, attrs.dims) - attrs.correction);
    return k.mul(k.mul(centered(k, x, attrs.dims), factor), upright(k, g, x.shape, attrs));
  }],
});

export const std = rule<Reduction & { correction: number }>({
  maths: "y = √(Σ (x − x̄)² / (n − c));  ∂x = g (x − x̄) / ((n − c) y), 0 where y = 0",
  saves: { inputs: all, output: true },
  forward: (k, [x], attrs) => k.sqrt(variance.forward(k, [x], attrs) as typeof x),
  gradient: (k, { g, inputs: [x], output: y, attrs }) => [() => {
    const degrees = Math.max(0, count(x.shape, attrs.dims) - attrs.correction);
    const slope = k.div(ratio(k, g, y), degrees);
    return k.mul(centered(k, x, attrs.dims), upright(k, slope, x.shape, attrs));
  }],
});

/** a / b, and 0 where b is 0: its gradient, too. */
function ratio<T extends Shaped>(k: Kernels<T>, a: T, b: T): T {
  const none = k.equal(b, 0);
  return k.select(none, 0, k.div(a, k.select(none, 1, b)));
}

/** The product of all elements but one, along some dimensions: of those before it, and of those after it. */
function productOfOthers<T extends Shaped>(k: Kernels<T>, x: T, dims: readonly number[]): T {
  const { shape } = x, order = [...shape.keys()].filter((d) => !dims.includes(d)).concat(dims);
  const sizes = order.map((d) => shape[d]), rows = sizes.slice(0, sizes.length - dims.length);
  const length = count(shape, dims),
    flat = k.reshape(k.permute(x, order), [...rows, length]),
    dim = rows.length;
  const one = k.fill([...rows, 1], 1), step = rows.map(() => 1).concat(1);
  const but = (first: number) => {
    const begin = rows.map(() => 0).concat(first);
    return k.slice(flat, { begin, size: [...rows, length - 1], step });
  };
  const before = k.cumprod(k.concat([one, but(0)], dim), dim);
  const after = k.cumprod(k.concat([but(1), one], dim), dim, true);
  return k.permute(k.reshape(k.mul(before, after), sizes), order.map((_, d) => order.indexOf(d)));
}

export const prod = rule<Reduction>({
  maths: "y = Π x;  ∂x[i] = g · Π x[j], j ≠ i: no division by a 0",
  saves: { inputs: all },
  forward: (k, [x], { dims, keepdim }) => k.prod(x, dims, keepdim),
  gradient: (k, { g, inputs: [x], attrs }) => [() => {
    if (attrs.dims.length === 0) return g;
    if (x.shape.includes(0)) return k.fill(x.shape, 0);
    return k.mul(productOfOthers(k, x, attrs.dims), upright(k, g, x.shape, attrs));
  }],
});

export const norm = rule<Reduction & { p: number }>({
  maths:
    "y = (Σ |x|ᵖ)^(1/p);  ∂x = g · sign x · (|x| / y)ᵖ⁻¹, 0 where y = 0 or x = 0 and p ≤ 1; p = ±∞ as max and min of |x|",
  saves: { inputs: all, output: true },
  forward: (k, [x], { p, dims, keepdim }) => {
    if (p === 2) return k.sqrt(k.sum(k.square(x), dims, keepdim));
    const size = k.abs(x);
    if (p === Infinity) {
      const empty = count(x.shape, dims) === 0;
      return empty ? k.sum(size, dims, keepdim) : k.max(size, dims, keepdim);
    }
    if (p === -Infinity) return k.min(size, dims, keepdim);
    if (p === 0) return k.sum(k.cast(k.notEqual(x, 0), "float32"), dims, keepdim);
    if (p === 1) return k.sum(size, dims, keepdim);
    return k.pow(k.sum(k.pow(size, p), dims, keepdim), 1 / p);
  },
  gradient: (k, { g, inputs: [x], output, attrs }) => [() => {
    const { p, dims } = attrs;
    const flow = upright(k, g, x.shape, attrs), y = upright(k, output, x.shape, attrs);
    if (p === 0) return k.fill(x.shape, 0);
    if (p === 1) return k.mul(k.sign(x), flow);
    if (p === 2) return k.mul(x, ratio(k, flow, y));
    if (Math.abs(p) === Infinity) {
      const most = k.maximum(k.equal(k.abs(x), y), k.notEqual(x, x));
      const won = k.cast(most, "float32");
      return k.mul(k.mul(k.sign(x), won), k.div(flow, k.sum(won, dims, true)));
    }
    // 0 to a negative power is kept out: it would be 0 · ∞.
    const none = k.maximum(k.equal(x, 0), k.equal(y, 0)), share = k.select(none, 1, ratio(k, k.abs(x), y));
    const slope = k.mul(k.sign(x), k.pow(share, p - 1));
    return k.select(none, 0, k.mul(flow, slope));
  }],
});

/** g for the elements that are the extremum y, shared evenly among equals. */
function winners<T extends Shaped>(k: Kernels<T>, g: T, x: T, y: T, attrs: Reduction): T {
  const won = k.cast(k.equal(x, upright(k, y, x.shape, attrs)), "float32");
  return k.mul(won, k.div(upright(k, g, x.shape, attrs), k.sum(won, attrs.dims, true)));
}

export const max = rule<Reduction>({
  maths: "y = max x;  ∂x = g · [x = y], shared evenly among equals",
  saves: { inputs: all, output: true },
  forward: (k, [x], { dims, keepdim }) => k.max(x, dims, keepdim),
  gradient: (k, { g, inputs: [x], output: y, attrs }) => [() => winners(k, g, x, y, attrs)],
});

export const min = rule<Reduction>({
  maths: "y = min x;  ∂x = g · [x = y], shared evenly among equals",
  saves: { inputs: all, output: true },
  forward: (k, [x], { dims, keepdim }) => k.min(x, dims, keepdim),
  gradient: (k, { g, inputs: [x], output: y, attrs }) => [() => winners(k, g, x, y, attrs)],
});

export const argmax = rule<{ dim: number }>({
  maths: "y = the first index of the largest x",
  saves: {},
  forward: (k, [x], { dim }) => k.argmax(x, dim),
  gradient: "none: an index is an integer",
});

export const argmin = rule<{ dim: number }>({
  maths: "y = the first index of the smallest x",
  saves: {},
  forward: (k, [x], { dim }) => k.argmax(opposite(k, x), dim),
  gradient: "none: an index is an integer",
});

export const softmax = rule<{ dim: number }>({
  maths: "y = eˣ / Σ eˣ along a dimension;  ∂x = y (g − Σ g y)",
  saves: { output: true },
  forward: (k, [x], { dim }) => k.softmax(x, dim),
  gradient: (k, { g, output: y, attrs: { dim } }) => [
    () => k.softmaxGrad(g, y, dim),
  ],
});

export const logSoftmax = rule<{ dim: number }>({
  maths: "y = x − ln Σ eˣ along a dimension;  ∂x = g − eʸ Σ g",
  saves: { output: true },
  forward: (k, [x], { dim }) => k.logSoftmax(x, dim),
  gradient: (k, { g, output: y, attrs: { dim } }) => [
    () => k.logSoftmaxGrad(g, y, dim),
  ],
});

export const crossEntropy = rule<Losses>({
  maths:
    "y = ln Σ eˣ − x[c] along the rows of [R, C], c the row's class, or the mean of the rows that count;  " +
    "∂x = g (softmax x − [class = c])",
  saves: { inputs: second },
  forward: (k, [logits, classes], losses) => k.crossEntropy(logits, classes, losses),
  gradient: (k, { g, inputs: [, classes], extra: [logs, count], attrs: { ignored, mean } }) => [
    () => k.crossEntropyGrad(g, logs, classes, ignored, mean ? count : null),
    null,
  ],
  extras: [{ name: "logSoftmax", rule: logSoftmax, attrs: { dim: 1 } }],
});

export const logsumexp = rule<Reduction>({
  maths: "y = ln Σ eˣ = m + ln Σ eˣ⁻ᵐ with m = max x;  ∂x = g · eˣ⁻ʸ",
  saves: { inputs: all, output: true },
  forward: (k, [x], { dims, keepdim }) => {
    // Of nothing the sum is 0, and its logarithm −∞.
    if (count(x.shape, dims) === 0) return k.fill(reducedShape(x.shape, dims, keepdim), -Infinity);
    const largest = k.max(x, dims, true);
    const shift = k.select(k.isFinite(largest), largest, 0);
    const y = k.add(k.log(k.sum(k.exp(k.sub(x, shift)), dims, true)), shift);
    return keepdim ? y : k.reshape(y, reducedShape(x.shape, dims, false));
  },
  gradient: (k, { g, inputs: [x], output: y, attrs }) => [
    () => k.mul(k.exp(k.sub(x, upright(k, y, x.shape, attrs))), upright(k, g, x.shape, attrs)),
  ],
});
