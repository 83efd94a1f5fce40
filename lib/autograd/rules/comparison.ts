/** Questions with an answer of dtype bool, and the choice that follows from one. */
import { rule } from "../rule.ts";
import type { BinaryKernel } from "../../device/kernels.ts";

function comparison(kernel: BinaryKernel, sign: string) {
  return rule({
    maths: `y = [a ${sign} b]`,
    saves: {},
    forward: (k, [a, b]) => k.binary(kernel, a, b),
    gradient: "none: a comparison is constant almost everywhere",
  });
}

export const eq = comparison("Equal", "=");
export const ne = comparison("NotEqual", "≠");
export const gt = comparison("Greater", ">");
export const lt = comparison("Less", "<");
export const ge = comparison("GreaterEqual", "≥");
export const le = comparison("LessEqual", "≤");

export const where = rule({
  maths: "y = c ? a : b;  ∂a = c ? g : 0, ∂b = c ? 0 : g",
  saves: { inputs: (index) => index === 0 },
  forward: (k, [condition, a, b]) => {
    const shape = broadcast(condition.shape, broadcast(a.shape, b.shape));
    return k.select(k.expand(condition, shape), k.expand(a, shape), k.expand(b, shape));
  },
  gradient: (k, { g, inputs: [condition], shapes: [, a, b] }) => {
    const chosen = () => k.expand(condition, g.shape);
    return [
      null,
      () => k.sumTo(k.select(chosen(), g, k.fill(g.shape, 0)), a),
      () => k.sumTo(k.select(chosen(), k.fill(g.shape, 0), g), b),
    ];
  },
});

function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const p = a[a.length - rank + i] ?? 1, q = b[b.length - rank + i] ?? 1;
    return p === 1 ? q : p;
  });
}
