/**
 * The first place of the largest (smallest) value along one dimension; the first NaN before all. Long lines are cut into
 * parts: their winners first, then the winner among those.
 *
 * @module
 */
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { buffers, NAN, onePerThread, packUniforms, wgslType, WORKGROUP } from "../wgsl.ts";

/** A line is cut if it is longer, unless there are lines enough to fill a GPU. */
const SHORT = 512;
const ENOUGH = 1 << 16;

/** The extreme that is looked for; "inner" as in TensorFlow.js: a NaN loses against any number. */
export type Extreme = "max" | "inner max" | "inner min";

/** The place of the extreme along `dim`, which goes, as int32. */
export function argExtreme(gpu: Gpu, extreme: Extreme, x: Storage, dim: number): Storage {
  const shape = x.shape.filter((_, d) => d !== dim);
  const length = x.shape[dim], inner = sizeOf(x.shape.slice(dim + 1)), lines = sizeOf(shape);
  if (length <= SHORT || lines >= ENOUGH) return winners(gpu, extreme, x, [length, inner], 1, shape, null);
  // As many parts as each is long: neither loop is longer than it must be.
  const parts = Math.ceil(Math.sqrt(length));
  const outer = sizeOf(x.shape.slice(0, dim));
  const places = winners(gpu, extreme, x, [length, inner], parts, [outer, parts, inner], null);
  const result = winners(gpu, extreme, x, [length, inner], 1, shape, places);
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
  [length, inner]: readonly number[],
  parts: number,
  shape: readonly number[],
  candidates: Storage | null,
): Storage {
  const result = gpu.allocate(shape, "int32");
  const size = sizeOf(shape);
  if (size === 0) return result;
  const type = wgslType(x.dtype);
  const ahead = `value ${extreme === "inner min" ? "<" : ">"} best`;
  const better = type === "i32"
    ? ahead
    : extreme === "max"
    ? `!isNan(best) && (${ahead} || isNan(value))`
    : `!isNan(value) && (isNan(best) || ${ahead})`;
  const asked = candidates?.shape[1] ?? length;
  // A part beyond the line's end (their lengths are rounded up) names the last place, which another part names, too.
  const place = candidates === null
    ? "min(k, uniforms.length - 1u)"
    : "u32(candidates[(outer * uniforms.asked + k) * uniforms.inner + column])";
  gpu.dispatch({
    key: `arg${extreme} ${type} ${candidates === null}`,
    code: () => /* wgsl */ `
struct Uniforms { size: u32, length: u32, inner: u32, parts: u32, partLength: u32, asked: u32 }
${buffers(candidates === null ? { input: type } : { input: type, candidates: "i32" }, "i32")}
${NAN}
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  let row = index / uniforms.inner;
  let column = index - row * uniforms.inner;
  let outer = row / uniforms.parts;
  let begin = (row - outer * uniforms.parts) * uniforms.partLength;
  let end = min(begin + uniforms.partLength, uniforms.asked);
  let start = outer * uniforms.length * uniforms.inner + column;
  var k = begin;
  var winner = ${place};
  var best = input[start + winner * uniforms.inner];
  for (k = begin + 1u; k < end; k++) {
    let place = ${place};
    let value = input[start + place * uniforms.inner];
    if (${better}) {
      best = value;
      winner = place;
    }
  }
  output[index] = i32(winner);`)
    }`,
    bindings: candidates === null ? [x, result] : [x, candidates, result],
    uniforms: packUniforms([size, length, inner, parts, Math.ceil(asked / parts), asked]),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
  return result;
}
