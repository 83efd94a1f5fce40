/**
 * Every function of single elements as a method of the contract; their formulas stand in unary.ts and binary.ts. Both devices
 * and the reference take their code from there; lib/device/cpu adds SIMD where it pays.
 *
 * @module
 */
import type { BinaryName } from "./binary.ts";
import type { Kernels } from "./kernels.ts";
import type { Shaped } from "./storage.ts";
import type { UnaryName } from "./unary.ts";

export { BINARY, type Binary, type BinaryName } from "./binary.ts";
export { UNARY, type Unary, type UnaryName } from "./unary.ts";

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
  floor(x: T): T {
    return this.unary("floor", x);
  }
  ceil(x: T): T {
    return this.unary("ceil", x);
  }
  round(x: T): T {
    return this.unary("round", x);
  }
  trunc(x: T): T {
    return this.unary("trunc", x);
  }
  exp2(x: T): T {
    return this.unary("exp2", x);
  }
  expm1(x: T): T {
    return this.unary("expm1", x);
  }
  log2(x: T): T {
    return this.unary("log2", x);
  }
  log10(x: T): T {
    return this.unary("log10", x);
  }
  log1p(x: T): T {
    return this.unary("log1p", x);
  }
  tan(x: T): T {
    return this.unary("tan", x);
  }
  asin(x: T): T {
    return this.unary("asin", x);
  }
  acos(x: T): T {
    return this.unary("acos", x);
  }
  atan(x: T): T {
    return this.unary("atan", x);
  }
  sinh(x: T): T {
    return this.unary("sinh", x);
  }
  cosh(x: T): T {
    return this.unary("cosh", x);
  }
  asinh(x: T): T {
    return this.unary("asinh", x);
  }
  acosh(x: T): T {
    return this.unary("acosh", x);
  }
  atanh(x: T): T {
    return this.unary("atanh", x);
  }
  erfc(x: T): T {
    return this.unary("erfc", x);
  }
  silu(x: T): T {
    return this.unary("silu", x);
  }
  gelu(x: T): T {
    return this.unary("gelu", x);
  }
  geluTanh(x: T): T {
    return this.unary("geluTanh", x);
  }
  elu(x: T, scale: number, inner: number): T {
    return this.unary("elu", x, scale, inner);
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
  fmod(a: T, b: T | number): T {
    return this.binary("fmod", a, b);
  }
  remainder(a: T, b: T | number): T {
    return this.binary("remainder", a, b);
  }
  floorDivide(a: T, b: T | number): T {
    return this.binary("floorDivide", a, b);
  }
  truncDivide(a: T, b: T | number): T {
    return this.binary("truncDivide", a, b);
  }
  atan2(a: T, b: T | number): T {
    return this.binary("atan2", a, b);
  }
  hypot(a: T, b: T | number): T {
    return this.binary("hypot", a, b);
  }
  siluGrad(dy: T, x: T): T {
    return this.binary("siluGrad", dy, x);
  }
  geluGrad(dy: T, x: T): T {
    return this.binary("geluGrad", dy, x);
  }
  geluTanhGrad(dy: T, x: T): T {
    return this.binary("geluTanhGrad", dy, x);
  }
}
