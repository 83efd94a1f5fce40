/**
 * Properties of functions of one element, of two, and of three.
 *
 * @module
 */
import fc from "fast-check";
import { BINARY, type BinaryName, UNARY, type UnaryName } from "../../../lib/device/elementwise.ts";
import type { HostArray } from "../../../lib/device/reference/array.ts";
import { ARRAYS, type DType } from "../../../lib/device/storage.ts";
import { broadcasts, inputs, type Kind, sameDtype, shapes } from "./arbitraries.ts";
import { type Case, type Contract, EXACT, makeCase, ROUNDED, type Tolerance } from "./case.ts";

const KINDS: Kind[] = ["integers", "reals", "specials"];
const DTYPES: DType[] = ["float32", "int32", "bool"];

/** The host's numbers as an array like x. */
function mapped(x: HostArray, f: (value: number) => number): HostArray {
  return { ...x, data: x.data.map((value) => f(value)) };
}

/** WGSL allows eˣ 3 + 2 |x| units in the last place, and ours has them from scaling x by log₂ e in float32. */
const EXPONENTIAL: Tolerance = {
  roundings: 2,
  magnitude: (k, [x]) => [k.mul(k.exp(x), mapped(x, (value) => 3 + 2 * Math.min(Math.abs(value), 110)))],
};
/** Polynomials and what is put together from two or three rounded operations. */
const SERIES: Tolerance = { relative: 2e-6 };
/** Of values at most 1 from reduced arguments, and ln x near 1: exact to float32's digits of 1. */
const NEAR_ONE: Tolerance = { relative: 2e-6, absolute: 5e-7 };

/** Those of one argument and no settings. */
export type PlainUnary = Exclude<UnaryName, "leakyRelu" | "clamp" | "elu">;

/** What e^|x| is off by where a function's size is `size(x)`, and its own digits where that is small. */
function exponential(size: (x: number) => number, more: Partial<Tolerance> = {}): Tolerance {
  const magnitude = (_: unknown, [x]: readonly HostArray[]) => [
    mapped(x, (value) => Math.min(size(value), 1e38) * (3 + 2 * Math.min(Math.abs(value), 110))),
  ];
  return { relative: 2e-6, roundings: 2, magnitude, ...more };
}

/** Where x is multiplied with what is exact to float32's digits of 1. */
const TIMES_NEAR_ONE: Tolerance = {
  relative: 2e-6,
  roundings: 5,
  magnitude: (_, [x]) => [mapped(x, (value) => Math.min(Math.abs(value), 1e38))],
};

const UNARY_TOLERANCES: Record<PlainUnary, Tolerance> = {
  neg: EXACT,
  abs: EXACT,
  square: ROUNDED,
  sign: EXACT,
  sqrt: ROUNDED,
  rsqrt: SERIES,
  exp: EXPONENTIAL,
  log: NEAR_ONE,
  sin: NEAR_ONE,
  cos: NEAR_ONE,
  erf: SERIES,
  tanh: SERIES,
  // e⁻ˣ overflows before 1 / e⁻ˣ is 0, which costs the numbers below 2⁻¹²⁶.
  sigmoid: EXPONENTIAL,
  softplus: { relative: 2e-6, roundings: 2, magnitude: small },
  relu: EXACT,
  step: EXACT,
  isFinite: EXACT,
  floor: EXACT,
  ceil: EXACT,
  round: EXACT,
  trunc: EXACT,
  exp2: exponential((x) => 2 ** x),
  expm1: exponential((x) => Math.abs(x) < 0.5 ? 0 : Math.exp(x)),
  log2: NEAR_ONE,
  log10: NEAR_ONE,
  log1p: SERIES,
  // What the angle is off by, times the slope.
  tan: {
    relative: 4e-6,
    roundings: 10,
    magnitude: (_, [x]) => [mapped(x, (value) => 1 + Math.tan(value) ** 2)],
  },
  asin: SERIES,
  acos: SERIES,
  atan: SERIES,
  sinh: exponential((x) => Math.abs(x) < 1 ? 0 : Math.cosh(x)),
  cosh: exponential(Math.cosh),
  asinh: SERIES,
  acosh: SERIES,
  atanh: SERIES,
  erfc: {
    relative: 4e-6,
    roundings: 2,
    magnitude: (k, [x]) => [k.mul(k.erfc(x), mapped(x, (value) => Math.min(3 + 2 * value * value, 300)))],
  },
  silu: exponential((x) => Math.abs(x / (1 + Math.exp(-x))), { absolute: 1e-35 }),
  gelu: TIMES_NEAR_ONE,
  geluTanh: TIMES_NEAR_ONE,
};

/** Where a function has its digits, beside what all are tried with. */
const KINDS_OF: Partial<Record<PlainUnary, Kind[]>> = {
  // A GPU is on its own with the sine of what is beyond 10⁵.
  sin: ["integers", "reals", "infinities"],
  cos: ["integers", "reals", "infinities"],
  tan: ["integers", "reals", "unit", "infinities"],
  ...Object.fromEntries(
    ["expm1", "log1p", "asin", "acos", "atan", "sinh", "asinh", "atanh", "erf", "erfc", "gelu", "geluTanh"]
      .map((name) => [name, [...KINDS, "unit"]]),
  ),
};

/** The exponential's error in ln(1 + eˣ), which is at most eˣ's own. */
function small(k: Contract<HostArray>, [x]: readonly HostArray[]): HostArray[] {
  const negative = k.minimum(x, 0);
  return [k.mul(k.exp(negative), mapped(negative, (value) => 3 + 2 * Math.min(Math.abs(value), 110)))];
}

function unary(name: PlainUnary): fc.Arbitrary<Case> {
  const kinds = KINDS_OF[name] ?? KINDS;
  return shapes().chain((shape) => inputs(shape, { kinds, dtypes: UNARY[name].takes }))
    .map((x) => makeCase([x], (k, [x]) => [k[name](x)], UNARY_TOLERANCES[name]));
}

const floats = () => shapes().chain((shape) => inputs(shape, { kinds: KINDS }));
const settings = fc.constantFrom(0.2, 0, -1, 1.5, 0.01, -0.3);

const leakyRelu = fc.tuple(floats(), settings).map(([x, slope]) =>
  makeCase([x], (k, [x]) => [k.leakyRelu(x, slope)], ROUNDED, { settings: { slope } })
);

const elu = fc.tuple(floats(), fc.constantFrom(1, 0.5, 1.6732632), fc.constantFrom(1, 2, 0.5)).map(
  ([x, scale, inner]) => {
    const bound = exponential((x) => -0.5 < inner * x ? 0 : scale);
    return makeCase([x], (k, [x]) => [k.elu(x, scale, inner)], bound, { settings: { scale, inner } });
  },
);

const clamp = fc.tuple(floats(), settings, settings).map(([x, a, b]) => {
  const min = Math.min(a, b), max = Math.max(a, b);
  return makeCase([x], (k, [x]) => [k.clamp(x, min, max)], EXACT, { settings: { min, max } });
});

const cast = fc.tuple(
  shapes().chain((shape) => inputs(shape, { kinds: KINDS, dtypes: DTYPES })),
  fc.constantFrom(...DTYPES),
).map(([x, dtype]) => makeCase([x], (k, [x]) => [k.cast(x, dtype)], EXACT, { settings: { dtype } }));

/** Those that take numbers, too, on the right. */
export type NumericBinary = Exclude<BinaryName, "logicalAnd" | GradName>;

/** The gradients of activations: of dy and x. */
type GradName = "reluGrad" | "siluGrad" | "geluGrad" | "geluTanhGrad";

/** WGSL's pow is 2^(b log₂ a): of the logarithm, off by 3 units in the last place or 2⁻²¹, b times as much; and the exponential's. */
const POWER: Tolerance = {
  roundings: 4,
  magnitude: (k, [a, b]) => {
    const y = k.pow(a, b);
    if (a.dtype !== "float32") return [y];
    const logs = k.mul(k.log(k.abs(a)), b);
    const factor = k.add(
      mapped(logs, (value) => 4 + 4 * Math.min(Math.abs(value) || 0, 110)),
      mapped(b, spread),
    );
    return [k.mul(k.abs(y), factor)];
  },
};

/** What the logarithm of a number near 1 is off by, b times; of b that no power survives, no matter. */
function spread(b: number): number {
  return 2 * Math.min(Math.abs(b) || 0, 1000);
}

function tolerance(name: BinaryName): Tolerance {
  if (name === "pow") return POWER;
  if (["floorDivide", "atan2", "hypot"].includes(name)) return SERIES;
  return ["add", "sub", "mul", "div", "fmod", "remainder"].includes(name) ? ROUNDED : EXACT;
}

const plainNumbers = fc.constantFrom(0, 1, 2, -1, 3, -7);

function pairs(name: BinaryName) {
  return broadcasts(2).chain((list) => sameDtype(list, { kinds: KINDS, dtypes: BINARY[name].takes }));
}

function numeric(name: NumericBinary): fc.Arbitrary<Case> {
  const both = pairs(name).map((x) => makeCase(x, (k, [a, b]) => [k[name](a, b)], tolerance(name)));
  const one = shapes().chain((shape) => inputs(shape, { kinds: KINDS, dtypes: BINARY[name].takes }));
  const right = fc.tuple(one, plainNumbers).map(([x, b]) => {
    const bound = name === "pow" ? { ...POWER, magnitude: withNumber(b) } : tolerance(name);
    return makeCase([x], (k, [a]) => [k[name](a, b)], bound, { settings: { b } });
  });
  if (name !== "sub" && name !== "div") {
    return fc.oneof({ weight: 3, arbitrary: both }, { weight: 1, arbitrary: right });
  }
  const left = fc.tuple(one, plainNumbers).map(([x, a]) =>
    makeCase([x], (k, [b]) => [k[name](a, b)], tolerance(name), { settings: { a } })
  );
  return fc.oneof(
    { weight: 3, arbitrary: both },
    { weight: 1, arbitrary: right },
    { weight: 1, arbitrary: left },
  );
}

/** The magnitude of a power whose exponent is a number. */
function withNumber(b: number): NonNullable<Tolerance["magnitude"]> {
  return (k, [a]) =>
    POWER.magnitude?.(k, [a, { shape: [], dtype: a.dtype, data: ARRAYS[a.dtype].of(b) }]) ?? [];
}

const logicalAnd = pairs("logicalAnd").map((x) => makeCase(x, (k, [a, b]) => [k.logicalAnd(a, b)]));
const reluGrad = pairs("reluGrad").map((x) => makeCase(x, (k, [dy, y]) => [k.reluGrad(dy, y)]));

/** Of finite numbers: what is almost 0 times ∞ is ∞ or NaN. */
function slope(name: "siluGrad" | "geluGrad" | "geluTanhGrad"): fc.Arbitrary<Case> {
  const bound: Tolerance = {
    relative: 2e-6,
    roundings: 20,
    magnitude: (k, [dy, x]) => [k.mul(k.abs(dy), k.add(k.abs(x), 1))],
  };
  const kinds: Kind[] = ["integers", "reals", "unit"];
  return broadcasts(2).chain((list) => sameDtype(list, { kinds, dtypes: ["float32"] }))
    .map((both) => makeCase(both, (k, [dy, x]) => [k[name](dy, x)], bound));
}

const select = broadcasts(3).chain(([c, a, b]) =>
  fc.tuple(inputs(c, { dtypes: ["bool"] }), sameDtype([a, b], { kinds: KINDS, dtypes: DTYPES }), fc.nat(4))
).map(([condition, [a, b], form]) => {
  if (form === 0) {
    return makeCase([condition, a], (k, [c, a]) => [k.select(c, a, 2)], EXACT, { settings: { b: 2 } });
  }
  if (form === 1) {
    return makeCase([condition, b], (k, [c, b]) => [k.select(c, 0, b)], EXACT, { settings: { a: 0 } });
  }
  return makeCase([condition, a, b], (k, [c, a, b]) => [k.select(c, a, b)]);
});

/** A property for each name. */
function each<Name extends string>(
  names: readonly Name[],
  property: (name: Name) => fc.Arbitrary<Case>,
): Record<Name, fc.Arbitrary<Case>> {
  return Object.fromEntries(names.map((name) => [name, property(name)])) as Record<Name, fc.Arbitrary<Case>>;
}

const isPlain = (name: string): name is PlainUnary =>
  name in UNARY && !["leakyRelu", "clamp", "elu"].includes(name);
const isNumeric = (name: string): name is NumericBinary =>
  name in BINARY && name !== "logicalAnd" && !name.endsWith("Grad");

export const elementwise = {
  ...each(Object.keys(UNARY).filter(isPlain), unary),
  leakyRelu,
  elu,
  clamp,
  cast,
  ...each(Object.keys(BINARY).filter(isNumeric), numeric),
  logicalAnd,
  reluGrad,
  ...each(["siluGrad", "geluGrad", "geluTanhGrad"], slope),
  select,
};
