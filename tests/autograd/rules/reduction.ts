/** Checks of lib/autograd/rules/reduction.ts. */
import { F, type Tensor, tensor } from "descent";
import type { Draw } from "../draw.ts";
import { Plain } from "../plain.ts";
import type { Check, Checks } from "../prove.ts";

const total = (values: number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: number[]) => total(values) / values.length;
const variance = (values: number[], correction: number) => {
  const centre = mean(values);
  return total(values.map((x) => (x - centre) ** 2)) / Math.max(0, values.length - correction);
};
const logsumexp = (values: number[]) => Math.log(total(values.map(Math.exp)));

type Numbers = (draw: Draw, shape: number[]) => Plain;
const any: Numbers = (draw, shape) => draw.array(shape);
/** Factors of which some are 0. */
const withZeros: Numbers = (draw, shape) => draw.array(shape).map((x) => Math.abs(x) < 0.3 ? 0 : x);
const distinct: Numbers = (draw, shape) => draw.distinct(shape, 0.1);

/** Over some dimensions, counted from the front or from the end, kept or not. */
function reduction(
  fn: (x: Tensor, dims: number[] | undefined, options: { keepdim?: boolean }) => Tensor,
  f: (values: number[]) => number,
  numbers: Numbers = any,
  needsElements = false,
): Check {
  return (draw) => {
    let shape = draw.shape();
    if (needsElements) shape = shape.map((n) => Math.max(n, 1));
    // With a 0 left in the shape there is nothing to reduce, which is a case as well.
    const dims = draw.dims(shape.length), keepdim = draw.uniform() < 0.5;
    const counted = dims.map((d) => draw.uniform() < 0.5 ? d : d - shape.length);
    const all = dims.length === shape.length;
    return {
      inputs: [numbers(draw, shape)],
      fn: (x) => fn(x, all ? undefined : counted, keepdim ? { keepdim } : {}),
      expected: (x) => keepdim ? x.reduce(dims, f) : x.reduce(dims, f).squeeze(dims),
    };
  };
}

/** Softmax and its relative, along any one dimension. */
function along(fn: (x: Tensor, dim: number) => Tensor, f: (x: number, logsum: number) => number): Check {
  return (draw) => {
    const shape = draw.shape(1), dim = draw.int(0, shape.length - 1);
    const counted = draw.uniform() < 0.5 ? dim : dim - shape.length;
    return {
      inputs: [draw.array(shape)],
      fn: (x) => fn(x, counted),
      expected: (x) => x.zip(x.reduce([dim], logsumexp), f),
    };
  };
}

/** At least two numbers to vary. */
const varied: (correction: number, unbiased?: boolean) => Check = (correction, unbiased) => (draw) => {
  const shape = [draw.int(2, 3), ...draw.shape(0, 3)];
  const dims = [0, ...draw.dims(shape.length - 1).map((d) => d + 1)].slice(0, draw.int(1, 4));
  return {
    inputs: [draw.array(shape)],
    fn: (x) => x.var(dims, unbiased === undefined ? {} : { unbiased }),
    expected: (x) => x.reduce(dims, (values) => variance(values, correction)).squeeze(dims),
  };
};

/** The size of vectors, by its definition. */
const norm = (values: number[], p: number) =>
  p === Infinity ? Math.max(...values.map(Math.abs)) : total(values.map((x) => Math.abs(x) ** p)) ** (1 / p);

export const checks: Checks = {
  "sum() adds up": reduction((x, dims, options) => x.sum(dims, options), total),
  "mean() averages": reduction((x, dims, options) => x.mean(dims, options), mean, any, true),
  "var() divides by n − 1": varied(1),
  "var() divides by n on request": varied(0, false),
  "std() is the root of var()": (draw) => {
    const shape = [draw.int(3, 4), ...draw.shape(0, 2)];
    return {
      inputs: [draw.distinct(shape)],
      fn: (x) => x.std(0, { correction: 0.5, keepdim: true }),
      expected: (x) => x.reduce([0], (values) => Math.sqrt(variance(values, 0.5))),
    };
  },
  "prod() multiplies, zeros too": reduction(
    (x, dims, options) => x.prod(dims, options),
    (values) => values.reduce((a, b) => a * b, 1),
    withZeros,
  ),
  "norm() adds powers of sizes, or takes the largest": (draw) => {
    const p = [1, 2, 2.5, 0.5, Infinity][draw.int(0, 4)];
    // No two of one size, and none of size 0, where there is no slope.
    const numbers: Numbers = (draw, shape) => draw.distinct(shape).map((x) => x < 0 ? x - 0.6 : x + 0.55);
    const f = (values: number[]) => norm(values, p);
    return reduction((x, dims, options) => x.norm(p, dims, options), f, numbers, true)(draw);
  },
  "max() takes the largest": reduction(
    (x, dims, options) => x.max(dims, options),
    (values) => Math.max(...values),
    distinct,
    true,
  ),
  "min() takes the smallest": reduction(
    (x, dims, options) => x.min(dims, options),
    (values) => Math.min(...values),
    distinct,
    true,
  ),
  "softmax() is eˣ / Σ eˣ": along((x, dim) => x.softmax(dim), (x, logsum) => Math.exp(x - logsum)),
  "logSoftmax() is x − ln Σ eˣ": along((x, dim) => x.logSoftmax(dim), (x, logsum) => x - logsum),
  "crossEntropy() is ln Σ eˣ − x of the right class, wherever the classes lie": (draw) => {
    const shape = draw.shape(2);
    shape[1] = Math.max(1, shape[1]);
    const classes = Plain.build(shape.toSpliced(1, 1), () => draw.int(0, shape[1] - 1));
    const target = tensor(Int32Array.from(classes.data), { shape: classes.shape });
    return {
      inputs: [draw.array(shape)],
      fn: (x) => F.crossEntropy(x, target, { reduction: "none" }),
      expected: (x) => {
        const sums = x.reduce([1], logsumexp).squeeze([1]);
        return Plain.build(classes.shape, (at) => sums.at(at) - x.at(at.toSpliced(1, 0, classes.at(at))));
      },
    };
  },
  "logsumexp() is ln Σ eˣ": reduction(
    (x, dims, options) => x.logsumexp(dims ?? x.shape.map((_, d) => d), options),
    logsumexp,
    any,
    true,
  ),
};
