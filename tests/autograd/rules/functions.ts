/** Checks of lib/autograd/rules/functions.ts. */
import type { Checks } from "../prove.ts";
import { map } from "./map.ts";

const erfc = (x: number) => {
  let term = x, sum = x;
  for (let n = 1; n < 80; n++) {
    term *= -x * x / n;
    sum += term / (2 * n + 1);
  }
  return 1 - sum * 2 / Math.sqrt(Math.PI);
};

export const checks: Checks = {
  "reciprocal() is 1 / x": map((x) => x.reciprocal(), (x) => 1 / x, { low: 0.5 }),
  "rsqrt() is 1 / √x": map((x) => x.rsqrt(), (x) => 1 / Math.sqrt(x), { low: 0.5 }),
  "exp2() is 2ˣ": map((x) => x.exp2(), (x) => 2 ** x),
  "expm1() is eˣ − 1": map((x) => x.expm1(), Math.expm1),
  "log2() is log₂ x": map((x) => x.log2(), Math.log2, { low: 0.5 }),
  "log10() is log₁₀ x": map((x) => x.log10(), Math.log10, { low: 0.5 }),
  "log1p() is ln(1 + x)": map((x) => x.log1p(), Math.log1p, { low: -0.4 }),
  "tan() is tan x": map((x) => x.mul(0.5).tan(), (x) => Math.tan(x / 2)),
  "asin() is arcsin x": map((x) => x.mul(0.4).asin(), (x) => Math.asin(0.4 * x)),
  "acos() is arccos x": map((x) => x.mul(0.4).acos(), (x) => Math.acos(0.4 * x)),
  "atan() is arctan x": map((x) => x.atan(), Math.atan),
  "sinh() is sinh x": map((x) => x.sinh(), Math.sinh),
  "cosh() is cosh x": map((x) => x.cosh(), Math.cosh),
  "asinh() is arsinh x": map((x) => x.asinh(), Math.asinh),
  "acosh() is arcosh x": map((x) => x.acosh(), Math.acosh, { low: 1.5 }),
  "atanh() is artanh x": map((x) => x.mul(0.4).atanh(), (x) => Math.atanh(0.4 * x)),
  "erf() is the error function": map((x) => x.erf(), (x) => 1 - erfc(x)),
  "erfc() is 1 less that": map((x) => x.erfc(), erfc),
};
