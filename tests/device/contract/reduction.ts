/**
 * Properties of sums, largest, and smallest.
 *
 * @module
 */
import fc from "fast-check";
import { sizeOf } from "../../../lib/device/shape.ts";
import type { DType } from "../../../lib/device/storage.ts";
import { dimension, dimensions, given, inputOf, inputs, type Kind, shapes } from "./arbitraries.ts";
import { type Case, EXACT, makeCase, sumOf, type Tolerance } from "./case.ts";

type Reduction = "sum" | "prod" | "max" | "min";

const KINDS: Record<Reduction, Kind[]> = {
  // Numbers whose sum overflows are left out: whether it does depends on the order.
  sum: ["integers", "reals", "infinities"],
  // Nor numbers whose product does, before a 0.
  prod: ["positive"],
  max: ["integers", "reals", "specials"],
  min: ["integers", "reals", "specials"],
};
const DTYPES: Record<Reduction, DType[]> = {
  sum: ["float32", "float32", "int32"],
  prod: ["float32", "float32", "int32"],
  max: ["float32", "float32", "int32", "bool"],
  min: ["float32", "float32", "int32", "bool"],
};

function reduced(name: Reduction, x: Case["inputs"][number], dims: number[], keepdim: boolean): Case {
  const shape = x.dims?.map((d) => x.memory.shape[d]) ?? x.memory.shape;
  const terms = sizeOf(dims.map((d) => shape[d] ?? 1));
  const product: Tolerance = { relative: (4 + terms) * 2 ** -23, absolute: 1e-37 };
  const tolerance = name === "sum" ? sumOf(terms) : name === "prod" ? product : EXACT;
  return makeCase([x], (k, [x]) => [k[name](x, dims, keepdim)], tolerance, { settings: { dims, keepdim } });
}

function reduction(name: Reduction): fc.Arbitrary<Case> {
  return shapes().chain((shape) =>
    fc.tuple(
      inputs(shape, { kinds: KINDS[name], dtypes: DTYPES[name] }),
      dimensions(shape.length),
      fc.boolean(),
    )
  ).map(([x, dims, keepdim]) => reduced(name, x, dims, keepdim));
}

const argmax = given(shapes({ minLength: 1 }), (shape) =>
  fc.tuple(
    inputs(shape, { kinds: KINDS.max, dtypes: DTYPES.max }),
    dimension(shape.length),
  )).map(({ b: [x, dim] }) => makeCase([x], (k, [x]) => [k.argmax(x, dim)], EXACT, { settings: { dim } }));

/** Far more numbers than one workgroup, or one block of a processor's cache, takes. */
function large(name: Reduction): Case[] {
  const cases: [shape: number[], dims: number[], order: number[] | null][] = [
    [[10_000_019], [0], null],
    [[1001, 1003], [0, 1], [1, 0]],
    [[1001, 1003], [0], null],
    [[1001, 1003], [1], null],
    [[3, 331, 7, 301], [1, 3], null],
    [[3, 301, 7, 331], [1, 2], [0, 3, 1, 2]],
    [[200_003, 3], [0], null],
    [[3, 200_003], [1], null],
  ];
  return cases.map(([shape, dims, order], i) =>
    reduced(name, inputOf(shape, order, i, "reals"), dims, i % 2 === 0)
  );
}

export const reductions = {
  sum: reduction("sum"),
  prod: reduction("prod"),
  max: reduction("max"),
  min: reduction("min"),
  argmax,
};

/** By method. */
export const largeReductions: Record<string, () => Case[]> = {
  sum: () => [
    ...large("sum"),
    // All of one sign: a running float32 sum would stop to grow.
    reduced("sum", inputOf([10_000_019], null, 1, "positive"), [0], false),
    reduced("sum", inputOf([500_003], null, 1, "reals", "int32"), [0], false),
  ],
  prod: () => [
    reduced("prod", inputOf([70_001, 3], null, 1, "reals", "int32"), [0], false),
    reduced("prod", inputOf([3, 5003], null, 1, "positive"), [1], true),
  ],
  max: () => large("max"),
  min: () => large("min"),
  argmax: () =>
    ([[[1_000_003], 0], [[1001, 1003], 0], [[1001, 1003], 1]] as const).map(([shape, dim], i) =>
      makeCase([inputOf(shape, null, i, "reals")], (k, [x]) => [k.argmax(x, dim)], EXACT, {
        settings: { dim },
      })
    ),
};
