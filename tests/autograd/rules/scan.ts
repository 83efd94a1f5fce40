/** Checks of lib/autograd/rules/scan.ts and order.ts: what goes along one dimension. */
import type { Tensor } from "descent";
import type { Draw } from "../draw.ts";
import { Plain } from "../plain.ts";
import type { Check, Checks } from "../prove.ts";

type Numbers = (draw: Draw, shape: number[]) => Plain;
const any: Numbers = (draw, shape) => draw.array(shape);
const distinct: Numbers = (draw, shape) => draw.distinct(shape, 0.1);
/** Factors of which some are 0. */
const withZeros: Numbers = (draw, shape) => draw.array(shape).map((x) => Math.abs(x) < 0.4 ? 0 : x);

/** Each line of an array becomes another one. */
function lines(x: Plain, dim: number, length: number, f: (line: number[]) => number[]): Plain {
  const made = new Map<string, number[]>();
  return Plain.build(x.shape.with(dim, length), (at) => {
    const which = `${at.toSpliced(dim, 1)}`;
    let line = made.get(which);
    if (line === undefined) {
      line = f(Array.from({ length: x.shape[dim] }, (_, i) => x.at(at.with(dim, i))));
      made.set(which, line);
    }
    return line[at[dim]];
  });
}

/** A function along any dimension, and what it makes of a line. */
function along(
  fn: (x: Tensor, dim: number, count: number) => Tensor,
  f: (line: number[], count: number) => number[],
  numbers: Numbers = any,
  lengthOf: (n: number, count: number) => number = (n) => n,
): Check {
  return (draw) => {
    const shape = draw.shape(1), dim = draw.int(0, shape.length - 1);
    const counted = draw.uniform() < 0.5 ? dim : dim - shape.length, n = shape[dim];
    const count = draw.int(Math.min(1, n), n);
    return {
      inputs: [numbers(draw, shape)],
      fn: (x) => fn(x, counted, count),
      expected: (x) => lines(x, dim, lengthOf(n, count), (line) => f(line, count)),
    };
  };
}

/** A function of two numbers, from the first to the last. */
const running = (f: (a: number, b: number) => number) => (line: number[]) => {
  let last: number;
  return line.map((x, i) => last = i === 0 ? x : f(last, x));
};
const upwards = (line: number[]) => [...line].sort((a, b) => a - b);

export const checks: Checks = {
  "cumsum() adds up": along(
    (x, dim) => x.cumsum(dim),
    running((a, b) => a + b),
  ),
  "cumprod() multiplies, zeros too": along(
    (x, dim) => x.cumprod(dim),
    running((a, b) => a * b),
    withZeros,
  ),
  "logcumsumexp() is ln Σ eˣ": along(
    (x, dim) => x.logcumsumexp(dim),
    running((a, b) => Math.log(Math.exp(a) + Math.exp(b))),
  ),
  "cummax() and cummin() take the largest and the smallest so far": (draw) => {
    const largest = draw.uniform() < 0.5;
    return along(
      (x, dim) => (largest ? x.cummax(dim) : x.cummin(dim)).values,
      running(largest ? Math.max : Math.min),
      distinct,
    )(draw);
  },
  "sort() goes upwards, or downwards": (draw) => {
    const descending = draw.uniform() < 0.5;
    return along(
      (x, dim) => x.sort(dim, { descending }).values,
      (line) => descending ? upwards(line).reverse() : upwards(line),
      distinct,
    )(draw);
  },
  "topk() takes the largest": along(
    (x, dim, k) => x.topk(k, { dim }).values,
    (line, k) => upwards(line).reverse().slice(0, k),
    distinct,
    (_, k) => k,
  ),
  "median() of all takes the lower of the middle": (draw) => {
    const shape = draw.shape(0, 3).map((n) => Math.max(1, n));
    return {
      inputs: [distinct(draw, shape)],
      fn: (x) => x.median(),
      expected: (x) => new Plain([], [upwards([...x.data])[Math.floor((x.data.length - 1) / 2)]]),
    };
  },
};
