/** Products of matrices. */
import { factors, others, rule } from "../rule.ts";
import type { Kernels } from "../../device/kernels.ts";
import type { Shaped } from "../../device/storage.ts";
import { sumTo } from "./broadcast.ts";

/** Rows and columns exchanged: the last two dimensions. Copies nothing. */
function turned<T extends Shaped>(k: Kernels<T>, x: T): T {
  const dims = x.shape.map((_, i) => i), last = dims.length - 1;
  [dims[last - 1], dims[last]] = [last, last - 1];
  return k.permute(x, dims);
}

export const matmul = rule({
  maths: "y = a b, [..., M, K] × [..., K, N];  ∂a = g bᵀ, ∂b = aᵀ g (each summed to its shape)",
  saves: { inputs: others },
  forward: (k, [a, b]) => k.matmul(a, b),
  gradient: (k, { g, inputs: [a, b], shapes }) => [
    () => sumTo(k, k.matmul(g, turned(k, b)), shapes[0]),
    () => sumTo(k, k.matmul(turned(k, a), g), shapes[1]),
  ],
});

export const linear = rule({
  maths: "y = x wᵀ + b, [R, in] × [out, in] + [out];  ∂x = g w, ∂w = gᵀ x, ∂b = Σ g over rows",
  saves: { inputs: factors },
  forward: (k, [x, w, bias]) => k.linear(x, w, bias),
  gradient: (k, { g, inputs: [x, w], needs }) => {
    // As of a convolution: the sum costs hardly anything beside the product that reads all of g.
    let made: ReturnType<typeof k.linearWeightBiasGrad> | undefined;
    const both = () => made ??= k.linearWeightBiasGrad(g, x);
    return [
      () => k.matmul(g, w),
      () => needs[2] ? both()[0] : k.matmul(turned(k, g), x),
      () => needs[1] ? both()[1] : k.sum(g, [0]),
    ];
  },
});
