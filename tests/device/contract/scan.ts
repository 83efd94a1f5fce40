/**
 * Properties of what goes along one dimension: running sums and products, places of the largest so far, and sorting.
 *
 * @module
 */
import fc from "fast-check";
import type { DType } from "../../../lib/device/storage.ts";
import { dimension, given, inputOf, inputs, type Kind, sameDtype, shapes } from "./arbitraries.ts";
import { type Call, type Case, EXACT, type Input, makeCase, sumOf, type Tolerance } from "./case.ts";

const INTEGERS: DType[] = ["float32", "float32", "int32"];

/** Some input with one of its dimensions, and a yes or no. */
function along(
  kinds: Kind[],
  dtypes: DType[],
  make: (x: Input, length: number, dim: number, flag: boolean) => Case,
): fc.Arbitrary<Case> {
  return given(
    shapes({ minLength: 1 }),
    (shape) => fc.tuple(inputs(shape, { kinds, dtypes }), dimension(shape.length), fc.boolean()),
  )
    .map(({ a: shape, b: [x, dim, flag] }) => make(x, shape[dim] ?? 0, dim, flag));
}

/** n roundings of a product, the first of them relative to what is then multiplied; what is tiny a GPU may take for 0. */
const productOf = (n: number): Tolerance => ({ relative: (4 + n) * 2 ** -23, absolute: 1e-37 });
/** e to a power that is rounded at 10: each term has that error, and the logarithm adds its own. */
const LOGARITHM: Tolerance = { relative: 2e-6, absolute: 1e-5 };

const sums = (x: Input, n: number, dim: number, back: boolean): Case =>
  makeCase([x], (k, [x]) => [k.cumsum(x, dim, back)], sumOf(n), { settings: { dim, back } });
const products = (x: Input, n: number, dim: number, back: boolean): Case =>
  makeCase([x], (k, [x]) => [k.cumprod(x, dim, back)], productOf(n), { settings: { dim, back } });
const logs = (x: Input, _: number, dim: number): Case =>
  makeCase([x], (k, [x]) => [k.logcumsumexp(x, dim)], LOGARITHM, { settings: { dim } });
const largest = (x: Input, _: number, dim: number): Case =>
  makeCase([x], (k, [x]) => [k.argcummax(x, dim)], EXACT, { settings: { dim } });
const sorted = (x: Input, _: number, dim: number, descending: boolean): Case =>
  makeCase([x], (k, [x]) => [k.argsort(x, dim, descending)], EXACT, { settings: { dim, descending } });
const top = (x: Input, count: number, dim: number, descending: boolean): Case =>
  makeCase([x], (k, [x]) => [k.argtop(x, dim, count, descending)], EXACT, {
    settings: { dim, count, descending },
  });

const recurring = (a: Input, b: Input, n: number, dim: number, back: boolean): Case => {
  const call: Call = (k, [a, b]) => [k.recurrence(a, b, dim, back)];
  return makeCase([a, b], call, sumOf(4 * n), { settings: { dim, back } });
};
/** No factor is larger than 1, so that nothing grows beyond all bounds. */
const recurrence = given(shapes({ minLength: 1 }), (shape) =>
  fc.tuple(
    sameDtype([shape, shape], { kinds: ["positive"], dtypes: ["float32"] }),
    dimension(shape.length),
    fc.boolean(),
  )).map(({ a: shape, b: [[a, b], dim, back] }) => recurring(a, b, shape[dim] ?? 0, dim, back));

export const scans = {
  cumsum: along(["integers", "reals", "infinities"], INTEGERS, sums),
  cumprod: along(["positive"], INTEGERS, products),
  recurrence,
  logcumsumexp: along(["integers", "reals", "infinities"], ["float32"], logs),
  argcummax: along(["integers", "reals", "specials"], INTEGERS, largest),
  argsort: along(["integers", "reals", "specials"], INTEGERS, sorted),
  argtop: given(shapes({ minLength: 1 }), (shape) =>
    fc.tuple(
      inputs(shape, { kinds: ["integers", "reals", "specials"], dtypes: INTEGERS }),
      dimension(shape.length),
      fc.boolean(),
      // Seldom more than there are.
      fc.nat(1000),
    )).map(({ a: shape, b: [x, dim, descending, n] }) => {
      const length = shape[dim] ?? 0;
      return top(x, n > 990 ? length + 1 : n % (length + 1), dim, descending);
    }),
};

/** Longer than a part of a row on either device, or than llvmpipe's loops. */
export const largeScans: Record<string, () => Case[]> = {
  cumsum: () => [
    sums(inputOf([100_003], null, 1, "positive"), 100_003, 0, false),
    sums(inputOf([3, 70_001], null, 2, "reals"), 70_001, 1, true),
    sums(inputOf([5003, 7], null, 2, "integers", "int32"), 5003, 0, true),
  ],
  cumprod: () => [products(inputOf([70_001, 2], null, 1, "reals", "int32"), 1, 0, true)],
  recurrence: () => {
    const shape = [2, 70_001];
    return [
      recurring(inputOf(shape, null, 1, "positive"), inputOf(shape, null, 2, "reals"), 70_001, 1, false),
    ];
  },
  logcumsumexp: () => [logs(inputOf([5003], null, 1, "reals"), 5003, 0)],
  argcummax: () => [
    largest(inputOf([100_003], null, 1, "reals"), 0, 0),
    largest(inputOf([5003, 3], null, 1, "specials"), 0, 0),
  ],
  argsort: () => [
    sorted(inputOf([33_001], null, 1, "specials"), 0, 0, false),
    sorted(inputOf([2100, 3], null, 1, "integers"), 0, 0, true),
  ],
  argtop: () => [
    top(inputOf([33_001], null, 1, "specials"), 9, 0, true),
    top(inputOf([3, 2001], null, 2, "integers"), 11, 1, false),
    top(inputOf([33_001], null, 2, "positive"), 500, 0, true),
  ],
};
