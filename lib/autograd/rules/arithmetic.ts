/** Sums, products and powers of two arrays, broadcast against each other as NumPy does. */
import { all, others, rule, second } from "../rule.ts";
import type { Kernels } from "../../device/kernels.ts";
import type { Shaped } from "../../device/storage.ts";
import { sumTo } from "./broadcast.ts";

export const add = rule({
  maths: "y = a + b;  ∂a = g, ∂b = g (each summed to its shape)",
  saves: {},
  forward: (k, [a, b]) => k.add(a, b),
  gradient: (k, { g, shapes: [a, b] }) => [() => sumTo(k, g, a), () => sumTo(k, g, b)],
});

export const sub = rule({
  maths: "y = a − b;  ∂a = g, ∂b = −g",
  saves: {},
  forward: (k, [a, b]) => k.sub(a, b),
  gradient: (k, { g, shapes: [a, b] }) => [() => sumTo(k, g, a), () => k.neg(sumTo(k, g, b))],
});

export const mul = rule({
  maths: "y = a · b;  ∂a = g · b, ∂b = g · a",
  saves: { inputs: others },
  forward: (k, [a, b]) => k.mul(a, b),
  gradient: (k, { g, inputs: [a, b], shapes }) => [
    () => sumTo(k, k.mul(g, b), shapes[0]),
    () => sumTo(k, k.mul(g, a), shapes[1]),
  ],
});

export const div = rule({
  maths: "y = a / b;  ∂a = g / b, ∂b = −g · y / b",
  saves: { inputs: second, output: ([, b]) => b },
  forward: (k, [a, b]) => k.div(a, b),
  gradient: (k, { g, inputs: [, b], output: y, shapes }) => [
    () => sumTo(k, k.div(g, b), shapes[0]),
    () => sumTo(k, k.neg(k.div(k.mul(g, y), b)), shapes[1]),
  ],
});

export const pow = rule({
  maths: "y = aᵇ;  ∂a = g · b · aᵇ⁻¹ (0 where b = 0), ∂b = g · y · ln a (0 where a = 0 and b ≥ 0)",
  saves: { inputs: all, output: ([, b]) => b },
  forward: (k, [a, b]) => k.pow(a, b),
  gradient: (k, { g, inputs: [a, b], output: y, shapes }) => [
    () => {
      // 0⁻¹ is kept out of the power as well: in the gradient of this gradient 0 · ∞ would be NaN.
      const flat = k.equal(b, 0), slope = k.mul(b, k.pow(a, k.select(flat, 0, k.sub(b, 1))));
      return sumTo(k, k.select(flat, 0, k.mul(g, slope)), shapes[0]);
    },
    () => {
      const flat = k.logicalAnd(k.equal(a, 0), k.greaterEqual(b, 0));
      return sumTo(k, k.select(flat, 0, k.mul(k.mul(g, y), k.log(a))), shapes[1]);
    },
  ],
});

/** All of g where the first of two did not lose, half of it on a tie. */
function prize<T extends Shaped>(k: Kernels<T>, g: T, loses: T, tie: T): T {
  return k.select(loses, 0, k.select(tie, k.mul(g, 0.5), g));
}

export const maximum = rule({
  maths: "y = max(a, b);  ∂a = g · [a > b] + g/2 · [a = b], ∂b alike",
  saves: { inputs: all },
  forward: (k, [a, b]) => k.maximum(a, b),
  gradient: (k, { g, inputs: [a, b], shapes }) => [
    () => sumTo(k, prize(k, g, k.less(a, b), k.equal(a, b)), shapes[0]),
    () => sumTo(k, prize(k, g, k.greater(a, b), k.equal(a, b)), shapes[1]),
  ],
});

export const minimum = rule({
  maths: "y = min(a, b);  ∂a = g · [a < b] + g/2 · [a = b], ∂b alike",
  saves: { inputs: all },
  forward: (k, [a, b]) => k.minimum(a, b),
  gradient: (k, { g, inputs: [a, b], shapes }) => [
    () => sumTo(k, prize(k, g, k.greater(a, b), k.equal(a, b)), shapes[0]),
    () => sumTo(k, prize(k, g, k.less(a, b), k.equal(a, b)), shapes[1]),
  ],
});

/** x / (a² + b²), and 0 where there is nothing to divide by. */
function overSquares<T extends Shaped>(k: Kernels<T>, x: T, a: T, b: T): T {
  const squares = k.add(k.square(a), k.square(b)), none = k.equal(squares, 0);
  return k.select(none, 0, k.div(x, k.select(none, 1, squares)));
}

export const atan2 = rule({
  maths: "y = the angle of (b, a);  ∂a = g · b / (a² + b²), ∂b = −g · a / (a² + b²), 0 where a² + b² is 0",
  saves: { inputs: all },
  forward: (k, [a, b]) => k.atan2(a, b),
  gradient: (k, { g, inputs: [a, b], shapes }) => [
    () => sumTo(k, k.mul(g, overSquares(k, b, a, b)), shapes[0]),
    () => sumTo(k, k.neg(k.mul(g, overSquares(k, a, a, b))), shapes[1]),
  ],
});

export const hypot = rule({
  maths: "y = √(a² + b²);  ∂a = g · a / y, ∂b = g · b / y",
  saves: { inputs: (index, needs) => needs[index], output: true },
  forward: (k, [a, b]) => k.hypot(a, b),
  gradient: (k, { g, inputs: [a, b], output: y, shapes }) => [
    () => sumTo(k, k.mul(g, k.div(a, y)), shapes[0]),
    () => sumTo(k, k.mul(g, k.div(b, y)), shapes[1]),
  ],
});

export const limit = rule({
  maths:
    "y = min(max(x, low), high), as clamp with arrays for limits; the gradient goes whole to what was taken",
  saves: { inputs: all },
  forward: (k, [x, low, high]) => k.minimum(k.maximum(x, low), high),
  gradient: (k, { g, inputs: [x, low, high], shapes }) => [
    () => sumTo(k, k.select(k.logicalAnd(k.greaterEqual(x, low), k.lessEqual(x, high)), g, 0), shapes[0]),
    () => sumTo(k, k.select(k.logicalAnd(k.less(x, low), k.less(low, high)), g, 0), shapes[1]),
    () => sumTo(k, k.select(k.maximum(k.greater(x, high), k.less(high, low)), g, 0), shapes[2]),
  ],
});
