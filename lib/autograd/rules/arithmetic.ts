/** Sums, products and powers of two tensors, broadcast against each other as NumPy does. */
import { all, others, rule } from "../rule.ts";

export const add = rule({
  maths: "y = a + b;  ∂a = g, ∂b = g (each summed to its shape)",
  saves: {},
  forward: (k, [a, b]) => k.add(a, b),
  gradient: (k, { g, shapes: [a, b] }) => [() => k.sumTo(g, a), () => k.sumTo(g, b)],
});

export const sub = rule({
  maths: "y = a − b;  ∂a = g, ∂b = −g",
  saves: {},
  forward: (k, [a, b]) => k.sub(a, b),
  gradient: (k, { g, shapes: [a, b] }) => [() => k.sumTo(g, a), () => k.unary("Neg", k.sumTo(g, b))],
});

export const mul = rule({
  maths: "y = a · b;  ∂a = g · b, ∂b = g · a",
  saves: { inputs: others },
  forward: (k, [a, b]) => k.mul(a, b),
  gradient: (k, { g, inputs: [a, b], shapes }) => [
    () => k.sumTo(k.mul(g, b), shapes[0]),
    () => k.sumTo(k.mul(g, a), shapes[1]),
  ],
});

export const div = rule({
  maths: "y = a / b;  ∂a = g / b, ∂b = −g · y / b",
  saves: { inputs: (index) => index === 1, output: true },
  forward: (k, [a, b]) => k.div(a, b),
  gradient: (k, { g, inputs: [, b], output: y, shapes }) => [
    () => k.sumTo(k.div(g, b), shapes[0]),
    () => k.sumTo(k.unary("Neg", k.div(k.mul(g, y), b)), shapes[1]),
  ],
});

export const pow = rule({
  maths: "y = aᵇ;  ∂a = g · b · aᵇ⁻¹ (0 where b = 0), ∂b = g · y · ln a (0 where a = 0 and b ≥ 0)",
  saves: { inputs: all, output: true },
  forward: (k, [a, b]) => k.binary("Pow", a, b),
  gradient: (k, { g, inputs: [a, b], output: y, shapes }) => {
    const zero = () => k.scalar(0);
    return [
      () => {
        const slope = k.mul(b, k.binary("Pow", a, k.sub(b, k.scalar(1))));
        const flat = k.expand(k.binary("Equal", b, zero()), y.shape);
        return k.sumTo(k.select(flat, k.fill(y.shape, 0), k.mul(g, slope)), shapes[0]);
      },
      () => {
        const flat = k.binary(
          "LogicalAnd",
          k.binary("Equal", a, zero()),
          k.binary("GreaterEqual", b, zero()),
        );
        const slope = k.mul(k.mul(g, y), k.unary("Log", a));
        return k.sumTo(k.select(k.expand(flat, y.shape), k.fill(y.shape, 0), slope), shapes[1]);
      },
    ];
  },
});

/** The gradient of the larger (or smaller) of two: all of it to the one that won, half to each on a tie. */
function extremum(kernel: "Maximum" | "Minimum", wins: "Greater" | "Less") {
  return rule({
    maths: `y = ${kernel.toLowerCase()}(a, b);  ∂a = g · [a wins] + g/2 · [a = b], ∂b alike`,
    saves: { inputs: all },
    forward: (k, [a, b]) => k.binary(kernel, a, b),
    gradient: (k, { g, inputs: [a, b], shapes }) => {
      const share = () => {
        const win = k.cast(k.binary(wins, a, b), "float32");
        return k.add(win, k.scale(k.cast(k.binary("Equal", a, b), "float32"), 0.5));
      };
      return [
        () => k.sumTo(k.mul(g, share()), shapes[0]),
        () => k.sumTo(k.mul(g, k.sub(k.scalar(1), share())), shapes[1]),
      ];
    },
  });
}

export const maximum = extremum("Maximum", "Greater");
export const minimum = extremum("Minimum", "Less");
