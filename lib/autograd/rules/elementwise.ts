/** Functions of each element by itself. */
import { all, rule } from "../rule.ts";
import type { DType } from "../../device/storage.ts";

export const neg = rule({
  maths: "y = −x;  ∂x = −g",
  saves: {},
  forward: (k, [x]) => k.neg(x),
  gradient: (k, { g }) => [() => k.neg(g)],
});

export const exp = rule({
  maths: "y = eˣ;  ∂x = g · y",
  saves: { output: true },
  forward: (k, [x]) => k.exp(x),
  gradient: (k, { g, output: y }) => [() => k.mul(g, y)],
});

export const log = rule({
  maths: "y = ln x;  ∂x = g / x",
  saves: { inputs: all },
  forward: (k, [x]) => k.log(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.div(g, x)],
});

export const sqrt = rule({
  maths: "y = √x;  ∂x = g / 2y",
  saves: { output: true },
  forward: (k, [x]) => k.sqrt(x),
  gradient: (k, { g, output: y }) => [() => k.div(g, k.mul(y, 2))],
});

export const rsqrt = rule({
  maths: "y = 1/√x;  ∂x = −g y³ / 2",
  saves: { output: true },
  forward: (k, [x]) => k.rsqrt(x),
  gradient: (k, { g, output: y }) => [() => k.mul(k.mul(g, k.mul(k.square(y), y)), -0.5)],
});

export const square = rule({
  maths: "y = x²;  ∂x = 2 g x",
  saves: { inputs: all },
  forward: (k, [x]) => k.square(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.mul(k.mul(g, 2), x)],
});

export const abs = rule({
  maths: "y = |x|;  ∂x = g · sign x",
  saves: { inputs: all },
  forward: (k, [x]) => k.abs(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.mul(g, k.sign(x))],
});

export const sign = rule({
  maths: "y = [x > 0] − [x < 0];  ∂x = 0",
  saves: {},
  forward: (k, [x]) => k.sign(x),
  gradient: (k, { shapes: [x] }) => [() => k.fill(x, 0)],
});

export const step = rule({
  maths: "y = [x > 0]",
  saves: {},
  forward: (k, [x]) => k.step(x),
  gradient: "none: a step is constant almost everywhere",
});

export const isFinite = rule({
  maths: "y = [|x| < ∞]",
  saves: {},
  forward: (k, [x]) => k.isFinite(x),
  gradient: "none: an answer is a boolean",
});

export const sin = rule({
  maths: "y = sin x;  ∂x = g · cos x",
  saves: { inputs: all },
  forward: (k, [x]) => k.sin(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.mul(g, k.cos(x))],
});

export const cos = rule({
  maths: "y = cos x;  ∂x = −g · sin x",
  saves: { inputs: all },
  forward: (k, [x]) => k.cos(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.neg(k.mul(g, k.sin(x)))],
});

export const erf = rule({
  maths: "y = 2/√π ∫₀ˣ e^(−t²) dt;  ∂x = g · 2/√π · e^(−x²)",
  saves: { inputs: all },
  forward: (k, [x]) => k.erf(x),
  gradient: (k, { g, inputs: [x] }) => [
    () => k.mul(k.mul(g, k.exp(k.neg(k.square(x)))), 2 / Math.sqrt(Math.PI)),
  ],
});

export const sigmoid = rule({
  maths: "y = 1 / (1 + e⁻ˣ);  ∂x = g · y (1 − y)",
  saves: { output: true },
  forward: (k, [x]) => k.sigmoid(x),
  gradient: (k, { g, output: y }) => [() => k.mul(k.mul(g, y), k.sub(1, y))],
});

export const tanh = rule({
  maths: "y = tanh x;  ∂x = g (1 − y²)",
  saves: { output: true },
  forward: (k, [x]) => k.tanh(x),
  gradient: (k, { g, output: y }) => [() => k.mul(g, k.sub(1, k.square(y)))],
});

export const clamp = rule<{ min: number; max: number }>({
  maths: "y = min(max(x, low), high);  ∂x = g · [low ≤ x ≤ high]",
  saves: { inputs: all },
  forward: (k, [x], { min, max }) => k.clamp(x, min, max),
  gradient: (k, { g, inputs: [x], attrs: { min, max } }) => [
    () => k.select(k.logicalAnd(k.greaterEqual(x, min), k.lessEqual(x, max)), g, 0),
  ],
});

export const cast = rule<{ dtype: DType }>({
  maths: "y = x in another dtype",
  saves: {},
  forward: (k, [x], { dtype }) => k.cast(x, dtype),
  gradient: "none: integers and booleans have no derivative",
});
