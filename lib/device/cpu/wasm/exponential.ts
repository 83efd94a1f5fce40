// @ts-nocheck: AssemblyScript
// deno-lint-ignore-file
/** Exponential and logarithm of four numbers, within about one unit in the last place (Cephes' polynomials). */

/** e^x: x = n·ln 2 + r, |r| ≤ ln 2 / 2. */
@inline
export function exp4(x: v128): v128 {
  const top = f32x4.splat(88.72284), bottom = f32x4.splat(-103.97208);
  const clamped = f32x4.max(f32x4.min(x, top), bottom);
  const n = f32x4.nearest(f32x4.mul(clamped, f32x4.splat(1.44269504088896341)));
  let r = f32x4.sub(clamped, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  // 2^n in two factors, so that neither leaves the range of the normal numbers.
  const i = i32x4.trunc_sat_f32x4_s(n), half = i32x4.shr_s(i, 1), rest = i32x4.sub(i, half);
  const bias = i32x4.splat(127);
  p = f32x4.mul(p, i32x4.shl(i32x4.add(half, bias), 23));
  p = f32x4.mul(p, i32x4.shl(i32x4.add(rest, bias), 23));
  p = v128.bitselect(f32x4.splat(Infinity), p, f32x4.gt(x, top));
  p = v128.bitselect(f32x4.splat(0), p, f32x4.lt(x, bottom));
  return v128.bitselect(p, x, f32x4.eq(x, x));
}

/** ln x: x = 2^n·m, √½ ≤ m < √2. */
@inline
export function log4(x: v128): v128 {
  const tiny = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const y = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, tiny); // subnormals
  let n = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_s(y, 23), i32x4.splat(126)));
  n = f32x4.sub(n, v128.and(f32x4.splat(23), tiny));
  let m = v128.or(v128.and(y, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
  const low = f32x4.lt(m, f32x4.splat(0.707106781186547524));
  n = f32x4.sub(n, v128.and(f32x4.splat(1), low));
  m = f32x4.sub(f32x4.add(m, v128.and(m, low)), f32x4.splat(1));
  const z = f32x4.mul(m, m);
  let p = f32x4.splat(7.0376836292e-2);
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(-1.1514610310e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(1.1676998740e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(-1.2420140846e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(1.4249322787e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(-1.6668057665e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(2.0000714765e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(-2.4999993993e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(3.3333331174e-1));
  p = f32x4.mul(f32x4.mul(p, m), z);
  p = f32x4.add(p, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  p = f32x4.sub(p, f32x4.mul(z, f32x4.splat(0.5)));
  p = f32x4.add(f32x4.add(m, p), f32x4.mul(n, f32x4.splat(0.693359375)));
  p = v128.bitselect(f32x4.splat(-Infinity), p, f32x4.eq(x, f32x4.splat(0)));
  p = v128.bitselect(x, p, f32x4.eq(x, f32x4.splat(Infinity)));
  return v128.bitselect(p, f32x4.splat(NaN), f32x4.ge(x, f32x4.splat(0)));
}

/** 1 / (1 + e^-x). */
@inline
export function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

/** tanh x: an odd polynomial below 0.625, 1 - 2 / (e^2x + 1) above. */
@inline
export function tanh4(x: v128): v128 {
  const size = f32x4.abs(x), z = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(2.06390887954e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-5.37397155531e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(1.33314422036e-1));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-3.33332819422e-1));
  p = f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x);
  const e = exp4(f32x4.add(size, size)), one = f32x4.splat(1);
  let q = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(e, one)));
  q = v128.or(q, v128.and(x, i32x4.splat(0x80000000)));
  return v128.bitselect(p, v128.bitselect(q, x, f32x4.eq(x, x)), f32x4.lt(size, f32x4.splat(0.625)));
}

/** e^x − 1: the series near 0, where the difference would cancel. */
export function expm1x4(x: v128): v128 {
  const one = f32x4.splat(1);
  let p = f32x4.splat(2.4801587e-5);
  p = f32x4.add(f32x4.mul(p, x), f32x4.splat(1.984127e-4));
  p = f32x4.add(f32x4.mul(p, x), f32x4.splat(1.3888889e-3));
  p = f32x4.add(f32x4.mul(p, x), f32x4.splat(8.3333333e-3));
  p = f32x4.add(f32x4.mul(p, x), f32x4.splat(4.1666667e-2));
  p = f32x4.add(f32x4.mul(p, x), f32x4.splat(1.6666667e-1));
  p = f32x4.add(f32x4.mul(p, x), f32x4.splat(0.5));
  p = f32x4.mul(f32x4.add(f32x4.mul(p, x), one), x);
  return v128.bitselect(p, f32x4.sub(exp4(x), one), f32x4.lt(f32x4.abs(x), f32x4.splat(0.5)));
}

/** ln(1 + x): near 0, where the sum would round x's digits away, 2 artanh(x / (2 + x)) by its series. */
export function log1px4(x: v128): v128 {
  const one = f32x4.splat(1), s = f32x4.div(x, f32x4.add(x, f32x4.splat(2))), z = f32x4.mul(s, s);
  let p = f32x4.splat(7.6923077e-2);
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(9.0909091e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(0.11111111));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(0.14285714));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(0.2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(0.33333333));
  p = f32x4.mul(f32x4.add(f32x4.mul(p, z), one), f32x4.add(s, s));
  return v128.bitselect(p, log4(f32x4.add(one, x)), f32x4.lt(f32x4.abs(x), f32x4.splat(0.5)));
}
