/**
 * Every function of single elements, declared once: its formula in JavaScript and in WGSL, and its method. Both devices and
 * the reference take their code from here; lib/device/cpu adds SIMD where it pays.
 *
 * @module
 */
import type { Kernels } from "./kernels.ts";
import type { DType, Shaped } from "./storage.ts";

/** A function of one element; p and q are its settings. */
export interface Unary {
  /** The dtypes that it takes. */
  readonly takes: readonly DType[];
  /** What the result is; the dtype of x if not said. */
  readonly gives?: DType;
  /** In float64, rounded to float32 when stored; int32 wraps. */
  readonly js: (x: number, p: number, q: number) => number;
  /** For int32, where `js` would round. */
  readonly int?: (x: number) => number;
  /** An expression of `x`, `p` and `q`, float32; it may call the helpers of lib/device/webgpu/wgsl.ts. */
  readonly wgsl: string;
  /** The same for int32. */
  readonly integer?: string;
}

/** A function of two elements of one dtype. */
export interface Binary {
  readonly takes: readonly DType[];
  readonly gives?: DType;
  readonly js: (a: number, b: number) => number;
  /** For int32, where `js` would round. */
  readonly int?: (a: number, b: number) => number;
  /** An expression of `a` and `b`, float32. */
  readonly wgsl: string;
  /** The same for int32 and bool (0 and 1 in an i32). */
  readonly integer?: string;
}

const FLOAT = ["float32"] as const;
const NUMBERS = ["float32", "int32"] as const;
const ANY = ["float32", "int32", "bool"] as const;

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
  isFinite: {
    takes: FLOAT,
    gives: "bool",
    js: (x) => Number.isFinite(x) ? 1 : 0,
    wgsl: "select(0, 1, (bitcast<u32>(x) & 0x7fffffffu) < 0x7f800000u)",
  },
} as const satisfies Record<string, Unary>;

/** The name of a function of one element. */
export type UnaryName = keyof typeof UNARY;

/** A comparison is false where there is a NaN; compilers may forget that, so it is said. */
const ordered = (operator: string) => `select(0, 1, !isNan(a) && !isNan(b) && a ${operator} b)`;

/** By the name of the kernel. */
export const BINARY = {
  add: { takes: NUMBERS, js: (a, b) => a + b, wgsl: "a + b", integer: "a + b" },
  sub: { takes: NUMBERS, js: (a, b) => a - b, wgsl: "a - b", integer: "a - b" },
  mul: { takes: NUMBERS, js: (a, b) => a * b, int: Math.imul, wgsl: "a * b", integer: "a * b" },
  div: { takes: FLOAT, js: (a, b) => a / b, wgsl: "a / b" },
  pow: { takes: NUMBERS, js: pow, int: wholePower, wgsl: "power(a, b)", integer: "wholePower(a, b)" },
  maximum: {
    takes: ANY,
    js: Math.max,
    wgsl: "select(max(a, b), a + b, isNan(a) || isNan(b))",
    integer: "max(a, b)",
  },
  minimum: {
    takes: ANY,
    js: Math.min,
    wgsl: "select(min(a, b), a + b, isNan(a) || isNan(b))",
    integer: "min(a, b)",
  },
  equal: {
    takes: ANY,
    gives: "bool",
    js: (a, b) => a === b ? 1 : 0,
    wgsl: ordered("=="),
    integer: "select(0, 1, a == b)",
  },
  notEqual: {
    takes: ANY,
    gives: "bool",
    js: (a, b) => a !== b ? 1 : 0,
    wgsl: "select(0, 1, isNan(a) || isNan(b) || a != b)",
    integer: "select(0, 1, a != b)",
  },
  greater: {
    takes: ANY,
    gives: "bool",
    js: (a, b) => a > b ? 1 : 0,
    wgsl: ordered(">"),
    integer: "select(0, 1, a > b)",
  },
  greaterEqual: {
    takes: ANY,
    gives: "bool",
    js: (a, b) => a >= b ? 1 : 0,
    wgsl: ordered(">="),
    integer: "select(0, 1, a >= b)",
  },
  less: {
    takes: ANY,
    gives: "bool",
    js: (a, b) => a < b ? 1 : 0,
    wgsl: ordered("<"),
    integer: "select(0, 1, a < b)",
  },
  lessEqual: {
    takes: ANY,
    gives: "bool",
    js: (a, b) => a <= b ? 1 : 0,
    wgsl: ordered("<="),
    integer: "select(0, 1, a <= b)",
  },
  logicalAnd: { takes: ["bool"], js: (a, b) => a & b, wgsl: "", integer: "a & b" },
  reluGrad: { takes: FLOAT, js: (dy, y) => y <= 0 ? 0 : dy, wgsl: "select(a, 0.0, b <= 0.0 && !isNan(b))" },
} as const satisfies Record<string, Binary>;

/** The name of a function of two elements. */
export type BinaryName = keyof typeof BINARY;

/** C's pow, where JavaScript's differs: 1 to any power is 1, and (−1)^±∞ is 1. */
function pow(a: number, b: number): number {
  return a === 1 || (a === -1 && (b === Infinity || b === -Infinity)) ? 1 : a ** b;
}

/** aᵇ of int32: wraps; a negative power is cut off to 0, save that of 1 and −1. By repeated squaring, low bits of b first. */
function wholePower(a: number, b: number): number {
  if (b < 0) return a === 1 || (a === -1 && b % 2 === 0) ? 1 : a === -1 ? -1 : 0;
  let result = 1;
  for (let rest = b, square = a; rest > 0; rest >>= 1) {
    if (rest & 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}

/**
 * The error function to float64's last digits but one or two: its Maclaurin series up to |x| = 3, else 1 − erfc by a continued
 * fraction (Abramowitz & Stegun 7.1.5, 7.1.14).
 */
function erf(x: number): number {
  const z = Math.abs(x);
  if (!(z < 6)) return Number.isNaN(x) ? x : Math.sign(x);
  const s = x * x;
  if (z < 3) {
    let term = x, sum = x;
    for (let n = 1; n < 60; n++) {
      term *= -s / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }
  let fraction = z;
  for (let n = 30; n > 0; n--) fraction = z + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-s) / Math.sqrt(Math.PI) / fraction);
}

/** The contract's functions of single elements, by way of the table. A device says how a row of it is computed. */
export abstract class Elementwise<T extends Shaped> implements Pick<Kernels<T>, UnaryName | BinaryName> {
  /** f(x) for each element; p and q are the function's settings. */
  protected abstract unary(name: UnaryName, x: T, p?: number, q?: number): T;
  /** f(a, b) for each pair of elements, shapes broadcast. */
  protected abstract binary(name: BinaryName, a: T | number, b: T | number): T;

  neg(x: T): T {
    return this.unary("neg", x);
  }
  abs(x: T): T {
    return this.unary("abs", x);
  }
  square(x: T): T {
    return this.unary("square", x);
  }
  sign(x: T): T {
    return this.unary("sign", x);
  }
  sqrt(x: T): T {
    return this.unary("sqrt", x);
  }
  rsqrt(x: T): T {
    return this.unary("rsqrt", x);
  }
  exp(x: T): T {
    return this.unary("exp", x);
  }
  log(x: T): T {
    return this.unary("log", x);
  }
  sin(x: T): T {
    return this.unary("sin", x);
  }
  cos(x: T): T {
    return this.unary("cos", x);
  }
  erf(x: T): T {
    return this.unary("erf", x);
  }
  tanh(x: T): T {
    return this.unary("tanh", x);
  }
  sigmoid(x: T): T {
    return this.unary("sigmoid", x);
  }
  softplus(x: T): T {
    return this.unary("softplus", x);
  }
  relu(x: T): T {
    return this.unary("relu", x);
  }
  leakyRelu(x: T, slope: number): T {
    return this.unary("leakyRelu", x, slope);
  }
  step(x: T): T {
    return this.unary("step", x);
  }
  clamp(x: T, min: number, max: number): T {
    return this.unary("clamp", x, min, max);
  }
  isFinite(x: T): T {
    return this.unary("isFinite", x);
  }

  add(a: T, b: T | number): T {
    return this.binary("add", a, b);
  }
  sub(a: T | number, b: T | number): T {
    return this.binary("sub", a, b);
  }
  mul(a: T, b: T | number): T {
    return this.binary("mul", a, b);
  }
  div(a: T | number, b: T | number): T {
    return this.binary("div", a, b);
  }
  pow(a: T, b: T | number): T {
    return this.binary("pow", a, b);
  }
  maximum(a: T, b: T | number): T {
    return this.binary("maximum", a, b);
  }
  minimum(a: T, b: T | number): T {
    return this.binary("minimum", a, b);
  }
  equal(a: T, b: T | number): T {
    return this.binary("equal", a, b);
  }
  notEqual(a: T, b: T | number): T {
    return this.binary("notEqual", a, b);
  }
  greater(a: T, b: T | number): T {
    return this.binary("greater", a, b);
  }
  greaterEqual(a: T, b: T | number): T {
    return this.binary("greaterEqual", a, b);
  }
  less(a: T, b: T | number): T {
    return this.binary("less", a, b);
  }
  lessEqual(a: T, b: T | number): T {
    return this.binary("lessEqual", a, b);
  }
  logicalAnd(a: T, b: T): T {
    return this.binary("logicalAnd", a, b);
  }
  reluGrad(dy: T, y: T): T {
    return this.binary("reluGrad", dy, y);
  }
}
