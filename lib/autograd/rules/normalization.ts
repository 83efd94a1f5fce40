/** Normalization over the batch (Ioffe & Szegedy 2015) and within a sample (Ba et al. 2016), and dropout. */
import { rule } from "../rule.ts";
import type { Kernels, Running } from "../../device/kernels.ts";
import type { Shaped } from "../../device/storage.ts";
import type { Draw } from "../../philox.ts";

/** Settings of a batch normalization. */
export interface BatchNorm {
  readonly epsilon: number;
  /** Changed in place: no inputs, as nothing flows back through them. Of what x is. */
  readonly running?: Running<Shaped>;
}

export const batchNorm = rule<BatchNorm>({
  maths: "x̂ = (x − μ) / √(σ² + ε), y = γ x̂ + β, with the batch's μ, σ²;  " +
    "∂x = γ / √(σ² + ε) · (g − mean g − x̂ · mean(g x̂)), ∂γ = Σ g x̂, ∂β = Σ g",
  saves: { inputs: (index) => index < 2 },
  forward: (k, [x, scale, offset], { epsilon, running }) =>
    k.batchNorm(x, scale, offset, epsilon, running as Running<typeof x> | undefined),
  gradient: (k, { g, inputs: [x, scale], extra: [mean, variance], attrs: { epsilon } }) => {
    let made: ReturnType<typeof k.batchNormGrad> | undefined;
    const grads = () => made ??= k.batchNormGrad(g, x, mean, variance, scale, epsilon);
    return [() => grads()[0], () => grads()[1], () => grads()[2]];
  },
});

/** One number a channel, ready to broadcast against [N, C, ...]. */
function perChannel<T extends Shaped>(k: Kernels<T>, x: T, rank: number): T {
  return rank === 2 ? x : k.reshape(x, [x.shape[0], ...Array<number>(rank - 2).fill(1)]);
}

export const batchNormInference = rule<{ epsilon: number }>({
  maths: "y = γ (x − μ) / √(σ² + ε) + β with μ, σ² as given;  ∂x = g γ / √(σ² + ε), ∂γ = Σ g x̂, ∂β = Σ g",
  saves: { inputs: (index, [x, scale]) => [scale, x, false, scale, x || scale][index] },
  forward: (k, [x, scale, offset, mean, variance], { epsilon }) =>
    k.batchNormInference(x, mean, variance, scale, offset, epsilon),
  gradient: (k, { g, inputs: [x, scale, , mean, variance], attrs: { epsilon } }) => {
    const rank = g.shape.length, rows = g.shape.map((_, i) => i).filter((i) => i !== 1);
    const inverse = () => k.rsqrt(k.add(variance, epsilon));
    return [
      () => k.mul(g, perChannel(k, k.mul(scale, inverse()), rank)),
      () => k.mul(k.sum(k.mul(g, k.sub(x, perChannel(k, mean, rank))), rows), inverse()),
      () => k.sum(g, rows),
      null,
      null,
    ];
  },
});

export const layerNorm = rule<{ epsilon: number }>({
  maths: "x̂ = (x − μ) / √(σ² + ε), y = γ x̂ + β, with μ and σ² of each row;  with h = γ g: " +
    "∂x = (h − mean h − x̂ · mean(h x̂)) / √(σ² + ε), ∂γ = Σ g x̂, ∂β = Σ g",
  saves: { inputs: (index) => index < 2 },
  forward: (k, [x, scale, offset], { epsilon }) => k.layerNorm(x, scale ?? null, offset ?? null, epsilon),
  gradient: (k, { g, inputs: [x, scale], extra: [mean, variance], attrs: { epsilon } }) => {
    let made: ReturnType<typeof k.layerNormGrad> | undefined;
    const grads = () => made ??= k.layerNormGrad(g, x, mean, variance, scale ?? null, epsilon);
    return [() => grads()[0], () => grads()[1], () => grads()[2]];
  },
});

/** What dropout draws: the place in the generator's sequence, and the probability of a zero. */
export interface Dropout {
  readonly draw: Draw;
  readonly p: number;
}

export const dropout = rule<Dropout>({
  maths: "y = x · m, m = 0 with probability p, else 1 / (1 − p);  ∂x = g · m  [Srivastava et al. 2014]",
  saves: {},
  forward: (k, [x], { draw, p }) => k.dropout(x, p, draw),
  gradient: (k, { g, extra: [mask] }) => [() => k.mul(g, mask)],
});
