/**
 * Random shapes, numbers, and arrays in any order of memory. Only seeds of numbers are fast-check's, so that a failing case is
 * soon a small one.
 *
 * @module
 */
import fc from "fast-check";
import { sizeOf } from "../../../lib/device/shape.ts";
import { ARRAYS, type DType, type Values } from "../../../lib/device/storage.ts";
import type { HostArray } from "../../../lib/device/reference/array.ts";
import { type Case, describable, type Input } from "./case.ts";

/** What the numbers of an array are like; the first is what a failing case shrinks to. */
export type Kind = "integers" | "reals" | "unit" | "positive" | "infinities" | "specials";

const SPECIALS = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, 88.5, -104, 1e-30, 3e38, -1e20];
const EXTREMES = [-(2 ** 31), 2 ** 31 - 1, 2 ** 24 + 1, -(2 ** 24) - 1, 65537, 46341, 0, -1];

/** Numbers of a kind and a seed. */
export function numbers(n: number, seed: number, kind: Kind, dtype: DType): Values {
  let state = (seed + 1) * 16807 % 2147483647; // Park and Miller's generator
  const next = () => (state = state * 16807 % 2147483647) / 2147483647;
  next();
  const integer = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  const oneOf = (list: readonly number[]) => list[integer(0, list.length - 1)];
  const real = () => 20 * next() - 10;
  const values = new ARRAYS[dtype](n);
  const whole =
    { float32: () => integer(-3, 3), int32: () => integer(-9, 9), bool: () => integer(0, 1) }[dtype];
  const floats: Record<Kind, () => number> = {
    integers: whole,
    reals: real,
    // Down to where 1 + x is 1.
    unit: () => (2 * next() - 1) * 10 ** -integer(0, integer(0, 9)),
    positive: () => next() + 2 ** -10,
    infinities: () => integer(0, 20) === 0 ? SPECIALS[integer(0, 2)] : whole(),
    specials: () => integer(0, 3) === 0 ? oneOf(SPECIALS) : 10 * real(),
  };
  const wide = () => integer(0, 2) === 0 ? oneOf(EXTREMES) : integer(-(2 ** 31), 2 ** 31 - 1);
  const value = dtype === "float32" ? floats[kind] : dtype === "int32" && kind !== "integers" ? wide : whole;
  for (let i = 0; i < n; i++) values[i] = value();
  return values;
}

/** An array of numbers of a kind. */
export function arrayOf(
  shape: readonly number[],
  seed: number,
  kind: Kind,
  dtype: DType = "float32",
): HostArray {
  return { shape: [...shape], dtype, data: numbers(sizeOf(shape), seed, kind, dtype) };
}

export const seeds: fc.Arbitrary<number> = fc.nat(1_000_000);

/** Lengths of a dimension: mostly a few, now and then past a vector, a workgroup, or a row of the kernels, seldom none. */
export const lengths: fc.Arbitrary<number> = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 2, max: 7 }) },
  { weight: 4, arbitrary: fc.constant(1) },
  { weight: 10, arbitrary: fc.integer({ min: 8, max: 70 }) },
  { weight: 1, arbitrary: fc.integer({ min: 250, max: 1100 }) },
  { weight: 1, arbitrary: fc.constant(0) },
);

/** Shapes of up to `most` elements. */
export function shapes({ minLength = 0, maxLength = 5, most = 6000 } = {}): fc.Arbitrary<number[]> {
  return fc.array(lengths, { minLength, maxLength, size: "max" }).map((shape) => {
    // What is too large becomes smaller from the front, rather than being drawn again.
    const small = [...shape];
    for (let d = 0; sizeOf(small) > most; d++) small[d] = Math.min(small[d], 3);
    return small;
  });
}

/** 0 to rank − 1 in any sequence. */
export function permutations(rank: number): fc.Arbitrary<number[]> {
  const all = Array.from({ length: rank }, (_, d) => d);
  return fc.shuffledSubarray(all, { minLength: rank, maxLength: rank });
}

/** In which order an array lies: mostly as it is seen; images often with their channels last. */
export function orders(rank: number): fc.Arbitrary<number[] | null> {
  if (rank < 2) return fc.constant(null);
  const last = [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, d) => d + 1)];
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: fc.constant(last) },
    { weight: 3, arbitrary: permutations(rank) },
  );
}

/** An array that is seen with `shape`, and lies in the order `dims`. */
export function inputOf(
  shape: readonly number[],
  dims: readonly number[] | null,
  seed: number,
  kind: Kind,
  dtype: DType = "float32",
): Input {
  const memory = [...shape];
  dims?.forEach((d, i) => memory[d] = shape[i]);
  return { memory: arrayOf(memory, seed, kind, dtype), dims };
}

/** Arrays of a shape. */
export function inputs(
  shape: readonly number[],
  { kinds = ["integers", "reals"], dtypes = ["float32"] }: {
    kinds?: readonly Kind[];
    dtypes?: readonly DType[];
  } = {},
): fc.Arbitrary<Input> {
  return fc.tuple(orders(shape.length), seeds, fc.constantFrom(...kinds), fc.constantFrom(...dtypes))
    .map(([dims, seed, kind, dtype]) => inputOf(shape, dims, seed, kind, dtype));
}

/** Several arrays of one dtype. */
export function sameDtype(
  list: readonly (readonly number[])[],
  { kinds, dtypes }: { kinds: readonly Kind[]; dtypes: readonly DType[] },
): fc.Arbitrary<Input[]> {
  return fc.constantFrom(...dtypes).chain((dtype) =>
    fc.tuple(...list.map((shape) => inputs(shape, { kinds, dtypes: [dtype] })))
  );
}

/** Shapes that broadcast: one shape, some of whose dimensions are 1, or missing in front, in each. */
export function broadcasts(count: number): fc.Arbitrary<number[][]> {
  return shapes().chain((shape) => {
    const rank = shape.length;
    const cut = fc.oneof(
      { weight: 2, arbitrary: fc.constant(shape) },
      {
        weight: 3,
        arbitrary: fc.tuple(fc.nat(rank), fc.array(fc.boolean(), { minLength: rank, maxLength: rank }))
          .map(([from, ones]) => shape.map((n, d) => ones[d] ? 1 : n).slice(from)),
      },
    );
    return fc.tuple(...Array.from({ length: count }, () => cut));
  });
}

/** One of the dimensions, seldom one that is not there. */
export function dimension(rank: number): fc.Arbitrary<number> {
  const wrong = fc.constant(rank);
  return rank === 0 ? wrong : fc.oneof(
    { weight: 30, arbitrary: fc.nat(rank - 1) },
    { weight: 1, arbitrary: wrong },
  );
}

/** Some of the dimensions, ascending, or none; seldom one that is not there. */
export function dimensions(rank: number): fc.Arbitrary<number[]> {
  const all: number[] = Array.from({ length: rank }, (_, d) => d);
  return fc.oneof(
    { weight: 24, arbitrary: fc.subarray(all) },
    { weight: 5, arbitrary: fc.constant(all) },
    { weight: 1, arbitrary: fc.constant<number[]>([rank]) },
  );
}

/** A tuple whose parts depend on one another: first `a`, then what follows from it. */
export function given<A, B>(
  a: fc.Arbitrary<A>,
  follows: (value: A) => fc.Arbitrary<B>,
): fc.Arbitrary<{ a: A; b: B }> {
  return a.chain((value) => follows(value).map((b) => ({ a: value, b })));
}

const NEXT: Record<DType, DType> = { float32: "int32", int32: "bool", bool: "float32" };

/** Another dtype, one dimension more, or one place more in a dimension. */
function spoil({ memory, dims }: Input, how: "dtype" | "rank" | "size", at: number): Input {
  let { shape, dtype } = memory;
  if (how === "dtype") dtype = NEXT[dtype];
  else if (how === "rank" || shape.length === 0) shape = [...shape, 2];
  else shape = shape.map((n, d) => d === at % shape.length ? n + 1 : n);
  const data = new ARRAYS[dtype](sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    const value = memory.data[i % memory.data.length] || 0;
    data[i] = dtype === "bool" ? Number(value !== 0) : value;
  }
  return { memory: { shape, dtype, data }, dims: shape.length === memory.shape.length ? dims : null };
}

/**
 * The cases, and among them some whose arguments no longer fit. Only those are spoiled that were `right`: which of two faults is
 * named is anyone's choice.
 */
export function withSpoiled(cases: fc.Arbitrary<Case>, right: (one: Case) => boolean): fc.Arbitrary<Case> {
  const spoiled = fc.tuple(cases, fc.nat(5), fc.constantFrom("dtype", "rank", "size"), fc.nat(5))
    .map(([one, which, how, at]) => {
      if (one.inputs.length === 0 || one.expected !== undefined || !right(one)) return one;
      const chosen = which % one.inputs.length;
      const kind = one.consistent && how === "size" ? "rank" : how;
      const inputs = one.inputs.map((input, i) => i === chosen ? spoil(input, kind, at) : input);
      return describable({ ...one, inputs });
    });
  return fc.oneof({ weight: 5, arbitrary: cases }, { weight: 1, arbitrary: spoiled });
}
