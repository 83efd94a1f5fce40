/**
 * Functions of single numbers that JavaScript lacks, in float64.
 *
 * @module
 */

/** C's pow, where JavaScript's differs: 1 to any power is 1, and (−1)^±∞ is 1. */
export function pow(a: number, b: number): number {
  return a === 1 || (a === -1 && (b === Infinity || b === -Infinity)) ? 1 : a ** b;
}

/** aᵇ of int32: wraps; a negative power is cut off to 0, save that of 1 and −1. By repeated squaring, low bits of b first. */
export function wholePower(a: number, b: number): number {
  if (b < 0) return a === 1 || (a === -1 && b % 2 === 0) ? 1 : a === -1 ? -1 : 0;
  let result = 1;
  for (let rest = b, square = a; rest > 0; rest >>= 1) {
    if (rest & 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}

/** The nearest whole number, the even one of two. */
export function roundToEven(x: number): number {
  return x - Math.floor(x) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}

/** What is left of a / b when the quotient is rounded down: of b's sign. */
export function modulo(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

/** a / b rounded down, as if the quotient had all its digits. */
export function floorQuotient(a: number, b: number): number {
  const rest = a % b;
  if (b === 0) return a / b;
  return Math.round((a - rest) / b) - (rest !== 0 && rest < 0 !== b < 0 ? 1 : 0);
}

/**
 * The error function to float64's last digits but one or two: its Maclaurin series up to |x| = 3, else 1 − erfc by a continued
 * fraction (Abramowitz & Stegun 7.1.5, 7.1.14).
 */
export function erf(x: number): number {
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

/** 1 − erf x, with as many digits where it is small: the continued fraction of {@linkcode erf} from 2 on. */
export function erfc(x: number): number {
  if (!(x >= 2)) return 1 - erf(x);
  let fraction = x;
  for (let n = 60; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}

/** The normal distribution function Φ. */
export function normalCdf(x: number): number {
  return erfc(-x * Math.SQRT1_2) / 2;
}

/** Φ by a tanh (Hendrycks & Gimpel 2016): (1 + tanh z) / 2 = 1 / (1 + e⁻²ᶻ). */
export function tanhCdf(x: number): number {
  return 1 / (1 + Math.exp(-2 * TANH_SCALE * (x + TANH_CUBE * x ** 3)));
}

/** √(2 / π) and the coefficient of x³ in GELU's tanh. */
export const TANH_SCALE = Math.sqrt(2 / Math.PI), TANH_CUBE = 0.044715;

/** The derivative of x / (1 + e⁻ˣ). */
export function siluSlope(x: number): number {
  const s = 1 / (1 + Math.exp(-x));
  return s * (1 + x * (1 - s));
}

/** The derivative of x Φ(x). */
export function geluSlope(x: number): number {
  return normalCdf(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
}

/** The derivative of GELU by a tanh. */
export function geluTanhSlope(x: number): number {
  const s = tanhCdf(x);
  return s + 2 * x * s * (1 - s) * TANH_SCALE * (1 + 3 * TANH_CUBE * x * x);
}
