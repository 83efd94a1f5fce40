/** Checks of lib/autograd/rules/arithmetic.ts: two inputs, broadcast against each other. */
import type { Tensor } from "descent";
import type { Draw } from "../draw.ts";
import type { Plain } from "../plain.ts";
import type { Check, Checks } from "../prove.ts";

export type Numbers = (draw: Draw, shape: number[]) => Plain;

const any: Numbers = (draw, shape) => draw.array(shape);
const awayFromZero: Numbers = (draw, shape) => draw.away(shape, 0, 0.15, -0.15, 0.3, -0.3);
const positive: Numbers = (draw, shape) => draw.array(shape, 0.5, 2);

/** Both shapes random, each stretched where the other is larger. */
export function zip(
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

/** Those that tests/fixtures_test.ts tries on a GPU. */
export const onCpu: Checks = {
  "atan2() is the angle of (b, a)": zip((a, b) => a.atan2(b), Math.atan2, any, positive),
  "hypot() is √(a² + b²)": zip((a, b) => a.hypot(b), Math.hypot, any, awayFromZero),
  "lerp() is a part of the way": zip((a, b) => a.lerp(b, 0.3), (a, b) => a + 0.3 * (b - a)),
  "lerp() of many parts": zip((a, b) => a.lerp(2, b), (a, b) => a + b * (2 - a)),
  "addcmul() adds a product": zip((a, b) => a.addcmul(a, b, { value: 0.5 }), (a, b) => a + 0.5 * a * b),
  "addcdiv() adds a quotient": zip((a, b) => a.addcdiv(2, b), (a, b) => a + 2 / b, any, positive),
  "clamp() limits by arrays": zip(
    (a, b) => a.clamp(b.sub(1), b),
    (a, b) => Math.min(Math.max(a, b - 1), b),
    (draw, shape) => draw.distinct(shape, 0.2),
    (draw, shape) => draw.distinct(shape, 0.2, 0.1),
  ),
};
