/**
 * The first place of the largest (smallest) value along one dimension; the first NaN before all. Few long lines are cut into
 * parts: their winners first, then the winner among those.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
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

/** The extreme that is looked for; "inner" as in TensorFlow.js: a NaN loses against any number. */
export type Extreme = "max" | "inner max" | "inner min";

/** The place of the extreme along `dim`, which goes, as int32. */
export function argExtreme(gpu: Gpu, extreme: Extreme, x: Storage, dim: number): Storage {
  const shape = x.shape.filter((_, d) => d !== dim), length = x.shape[dim];
  const outer = sizeOf(x.shape.slice(0, dim)), inner = sizeOf(x.shape.slice(dim + 1));
  const lines = linesOf([outer, length, inner], true), { parts } = lines;
  if (parts === 1) return winners(gpu, extreme, x, lines, shape, null);
  const places = winners(gpu, extreme, x, lines, [outer, parts, inner], null);
  const result = winners(gpu, extreme, x, linesOf([outer, parts, inner]), shape, places);
  gpu.free(places);
  return result;
}

/**
 * The winner of each part of each line.
 *
 * @param candidates Places that alone are asked, [outer, how many, inner], ascending; null: all.
 */
function winners(
  gpu: Gpu,
  extreme: Extreme,
  x: Storage,
  lines: Lines,
  shape: readonly number[],
  candidates: Storage | null,
): Storage {
  const result = gpu.allocate(shape, "int32");
  if (lines.size === 0) return result;
  const type = wgslType(x.dtype);
  const ahead = `a ${extreme === "inner min" ? "<" : ">"} b`;
  const better = type === "i32"
    ? ahead
    : extreme === "max"
    ? `!isNan(b) && (${ahead} || isNan(a))`
    : `!isNan(a) && (isNan(b) || ${ahead})`;
  const equal = type === "i32" ? "a == b" : "a == b || (isNan(a) && isNan(b))";
  gpu.dispatch({
    key: `arg${extreme} ${type} ${candidates === null} ${alone(lines)}`,
    code: () => /* wgsl */ `
${lineStruct("whole: u32")}
${buffers(candidates === null ? { input: type } : { input: type, candidates: "i32" }, "i32")}
${NAN}
struct Found { place: i32, value: ${type} }
${shared(lines, "Found")}
fn better(a: ${type}, b: ${type}) -> bool { return ${better}; }
fn equal(a: ${type}, b: ${type}) -> bool { return ${equal}; }
// The first of equals; a place of −1 is none.
fn winner(a: Found, b: Found) -> Found {
  if (b.place < 0) { return a; }
  if (a.place < 0 || better(b.value, a.value)) { return b; }
  if (b.place < a.place && equal(a.value, b.value)) { return b; }
  return a;
}
${
      overLines(
        lines,
        `
  var found = Found(-1, ${type}(0));
  for (var k = begin; k < end; k += stride) {
    ${
          candidates === null
            ? `let place = k;
    let value = input[start + k * uniforms.inner];`
            : `let place = u32(candidates[start + k * uniforms.inner]);
    let value = input[(outer * uniforms.whole + place) * uniforms.inner + line - row * uniforms.inner];`
        }
    if (found.place < 0 || better(value, found.value)) { found = Found(i32(place), value); }
  }
  ${together(lines, "found", "winner")}
  if (exists && lane == 0u) { output[line] = found.place; }`,
      )
    }`,
    bindings: candidates === null ? [x, result] : [x, candidates, result],
    uniforms: lineUniforms(lines, [sizeOf(x.shape) / (lines.shape[0] * lines.shape[2])]),
    workgroups: lines.workgroups,
  });
  return result;
}
