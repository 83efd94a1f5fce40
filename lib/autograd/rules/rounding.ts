/** Whole numbers: rounding, whole quotients, and what they leave. */
import { rule } from "../rule.ts";
import { sumTo } from "./broadcast.ts";

export const floor = rule({
  maths: "y = ⌊x⌋;  ∂x = 0",
  saves: {},
  forward: (k, [x]) => k.floor(x),
  gradient: (k, { shapes: [x] }) => [() => k.fill(x, 0)],
});

export const ceil = rule({
  maths: "y = ⌈x⌉;  ∂x = 0",
  saves: {},
  forward: (k, [x]) => k.ceil(x),
  gradient: (k, { shapes: [x] }) => [() => k.fill(x, 0)],
});

export const round = rule({
  maths: "y = the nearest whole number, the even one of two;  ∂x = 0",
  saves: {},
  forward: (k, [x]) => k.round(x),
  gradient: (k, { shapes: [x] }) => [() => k.fill(x, 0)],
});

export const trunc = rule({
  maths: "y = x without its fraction;  ∂x = 0",
  saves: {},
  forward: (k, [x]) => k.trunc(x),
  gradient: (k, { shapes: [x] }) => [() => k.fill(x, 0)],
});

export const fmod = rule({
  maths: "y = a − b · trunc(a / b);  ∂a = g, ∂b = −g · trunc(a / b)",
  saves: { inputs: (_, needs) => needs[1] },
  forward: (k, [a, b]) => k.fmod(a, b),
  gradient: (k, { g, inputs: [a, b], shapes }) => [
    () => sumTo(k, g, shapes[0]),
    () => sumTo(k, k.neg(k.mul(g, k.trunc(k.div(a, b)))), shapes[1]),
  ],
});

export const remainder = rule({
  maths: "y = a − b ⌊a / b⌋;  ∂a = g, ∂b = −g ⌊a / b⌋",
  saves: { inputs: (_, needs) => needs[1] },
  forward: (k, [a, b]) => k.remainder(a, b),
  gradient: (k, { g, inputs: [a, b], shapes }) => [
    () => sumTo(k, g, shapes[0]),
    () => sumTo(k, k.neg(k.mul(g, k.floorDivide(a, b))), shapes[1]),
  ],
});

export const floorDivide = rule({
  maths: "y = ⌊a / b⌋;  ∂a = 0, ∂b = 0",
  saves: {},
  forward: (k, [a, b]) => k.floorDivide(a, b),
  gradient: (k, { shapes: [a, b] }) => [() => k.fill(a, 0), () => k.fill(b, 0)],
});

export const truncDivide = rule({
  maths: "y = a / b without its fraction;  ∂a = 0, ∂b = 0",
  saves: {},
  forward: (k, [a, b]) => a.dtype === "int32" ? k.truncDivide(a, b) : k.trunc(k.div(a, b)),
  gradient: (k, { shapes: [a, b] }) => [() => k.fill(a, 0), () => k.fill(b, 0)],
});
