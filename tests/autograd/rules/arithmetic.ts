/** Checks of lib/autograd/rules/arithmetic.ts: two inputs, broadcast against each other. */
import type { Tensor } from "descent";
import type { Draw } from "../draw.ts";
import type { Plain } from "../plain.ts";
import type { Check, Checks } from "../prove.ts";

type Numbers = (draw: Draw, shape: number[]) => Plain;

const any: Numbers = (draw, shape) => draw.array(shape);
const awayFromZero: Numbers = (draw, shape) => draw.away(shape, 0, 0.15, -0.15, 0.3, -0.3);
const positive: Numbers = (draw, shape) => draw.array(shape, 0.5, 2);

/** Both shapes random, each stretched where the other is larger. */
function zip(
  fn: (a: Tensor, b: Tensor) => Tensor,
  f: (a: number, b: number) => number,
  numbersA: Numbers = any,
  numbersB: Numbers = any,
): Check {
  return (draw) => {
    const [a, b] = draw.pair();
    return { inputs: [numbersA(draw, a), numbersB(draw, b)], fn, expected: (x, y) => x.zip(y, f) };
  };
}

/** A plain number on the right, or nested arrays. */
function withNumber(fn: (x: Tensor) => Tensor, f: (x: number) => number, numbers: Numbers = any): Check {
  return (draw) => ({ inputs: [numbers(draw, draw.shape())], fn, expected: (x) => x.map(f) });
}

export const checks: Checks = {
  "add() is a + b": zip((a, b) => a.add(b), (a, b) => a + b),
  "add(number) adds it to every element": withNumber((x) => x.add(1.5), (x) => x + 1.5),
  "sub() is a − b": zip((a, b) => a.sub(b), (a, b) => a - b),
  "mul() is a · b": zip((a, b) => a.mul(b), (a, b) => a * b),
  "mul(number) scales every element": withNumber((x) => x.mul(-0.5), (x) => -0.5 * x),
  "mul(itself) is x²": withNumber((x) => x.mul(x), (x) => x * x),
  "div() is a / b": zip((a, b) => a.div(b), (a, b) => a / b, any, awayFromZero),
  "pow() is aᵇ": zip((a, b) => a.pow(b), Math.pow, positive),
  "pow(3) is x³ for negative numbers too": withNumber((x) => x.pow(3), (x) => x ** 3),
  "pow(−1) is 1 / x": withNumber((x) => x.pow(-1), (x) => 1 / x, awayFromZero),
  "pow(0) is 1, with a gradient of 0": withNumber((x) => x.pow(0), () => 1),
  "maximum() is the larger": zip(
    (a, b) => a.maximum(b),
    Math.max,
    (draw, shape) => draw.distinct(shape, 0.2),
    (draw, shape) => draw.distinct(shape, 0.2, 0.1),
  ),
  "minimum() is the smaller": zip(
    (a, b) => a.minimum(b),
    Math.min,
    (draw, shape) => draw.distinct(shape, 0.2),
    (draw, shape) => draw.distinct(shape, 0.2, 0.1),
  ),
};
