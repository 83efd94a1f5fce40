/**
 * Every function of two elements, declared once: its formula in JavaScript and in WGSL.
 *
 * @module
 */
import { floorQuotient, geluSlope, geluTanhSlope, modulo, pow, siluSlope, wholePower } from "./special.ts";
import type { DType } from "./storage.ts";

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
  fmod: { takes: NUMBERS, js: (a, b) => a % b, wgsl: "remainderOf(a, b)", integer: "wholeRemainder(a, b)" },
  remainder: {
    takes: NUMBERS,
    js: modulo,
    wgsl: "moduloOf(remainderOf(a, b), b)",
    integer: "wholeModulo(a, b)",
  },
  floorDivide: {
    takes: NUMBERS,
    js: floorQuotient,
    wgsl: "floorQuotient(a, b)",
    integer: "wholeFloorQuotient(a, b)",
  },
  truncDivide: {
    takes: ["int32"],
    js: (a, b) => Math.trunc(a / b),
    wgsl: "",
    integer: "wholeQuotient(a, b)",
  },
  atan2: { takes: FLOAT, js: Math.atan2, wgsl: "arcTangentOf(a, b)" },
  hypot: { takes: FLOAT, js: Math.hypot, wgsl: "hypotenuse(a, b)" },
  siluGrad: { takes: FLOAT, js: (dy, x) => dy * siluSlope(x), wgsl: "a * siluSlope(b)" },
  geluGrad: { takes: FLOAT, js: (dy, x) => dy * geluSlope(x), wgsl: "a * geluSlope(b)" },
  geluTanhGrad: { takes: FLOAT, js: (dy, x) => dy * geluTanhSlope(x), wgsl: "a * geluTanhSlope(b)" },
} as const satisfies Record<string, Binary>;

/** The name of a function of two elements. */
export type BinaryName = keyof typeof BINARY;
