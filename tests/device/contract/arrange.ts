/**
 * Properties of numbers in another arrangement, and of places named by integers.
 *
 * @module
 */
import fc from "fast-check";
import type { Slice } from "../../../lib/device/kernels.ts";
import type { HostArray } from "../../../lib/device/reference/array.ts";
import type { Reference } from "../../../lib/device/reference/kernels.ts";
import { sizeOf } from "../../../lib/device/shape.ts";
import type { DType } from "../../../lib/device/storage.ts";
import { tapsOf } from "../../../lib/device/taps.ts";
import {
  dimension,
  given,
  inputOf,
  inputs,
  type Kind,
  orders,
  permutations,
  sameDtype,
  seeds,
  shapes,
} from "./arbitraries.ts";
import { type Case, EXACT, type Input, makeCase, sumOf } from "./case.ts";

const KINDS: Kind[] = ["integers", "specials"];
const DTYPES: DType[] = ["float32", "int32", "bool"];
const any = { kinds: KINDS, dtypes: DTYPES };

/** Shapes of as many elements: the sizes multiplied together, split otherwise, with ones between. */
function regrouped(shape: readonly number[]): fc.Arbitrary<number[]> {
  const size = sizeOf(shape);
  if (size === 0) return fc.constantFrom([0], [0, 3], [2, 0, 5], [...shape]);
  const factors: number[] = [];
  for (let rest = size, p = 2; rest > 1;) {
    if (rest % p === 0) {
      factors.push(p);
      rest /= p;
    } else p++;
  }
  return fc.tuple(fc.array(fc.nat(4), { minLength: factors.length, maxLength: factors.length }), fc.nat(5))
    .map(([homes, count]) => {
      const result = Array.from({ length: count }, () => 1);
      factors.forEach((factor, i) => {
        if (homes[i] < count) result[homes[i]] *= factor;
        else result.push(factor);
      });
      return result;
    });
}

const reshape = given(shapes(), (shape) =>
  fc.tuple(
    inputs(shape, any),
    fc.oneof(
      { weight: 20, arbitrary: regrouped(shape) },
      { weight: 1, arbitrary: fc.constant([...shape, 2]) },
    ),
  )).map(({ b: [x, to] }) => makeCase([x], (k, [x]) => [k.reshape(x, to)], EXACT, { settings: { to } }));

const permute = given(shapes({ maxLength: 6 }), (shape) =>
  fc.tuple(
    inputs(shape, any),
    fc.oneof(
      { weight: 20, arbitrary: permutations(shape.length) },
      { weight: 1, arbitrary: fc.constant(shape.map(() => 0)) },
    ),
  )).map(({ b: [x, dims] }) =>
    makeCase([x], (k, [x]) => [k.permute(x, dims)], EXACT, { settings: { dims } })
  );

const expand = given(shapes({ most: 2000 }), (shape) =>
  given(
    fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length })
      .map((ones) => shape.map((n, d) => ones[d] ? 1 : n)),
    (from) =>
      fc.tuple(inputs(from, any), fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }), fc.nat(15)),
  )).map(({ a: shape, b: { b: [x, lead, wrong] } }) => {
    const to = [...lead, ...shape];
    if (wrong === 0 && to.length > 0) to[to.length - 1]++;
    return makeCase([x], (k, [x]) => [k.expand(x, to)], EXACT, { settings: { to } });
  });

/** A part inside of a shape, seldom one that is not; forwards or backwards. */
function parts(shape: readonly number[]): fc.Arbitrary<Slice> {
  const one = (n: number) =>
    fc.tuple(
      fc.oneof(fc.constant(0), fc.nat(n >> 1), fc.nat(n)),
      fc.oneof(
        fc.constant(1),
        fc.constant(-1),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: -4, max: -1 }),
      ),
      fc.nat(60),
    ).chain(([from, step, wrong]) => {
      const begin = step < 0 && from < n ? n - 1 - from : from;
      const most = begin >= n ? 0 : Math.floor((step > 0 ? n - 1 - begin : begin) / Math.abs(step)) + 1;
      if (wrong === 0) return fc.constant({ begin, step, size: most + 1 });
      return fc.oneof({ weight: 2, arbitrary: fc.constant(most) }, {
        weight: 1,
        arbitrary: fc.integer({ min: most >> 1, max: most }),
      }).map((size) => ({ begin, step, size }));
    });
  return fc.tuple(...shape.map(one)).map((list) => ({
    begin: list.map(({ begin }) => begin),
    size: list.map(({ size }) => size),
    step: list.map(({ step }) => step),
  }));
}

const slice = given(shapes(), (shape) => fc.tuple(inputs(shape, any), parts(shape)))
  .map(({ b: [x, part] }) => makeCase([x], (k, [x]) => [k.slice(x, part)], EXACT, { settings: part }));

const sliceGrad = given(
  shapes(),
  (shape) => given(parts(shape), (part) => inputs(part.size, any)),
)
  .map(({ a: shape, b: { a: part, b: dy } }) =>
    makeCase([dy], (k, [dy]) => [k.sliceGrad(dy, shape, part)], EXACT, { settings: { shape, ...part } })
  );

const pad = given(shapes({ most: 1000, maxLength: 4 }), (shape) =>
  fc.tuple(
    inputs(shape, any),
    fc.tuple(...shape.map(() => fc.tuple(fc.nat(3), fc.nat(3)))),
    fc.constantFrom(0, 1, -2, 0.5),
    fc.nat(20),
  )).map(({ b: [x, border, number, wrong] }) => {
    const { dtype } = x.memory;
    const value = dtype === "int32" ? Math.trunc(number) : number;
    const wanted = wrong === 0 ? [...border, [0, 0] as const] : border;
    return makeCase([x], (k, [x]) => [k.pad(x, wanted, value)], EXACT, {
      settings: { border: wanted, value },
    });
  });

const concat = given(
  shapes({ minLength: 1, maxLength: 4, most: 1000 }),
  (shape) =>
    given(
      dimension(shape.length),
      (dim) =>
        fc.array(fc.nat(6), { minLength: 1, maxLength: 5 }).chain((sizes) =>
          sameDtype(sizes.map((size) => shape.map((n, d) => d === dim ? size : n)), any)
        ),
    ),
).map(({ b: { a: dim, b: list } }) =>
  makeCase(list, (k, list) => [k.concat(list, dim)], EXACT, { settings: { dim } })
);

/** An argument as the reference sees it. */
function seen(k: Reference, { memory, dims }: Input): HostArray {
  return dims === null ? memory : k.permute(memory, dims);
}

const asFilters = shapes({ minLength: 4, maxLength: 4 }).chain((shape) => inputs(shape))
  .map((w) => makeCase([w], (k, [w]) => [k.asFilters(w)], EXACT, { expected: (k) => [seen(k, w)] }));

const laidLike = shapes().chain((shape) => fc.tuple(inputs(shape, any), inputs(shape, any)))
  .map((both) =>
    makeCase(both, (k, [x, like]) => [k.laidLike(x, like)], EXACT, {
      expected: (k) => [seen(k, both[0])],
    })
  );

/** Indices below a bound, seldom one that is not: at one place only, since which is named first is anyone's choice. */
function indices(shape: readonly number[], bound: number, counted = false): fc.Arbitrary<Input> {
  return fc.tuple(orders(shape.length), seeds, fc.nat(15), fc.boolean()).map(([dims, seed, wrong, below]) => {
    const index = inputOf(shape, dims, seed, "reals", "int32");
    const { data } = index.memory;
    for (let i = 0; i < data.length; i++) {
      data[i] = bound === 0 ? 0 : counted ? data[i] % bound : Math.abs(data[i] % bound);
    }
    if (wrong === 0 && data.length > 0) data[seed % data.length] = below ? -1 - (counted ? bound : 0) : bound;
    return index;
  });
}

/** A shape, a dimension, and the index' shape. */
const along = shapes({ minLength: 1, most: 3000, maxLength: 4 }).chain((shape) =>
  fc.tuple(fc.constant(shape), dimension(shape.length), fc.nat(9))
).map(([shape, dim, count]) => {
  const picked = shape.map((n, d) => d === dim ? (shape[dim] === 0 ? 0 : count) : n);
  return { shape, dim, picked, bound: shape[dim] ?? 1 };
});

/** What is added up. */
const sums: { kinds: Kind[]; dtypes: DType[] } = {
  kinds: ["integers", "reals", "infinities"],
  dtypes: ["float32", "int32"],
};

const gather = given(
  along,
  ({ shape, picked, bound }) => fc.tuple(inputs(shape, any), indices(picked, bound)),
)
  .map(({ a: { dim }, b }) =>
    makeCase(b, (k, [x, index]) => [k.gather(x, index, dim)], EXACT, { settings: { dim } })
  );

const scatterAdd = given(along, ({ picked, bound }) =>
  fc.tuple(
    inputs(picked, sums),
    indices(picked, bound),
  )).map(({ a: { dim, shape, picked }, b }) =>
    makeCase(b, (k, [dy, index]) => [k.scatterAdd(dy, index, dim, shape)], sumOf(picked[dim] ?? 1), {
      settings: { dim, shape },
    })
  );

/** A shape, a dimension, and how many of its slices are named. */
const slices = along.map(({ shape, dim, picked, bound }) => ({
  shape,
  dim,
  picked,
  bound,
  list: [picked[dim] ?? 2],
}));

const indexSelect = given(
  slices,
  ({ shape, bound, list }) => fc.tuple(inputs(shape, any), indices(list, bound)),
)
  .map(({ a: { dim }, b }) =>
    makeCase(b, (k, [x, index]) => [k.indexSelect(x, index, dim)], EXACT, { settings: { dim } })
  );

const indexAdd = given(
  slices,
  ({ picked, bound, list }) => fc.tuple(inputs(picked, sums), indices(list, bound)),
)
  .map(({ a: { dim, picked, bound }, b }) =>
    makeCase(b, (k, [dy, index]) => [k.indexAdd(dy, index, dim, bound)], sumOf(picked[dim] ?? 1), {
      settings: { dim, size: bound },
    })
  );

const at = given(
  fc.tuple(shapes({ most: 3000 }), fc.nat(12)),
  ([shape, size]) => indices(shape, size, true),
).map(({ a: [, size], b: index }) =>
  makeCase([index], (k, [index]) => [k.at(index, size)], EXACT, { settings: { size } })
);

const scatterLast = given(along, ({ picked, bound }) => indices(picked, bound))
  .map(({ a: { dim, bound }, b: index }) =>
    makeCase([index], (k, [index]) => [k.scatterLast(index, dim, bound)], EXACT, { settings: { dim, bound } })
  );

/** Taps of each place of a result, seldom of a place that is not there. */
const taps = (size: number) =>
  fc.tuple(fc.nat(9), seeds, fc.nat(15)).map(([count, seed, wrong]) => {
    const random = inputOf([count, 4], null, seed, "reals").memory.data;
    const list = tapsOf(count, (i) =>
      Array.from({ length: size === 0 ? 0 : Math.abs(Math.trunc(random[4 * i])) % 4 }, (_, t) => {
        const number = random[4 * i + t];
        return [Math.floor(Math.abs(number) * 7) % size, t === 0 ? 1 : Math.round(number) / 4] as const;
      }));
    if (wrong === 0 && list.places.length > 0) {
      list.places[seed % list.places.length] = size;
    }
    return list;
  });

const resample = given(
  shapes({ minLength: 1, most: 3000, maxLength: 4 }).chain((shape) =>
    fc.tuple(fc.constant(shape), dimension(shape.length))
  ),
  ([shape, dim]) =>
    fc.tuple(inputs(shape, { kinds: ["integers", "reals", "infinities"] }), taps(shape[dim] ?? 1)),
).map(({ a: [, dim], b: [x, taps] }) =>
  makeCase([x], (k, [x]) => [k.resample(x, dim, taps)], {
    ...sumOf(4),
    magnitude: (k, [x]) => [k.resample(k.abs(x), dim, { ...taps, weights: taps.weights.map(Math.abs) })],
  }, { settings: { dim, ...taps } })
);

/** Two arrays of one dtype, and an index. */
const written = (
  shape: readonly number[],
  picked: readonly number[],
  list: readonly number[],
  bound: number,
) => fc.tuple(sameDtype([shape, picked], any), indices(list, bound)).map(([[x, v], index]) => [x, v, index]);

const indexCopy = given(slices, ({ shape, picked, list, bound }) => written(shape, picked, list, bound))
  .map(({ a: { dim }, b }) =>
    makeCase(b, (k, [x, v, index]) => [k.indexCopy(x, v, index, dim)], EXACT, { settings: { dim } })
  );

const scatter = given(along, ({ shape, picked, bound }) => written(shape, picked, picked, bound))
  .map(({ a: { dim }, b }) =>
    makeCase(b, (k, [x, v, index]) => [k.scatter(x, v, index, dim)], EXACT, { settings: { dim } })
  );

const oneHot = given(
  fc.tuple(shapes({ most: 300, maxLength: 3 }), fc.integer({ min: 1, max: 12 })),
  ([shape, classes]) => indices(shape, classes),
).map(({ a: [, classes], b: x }) =>
  makeCase([x], (k, [x]) => [k.oneHot(x, classes)], EXACT, { settings: { classes } })
);

/** Rows of weights, zeros and seldom a row without any weight, or one that is not finite, among them; and points. */
const inverseCdf = fc.tuple(
  fc.nat(3),
  fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 60, max: 300 })),
  fc.nat(5),
)
  .chain(([rows, classes, count]) =>
    fc.tuple(
      inputs([rows, classes], { kinds: ["reals"] }),
      inputs([rows, count], { kinds: ["reals"] }),
      fc.nat(9),
    )
  ).map(([weights, points, odd]) => {
    const { data } = weights.memory;
    for (let i = 0; i < data.length; i++) data[i] = odd === 0 ? 0 : Math.max(0, data[i]);
    if (odd === 1 && data.length > 0) data[0] = NaN;
    if (odd === 2 && data.length > 0) data[0] = Infinity;
    const at = points.memory.data;
    for (let i = 0; i < at.length; i++) at[i] = Math.abs(at[i] % 1);
    return makeCase([weights, points], (k, [weights, points]) => [k.inverseCdf(weights, points)]);
  });

export const arrangement = {
  reshape,
  permute,
  expand,
  slice,
  sliceGrad,
  pad,
  concat,
  asFilters,
  laidLike,
  gather,
  scatterAdd,
  indexSelect,
  indexAdd,
  at,
  scatterLast,
  indexCopy,
  scatter,
  oneHot,
  inverseCdf,
  resample,
};

function largeScatter(rows: number, columns: number, shape: number[], dim: number): Case {
  const index = inputOf([rows, columns], null, 3, "reals", "int32");
  for (let i = 0; i < index.memory.data.length; i++) {
    index.memory.data[i] = Math.abs(index.memory.data[i] % shape[dim]);
  }
  const dy = inputOf([rows, columns], null, 4, "reals");
  return makeCase([dy, index], (k, [dy, index]) => [k.scatterAdd(dy, index, dim, shape)], sumOf(rows), {
    settings: { dim, shape },
  });
}

function largeRows(picks: number, rows: number, columns: number): [index: Input, dy: Input] {
  const index = inputOf([picks], null, 3, "reals", "int32");
  const { data } = index.memory;
  // The first half names a few places only.
  data.forEach((n, i) => data[i] = Math.abs(n % (2 * i < picks ? Math.min(7, rows) : rows)));
  return [index, inputOf([picks, columns], null, 4, "reals")];
}

function largeIndexAdd(picks: number, rows: number, columns: number): Case {
  const [index, dy] = largeRows(picks, rows, columns);
  return makeCase([dy, index], (k, [dy, index]) => [k.indexAdd(dy, index, 0, rows)], sumOf(picks), {
    settings: { rows },
  });
}

/** By method. */
export const largeArrangements: Record<string, () => Case[]> = {
  permute: () => [
    makeCase([inputOf([1031, 1021], null, 1, "reals")], (k, [x]) => [k.permute(x, [1, 0])]),
    makeCase([inputOf([37, 41, 3, 101], null, 1, "reals")], (k, [x]) => [k.permute(x, [2, 0, 3, 1])]),
  ],
  scatterAdd: () => [
    largeScatter(1, 100_003, [1, 7], 1),
    largeScatter(20_011, 5, [1009, 5], 0),
    largeScatter(3001, 64, [10, 64], 0),
  ],
  indexSelect: () => {
    const [index] = largeRows(3001, 1009, 1), x = inputOf([1009, 65], null, 5, "reals");
    return [makeCase([x, index], (k, [x, index]) => [k.indexSelect(x, index, 0)])];
  },
  indexAdd: () => [largeIndexAdd(3001, 1009, 65), largeIndexAdd(40_009, 100, 3)],
  resample: () =>
    [0, 1, 2].map((dim) => {
      const shape = [70, 83, 67];
      const list = tapsOf(150, (i) => [[i % shape[dim], 0.25], [(7 * i) % shape[dim], 0.75]]);
      return makeCase([inputOf(shape, null, dim, "reals")], (k, [x]) => [k.resample(x, dim, list)], sumOf(2));
    }),
};
