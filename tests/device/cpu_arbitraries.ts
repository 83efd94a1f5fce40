/** Random shapes and arrays for property tests; fast-check shrinks a failing case to a small one. */
import fc from "fast-check";
import type { DType, Values } from "../../lib/device/device.ts";
import { type HostArray, size } from "./cpu_helpers.ts";

/** Cases for each kernel. */
export const CASES = 200;

/** Runs a property, the same cases at every run. */
export function holds<T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void, cases = CASES): void {
  fc.assert(fc.property(arbitrary, property), { seed: 12345, numRuns: cases });
}

/** Lengths of a dimension: mostly a few, now and then past a vector or a row of the kernels, seldom none. */
export const length = fc.oneof(
  { weight: 16, arbitrary: fc.integer({ min: 1, max: 7 }) },
  { weight: 4, arbitrary: fc.constant(1) },
  { weight: 3, arbitrary: fc.integer({ min: 8, max: 70 }) },
  { weight: 1, arbitrary: fc.constant(0) },
);

/** Shapes of rank 0 to 6 and up to `most` elements; one in forty is large enough for the threads. */
export function shapes({ most = 5000, minLength = 0, maxLength = 6, large = 110_000 } = {}) {
  const usual = fc.array(length, { minLength, maxLength }).filter((shape) => size(shape) <= most);
  if (large === 0) return usual;
  const long = fc.integer({ min: large, max: large + 70 })
    .map((n) => [n, ...Array(Math.max(0, minLength - 1)).fill(1)]);
  return fc.oneof({ weight: 39, arbitrary: usual }, { weight: 1, arbitrary: long });
}

/** What the numbers of an array are like; the first is what a failing case shrinks to. */
export type Kind = "integers" | "reals" | "specials" | "infinities";

const SPECIALS = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 88.5, -104, 1e-40, 3e38];

/** The array of a shape, dtype, kind and seed. */
export function arrayOf(
  shape: number[],
  seed: number,
  kind: Kind = "reals",
  dtype: DType = "float32",
): HostArray {
  const name = `arrayOf([${shape}], ${seed}, "${kind}", "${dtype}")`;
  // fast-check prints this, not the numbers.
  return {
    shape,
    dtype,
    values: numbers(size(shape), seed, kind, dtype),
    [fc.toStringMethod]: () => name,
  } as HostArray;
}

function numbers(n: number, seed: number, kind: Kind, dtype: DType): Values {
  let state = seed * 16807 % 2147483647 || 1; // Park and Miller's generator
  const next = () => (state = state * 16807 % 2147483647) / 2147483647;
  const integer = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  if (dtype === "int32") return Int32Array.from({ length: n }, () => integer(-9, 9));
  if (dtype === "bool") return Uint8Array.from({ length: n }, () => integer(0, 1));
  const real = () => 2 * next() - 1;
  const special = () => integer(0, 3) === 0 ? SPECIALS[integer(0, SPECIALS.length - 1)] : 100 * real();
  const whole = () => integer(-3, 3);
  const infinity = () => integer(0, 20) === 0 ? SPECIALS[integer(0, 2)] : whole();
  const value = { integers: whole, reals: real, specials: special, infinities: infinity }[kind];
  return Float32Array.from({ length: n }, value);
}

export const seed = fc.nat(1_000_000);
export const kind: fc.Arbitrary<Kind> = fc.constantFrom("integers", "reals", "specials");
/** Without NaN, infinities, and numbers whose sums overflow sooner in float32 than in float64. */
export const finite: fc.Arbitrary<Kind> = fc.constantFrom("integers", "reals");
export const dtype: fc.Arbitrary<DType> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<DType>("float32") },
  { weight: 1, arbitrary: fc.constantFrom<DType>("int32", "bool") },
);

/** Arrays of any shape. */
export function arrays(
  shape: fc.Arbitrary<number[]> = shapes(),
  kinds: fc.Arbitrary<Kind> = kind,
  dtypes: fc.Arbitrary<DType> = fc.constant("float32"),
): fc.Arbitrary<HostArray> {
  return fc.tuple(shape, seed, kinds, dtypes).map(([shape, seed, kind, dtype]) =>
    arrayOf(shape, seed, kind, dtype)
  );
}

/** Two shapes that broadcast: one shape, some of whose dimensions are 1, or missing at the front, in either. */
export function broadcasts(shape = shapes()): fc.Arbitrary<[number[], number[]]> {
  return shape.chain((shape) => {
    const cut = fc.oneof(
      { weight: 2, arbitrary: fc.constant(shape) },
      {
        weight: 3,
        arbitrary: fc.tuple(
          fc.nat(shape.length),
          fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
        ).map(([from, ones]) => shape.map((n, i) => ones[i] ? 1 : n).slice(from)),
      },
    );
    return fc.tuple(cut, cut);
  });
}
