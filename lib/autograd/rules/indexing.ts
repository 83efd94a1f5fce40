/** Values picked by integers. */
import type { Kernels } from "../../device/kernels.ts";
import type { Shaped } from "../../device/storage.ts";
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

/** The array along a dimension of another one of `shape`: it broadcasts over the others. */
function upright<T extends Shaped>(k: Kernels<T>, list: T, shape: readonly number[], dim: number): T {
  return k.reshape(list, shape.map((_, d) => d === dim ? list.shape[0] : 1));
}

/** Which entries of an index are the last at their place, as bool: 1 is added to each of those that `last` names. */
function winners<T extends Shaped>(k: Kernels<T>, last: T, picks: readonly number[], dim: number): T {
  const named = k.cast(k.greaterEqual(last, 0), "int32");
  return k.greater(k.scatterAdd(named, k.maximum(last, 0), dim, picks), 0);
}

export const indexCopy = rule<{ dim: number }>({
  maths:
    "y = x, but y[index[n], …] = v[n, …] along a dimension, the last v of equal indices;  ∂x = g, 0 at those places, ∂v[n, …] = g[index[n], …], 0 for all but the last",
  saves: { inputs: (input) => input === 2 },
  forward: (k, [x, v, index], { dim }) => k.indexCopy(x, v, index, dim),
  gradient: (k, { g, inputs: [, , index], shapes: [shape, picked], attrs: { dim } }) => {
    const none = index.shape[0] === 0, last = () => k.scatterLast(index, 0, shape[dim]);
    return [
      () => none ? g : k.select(upright(k, k.greaterEqual(last(), 0), shape, dim), 0, g),
      () => {
        if (none) return k.fill(picked, 0);
        const won = upright(k, winners(k, last(), index.shape, 0), picked, dim);
        return k.select(won, k.indexSelect(g, index, dim), 0);
      },
      null,
    ];
  },
});

export const scatter = rule<{ dim: number }>({
  maths:
    "y = x, but y[i, index[i, j]] = v[i, j] along a dimension, the last v of equal indices;  ∂x = g, 0 at those places, ∂v[i, j] = g[i, index[i, j]], 0 for all but the last",
  saves: { inputs: (input) => input === 2 },
  forward: (k, [x, v, index], { dim }) => k.scatter(x, v, index, dim),
  gradient: (k, { g, inputs: [, , index], shapes: [shape, picked], attrs: { dim } }) => {
    const none = index.shape[dim] === 0, last = () => k.scatterLast(index, dim, shape[dim]);
    return [
      () => none ? g : k.select(k.greaterEqual(last(), 0), 0, g),
      () => {
        if (none) return k.fill(picked, 0);
        return k.select(winners(k, last(), picked, dim), k.gather(g, index, dim), 0);
      },
      null,
    ];
  },
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
