/** Losses whose gradient is not that of their formula at its borders. */
import { all, rule } from "../rule.ts";
import type { Kernels } from "../../device/kernels.ts";
import type { Shaped } from "../../device/storage.ts";

/** ln x and ln(1 − x). */
function logs<T extends Shaped>(k: Kernels<T>, x: T): [yes: T, no: T] {
  return [k.log(x), k.log1p(k.neg(x))];
}

export const binaryCrossEntropy = rule({
  maths: "y = −t max(ln x, −100) − (1 − t) max(ln(1 − x), −100);  " +
    "∂x = g (x − t) / max(x (1 − x), 10⁻¹²),  ∂t = g (ln(1 − x) − ln x)",
  saves: { inputs: (index, [x]) => index === 0 || x },
  forward: (k, [x, t]) => {
    const [yes, no] = logs(k, x).map((y) => k.clamp(y, -100, Infinity));
    return k.sub(k.mul(k.sub(t, 1), no), k.mul(t, yes));
  },
  gradient: (k, { g, inputs: [x, t] }) => [
    () => k.mul(g, k.div(k.sub(x, t), k.clamp(k.mul(x, k.sub(1, x)), 1e-12, Infinity))),
    () => {
      const [yes, no] = logs(k, x);
      return k.mul(g, k.sub(no, yes));
    },
  ],
});

export const smoothL1 = rule<{ beta: number }>({
  maths: "y = |x| < β ? x² / 2β : |x| − β / 2;  ∂x = g · min(max(x / β, −1), 1)",
  saves: { inputs: all },
  forward: (k, [x], { beta }) => {
    // Its part inside of β, and what is beyond: an infinite x has no difference of infinities.
    const size = k.abs(x), inner = k.clamp(size, 0, beta);
    return k.add(k.mul(k.square(inner), 0.5 / beta), k.sub(size, inner));
  },
  gradient: (k, { g, inputs: [x], attrs: { beta } }) => [
    () => k.mul(g, k.clamp(k.mul(x, 1 / beta), -1, 1)),
  ],
});
