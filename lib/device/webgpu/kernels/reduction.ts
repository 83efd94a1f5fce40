/**
 * Sums, products, largest and smallest over any dimensions. Few long lines are cut into parts that are reduced side by side, then
 * the parts: always the same way, so that a sum is the same number each time. NaN wins among largest and smallest.
 *
 * @module
 */
import { reducedShape, sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import type { Gpu } from "../gpu.ts";
import { buffers, NAN, wgslType } from "../wgsl.ts";
import {
  alone,
  type Lines,
  linesOf,
  lineStruct,
  lineUniforms,
  overLines,
  shared,
  together,
} from "./lines.ts";

/** How two values become one, and the value that changes nothing. */
interface Reduction {
  readonly float: string;
  readonly integer: string;
  readonly start: { readonly f32: string; readonly i32: string };
}

const REDUCTIONS = {
  sum: { float: "a + b", integer: "a + b", start: { f32: "0.0", i32: "0" } },
  product: { float: "a * b", integer: "a * b", start: { f32: "1.0", i32: "1" } },
  max: {
    float: "select(max(a, b), a + b, isNan(a) || isNan(b))",
    integer: "max(a, b)",
    start: { f32: "-infinity()", i32: "i32(-2147483648)" },
  },
  min: {
    float: "select(min(a, b), a + b, isNan(a) || isNan(b))",
    integer: "min(a, b)",
    start: { f32: "infinity()", i32: "0x7fffffff" },
  },
} as const satisfies Record<string, Reduction>;

/** What many values become. */
export type ReductionName = keyof typeof REDUCTIONS;

/** x without the dimensions `dims`, which ascend, or with sizes of 1 there. */
export function reduce(
  gpu: Gpu,
  name: ReductionName,
  x: Storage,
  dims: readonly number[],
  keepdim: boolean,
): Storage {
  const shape = reducedShape(x.shape, dims, keepdim);
  // The last run of neighbouring dimensions goes first; those of size 1 part no neighbours.
  let rest = x;
  let left = dims.filter((d) => x.shape[d] !== 1);
  if (left.length === 0) return gpu.share(x, shape);
  while (left.length > 0) {
    const last = left[left.length - 1];
    let first = last;
    while (first > 0 && (left.includes(first - 1) || rest.shape[first - 1] === 1)) first--;
    left = left.filter((d) => d < first);
    const outer = sizeOf(rest.shape.slice(0, first)), inner = sizeOf(rest.shape.slice(last + 1));
    const length = sizeOf(rest.shape.slice(first, last + 1));
    const reduced = rest.shape.map((n, d) => d >= first && d <= last ? 1 : n);
    const next = reduceMiddle(gpu, name, rest, [outer, length, inner], left.length > 0 ? reduced : shape);
    if (rest !== x) gpu.free(rest);
    rest = next;
  }
  return rest;
}

/** Reduces the middle of x seen as [outer, length, inner]; the result, seen as `shape`, is divided by a number. */
export function reduceMiddle(
  gpu: Gpu,
  name: ReductionName,
  x: Storage,
  [outer, length, inner]: readonly [number, number, number],
  shape: readonly number[],
  divisor = 1,
): Storage {
  const lines = linesOf([outer, length, inner], true), { parts } = lines;
  if (parts === 1 || lines.size === 0) return pass(gpu, name, x, lines, shape, divisor);
  const partial = pass(gpu, name, x, lines, [outer, parts, inner], 1);
  const result = reduceMiddle(gpu, name, partial, [outer, parts, inner], shape, divisor);
  gpu.free(partial);
  return result;
}

/** One dispatch: a result for each part of each line. */
function pass(
  gpu: Gpu,
  name: ReductionName,
  x: Storage,
  lines: Lines,
  shape: readonly number[],
  divisor: number,
): Storage {
  const result = gpu.allocate(shape, x.dtype);
  if (lines.size === 0) return result;
  const type = wgslType(x.dtype), { float, integer, start } = REDUCTIONS[name];
  gpu.dispatch({
    key: `reduce ${name} ${type} ${alone(lines)} ${divisor !== 1}`,
    code: () => /* wgsl */ `
${lineStruct("divisor: f32")}
${buffers({ input: type }, type)}
${NAN}
${shared(lines, type)}
fn combine(a: ${type}, b: ${type}) -> ${type} { return ${type === "f32" ? float : integer}; }
${
      overLines(
        lines,
        `
  // Four chains: reads wait together, and less is rounded.
  var a = ${start[type]};
  var b = a;
  var c = a;
  var d = a;
  var k = begin;
  let step = stride * uniforms.inner;
  var at = start + k * uniforms.inner;
  for (; k + 3u * stride < end; k += 4u * stride) {
    a = combine(a, input[at]);
    b = combine(b, input[at + step]);
    c = combine(c, input[at + 2u * step]);
    d = combine(d, input[at + 3u * step]);
    at += 4u * step;
  }
  for (; k < end; k += stride) {
    a = combine(a, input[at]);
    at += step;
  }
  var value = combine(combine(a, b), combine(c, d));
  ${together(lines, "value", "combine")}
  if (exists && lane == 0u) { output[line] = value${divisor === 1 ? "" : " / uniforms.divisor"}; }`,
      )
    }`,
    bindings: [x, result],
    uniforms: lineUniforms(lines, [{ f: divisor }]),
    workgroups: lines.workgroups,
  });
  return result;
}
