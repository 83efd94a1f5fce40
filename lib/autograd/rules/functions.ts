/** Functions of single numbers: exponentials and logarithms, the circle's, the hyperbola's, the error function's. */
import { all, rule } from "../rule.ts";

export const reciprocal = rule({
  maths: "y = 1 / x;  ∂x = −g y²",
  saves: { output: true },
  forward: (k, [x]) => k.div(1, x),
  gradient: (k, { g, output: y }) => [() => k.neg(k.mul(g, k.square(y)))],
});

export const exp2 = rule({
  maths: "y = 2ˣ;  ∂x = g y ln 2",
  saves: { output: true },
  forward: (k, [x]) => k.exp2(x),
  gradient: (k, { g, output: y }) => [() => k.mul(k.mul(g, y), Math.LN2)],
});

export const expm1 = rule({
  maths: "y = eˣ − 1;  ∂x = g (y + 1)",
  saves: { output: true },
  forward: (k, [x]) => k.expm1(x),
  gradient: (k, { g, output: y }) => [() => k.mul(g, k.add(y, 1))],
});

export const log2 = rule({
  maths: "y = log₂ x;  ∂x = g / (x ln 2)",
  saves: { inputs: all },
  forward: (k, [x]) => k.log2(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.div(g, k.mul(x, Math.LN2))],
});

export const log10 = rule({
  maths: "y = log₁₀ x;  ∂x = g / (x ln 10)",
  saves: { inputs: all },
  forward: (k, [x]) => k.log10(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.div(g, k.mul(x, Math.LN10))],
});

export const log1p = rule({
  maths: "y = ln(1 + x);  ∂x = g / (1 + x)",
  saves: { inputs: all },
  forward: (k, [x]) => k.log1p(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.div(g, k.add(x, 1))],
});

export const tan = rule({
  maths: "y = tan x;  ∂x = g (1 + y²)",
  saves: { output: true },
  forward: (k, [x]) => k.tan(x),
  gradient: (k, { g, output: y }) => [() => k.mul(g, k.add(k.square(y), 1))],
});

export const asin = rule({
  maths: "y = arcsin x;  ∂x = g / √(1 − x²)",
  saves: { inputs: all },
  forward: (k, [x]) => k.asin(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.mul(g, k.rsqrt(k.sub(1, k.square(x))))],
});

export const acos = rule({
  maths: "y = arccos x;  ∂x = −g / √(1 − x²)",
  saves: { inputs: all },
  forward: (k, [x]) => k.acos(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.neg(k.mul(g, k.rsqrt(k.sub(1, k.square(x)))))],
});

export const atan = rule({
  maths: "y = arctan x;  ∂x = g / (1 + x²)",
  saves: { inputs: all },
  forward: (k, [x]) => k.atan(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.div(g, k.add(k.square(x), 1))],
});

export const sinh = rule({
  maths: "y = sinh x;  ∂x = g · cosh x",
  saves: { inputs: all },
  forward: (k, [x]) => k.sinh(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.mul(g, k.cosh(x))],
});

export const cosh = rule({
  maths: "y = cosh x;  ∂x = g · sinh x",
  saves: { inputs: all },
  forward: (k, [x]) => k.cosh(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.mul(g, k.sinh(x))],
});

export const asinh = rule({
  maths: "y = arsinh x;  ∂x = g / √(x² + 1)",
  saves: { inputs: all },
  forward: (k, [x]) => k.asinh(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.mul(g, k.rsqrt(k.add(k.square(x), 1)))],
});

export const acosh = rule({
  maths: "y = arcosh x;  ∂x = g / √(x² − 1)",
  saves: { inputs: all },
  forward: (k, [x]) => k.acosh(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.mul(g, k.rsqrt(k.sub(k.square(x), 1)))],
});

export const atanh = rule({
  maths: "y = artanh x;  ∂x = g / (1 − x²)",
  saves: { inputs: all },
  forward: (k, [x]) => k.atanh(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.div(g, k.sub(1, k.square(x)))],
});

export const erfc = rule({
  maths: "y = 1 − erf x;  ∂x = −g · 2/√π · e^(−x²)",
  saves: { inputs: all },
  forward: (k, [x]) => k.erfc(x),
  gradient: (
    k,
    { g, inputs: [x] },
  ) => [() => k.mul(k.mul(g, k.exp(k.neg(k.square(x)))), -2 / Math.sqrt(Math.PI))],
});
