/** Checks of lib/autograd/rules/elementwise.ts. */
import type { Tensor } from "descent";
import type { Check, Checks } from "../prove.ts";

/** A function of single elements; inputs keep away from the kinks, or lie above `low`. */
function map(
  fn: (x: Tensor) => Tensor,
  f: (x: number) => number,
  { kinks = [], low }: { kinks?: number[]; low?: number } = {},
): Check {
  return (draw) => {
    const shape = draw.shape();
    const input = low === undefined ? draw.away(shape, ...kinks) : draw.array(shape, low, low + 2);
    return { inputs: [input], fn, expected: (x) => x.map(f) };
  };
}

/** The error function, from its Taylor series: exact enough for |x| < 3. */
function erf(x: number): number {
  let term = x, sum = x;
  for (let n = 1; n < 80; n++) {
    term *= -x * x / n;
    sum += term / (2 * n + 1);
  }
  return sum * 2 / Math.sqrt(Math.PI);
}

export const checks: Checks = {
  "neg() is −x": map((x) => x.neg(), (x) => -x),
  "exp() is eˣ": map((x) => x.exp(), Math.exp),
  "log() is ln x": map((x) => x.log(), Math.log, { low: 0.4 }),
  "sqrt() is √x": map((x) => x.sqrt(), Math.sqrt, { low: 0.4 }),
  "square() is x²": map((x) => x.square(), (x) => x * x),
  "pow(2) is x²": map((x) => x.pow(2), (x) => x * x),
  "abs() is |x|": map((x) => x.abs(), Math.abs, { kinks: [0] }),
  "sin() is sin x": map((x) => x.sin(), Math.sin),
  "cos() is cos x": map((x) => x.cos(), Math.cos),
  "relu() is max(x, 0)": map((x) => x.relu(), (x) => Math.max(x, 0), { kinks: [0] }),
  "leakyRelu() has a slope of 0.01 below 0": map((x) => x.leakyRelu(), (x) => x > 0 ? x : 0.01 * x, {
    kinks: [0],
  }),
  "leakyRelu(slope) has that slope below 0": map((x) => x.leakyRelu(0.3), (x) => x > 0 ? x : 0.3 * x, {
    kinks: [0],
  }),
  "sigmoid() is 1 / (1 + e⁻ˣ)": map((x) => x.sigmoid(), (x) => 1 / (1 + Math.exp(-x))),
  "tanh() is tanh x": map((x) => x.tanh(), Math.tanh),
  "gelu() is x Φ(x)": map((x) => x.gelu(), (x) => x * 0.5 * (1 + erf(x * Math.SQRT1_2))),
  "softplus() is ln(1 + eˣ)": map((x) => x.softplus(), (x) => Math.log1p(Math.exp(x))),
  "clamp() limits x on both sides": map(
    (x) => x.clamp({ min: -0.5, max: 1 }),
    (x) => Math.min(Math.max(x, -0.5), 1),
    { kinks: [-0.5, 1] },
  ),
  "clamp() limits x on one side": map((x) => x.clamp({ min: 0.25 }), (x) => Math.max(x, 0.25), {
    kinks: [0.25],
  }),
  "clone() is x": map((x) => x.clone(), (x) => x),
};
