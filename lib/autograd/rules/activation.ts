/** Activations: what stands between the layers of a network. */
import { all, rule, second } from "../rule.ts";
import { TANH_CUBE, TANH_SCALE } from "../../device/special.ts";

/** The second input, and the first if the second needs a gradient. */
const slopeAndFactor = (index: number, needs: readonly boolean[]): boolean => index === 1 || needs[1];

export const relu = rule({
  maths: "y = max(x, 0);  ∂x = g · [y > 0]",
  saves: { output: true },
  forward: (k, [x]) => k.relu(x),
  gradient: (k, { g, output: y }) => [() => k.reluGrad(g, y)],
});

export const reluGrad = rule({
  maths: "y = d · [r > 0], the gradient of relu with result r;  ∂d = g · [r > 0]",
  saves: { inputs: second },
  forward: (k, [d, r]) => k.reluGrad(d, r),
  gradient: (k, { g, inputs: [, r] }) => [() => k.reluGrad(g, r), null],
});

export const leakyRelu = rule<{ slope: number }>({
  maths: "y = x > 0 ? x : slope · x;  ∂x = x > 0 ? g : slope · g",
  saves: { inputs: all },
  forward: (k, [x], { slope }) => k.leakyRelu(x, slope),
  gradient: (k, { g, inputs: [x], attrs: { slope } }) => [
    () => k.select(k.greater(x, 0), g, k.mul(g, slope)),
  ],
});

export const elu = rule<{ scale: number; inner: number }>({
  maths: "y = x > 0 ? x : scale · (e^(inner · x) − 1);  ∂x = x > 0 ? g : g · scale · inner · e^(inner · x)",
  saves: { inputs: all },
  forward: (k, [x], { scale, inner }) => k.elu(x, scale, inner),
  gradient: (k, { g, inputs: [x], attrs: { scale, inner } }) => [() => {
    // Kept out of the exponential: above 0 it could be ∞, which times 0 is NaN in the gradient of this gradient.
    const positive = k.greater(x, 0), below = k.mul(k.select(positive, 0, x), inner);
    return k.select(positive, g, k.mul(g, k.mul(k.exp(below), scale * inner)));
  }],
});

export const softplus = rule({
  maths: "y = ln(1 + eˣ);  ∂x = g · sigmoid(x)",
  saves: { inputs: all },
  forward: (k, [x]) => k.softplus(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.mul(g, k.sigmoid(x))],
});

export const logSigmoid = rule({
  maths: "y = −ln(1 + e⁻ˣ);  ∂x = g · sigmoid(−x)",
  saves: { inputs: all },
  forward: (k, [x]) => k.neg(k.softplus(k.neg(x))),
  gradient: (k, { g, inputs: [x] }) => [() => k.mul(g, k.sigmoid(k.neg(x)))],
});

export const silu = rule({
  maths: "y = x · s, s = sigmoid(x);  ∂x = g · s (1 + x (1 − s))  [Elfwing, Uchibe & Doya 2017]",
  saves: { inputs: all },
  forward: (k, [x]) => k.silu(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.siluGrad(g, x)],
});

export const siluGrad = rule({
  maths:
    "y = d · s (1 + x (1 − s)), the gradient of silu;  ∂d = siluGrad(g, x), ∂x = g d · s (1 − s) (2 + x (1 − 2s))",
  saves: { inputs: slopeAndFactor },
  forward: (k, [d, x]) => k.siluGrad(d, x),
  gradient: (k, { g, inputs: [d, x] }) => [
    () => k.siluGrad(g, x),
    () => {
      const s = k.sigmoid(x), bend = k.add(k.mul(x, k.sub(1, k.mul(s, 2))), 2);
      return k.mul(k.mul(g, d), k.mul(k.mul(s, k.sub(1, s)), bend));
    },
  ],
});

export const gelu = rule({
  maths:
    "y = x Φ(x), Φ(x) = ½ (1 + erf(x / √2));  ∂x = g (Φ(x) + x φ(x)), φ(x) = e^(−x²/2) / √2π  [Hendrycks & Gimpel 2016]",
  saves: { inputs: all },
  forward: (k, [x]) => k.gelu(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.geluGrad(g, x)],
});

export const geluGrad = rule({
  maths: "y = d (Φ(x) + x φ(x)), the gradient of gelu;  ∂d = geluGrad(g, x), ∂x = g d · φ(x) (2 − x²)",
  saves: { inputs: slopeAndFactor },
  forward: (k, [d, x]) => k.geluGrad(d, x),
  gradient: (k, { g, inputs: [d, x] }) => [
    () => k.geluGrad(g, x),
    () => {
      const square = k.square(x), density = k.mul(k.exp(k.mul(square, -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return k.mul(k.mul(g, d), k.mul(density, k.sub(2, square)));
    },
  ],
});

export const geluTanh = rule({
  maths:
    "y = x (1 + t) / 2, t = tanh u, u = √(2/π) (x + 0.044715 x³);  ∂x = g ((1 + t) / 2 + x (1 − t²) u′ / 2)",
  saves: { inputs: all },
  forward: (k, [x]) => k.geluTanh(x),
  gradient: (k, { g, inputs: [x] }) => [() => k.geluTanhGrad(g, x)],
});

export const geluTanhGrad = rule({
  maths: "y = d ((1 + t) / 2 + x (1 − t²) u′ / 2), the gradient of geluTanh;  ∂d = geluTanhGrad(g, x), " +
    "∂x = g d · (1 − t²) (u′ + x (u″ / 2 − t u′²))",
  saves: { inputs: slopeAndFactor },
  forward: (k, [d, x]) => k.geluTanhGrad(d, x),
  gradient: (k, { g, inputs: [d, x] }) => [
    () => k.geluTanhGrad(g, x),
    () => {
      const square = k.square(x), cube = 3 * TANH_CUBE;
      const t = k.tanh(k.mul(k.mul(x, k.add(k.mul(square, TANH_CUBE), 1)), TANH_SCALE));
      const slope = k.mul(k.add(k.mul(square, cube), 1), TANH_SCALE), bend = k.mul(x, cube * TANH_SCALE);
      const inner = k.mul(x, k.sub(bend, k.mul(t, k.square(slope))));
      return k.mul(k.mul(g, d), k.mul(k.sub(1, k.square(t)), k.add(slope, inner)));
    },
  ],
});

export const mish = rule({
  maths: "y = x · t, t = tanh(ln(1 + eˣ));  ∂x = g (t + x (1 − t²) sigmoid(x))  [Misra 2019]",
  saves: { inputs: all },
  forward: (k, [x]) => k.mul(x, k.tanh(k.softplus(x))),
  gradient: (k, { g, inputs: [x] }) => [() => {
    const t = k.tanh(k.softplus(x)), slope = k.mul(k.sub(1, k.square(t)), k.sigmoid(x));
    return k.mul(g, k.add(t, k.mul(x, slope)));
  }],
});

export const hardtanh = rule<{ min: number; max: number }>({
  maths: "y = min(max(x, low), high);  ∂x = g · [low < x < high]",
  saves: { inputs: all },
  forward: (k, [x], { min, max }) => k.clamp(x, min, max),
  gradient: (k, { g, inputs: [x], attrs: { min, max } }) => [
    () => k.select(k.logicalAnd(k.greater(x, min), k.less(x, max)), g, 0),
  ],
});

export const hardsigmoid = rule({
  maths: "y = min(max(x + 3, 0), 6) / 6;  ∂x = g / 6 · [−3 < x < 3]",
  saves: { inputs: all },
  forward: (k, [x]) => k.div(k.clamp(k.add(x, 3), 0, 6), 6),
  gradient: (k, { g, inputs: [x] }) => [
    () => k.select(k.logicalAnd(k.greater(x, -3), k.less(x, 3)), k.div(g, 6), 0),
  ],
});

export const hardswish = rule({
  maths:
    "y = x · min(max(x + 3, 0), 6) / 6;  ∂x = x ≤ −3 ? 0 : x < 3 ? g (x / 3 + ½) : g  [Howard et al. 2019]",
  saves: { inputs: all },
  forward: (k, [x]) => k.div(k.mul(x, k.clamp(k.add(x, 3), 0, 6)), 6),
  gradient: (k, { g, inputs: [x] }) => [() => {
    const inside = k.mul(g, k.add(k.div(x, 3), 0.5));
    return k.select(k.lessEqual(x, -3), 0, k.select(k.less(x, 3), inside, g));
  }],
});
