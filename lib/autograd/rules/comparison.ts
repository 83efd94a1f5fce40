/** Questions with an answer of dtype bool, and the choice that follows from one. */
import { first, rule } from "../rule.ts";
import { sumTo } from "./broadcast.ts";

const NONE = "none: a comparison is constant almost everywhere";

export const eq = rule({
  maths: "y = [a = b]",
  saves: {},
  forward: (k, [a, b]) => k.equal(a, b),
  gradient: NONE,
});
export const ne = rule({
  maths: "y = [a ≠ b]",
  saves: {},
  forward: (k, [a, b]) => k.notEqual(a, b),
  gradient: NONE,
});
export const gt = rule({
  maths: "y = [a > b]",
  saves: {},
  forward: (k, [a, b]) => k.greater(a, b),
  gradient: NONE,
});
export const lt = rule({
  maths: "y = [a < b]",
  saves: {},
  forward: (k, [a, b]) => k.less(a, b),
  gradient: NONE,
});
export const ge = rule({
  maths: "y = [a ≥ b]",
  saves: {},
  forward: (k, [a, b]) => k.greaterEqual(a, b),
  gradient: NONE,
});
export const le = rule({
  maths: "y = [a ≤ b]",
  saves: {},
  forward: (k, [a, b]) => k.lessEqual(a, b),
  gradient: NONE,
});

export const logicalAnd = rule({
  maths: "y = [a and b]",
  saves: {},
  forward: (k, [a, b]) => k.logicalAnd(a, b),
  gradient: "none: an answer is a boolean",
});

export const where = rule({
  maths: "y = c ? a : b;  ∂a = c ? g : 0, ∂b = c ? 0 : g",
  saves: { inputs: first },
  forward: (k, [condition, a, b]) => k.select(condition, a, b),
  gradient: (k, { g, inputs: [condition], shapes: [, a, b] }) => [
    null,
    () => sumTo(k, k.select(condition, g, 0), a),
    () => sumTo(k, k.select(condition, 0, g), b),
  ],
});
