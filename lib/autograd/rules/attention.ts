/** Attention (Vaswani et al. 2017) of [B, H, L, E]. */
import { all, rule } from "../rule.ts";
import type { Attention } from "../../device/kernels.ts";

export const attention = rule<Attention>({
  maths: "y = P v, P = softmax(scale · q kᵀ);  with dS = P (g vᵀ − Σ P g vᵀ): " +
    "∂q = scale · dS k, ∂k = scale · dSᵀ q, ∂v = Pᵀ g",
  saves: { inputs: all },
  forward: (k, [q, keys, v], settings) => k.attention(q, keys, v, settings),
  gradient: (k, { g, inputs: [q, keys, v], attrs }) => {
    let made: ReturnType<typeof k.attentionGrad> | undefined;
    const grads = () => made ??= k.attentionGrad(g, q, keys, v, attrs);
    return [() => grads()[0], () => grads()[1], () => grads()[2]];
  },
});
