/** From many numbers to few: sums, means, extrema, softmax. Axes are dimensions of the storage, ascending. */
import { all, rule } from "../rule.ts";
import type { Kernels } from "../../device/kernels.ts";
import type { Storage } from "../../device/device.ts";

/** What a reduction is told. */
export interface Reduction {
  /** The dimensions to reduce. */
  axes: number[];
  /** Whether they stay, with size 1. */
  keepdim: boolean;
}

const ones = (shape: number[], axes: number[]) => shape.map((size, i) => axes.includes(i) ? 1 : size);
const count = (shape: number[], axes: number[]) => axes.reduce((product, axis) => product * shape[axis], 1);

/** A reduced storage with its dimensions of size 1 back, ready to broadcast against the input. */
function upright(k: Kernels, y: Storage, shape: number[], axes: number[]): Storage {
  return k.reshape(y, ones(shape, axes));
}

export const sum = rule<Reduction>({
  maths: "y = Σ x;  ∂x = g, repeated",
  saves: {},
  forward: (k, [x], { axes, keepdim }) => k.sum(x, axes, keepdim),
  gradient: (
    k,
    { g, shapes: [shape], attrs: { axes } },
  ) => [() => k.expand(upright(k, g, shape, axes), shape)],
});

export const mean = rule<Reduction>({
  maths: "y = (1/n) Σ x;  ∂x = g / n, repeated",
  saves: {},
  forward: (k, [x], { axes, keepdim }) => k.div(k.sum(x, axes, keepdim), k.scalar(count(x.shape, axes))),
  gradient: (k, { g, shapes: [shape], attrs: { axes } }) => [() => {
    return k.expand(upright(k, k.div(g, k.scalar(count(shape, axes))), shape, axes), shape);
  }],
});

/** x − mean(x), and the number it is an average over. */
function centered(k: Kernels, x: Storage, axes: number[]): Storage {
  return k.sub(x, k.div(k.sum(x, axes, true), k.scalar(count(x.shape, axes))));
}

export const variance = rule<Reduction & { correction: number }>({
  maths: "y = Σ (x − x̄)² / (n − c);  ∂x = 2 g (x − x̄) / (n − c);  c = 1: unbiased",
  saves: { inputs: all },
  forward: (k, [x], { axes, keepdim, correction }) => {
    const squares = k.sum(k.unary("Square", centered(k, x, axes)), axes, keepdim);
    return k.div(squares, k.scalar(Math.max(0, count(x.shape, axes) - correction)));
  },
  gradient: (k, { g, inputs: [x], attrs: { axes, correction } }) => [() => {
    const factor = 2 / Math.max(0, count(x.shape, axes) - correction);
    return k.mul(k.scale(centered(k, x, axes), factor), upright(k, g, x.shape, axes));
  }],
});

function extremum(name: "max" | "min") {
  return rule<Reduction>({
    maths: `y = ${name} x;  ∂x = g · [x = y], shared evenly among equals`,
    saves: { inputs: all, output: true },
    forward: (k, [x], { axes, keepdim }) =>
      name === "max" ? k.max(x, axes, keepdim) : k.min(x, axes, keepdim),
    gradient: (k, { g, inputs: [x], output: y, attrs: { axes } }) => [() => {
      const winners = k.cast(k.binary("Equal", x, upright(k, y, x.shape, axes)), "float32");
      const share = k.div(upright(k, g, x.shape, axes), k.sum(winners, axes, true));
      return k.mul(winners, share);
    }],
  });
}

export const max = extremum("max");
export const min = extremum("min");

export const argmax = rule<{ axis: number }>({
  maths: "y = the first index of the largest x",
  saves: {},
  forward: (k, [x], { axis }) => k.run("ArgMax", { x }, { axis }),
  gradient: "none: an index is an integer",
});

export const softmax = rule({
  maths: "y = eˣ / Σ eˣ over the last axis;  ∂x = y (g − Σ g y)",
  saves: { output: true },
  forward: (k, [x]) => k.run("Softmax", { logits: x }, { dim: x.shape.length - 1 }),
  gradient: (k, { g, output: y }) => [() => {
    const inner = k.sum(k.mul(g, y), [y.shape.length - 1], true);
    return k.mul(y, k.sub(g, inner));
  }],
});

export const logSoftmax = rule({
  maths: "y = x − ln Σ eˣ over the last axis;  ∂x = g − eʸ Σ g",
  saves: { output: true },
  forward: (k, [x]) => k.run("LogSoftmax", { logits: x }),
  gradient: (k, { g, output: y }) => [() => {
    return k.sub(g, k.mul(k.unary("Exp", y), k.sum(g, [y.shape.length - 1], true)));
  }],
});

export const crossEntropy = rule({
  maths:
    "y = ln Σ eˣ − x[c] over the last axis of [R, C], c the row's class;  ∂x = g (softmax x − [class = c])",
  saves: { inputs: (index) => index === 1 },
  forward: (k, [logits, classes]) => k.runMany("CrossEntropy", { logits, classes }),
  gradient: (k, { g, inputs: [, classes], extra: [logs] }) => [
    () => k.run("CrossEntropyGrad", { dy: g, logs, classes }),
    null,
  ],
});

export const logsumexp = rule<Reduction>({
  maths: "y = ln Σ eˣ = m + ln Σ eˣ⁻ᵐ with m = max x;  ∂x = g · eˣ⁻ʸ",
  saves: { inputs: all, output: true },
  forward: (k, [x], { axes, keepdim }) => {
    const largest = k.max(x, axes, true);
    const finite = k.run("IsFinite", { x: largest });
    const shift = k.select(finite, largest, k.fill(largest.shape, 0));
    const y = k.add(k.unary("Log", k.sum(k.unary("Exp", k.sub(x, shift)), axes, true)), shift);
    return keepdim ? y : k.reshape(y, x.shape.filter((_, i) => !axes.includes(i)));
  },
  gradient: (k, { g, inputs: [x], output: y, attrs: { axes } }) => [() => {
    const weights = k.unary("Exp", k.sub(x, upright(k, y, x.shape, axes)));
    return k.mul(weights, upright(k, g, x.shape, axes));
  }],
});
