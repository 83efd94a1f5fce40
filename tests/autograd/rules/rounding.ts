/** Checks of lib/autograd/rules/rounding.ts. */
import type { Checks } from "../prove.ts";
import { type Numbers, zip } from "./arithmetic.ts";
import { map } from "./map.ts";

const WHOLE = [-2, -1, 0, 1, 2];

/** Quotients that keep away from whole numbers. */
const small: Numbers = (draw, shape) => draw.away(shape, 0);
const large: Numbers = (draw, shape) => draw.array(shape, 2.5, 4);

export const checks: Checks = {
  "floor() is the next whole number below": map((x) => x.floor(), Math.floor, { kinks: WHOLE }),
  "ceil() is the next whole number above": map((x) => x.ceil(), Math.ceil, { kinks: WHOLE }),
  "trunc() is x without its fraction": map((x) => x.trunc(), Math.trunc, { kinks: WHOLE }),
  "frac() is the fraction": map((x) => x.frac(), (x) => x - Math.trunc(x), { kinks: WHOLE }),
  "round() is the nearest whole number": map((x) => x.round(), Math.round, { kinks: [-1.5, -0.5, 0.5, 1.5] }),
  "fmod() is what is left": zip((a, b) => a.fmod(b), (a, b) => a % b, small, large),
  "remainder() is what is left, of b's sign": zip(
    (a, b) => a.remainder(b.neg()),
    (a, b) => a % b === 0 ? 0 : a > 0 ? a % b - b : a % b,
    small,
    large,
  ),
  "div({ rounding }) is flat": zip(
    (a, b) => a.div(b, { rounding: "trunc" }),
    (a, b) => Math.trunc(a / b),
    small,
    large,
  ),
  "div({ rounding: floor }) is flat": zip(
    (a, b) => a.div(b, { rounding: "floor" }),
    (a, b) => Math.floor(a / b),
    small,
    large,
  ),
};
