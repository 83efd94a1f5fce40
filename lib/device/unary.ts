/**
 * Every function of one element, declared once: its formula in JavaScript and in WGSL.
 *
 * @module
 */
import { erf, erfc, normalCdf, roundToEven, tanhCdf } from "./special.ts";
import type { DType } from "./storage.ts";

/** A function of one element; p and q are its settings. */
export interface Unary {
  /** The dtypes that it takes. */
  readonly takes: readonly DType[];
  /** What the result is; the dtype of x by default. */
  readonly gives?: DType;
  /** In float64, rounded to float32 when stored; int32 wraps. */
  readonly js: (x: number, p: number, q: number) => number;
  /** For int32, where `js` would round. */
  readonly int?: (x: number) => number;
  /** An expression of `x`, `p` and `q`, float32; it may call the helpers of lib/device/webgpu/functions.ts. */
  readonly wgsl: string;
  /** The same for int32. */
  readonly integer?: string;
}

const FLOAT = ["float32"] as const;
const NUMBERS = ["float32", "int32"] as const;

/** By the name of the kernel. */
export const UNARY = {
  neg: { takes: NUMBERS, js: (x) => -x, wgsl: "-x", integer: "-x" },
  abs: { takes: NUMBERS, js: Math.abs, wgsl: "abs(x)", integer: "abs(x)" },
  square: { takes: NUMBERS, js: (x) => x * x, int: (x) => Math.imul(x, x), wgsl: "x * x", integer: "x * x" },
  sign: {
    takes: NUMBERS,
    js: (x) => x > 0 ? 1 : x < 0 ? -1 : 0,
    wgsl: "f32(x > 0.0 && !isNan(x)) - f32(x < 0.0 && !isNan(x))",
    integer: "sign(x)",
  },
  sqrt: { takes: FLOAT, js: Math.sqrt, wgsl: "select(sqrt(x), nan(), x < 0.0)" },
  rsqrt: { takes: FLOAT, js: (x) => 1 / Math.sqrt(x), wgsl: "select(1.0 / sqrt(x), nan(), x < 0.0)" },
  exp: { takes: FLOAT, js: Math.exp, wgsl: "exp(x)" },
  log: { takes: FLOAT, js: Math.log, wgsl: "select(log(x), nan(), x < 0.0)" },
  sin: { takes: FLOAT, js: Math.sin, wgsl: "sine(x, 0u)" },
  cos: { takes: FLOAT, js: Math.cos, wgsl: "sine(x, 1u)" },
  erf: { takes: FLOAT, js: erf, wgsl: "errorFunction(x)" },
  tanh: { takes: FLOAT, js: Math.tanh, wgsl: "hyperbolicTangent(x)" },
  sigmoid: { takes: FLOAT, js: (x) => 1 / (1 + Math.exp(-x)), wgsl: "1.0 / (1.0 + exp(-x))" },
  softplus: {
    takes: FLOAT,
    js: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    wgsl: "select(max(x, 0.0) + log1p(exp(-abs(x))), x, isNan(x))",
  },
  relu: { takes: NUMBERS, js: (x) => x < 0 ? 0 : x, wgsl: "select(x, 0.0, x < 0.0)", integer: "max(x, 0)" },
  leakyRelu: { takes: FLOAT, js: (x, p) => x > 0 ? x : p * x, wgsl: "select(p * x, x, x > 0.0)" },
  step: {
    takes: FLOAT,
    js: (x) => x > 0 ? 1 : x === x ? 0 : x,
    wgsl: "select(select(0.0, 1.0, x > 0.0), x, isNan(x))",
  },
  clamp: {
    takes: FLOAT,
    js: (x, p, q) => Math.min(Math.max(x, p), q),
    wgsl: "select(min(max(x, p), q), x, isNan(x))",
  },
  floor: { takes: FLOAT, js: Math.floor, wgsl: "floor(x)" },
  ceil: { takes: FLOAT, js: Math.ceil, wgsl: "ceil(x)" },
  round: { takes: FLOAT, js: roundToEven, wgsl: "round(x)" },
  trunc: { takes: FLOAT, js: Math.trunc, wgsl: "trunc(x)" },
  exp2: { takes: FLOAT, js: (x) => 2 ** x, wgsl: "exp2(x)" },
  expm1: { takes: FLOAT, js: Math.expm1, wgsl: "expm1(x)" },
  log2: { takes: FLOAT, js: Math.log2, wgsl: "select(log2(x), nan(), x < 0.0)" },
  log10: { takes: FLOAT, js: Math.log10, wgsl: "select(log(x) * 0.4342944819, nan(), x < 0.0)" },
  log1p: { takes: FLOAT, js: Math.log1p, wgsl: "select(log1p(x), nan(), x < -1.0)" },
  tan: { takes: FLOAT, js: Math.tan, wgsl: "sine(x, 0u) / sine(x, 1u)" },
  asin: { takes: FLOAT, js: Math.asin, wgsl: "arcSine(x)" },
  acos: { takes: FLOAT, js: Math.acos, wgsl: "arcCosine(x)" },
  atan: { takes: FLOAT, js: Math.atan, wgsl: "arcTangent(x)" },
  sinh: { takes: FLOAT, js: Math.sinh, wgsl: "hyperbolicSine(x)" },
  cosh: { takes: FLOAT, js: Math.cosh, wgsl: "hyperbolicCosine(x)" },
  asinh: { takes: FLOAT, js: Math.asinh, wgsl: "areaSine(x)" },
  acosh: { takes: FLOAT, js: Math.acosh, wgsl: "areaCosine(x)" },
  atanh: { takes: FLOAT, js: Math.atanh, wgsl: "areaTangent(x)" },
  erfc: { takes: FLOAT, js: erfc, wgsl: "complementaryError(x)" },
  silu: { takes: FLOAT, js: (x) => x / (1 + Math.exp(-x)), wgsl: "x / (1.0 + exp(-x))" },
  gelu: {
    takes: FLOAT,
    js: (x) => x * normalCdf(x),
    wgsl: "x * 0.5 * (1.0 + errorFunction(x * 0.70710678))",
  },
  geluTanh: { takes: FLOAT, js: (x) => x * tanhCdf(x), wgsl: "x * tanhCdf(x)" },
  elu: {
    takes: FLOAT,
    js: (x, p, q) => x > 0 ? x : p * Math.expm1(q * x),
    wgsl: "select(p * expm1(q * x), x, x > 0.0)",
  },
  isFinite: {
    takes: FLOAT,
    gives: "bool",
    js: (x) => Number.isFinite(x) ? 1 : 0,
    wgsl: "select(0, 1, (bitcast<u32>(x) & 0x7fffffffu) < 0x7f800000u)",
  },
} as const satisfies Record<string, Unary>;

/** The name of a function of one element. */
export type UnaryName = keyof typeof UNARY;
