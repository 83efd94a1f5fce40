/** Tensors as text. */
import type { DType, Values } from "../device/device.ts";
import { text } from "../device/shape.ts";
import { checkOptions, checkRange, checkWhole } from "../text/arguments.ts";

/** How numbers are written. */
export interface Format {
  /** Digits behind the point, 4 by default. */
  digits?: number;
  /** At most so many entries at each end of a long dimension, 3 by default; shorter dimensions are written in full. */
  edge?: number;
}

interface Described {
  readonly shape: number[];
  readonly dtype: DType;
  readonly requiresGrad: boolean;
  readonly isLeaf: boolean;
  readonly value: { readonly buffer: { readonly operation: string; readonly freed: boolean } };
  readonly device: { readonly name: string };
  toString(): string;
}

/** One line about a tensor, without its numbers: those may still be on their way from a GPU. */
export function inspect(tensor: Described): string {
  const history = !tensor.requiresGrad
    ? ""
    : tensor.isLeaf
    ? ", requires grad"
    : `, by ${tensor.value.buffer.operation}()`;
  const state = tensor.value.buffer.freed ? ", freed" : "";
  return `${tensor}${history}${state} (await .array() gives its numbers, await .format() a text)`;
}

/**
 * The settings of format(), checked.
 *
 * @throws {RangeError} if digits are not 0 to 100, or edge is no whole number ≥ 1.
 * @throws {TypeError} if there is no such option.
 */
function readFormat(options: Format): Required<Format> {
  checkOptions("format", options, ["digits", "edge"]);
  const { digits = 4, edge = 3 } = options;
  return {
    digits: checkWhole("format", "digits", checkRange("format", "digits", digits, 0, 100), 0),
    edge: checkWhole("format", "edge", edge, 1),
  };
}

/** Writes every number so that all take the same width. */
function columns(values: number[], dtype: DType, digits: number): string[] {
  if (dtype === "bool") return values.map((x) => x ? "true" : "false");
  const finite = values.filter((x) => Number.isFinite(x));
  const whole = dtype === "int32" ||
    (finite.every((x) => Number.isInteger(x)) && finite.every((x) => Math.abs(x) < 1e6));
  const largest = Math.max(0, ...finite.map(Math.abs));
  const smallest = Math.min(Infinity, ...finite.map(Math.abs).filter((x) => x > 0));
  const scientific = !whole &&
    (largest >= 1e5 || (largest > 0 && (largest < 1e-3 || largest / smallest > 1e7)));
  const write = (x: number) => {
    if (Number.isNaN(x)) return "nan";
    if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
    if (dtype === "int32") return String(x);
    if (scientific) return x.toExponential(digits).replace(/e([+-])(\d)$/, "e$10$2");
    return whole ? `${x}.` : x.toFixed(digits);
  };
  const texts = values.map((x) => Object.is(x, -0) ? write(0) : write(x));
  const width = Math.max(0, ...texts.map((t) => t.length));
  return texts.map((t) => t.padStart(width));
}

/** The numbers of a tensor in nested brackets, long dimensions shortened: "[[1.0000, 2.0000], [3.0000, 4.0000]]". */
export function formatValues(
  values: Values,
  shape: readonly number[],
  dtype: DType,
  options: Format = {},
): string {
  const { digits, edge } = readFormat(options);
  const shorten = shape.reduce((a, b) => a * b, 1) > 1000;
  const picks = shape.map((n) => {
    const all = Array.from({ length: n }, (_, i) => i);
    return shorten && n > 2 * edge ? [...all.slice(0, edge), -1, ...all.slice(n - edge)] : all;
  });
  const chosen: number[] = [];
  const walk = (depth: number, offset: number): void => {
    if (depth === shape.length) return void chosen.push(values[offset]);
    for (const i of picks[depth]) if (i >= 0) walk(depth + 1, offset * shape[depth] + i);
  };
  if (values.length > 0) walk(0, 0);
  const texts = columns(chosen, dtype, digits);
  let at = 0;
  const build = (depth: number): string => {
    if (depth === shape.length) return texts[at++];
    const rows = picks[depth].map((i) => i < 0 ? "..." : build(depth + 1));
    const innermost = depth === shape.length - 1;
    const gap = innermost ? ", " : "," + "\n".repeat(shape.length - depth - 1) + " ".repeat(depth + 1);
    return `[${rows.join(gap)}]`;
  };
  return values.length > 0 ? build(0) : text(shape).replace(/^/, "[] of shape ");
}
