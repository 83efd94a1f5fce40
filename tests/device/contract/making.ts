/**
 * Properties of arrays from nothing but numbers.
 *
 * @module
 */
import fc from "fast-check";
import type { DType } from "../../../lib/device/storage.ts";
import { inputs, seeds, shapes } from "./arbitraries.ts";
import { EXACT, makeCase, type Tolerance } from "./case.ts";

const fill = fc.tuple(
  shapes(),
  fc.constantFrom<[number, DType]>(
    ...[0, -0, 1, -2.5, 1e-3, 3e38, NaN, Infinity, -Infinity].map((
      value,
    ): [number, DType] => [value, "float32"]),
    ...[0, 1, -7, 2 ** 31 - 1, -(2 ** 31), 2 ** 24 + 1].map((value): [number, DType] => [value, "int32"]),
    [0, "bool"],
    [1, "bool"],
    [2, "bool"],
    [-0.5, "bool"],
  ),
).map(([shape, [value, dtype]]) =>
  makeCase([], (k) => [k.fill(shape, value, dtype)], EXACT, { settings: { shape, value, dtype } })
);

const draws = fc.tuple(
  fc.nat(2 ** 31 - 1),
  fc.nat(2 ** 31 - 1),
  fc.oneof(fc.nat(1000), fc.constantFrom(2 ** 32 - 2, 2 ** 32, 2 ** 52 + 5)),
).map(([low, high, offset]) => ({ seed: [2 * low, high] as const, offset }));

/** √(−2 ln u) cos 2πv in float32, by polynomials that are exact to a unit in the last place, and a root that need not be. */
const NORMAL: Tolerance = { relative: 1e-6 };

const random = fc.tuple(shapes(), draws, fc.constantFrom("uniform", "normal")).map(
  ([shape, draw, distribution]) =>
    makeCase([], (k) => [k.random(distribution, shape, draw)], distribution === "normal" ? NORMAL : EXACT, {
      settings: { distribution, shape, draw },
    }),
);

const dropout = fc.tuple(
  shapes().chain((shape) => fc.tuple(inputs(shape), seeds)),
  draws,
  fc.constantFrom(0, 0.5, 0.1, 0.9, 0.25, 1),
).map(([[x], draw, p]) =>
  makeCase([x], (k, [x]) => k.dropout(x, p, draw), { relative: 2 ** -23 }, {
    settings: { draw, p },
    // It is drawn in the order of memory.
    expected: (k) => {
      const results = k.dropout(x.memory, p, draw);
      return x.dims === null ? results : results.map((one) => k.permute(one, x.dims!));
    },
  })
);

export const making = { fill, random, dropout };
