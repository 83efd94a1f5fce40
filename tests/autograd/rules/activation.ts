/** Checks of lib/autograd/rules/activation.ts. */
import { F } from "descent";
import { map } from "./map.ts";
import type { Checks } from "../prove.ts";

/** The error function, from its Taylor series: exact enough for |x| < 3. */
function erf(x: number): number {
  let term = x, sum = x;
  for (let n = 1; n < 80; n++) {
    term *= -x * x / n;
    sum += term / (2 * n + 1);
  }
  return sum * 2 / Math.sqrt(Math.PI);
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const hard = (x: number) => Math.min(Math.max(x + 3, 0), 6) / 6;
const inner = (x: number) => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);

export const checks: Checks = {
  "relu() is max(x, 0)": map((x) => x.relu(), (x) => Math.max(x, 0), { kinks: [0] }),
  "leakyRelu() has a slope of 0.01 below 0": map((x) => x.leakyRelu(), (x) => x > 0 ? x : 0.01 * x, {
    kinks: [0],
  }),
  "leakyRelu(slope) has that slope below 0": map((x) => x.leakyRelu(0.3), (x) => x > 0 ? x : 0.3 * x, {
    kinks: [0],
  }),
  "gelu() is x Φ(x)": map((x) => x.gelu(), (x) => x * 0.5 * (1 + erf(x * Math.SQRT1_2))),
  "softplus() is ln(1 + eˣ)": map((x) => x.softplus(), (x) => Math.log1p(Math.exp(x))),
  "gelu({ approximate: tanh }) is x (1 + tanh u) / 2": map(
    (x) => x.gelu({ approximate: "tanh" }),
    (x) => x * 0.5 * (1 + Math.tanh(inner(x))),
  ),
  "silu() is x / (1 + e⁻ˣ)": map((x) => x.silu(), (x) => x * sigmoid(x)),
  "elu() falls to −alpha": map((x) => x.elu(0.7), (x) => x > 0 ? x : 0.7 * Math.expm1(x), { kinks: [0] }),
  "celu() has a slope of 1 at 0": map((x) => x.celu(0.7), (x) => x > 0 ? x : 0.7 * Math.expm1(x / 0.7), {
    kinks: [0],
  }),
  "selu() is elu scaled": map(
    (x) => x.selu(),
    (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)),
    { kinks: [0] },
  ),
  "logSigmoid() is −ln(1 + e⁻ˣ)": map((x) => x.logSigmoid(), (x) => -Math.log1p(Math.exp(-x))),
  "softplus({ beta }) is ln(1 + e^βx) / β": map(
    (x) => x.softplus({ beta: 2, threshold: 1 }),
    (x) => 2 * x > 1 ? x : Math.log1p(Math.exp(2 * x)) / 2,
    { kinks: [0.5] },
  ),
  "mish() is x tanh(ln(1 + eˣ))": map((x) => x.mish(), (x) => x * Math.tanh(Math.log1p(Math.exp(x)))),
  "hardtanh() limits x": map((x) => x.hardtanh(), (x) => Math.min(Math.max(x, -1), 1), { kinks: [-1, 1] }),
  "hardsigmoid() is a line between 0 and 1": map((x) => x.mul(2).hardsigmoid(), (x) => hard(2 * x), {
    kinks: [-1.5, 1.5],
  }),
  "hardswish() is x times that": map((x) => x.mul(2).hardswish(), (x) => 2 * x * hard(2 * x), {
    kinks: [-1.5, 1.5],
  }),
  "softsign() is x / (1 + |x|)": map((x) => x.softsign(), (x) => x / (1 + Math.abs(x)), { kinks: [0] }),
  "softshrink() is nearer to 0": map(
    (x) => F.softshrink(x, 0.5),
    (x) => Math.abs(x) > 0.5 ? x - Math.sign(x) * 0.5 : 0,
    { kinks: [-0.5, 0.5] },
  ),
};
