/** Checks of lib/autograd/rules/elementwise.ts. */
import type { Checks } from "../prove.ts";
import { map } from "./map.ts";

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
  "sigmoid() is 1 / (1 + e⁻ˣ)": map((x) => x.sigmoid(), (x) => 1 / (1 + Math.exp(-x))),
  "tanh() is tanh x": map((x) => x.tanh(), Math.tanh),
  "clamp() limits x on both sides": map(
    (x) => x.clamp({ min: -0.5, max: 1 }),
    (x) => Math.min(Math.max(x, -0.5), 1),
    { kinks: [-0.5, 1] },
  ),
  "clamp() limits x on one side": map((x) => x.clamp({ min: 0.25 }), (x) => Math.max(x, 0.25), {
    kinks: [0.25],
  }),
  "sign() is −1 or 1, and flat": map((x) => x.sign(), Math.sign, { kinks: [0] }),
  "clone() is x": map((x) => x.clone(), (x) => x),
};
