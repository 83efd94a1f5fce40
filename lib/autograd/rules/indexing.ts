/** Values picked by integers. */
import { rule, second } from "../rule.ts";

export const gather = rule<{ dim: number }>({
  maths: "y[i, j] = x[i, index[i, j]] along a dimension;  ∂x[i, c] = Σ g[i, j] over index[i, j] = c",
  saves: { inputs: second },
  forward: (k, [x, index], { dim }) => k.gather(x, index, dim),
  gradient: (k, { g, inputs: [, index], shapes: [shape], attrs: { dim } }) => [
    () => k.scatterAdd(g, index, dim, shape),
    null,
  ],
});

export const scatterAdd = rule<{ dim: number; shape: readonly number[] }>({
  maths: "y[i, c] = Σ d[i, j] over index[i, j] = c along a dimension;  ∂d[i, j] = g[i, index[i, j]]",
  saves: { inputs: second },
  forward: (k, [d, index], { dim, shape }) => k.scatterAdd(d, index, dim, shape),
  gradient: (k, { g, inputs: [, index], attrs: { dim } }) => [() => k.gather(g, index, dim), null],
});

export const indexSelect = rule<{ dim: number }>({
  maths: "y[n, …] = x[index[n], …] along a dimension;  ∂x[i, …] = Σ g[n, …] over index[n] = i",
  saves: { inputs: second },
  forward: (k, [x, index], { dim }) => k.indexSelect(x, index, dim),
  gradient: (k, { g, inputs: [, index], shapes: [shape], attrs: { dim } }) => [
    () => k.indexAdd(g, index, dim, shape[dim]),
    null,
  ],
});

export const indexAdd = rule<{ dim: number; size: number }>({
  maths: "y[i, …] = Σ d[n, …] over index[n] = i along a dimension;  ∂d[n, …] = g[index[n], …]",
  saves: { inputs: second },
  forward: (k, [d, index], { dim, size }) => k.indexAdd(d, index, dim, size),
  gradient: (k, { g, inputs: [, index], attrs: { dim } }) => [() => k.indexSelect(g, index, dim), null],
});

export const oneHot = rule<{ classes: number }>({
  maths: "y[…, c] = [x = c]",
  saves: {},
  forward: (k, [x], { classes }) => k.oneHot(x, classes),
  gradient: "none: a class is an integer",
});

export const inverseCdf = rule({
  maths: "y = the first c with Σ w[j ≤ c] > u · Σ w, for each point u of a row",
  saves: {},
  forward: (k, [weights, points]) => k.inverseCdf(weights, points),
  gradient: "none: a place is an integer",
});
