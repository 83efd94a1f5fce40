// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/** Activations of four numbers, and their slopes, which are called: six loops of each kind would be copies of them. */
import { exp4, expm1x4, log1px4, tanh4 } from "./exponential";
import { madd } from "./simd";

/**
 * The error function, with e = e^(-x²) at hand: Abramowitz & Stegun 7.1.26, to 1.5e-7; near 0, where that has no digits left, the
 * Maclaurin series.
 */
@inline
function erfWith(x: v128, e: v128): v128 {
  const one = f32x4.splat(1), s = f32x4.mul(x, x);
  const t = f32x4.div(one, madd(f32x4.abs(x), f32x4.splat(0.3275911), one));
  let p = madd(t, f32x4.splat(1.061405429), f32x4.splat(-1.453152027));
  p = madd(p, t, f32x4.splat(1.421413741));
  p = madd(p, t, f32x4.splat(-0.284496736));
  p = madd(p, t, f32x4.splat(0.254829592));
  let far = f32x4.sub(one, f32x4.mul(f32x4.mul(p, t), e));
  far = v128.or(far, v128.and(x, i32x4.splat(0x80000000)));
  let n = madd(s, f32x4.splat(0.00010683761), f32x4.splat(-0.00075757576));
  n = madd(n, s, f32x4.splat(0.0046296296));
  n = madd(n, s, f32x4.splat(-0.023809524));
  n = madd(n, s, f32x4.splat(0.1));
  n = madd(n, s, f32x4.splat(-0.33333333));
  n = madd(n, s, one);
  const near = f32x4.mul(f32x4.mul(x, f32x4.splat(1.1283791671)), n);
  const y = v128.bitselect(near, far, f32x4.lt(s, f32x4.splat(0.25)));
  return v128.bitselect(y, x, f32x4.eq(x, x));
}

/** The error function. */
@inline
export function erf4(x: v128): v128 {
  return erfWith(x, exp4(f32x4.neg(f32x4.mul(x, x))));
}

/** Φ(x) = ½ (1 + erf(x / √2)), with e = e^(-x²/2). */
@inline
function normalCdf(x: v128, e: v128): v128 {
  const half = f32x4.splat(0.5);
  return madd(erfWith(f32x4.mul(x, f32x4.splat(0.70710678)), e), half, half);
}

@inline
function bell(x: v128): v128 {
  return exp4(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)));
}

/** x Φ(x). */
@inline
export function gelu4(x: v128): v128 {
  return f32x4.mul(x, normalCdf(x, bell(x)));
}

/** Its slope, Φ(x) + x e^(-x²/2) / √(2π). */
export function geluSlope4(x: v128): v128 {
  const e = bell(x);
  return madd(f32x4.mul(x, f32x4.splat(0.39894228)), e, normalCdf(x, e));
}

/** ½ (1 + tanh(√(2/π) (x + 0.044715 x³))), Φ by a tanh. */
@inline
function tanhCdf(x: v128): v128 {
  const cube = f32x4.mul(f32x4.mul(f32x4.mul(x, x), x), f32x4.splat(0.044715)), half = f32x4.splat(0.5);
  return madd(tanh4(f32x4.mul(f32x4.add(x, cube), f32x4.splat(0.79788456))), half, half);
}

/** GELU by a tanh. */
@inline
export function geluTanh4(x: v128): v128 {
  return f32x4.mul(x, tanhCdf(x));
}

/** Its slope. */
export function geluTanhSlope4(x: v128): v128 {
  const s = tanhCdf(x), one = f32x4.splat(1);
  const inner = f32x4.mul(madd(f32x4.mul(x, x), f32x4.splat(0.134145), one), f32x4.splat(1.5957691));
  return madd(f32x4.mul(x, f32x4.mul(s, f32x4.sub(one, s))), inner, s);
}

/** x / (1 + e^-x). */
@inline
export function silu4(x: v128): v128 {
  return f32x4.div(x, f32x4.add(f32x4.splat(1), exp4(f32x4.neg(x))));
}

/** Its slope, s (1 + x (1 − s)) with s = 1 / (1 + e^-x). */
export function siluSlope4(x: v128): v128 {
  const one = f32x4.splat(1), s = f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
  return f32x4.mul(s, madd(x, f32x4.sub(one, s), one));
}

/** ln(1 + e^x), without overflow. */
@inline
export function softplus4(x: v128): v128 {
  return f32x4.add(f32x4.max(x, f32x4.splat(0)), log1px4(exp4(f32x4.neg(f32x4.abs(x)))));
}

/** x > 0 ? x : scale · (e^x − 1). */
@inline
export function elu4(x: v128, scale: v128): v128 {
  const zero = f32x4.splat(0), below = f32x4.mul(scale, expm1x4(f32x4.min(x, zero)));
  return v128.bitselect(x, below, f32x4.gt(x, zero));
}
