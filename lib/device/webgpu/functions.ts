/**
 * The functions that WGSL lacks or computes too coarsely, in WGSL.
 *
 * @module
 */
import { NAN } from "./wgsl.ts";

/** The functions that an expression may name. */
const HELPERS: Readonly<Record<string, string>> = {
  // Near 0, where 1 + x would round x's digits away, 2 artanh(x / (2 + x)) by its series.
  log1p: `fn log1p(x: f32) -> f32 {
  let s = x / (2.0 + x);
  let z = s * s;
  let near = 2.0 * s * (1.0 + z * (0.33333333 + z * (0.2 + z * (0.14285714 + z * (0.11111111 + z * (0.090909091 + z * 0.076923077))))));
  return select(log(1.0 + x), near, abs(x) < 0.5 || isNan(x));
}`,
  // The exponential series near 0, where eˣ − 1 cancels.
  expm1: `fn expm1(x: f32) -> f32 {
  let near = x * (1.0 + x * (0.5 + x * (0.16666667 + x * (0.041666667 + x * (0.0083333333 + x * (0.0013888889 +
    x * (0.0001984127 + x * 0.000024801587)))))));
  return select(exp(x) - 1.0, near, abs(x) < 0.5 || isNan(x));
}`,
  // (1 − e⁻²ˣ) / (1 + e⁻²ˣ) away from 0; near it the series x − x³/3 + 2x⁵/15 − 17x⁷/315, where 1 − e⁻²ˣ cancels.
  hyperbolicTangent: `fn hyperbolicTangent(x: f32) -> f32 {
  let s = x * x;
  let near = x * (1.0 - s * (0.33333333 - s * (0.13333333 - s * 0.053968254)));
  let e = exp(-2.0 * abs(x));
  let far = (1.0 - e) / (1.0 + e);
  return select(select(far, -far, x < 0.0), near, s < 0.01 || isNan(x));
}`,
  // Abramowitz & Stegun 7.1.26 (error < 1.5e-7) away from 0, the Maclaurin series near it.
  errorFunction: `fn errorFunction(x: f32) -> f32 {
  let s = x * x;
  let near = 1.1283792 * x *
    (1.0 - s * (0.33333333 - s * (0.1 - s * (0.023809524 - s * (0.0046296296 - s * (0.00075757576 - s * 0.00010683761))))));
  let t = 1.0 / (1.0 + 0.3275911 * abs(x));
  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  let far = 1.0 - p * exp(-s);
  return select(select(far, -far, x < 0.0), near, s < 0.25 || isNan(x));
}`,
  // S. Moshier's Cephes, sinf and cosf: x reduced by multiples of π/2 in three exact parts, then a polynomial. Holds to
  // 1e-6 for |x| < 8192; beyond 1e5 a float32's last digit is larger than what sin could tell, and the GPU's own serves.
  sine: `fn sine(x: f32, quarterTurns: u32) -> f32 {
  if (abs(x) > 1e5) {
    return select(select(sin(x), cos(x), quarterTurns == 1u), nan(), abs(x) >= infinity());
  }
  let k = round(x * 0.63661977);
  let r = ((x - k * 1.5703125) - k * 4.8375129699707031e-4) - k * 7.549789954891882e-8;
  let s = r * r;
  let sinR = r + r * s * (-1.6666654611e-1 + s * (8.3321608736e-3 - s * 1.9515295891e-4));
  let cosR = 1.0 - 0.5 * s + s * s * (4.166664568298827e-2 + s * (-1.388731625493765e-3 + s * 2.443315711809948e-5));
  let quadrant = (u32(i32(k)) + quarterTurns) & 3u;
  let value = select(sinR, cosR, (quadrant & 1u) == 1u);
  return select(select(value, -value, quadrant >= 2u), x, isNan(x));
}`,
  // By e^(|x|/2), which does not overflow before the result does; near 0 by the series.
  hyperbolicSine: `fn hyperbolicSine(x: f32) -> f32 {
  let s = x * x;
  let near = x * (1.0 + s * (0.16666667 + s * (0.0083333333 + s * (0.0001984127 + s * 0.0000027557319))));
  let root = exp(0.5 * abs(x));
  let far = (0.5 * root) * root - 0.5 / root / root;
  return select(select(far, -far, x < 0.0), near, s < 1.0 || isNan(x));
}`,
  hyperbolicCosine: `fn hyperbolicCosine(x: f32) -> f32 {
  let root = exp(0.5 * abs(x));
  return (0.5 * root) * root + 0.5 / root / root;
}`,
  // S. Moshier's Cephes, asinf: arcsin r for r ≤ ½, z = r²; beyond it π/2 − 2 arcsin √((1 − x) / 2).
  arcSinePart: `fn arcSinePart(a: f32) -> f32 {
  let z = select(a * a, 0.5 * (1.0 - a), a > 0.5);
  let r = select(a, sqrt(z), a > 0.5);
  return r + r * z * (0.16666752422 + z * (0.074953002686 + z * (0.045470025998 + z * (0.024181311049 + z * 0.042163199048))));
}`,
  arcSine: `fn arcSine(x: f32) -> f32 {
  let a = abs(x);
  let part = arcSinePart(a);
  let y = select(part, 1.5707963 - 2.0 * part, a > 0.5);
  return select(select(select(y, -y, x < 0.0), nan(), a > 1.0), x, isNan(x));
}`,
  arcCosine: `fn arcCosine(x: f32) -> f32 {
  let a = abs(x);
  let part = arcSinePart(a);
  let inner = 1.5707963 - select(part, -part, x < 0.0);
  let outer = select(2.0 * part, 3.1415927 - 2.0 * part, x < 0.0);
  return select(select(select(inner, outer, a > 0.5), nan(), a > 1.0), x, isNan(x));
}`,
  // Cephes, atanf: turned by 45° or 90° to within tan 22.5°.
  arcTangent: `fn arcTangent(x: f32) -> f32 {
  let a = abs(x);
  let steep = a > 2.4142136;
  let middle = a > 0.41421356;
  let r = select(select(a, (a - 1.0) / (a + 1.0), middle), -1.0 / a, steep);
  let turned = select(select(0.0, 0.78539816, middle), 1.5707963, steep);
  let z = r * r;
  let y = turned + (r + r * z * (-0.333329491539 + z * (0.199777106478 + z * (-0.138776856032 + z * 0.0805374449538))));
  return select(select(y, -y, x < 0.0), x, isNan(x));
}`,
  arcTangentOf: `fn arcTangentOf(y: f32, x: f32) -> f32 {
  if (isNan(x) || isNan(y)) { return x + y; }
  let high = abs(y);
  let wide = abs(x);
  let large = max(high, wide);
  let small = min(high, wide);
  let ratio = select(small / max(large, 1e-38), 1.0, small == large && large > 0.0);
  let slope = arcTangent(select(ratio, 0.0, large >= infinity() && small < large));
  let acute = select(slope, 1.5707963 - slope, high > wide);
  let angle = select(acute, 3.1415927 - acute, (bitcast<u32>(x) >> 31u) == 1u);
  return select(angle, -angle, (bitcast<u32>(y) >> 31u) == 1u);
}`,
  hypotenuse: `fn hypotenuse(a: f32, b: f32) -> f32 {
  let large = max(abs(a), abs(b));
  let ratio = min(abs(a), abs(b)) / large;
  let size = select(large * sqrt(1.0 + ratio * ratio), 0.0, large == 0.0);
  let infinite = (abs(a) >= infinity() && !isNan(a)) || (abs(b) >= infinity() && !isNan(b));
  return select(select(size, a + b, isNan(a) || isNan(b)), infinity(), infinite);
}`,
  areaSine: `fn areaSine(x: f32) -> f32 {
  let a = abs(x);
  let near = log1p(a + a * a / (1.0 + sqrt(1.0 + a * a)));
  let y = select(near, log(a) + 0.69314718, a > 1e8);
  return select(select(y, -y, x < 0.0), x, isNan(x));
}`,
  areaCosine: `fn areaCosine(x: f32) -> f32 {
  let t = x - 1.0;
  let y = select(log1p(t + sqrt(t * (t + 2.0))), log(x) + 0.69314718, x > 1e8);
  return select(select(y, nan(), x < 1.0), x, isNan(x));
}`,
  areaTangent: `fn areaTangent(x: f32) -> f32 {
  let a = abs(x);
  let y = 0.5 * log1p(2.0 * a / (1.0 - a));
  return select(select(select(y, -y, x < 0.0), nan(), a > 1.0), x, isNan(x));
}`,
  // Numerical Recipes' erfcc, with a relative error below 1.2e-7; x² in two parts, the first of them exact, as in fdlibm.
  complementaryError: `fn complementaryError(x: f32) -> f32 {
  let z = abs(x);
  let t = 1.0 / (1.0 + 0.5 * z);
  let p = -1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * (0.27886807 +
    t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
  let head = bitcast<f32>(bitcast<u32>(z) & 0xfffff000u);
  let tail = t * exp(-head * head) * exp((head - z) * (head + z) + p);
  let far = select(tail, 0.0, z > 12.0);
  let y = select(select(far, 2.0 - far, x < 0.0), 1.0 - errorFunction(x), z < 0.5);
  return select(y, x, isNan(x));
}`,
  tanhCdf: `fn tanhCdf(x: f32) -> f32 {
  return 0.5 + 0.5 * hyperbolicTangent(0.79788456 * (x + 0.044715 * x * x * x));
}`,
  siluSlope: `fn siluSlope(x: f32) -> f32 {
  let s = 1.0 / (1.0 + exp(-x));
  return s * (1.0 + x * (1.0 - s));
}`,
  geluSlope: `fn geluSlope(x: f32) -> f32 {
  return 0.5 + 0.5 * errorFunction(x * 0.70710678) + x * (0.39894228 * exp(-0.5 * x * x));
}`,
  geluTanhSlope: `fn geluTanhSlope(x: f32) -> f32 {
  let s = tanhCdf(x);
  return s + 2.0 * x * (s * (1.0 - s)) * (0.79788456 * (1.0 + 0.134145 * x * x));
}`,
  // What is left of a / b: b times powers of 2 is taken from a, each time exactly, as in C's fmod.
  remainderOf: `fn remainderOf(a: f32, b: f32) -> f32 {
  if (isNan(a) || isNan(b)) { return a + b; }
  if (abs(a) >= infinity() || b == 0.0) { return nan(); }
  let divisor = bitcast<u32>(b) & 0x7fffffffu;
  var rest = bitcast<u32>(a) & 0x7fffffffu;
  if (divisor >= 0x7f800000u || divisor < 0x00800000u) { return a; }
  while (rest >= divisor) {
    let exponents = (rest & 0x7f800000u) - (divisor & 0x7f800000u);
    let scaled = divisor + exponents;
    let taken = select(scaled, scaled - 0x00800000u, scaled > rest);
    rest = bitcast<u32>(bitcast<f32>(rest) - bitcast<f32>(taken));
  }
  return bitcast<f32>(rest | (bitcast<u32>(a) & 0x80000000u));
}`,
  moduloOf: `fn moduloOf(rest: f32, b: f32) -> f32 {
  return select(rest, rest + b, rest != 0.0 && (rest < 0.0) != (b < 0.0));
}`,
  floorQuotient: `fn floorQuotient(a: f32, b: f32) -> f32 {
  if (b == 0.0 || isNan(a) || isNan(b) || abs(a) >= infinity()) { return select(a / b, nan(), abs(a) >= infinity() && b != 0.0); }
  let rest = remainderOf(a, b);
  let below = rest != 0.0 && (rest < 0.0) != (b < 0.0);
  return round((a - rest) / b) - select(0.0, 1.0, below);
}`,
  wholeQuotient: `fn wholeQuotient(a: i32, b: i32) -> i32 {
  if (b == -1) { return -a; }
  return select(a / select(b, 1, b == 0), 0, b == 0);
}`,
  wholeRemainder: `fn wholeRemainder(a: i32, b: i32) -> i32 {
  return select(a % select(b, 1, b == 0 || b == -1), 0, b == 0 || b == -1);
}`,
  wholeModulo: `fn wholeModulo(a: i32, b: i32) -> i32 {
  let rest = wholeRemainder(a, b);
  return select(rest, rest + b, rest != 0 && (rest < 0) != (b < 0));
}`,
  wholeFloorQuotient: `fn wholeFloorQuotient(a: i32, b: i32) -> i32 {
  let rest = wholeRemainder(a, b);
  return wholeQuotient(a, b) - select(0, 1, rest != 0 && (rest < 0) != (b < 0));
}`,
  // aᵇ of integers: wraps; a negative power is cut off to 0, save that of 1 and −1.
  wholePower: `fn wholePower(a: i32, b: i32) -> i32 {
  if (b < 0) {
    return select(0, select(1, a, (b & 1) == 1), a == 1 || a == -1);
  }
  var result = 1;
  var square = a;
  for (var rest = b; rest > 0; rest >>= 1u) {
    result *= select(1, square, (rest & 1) == 1);
    square *= square;
  }
  return result;
}`,
  // C's pow (C17, F.10.4.4); WGSL's knows no negative base. Small powers are exact products, as in PyTorch.
  power: `fn power(a: f32, b: f32) -> f32 {
  if (b == 0.0 || a == 1.0) { return 1.0; }
  if (isNan(a) || isNan(b)) { return a + b; }
  let size = abs(a);
  if (abs(b) >= infinity()) {
    return select(select(0.0, infinity(), (size > 1.0) == (b > 0.0)), 1.0, size == 1.0);
  }
  if (b == 1.0) { return a; }
  if (b == 2.0) { return a * a; }
  if (b == 3.0) { return a * a * a; }
  let whole = floor(b) == b;
  if (a < 0.0 && size < infinity() && !whole) { return nan(); }
  var magnitude = 1.0;
  if (size == 0.0 || size >= infinity()) {
    magnitude = select(0.0, infinity(), (size > 0.0) == (b > 0.0));
  } else if (b == -1.0) {
    magnitude = 1.0 / size;
  } else if (size != 1.0) {
    magnitude = pow(size, b);
  }
  let odd = whole && floor(b * 0.5) != b * 0.5;
  return select(magnitude, -magnitude, odd && (bitcast<u32>(a) >> 31u) == 1u);
}`,
};

/** NAN, and the functions that an expression names, by way of others, too. */
export function helpersFor(expression: string): string {
  const named = new Map<string, string>();
  const add = (code: string): void => {
    for (const [, name] of code.matchAll(/\b(\w+)\(/g)) {
      if (!Object.hasOwn(HELPERS, name) || named.has(name)) continue;
      named.set(name, HELPERS[name]);
      add(HELPERS[name]);
    }
  };
  add(expression);
  return [NAN, ...named.values()].join("\n");
}
