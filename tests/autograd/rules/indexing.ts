/** Checks of lib/autograd/rules/indexing.ts. */
import { tensor } from "descent";
import { Plain } from "../plain.ts";
import type { Draw } from "../draw.ts";
import type { Checks } from "../prove.ts";

/** A shape of at least one dimension, one of its dimensions, and indices along it. */
function along(draw: Draw): { shape: number[]; dim: number; index: number[] } {
  const shape = draw.shape(1, 4), dim = draw.int(0, shape.length - 1);
  const index = Array.from(
    { length: shape[dim] === 0 ? 0 : draw.int(1, 5) },
    () => draw.int(0, shape[dim] - 1),
  );
  return { shape, dim, index };
}

/** A shape, one of its dimensions, and an index along it that is no larger in the others. */
function scattering(draw: Draw): { shape: number[]; dim: number; sizes: number[]; picks: Plain } {
  const shape = draw.shape(1, 4), dim = draw.int(0, shape.length - 1);
  const sizes = shape.map((n, d) => d === dim ? (n === 0 ? 0 : draw.int(1, 4)) : draw.int(Math.min(n, 1), n));
  const picks = Plain.build(sizes, () => draw.int(0, shape[dim] - 1));
  return { shape, dim, sizes, picks };
}

/** Where in the index a place is named, in order. */
function named(at: readonly number[], dim: number, sizes: readonly number[], picks: Plain): number[][] {
  if (at.some((i, d) => d !== dim && i >= sizes[d])) return [];
  const entries = Array.from({ length: sizes[dim] }, (_, k) => at.with(dim, k));
  return entries.filter((entry) => picks.at(entry) === at[dim]);
}

/** As int32. */
const whole = ({ data, shape }: Plain) => tensor(Int32Array.from(data), { shape: [...shape] });

export const checks: Checks = {
  "gather() picks along a dimension, the same element several times too": (draw) => {
    const shape = draw.shape(1, 4), dim = draw.int(0, shape.length - 1);
    const sizes = shape.map((n, d) =>
      d === dim ? (n === 0 ? 0 : draw.int(1, 4)) : draw.int(Math.min(n, 1), n)
    );
    const picks = Plain.build(sizes, () => draw.int(0, shape[dim] - 1));
    return {
      inputs: [draw.array(shape)],
      fn: (x) => x.gather(dim, tensor(Int32Array.from(picks.data), { shape: sizes })),
      expected: (x) => Plain.build(sizes, (at) => x.at(at.with(dim, picks.at(at)))),
    };
  },
  "indexSelect() picks slices along a dimension": (draw) => {
    const { shape, dim, index } = along(draw);
    return {
      inputs: [draw.array(shape)],
      fn: (x) => x.indexSelect(dim, index),
      expected: (x) => Plain.build(shape.with(dim, index.length), (at) => x.at(at.with(dim, index[at[dim]]))),
    };
  },
  "indexCopy() writes slices along a dimension, the last of those for one place": (draw) => {
    const { shape, dim, index } = along(draw);
    return {
      inputs: [draw.array(shape), draw.array(shape.with(dim, index.length))],
      fn: (x, v) => x.indexCopy(dim, index, v),
      expected: (x, v) =>
        Plain.build(shape, (at) => {
          const last = index.lastIndexOf(at[dim]);
          return last < 0 ? x.at(at) : v.at(at.with(dim, last));
        }),
    };
  },
  "scatter() writes values along a dimension, the last of those for one place": (draw) => {
    const { shape, dim, sizes, picks } = scattering(draw);
    return {
      inputs: [draw.array(shape), draw.array(sizes.map((n) => n === 0 ? 0 : n + 1))],
      fn: (x, v) => x.scatter(dim, whole(picks), v),
      expected: (x, v) =>
        Plain.build(shape, (at) => {
          const all = named(at, dim, sizes, picks);
          return all.length === 0 ? x.at(at) : v.at(all.at(-1)!);
        }),
    };
  },
  "scatterAdd() adds values along a dimension": (draw) => {
    const { shape, dim, sizes, picks } = scattering(draw);
    return {
      inputs: [draw.array(shape), draw.array(sizes)],
      fn: (x, v) => x.scatterAdd(dim, whole(picks), v),
      expected: (x, v) =>
        Plain.build(
          shape,
          (at) => named(at, dim, sizes, picks).reduce((sum, entry) => sum + v.at(entry), x.at(at)),
        ),
    };
  },
  "indexAdd() adds slices along a dimension, in an order that is always the same": (draw) => {
    const { shape, dim, index } = along(draw);
    return {
      inputs: [draw.array(shape), draw.array(shape.with(dim, index.length))],
      fn: (x, v) => x.indexAdd(dim, index, v, { alpha: 0.5 }),
      expected: (x, v) =>
        Plain.build(
          shape,
          (at) =>
            index.reduce((sum, i, n) => i === at[dim] ? sum + 0.5 * v.at(at.with(dim, n)) : sum, x.at(at)),
        ),
    };
  },
};
