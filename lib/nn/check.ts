/** Checks of a layer's arguments: sentences that name the layer, the argument and what would do. */
import { text } from "../device/shape.ts";
import type { Size } from "../tensor/shape.ts";

/**
 * A count: a whole number ≥ 1.
 *
 * @throws {RangeError} for any other number.
 * @throws {TypeError} for what is no number.
 */
export function checkCount(layer: string, name: string, value: number): number {
  checkNumber(layer, name, value);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`${layer}: ${name} must be a whole number ≥ 1, not ${value}`);
  }
  return value;
}

/**
 * A finite number between two ends, both included.
 *
 * @throws {RangeError} if it lies outside, or is NaN.
 * @throws {TypeError} for what is no number.
 */
export function checkRange(layer: string, name: string, value: number, low: number, high = Infinity): number {
  checkNumber(layer, name, value);
  if (!(value >= low && value <= high && Number.isFinite(value))) {
    const range = high === Infinity
      ? low === -Infinity ? "a finite number" : `a finite number ≥ ${low}`
      : `a number from ${low} to ${high}`;
    throw new RangeError(`${layer}: ${name} must be ${range}, not ${value}`);
  }
  return value;
}

function checkNumber(layer: string, name: string, value: unknown): void {
  if (typeof value === "number") return;
  const hint = typeof value === "object" && value !== null
    ? "; options stand in one object behind the other arguments"
    : "";
  throw new TypeError(`${layer}: ${name} must be a number, not ${describe(value)}${hint}`);
}

function describe(value: unknown): string {
  return value === null || value === undefined ? String(value) : `${typeof value} ${JSON.stringify(value)}`;
}

/** A size as one would write it: 3, or [3, 5]. */
function sizeText(size: Size): string {
  if (typeof size === "number") return String(size);
  return size.every((n) => n === size[0]) ? String(size[0]) : text(size);
}

/** Arguments as one would write them: "1, 96, 11, { stride: 4 }"; options that have their default are left out. */
export function argumentsText(
  args: readonly (number | Size)[],
  options: Record<string, unknown> = {},
  defaults: Record<string, unknown> = {},
): string {
  const show = (value: unknown): string =>
    Array.isArray(value) ? sizeText(value) : typeof value === "string" ? `"${value}"` : String(value);
  const said = Object.entries(options)
    .filter(([name, value]) => show(value) !== show(defaults[name]))
    .map(([name, value]) => `${name}: ${show(value)}`);
  const list = args.map((arg) => show(arg));
  return [...list, ...said.length > 0 ? [`{ ${said.join(", ")} }`] : []].join(", ");
}
