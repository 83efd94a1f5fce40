/** Batch normalization (Ioffe & Szegedy 2015) over all but the last axis, and dropout. */
import { all, rule } from "../rule.ts";

export const batchNorm = rule<{ epsilon: number }>({
  maths: "x̂ = (x − μ) / √(σ² + ε), y = γ x̂ + β, with the batch's μ, σ²;  " +
    "∂x = γ / √(σ² + ε) · (g − mean g − x̂ · mean(g x̂)), ∂γ = Σ g x̂, ∂β = Σ g",
  saves: { inputs: (index) => index < 2 },
  forward: (k, [x, scale, offset], { epsilon }) =>
    k.runMany("BatchNormTrain", { x, scale, offset }, { epsilon }),
  gradient: (k, { g, inputs: [x, scale], extra: [mean, variance], attrs: { epsilon } }) => {
    let made: ReturnType<typeof k.runMany> | undefined;
    const grads = () =>
      made ??= k.runMany("BatchNormTrainGrad", { dy: g, x, mean, variance, scale }, { epsilon });
    return [() => grads()[0], () => grads()[1], () => grads()[2]];
  },
});

export const batchNormInference = rule<{ epsilon: number }>({
  maths: "y = γ (x − μ) / √(σ² + ε) + β with μ, σ² as given;  ∂x = g γ / √(σ² + ε), ∂γ = Σ g x̂, ∂β = Σ g",
  saves: { inputs: all },
  forward: (k, [x, scale, offset, mean, variance], { epsilon }) => {
    const slope = k.mul(scale, k.unary("Rsqrt", k.add(variance, k.scalar(epsilon))));
    return k.add(k.mul(x, slope), k.sub(offset, k.mul(mean, slope)));
  },
  gradient: (k, { g, inputs: [x, scale, , mean, variance], attrs: { epsilon } }) => {
    const inverse = () => k.unary("Rsqrt", k.add(variance, k.scalar(epsilon)));
    const rows = x.shape.slice(0, -1).map((_, i) => i);
    return [
      () => k.mul(g, k.mul(scale, inverse())),
      () => k.sum(k.mul(g, k.mul(k.sub(x, mean), inverse())), rows),
      () => k.sum(g, rows),
      null,
      null,
    ];
  },
});

/** What dropout draws: the place in the generator's sequence, and the probability of a zero. */
export interface Dropout {
  seed: [number, number];
  offset: number;
  p: number;
}

export const dropout = rule<Dropout>({
  maths: "y = x · m, m = 0 with probability p, else 1 / (1 − p);  ∂x = g · m  [Srivastava et al. 2014]",
  saves: {},
  forward: (k, [x], settings) => {
    const mask = k.run("Philox", {}, { shape: x.shape, distribution: "dropout", ...settings });
    return [k.mul(x, mask), mask];
  },
  gradient: (k, { g, extra: [mask] }) => [() => k.mul(g, mask)],
});
