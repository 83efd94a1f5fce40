/**
 * The numbers on an axis: round ones, all written alike.
 *
 * @module
 */
import type { Axis } from "../chart/model.ts";
import { ticks } from "../chart/numbers.ts";

/** A number on an axis, and how far along it stands: from 0 to 1. */
export interface Tick {
  share: number;
  text: string;
}

/** From 0 to 1 along an axis. */
export function share(axis: Axis, value: number): number {
  const place = axis.log ? Math.log : (x: number) => x;
  const [low, high] = axis.range.map(place);
  return (place(value) - low) / (high - low || 1);
}

/**
 * Round numbers along an axis, in rising order.
 *
 * @param axis The axis.
 * @param most At most about so many; at least one.
 */
export function axisTicks(axis: Axis, most: number): Tick[] {
  const [low, high] = axis.range;
  const inside = (value: number) => value >= low - 1e-9 * (high - low) && value <= high + 1e-9 * (high - low);
  const found = (axis.log ? logTicks(low, high, most) : evenTicks(low, high, most)).filter(inside);
  const values = found.length > 0 ? found : [low];
  const write = writer(values);
  return values.map((value) => ({ share: Math.min(1, Math.max(0, share(axis, value))), text: write(value) }));
}

/** Powers of ten; where there are few of them, also twice and five times as much; where there are none, what is round between. */
function logTicks(low: number, high: number, most: number): number[] {
  const from = Math.ceil(Math.log10(low) - 1e-9), to = Math.floor(Math.log10(high) + 1e-9);
  const decades = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
  const multiples = [from - 1, ...decades].flatMap((power) => [1, 2, 5].map((n) => n * 10 ** power))
    .filter((value) => value >= low && value <= high);
  if (decades.length >= 3 || multiples.length > most + 1 && decades.length >= 2) {
    // Every second or third power, counted from 1, so that one of them is where it is expected.
    const stride = Math.ceil(decades.length / Math.max(1, most));
    return decades.filter((power) => power % stride === 0).map((power) => 10 ** power);
  }
  return multiples.length >= 2 && multiples.length <= most + 1 ? multiples : evenTicks(low, high, most);
}

/** Multiples of 1, 2 or 5 times a power of ten. */
function evenTicks(low: number, high: number, most: number): number[] {
  for (let count = most;; count--) {
    const found = ticks(low, high, Math.max(1, count));
    if (found.length <= most + 1 || count <= 1) return found.slice(0, most + 1);
  }
}

/** How all the numbers of an axis are written: with powers of ten or without, and those of about one size with as many decimals. */
function writer(values: number[]): (value: number) => string {
  const sizes = values.map(Math.abs).filter((size) => size > 0);
  const [least, largest] = [Math.min(...sizes), Math.max(0, ...sizes)];
  const decimals = Math.max(0, ...values.map(decimalsOf));
  const isEven = values.length < 3 ||
    Math.abs(values[2] - 2 * values[1] + values[0]) < 0.01 * (values[1] - values[0]);
  if (largest < 1e5 && (isEven ? decimals <= 4 : least >= 1e-3)) {
    return (value) => isEven ? value.toFixed(decimals) : String(Number(value.toPrecision(6)));
  }
  const digits = Math.max(
    0,
    ...sizes.map((size) => decimalsOf(size / 10 ** Math.floor(Math.log10(size) + 1e-9))),
  );
  return (value) => value === 0 ? "0" : value.toExponential(digits).replace("e+", "e");
}

/** How many digits behind the point tell something. */
function decimalsOf(value: number): number {
  const [digits, power] = Number(Math.abs(value).toPrecision(6)).toExponential().split("e");
  return Math.max(0, digits.replace(".", "").length - 1 - Number(power));
}
