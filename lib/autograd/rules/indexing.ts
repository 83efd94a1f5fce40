/** Values picked by integers. */
import { rule } from "../rule.ts";

export const gather = rule({
  maths:
    "y[r, j] = x[r, index[r, j]] (NaN where the index is out of range);  ∂x[r, c] = Σ g[r, j] over index[r, j] = c",
  saves: { inputs: (index) => index === 1 },
  forward: (k, [x, index]) => {
    const [rows, columns] = x.shape;
    if (index.shape[1] === 0 || rows === 0) return k.fill(index.shape, 0, x.dtype);
    const bound = (value: number) => k.cast(k.scalar(value), "int32");
    const inside = k.binary("Minimum", k.binary("Maximum", index, bound(0)), bound(columns - 1));
    const base = k.reshape(
      k.run("Range", {}, { start: 0, stop: rows * columns, step: columns, dtype: "int32" }),
      [rows, 1],
    );
    const flat = k.reshape(x, [rows * columns]);
    const picked = k.run("GatherV2", { x: flat, indices: k.add(inside, base) }, { axis: 0, batchDims: 0 });
    if (x.dtype !== "float32") return picked;
    return k.select(k.binary("Equal", inside, index), picked, k.fill(index.shape, NaN));
  },
  gradient: (k, { g, inputs: [, index], shapes: [shape] }) => [
    () => {
      const [rows, columns] = shape;
      if (index.shape[1] === 0 || rows === 0) return k.fill(shape, 0);
      // A sum over a one-hot code in place of a scatter: the same bits on every run, also where atomics race.
      const code = k.oneHot(index, columns);
      return k.sum(k.mul(code, k.reshape(g, [...index.shape, 1])), [1]);
    },
    null,
  ],
});

export const oneHot = rule<{ classes: number }>({
  maths: "y[…, c] = [x = c]",
  saves: {},
  forward: (k, [x], { classes }) => k.oneHot(x, classes),
  gradient: "none: a class is an integer",
});
