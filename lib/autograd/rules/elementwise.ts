/** Functions of each element by itself. */
import { all, rule } from "../rule.ts";

export const neg = rule({
  maths: "y = −x;  ∂x = −g",
  saves: {},
  forward: (k, [x]) => k.unary("Neg", x),
  gradient: (k, { g }) => [() => k.unary("Neg", g)],
});

export const exp = rule({
  maths: "y = eˣ;  ∂x = g · y",
  saves: { output: true },
  forward: (k, [x]) => k.unary("Exp", x),
  gradient: (k, { g, output: y }) => [() => k.mul(g, y)],
});

export const log = rule({
  maths: "y = ln x;  ∂x = g / x",
  saves: { inputs: all },
  forward: (k, [x]) => k.unary("Log", x),
  gradient: (k, { g, inputs: [x] }) => [() => k.div(g, x)],
});

export const sqrt = rule({
  maths: "y = √x;  ∂x = g / 2y",
  saves: { output: true },
  forward: (k, [x]) => k.unary("Sqrt", x),
  gradient: (k, { g, output: y }) => [() => k.div(g, k.scale(y, 2))],
});

export const square = rule({
  maths: "y = x²;  ∂x = 2 g x",
  saves: { inputs: all },
  forward: (k, [x]) => k.unary("Square", x),
  gradient: (k, { g, inputs: [x] }) => [() => k.mul(k.scale(g, 2), x)],
});

export const abs = rule({
  maths: "y = |x|;  ∂x = g · sign x",
  saves: { inputs: all },
  forward: (k, [x]) => k.unary("Abs", x),
  gradient: (k, { g, inputs: [x] }) => [() => k.mul(g, k.unary("Sign", x))],
});

export const sin = rule({
  maths: "y = sin x;  ∂x = g · cos x",
  saves: { inputs: all },
  forward: (k, [x]) => k.unary("Sin", x),
  gradient: (k, { g, inputs: [x] }) => [() => k.mul(g, k.unary("Cos", x))],
});

export const cos = rule({
  maths: "y = cos x;  ∂x = −g · sin x",
  saves: { inputs: all },
  forward: (k, [x]) => k.unary("Cos", x),
  gradient: (k, { g, inputs: [x] }) => [() => k.unary("Neg", k.mul(g, k.unary("Sin", x)))],
});

export const relu = rule({
  maths: "y = max(x, 0);  ∂x = g · [y > 0]",
  saves: { output: true },
  forward: (k, [x]) => k.unary("Relu", x),
  gradient: (k, { g, output: y }) => [() => k.run("ReluGrad", { dy: g, y })],
});

export const leakyRelu = rule<{ slope: number }>({
  maths: "y = x > 0 ? x : slope · x;  ∂x = x > 0 ? g : slope · g",
  saves: { inputs: all },
  forward: (k, [x], { slope }) => k.run("LeakyRelu", { x }, { alpha: slope }),
  gradient: (k, { g, inputs: [x], attrs: { slope } }) => [() => {
    const positive = k.unary("Step", x);
    return k.mul(g, k.add(k.scale(positive, 1 - slope), k.scalar(slope)));
  }],
});

export const sigmoid = rule({
  maths: "y = 1 / (1 + e⁻ˣ);  ∂x = g · y (1 − y)",
  saves: { output: true },
  forward: (k, [x]) => k.unary("Sigmoid", x),
  gradient: (k, { g, output: y }) => [() => k.mul(k.mul(g, y), k.sub(k.scalar(1), y))],
});

export const tanh = rule({
  maths: "y = tanh x;  ∂x = g (1 − y²)",
  saves: { output: true },
  forward: (k, [x]) => k.unary("Tanh", x),
  gradient: (k, { g, output: y }) => [() => k.mul(g, k.sub(k.scalar(1), k.unary("Square", y)))],
});

export const gelu = rule({
  maths:
    "y = x Φ(x), Φ(x) = ½ (1 + erf(x / √2));  ∂x = g (Φ(x) + x e^(−x²/2) / √2π)  [Hendrycks & Gimpel 2016]",
  saves: { inputs: all },
  forward: (k, [x]) => {
    const twice = k.add(k.unary("Erf", k.scale(x, Math.SQRT1_2)), k.scalar(1));
    return k.mul(k.scale(x, 0.5), twice);
  },
  gradient: (k, { g, inputs: [x] }) => [() => {
    const cdf = k.scale(k.add(k.unary("Erf", k.scale(x, Math.SQRT1_2)), k.scalar(1)), 0.5);
    const density = k.scale(k.unary("Exp", k.scale(k.unary("Square", x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return k.mul(g, k.add(cdf, k.mul(x, density)));
  }],
});

export const softplus = rule({
  maths: "y = ln(1 + eˣ);  ∂x = g · sigmoid(x)",
  saves: { inputs: all },
  forward: (k, [x]) => k.unary("Softplus", x),
  gradient: (k, { g, inputs: [x] }) => [() => k.mul(g, k.unary("Sigmoid", x))],
});

export const clamp = rule<{ min: number; max: number }>({
  maths: "y = min(max(x, low), high);  ∂x = g · [low ≤ x ≤ high]",
  saves: { inputs: all },
  forward: (k, [x], { min, max }) => k.run("ClipByValue", { x }, { clipValueMin: min, clipValueMax: max }),
  gradient: (k, { g, inputs: [x], attrs: { min, max } }) => [() => {
    const above = k.binary("GreaterEqual", x, k.scalar(min));
    const below = k.binary("LessEqual", x, k.scalar(max));
    return k.mul(g, k.cast(k.binary("LogicalAnd", above, below), "float32"));
  }],
});

export const cast = rule<{ dtype: "float32" | "int32" | "bool" }>({
  maths: "y = x in another dtype;  ∂x = g (from float32 to float32 only)",
  saves: {},
  forward: (k, [x], { dtype }) =>
    dtype === "bool" ? k.binary("NotEqual", x, k.cast(k.scalar(0), x.dtype)) : k.cast(x, dtype),
  gradient: "none: integers and booleans have no derivative",
});
