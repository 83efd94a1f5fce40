/**
 * Kernels that only move elements: each coordinate of the result walks through the input with its own stride. All are one
 * program with other numbers, for any number of dimensions. Where a result has elements that come from nowhere (`pad`,
 * `sliceGrad`), each of its places asks whether it is one of the input's.
 *
 * @module
 */
import type { Border, Slice } from "../../kernels.ts";
import { sizeOf, stepsOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { byRows, fits, Part } from "../part.ts";
import { buffers, onePerThread, packUniforms, wgslType, word, WORKGROUP } from "../wgsl.ts";
import { swappable, swapRows, type Walk } from "./swap.ts";

/** The same walk with as few coordinates as possible. */
function merged(walks: readonly Walk[]): Walk[] {
  const result: Walk[] = [];
  for (const [size, stride] of walks) {
    if (size === 1) continue;
    const outer = result.at(-1);
    if (outer !== undefined && outer[1] === stride * size) {
      result[result.length - 1] = [outer[0] * size, stride];
    } else result.push([size, stride]);
  }
  return result.length === 0 ? [[1, 0]] : result;
}

/**
 * Copies x along a walk.
 *
 * @param shape The result's.
 * @param walks Row-major, as many elements as `shape` has.
 * @param start Where in x the walk begins.
 */
export function copyAlong(
  gpu: Gpu,
  x: Storage,
  shape: readonly number[],
  walks: readonly Walk[],
  start: number,
): Storage {
  const result = gpu.allocate(shape, x.dtype);
  const size = sizeOf(shape);
  if (size === 0) return result;
  const type = wgslType(x.dtype);
  const few = merged(walks);
  gpu.dispatch({
    key: `strided ${type} ${few.length}`,
    code: () => /* wgsl */ `
struct Uniforms { walks: array<vec4<i32>, ${few.length}>, size: u32, start: i32 }
${buffers({ input: type }, type)}
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  var rest = i32(index);
  var place = uniforms.start;
${
        few.map((_, d) =>
          `  place += (rest % uniforms.walks[${d}].x) * uniforms.walks[${d}].y;
  rest /= uniforms.walks[${d}].x;`
        ).reverse().join("\n")
      }
  output[index] = input[place];`)
    }`,
    bindings: [x, result],
    uniforms: packUniforms([...few.flatMap(([size, stride]) => [size, stride, 0, 0]), size, start]),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
  return result;
}

/** Dimension i of the result is dimension perm[i] of x. */
export function permute(gpu: Gpu, x: Storage, perm: readonly number[]): Storage {
  const whole = (x: Storage) => permuteWhole(gpu, x, perm);
  return perm[0] === 0 ? byRows(gpu, [x], perm.map((d) => x.shape[d]), ([x]) => whole(x)) : whole(x);
}

function permuteWhole(gpu: Gpu, x: Storage, perm: readonly number[]): Storage {
  const steps = stepsOf(x.shape);
  const shape = perm.map((d) => x.shape[d]);
  const walks = perm.map((d): Walk => [x.shape[d], steps[d]]);
  const swap = swappable(merged(walks));
  return swap !== null && sizeOf(shape) > 0
    ? swapRows(gpu, x, shape, swap)
    : copyAlong(gpu, x, shape, walks, 0);
}

/** x repeated along dimensions of size 1, and along new ones in front. */
export function expand(gpu: Gpu, x: Storage, shape: readonly number[]): Storage {
  const lead = shape.length - x.shape.length, steps = stepsOf(x.shape);
  const walks = shape.map((size, d): Walk => [size, (x.shape[d - lead] ?? 1) === 1 ? 0 : steps[d - lead]]);
  return copyAlong(gpu, x, shape, walks, 0);
}

/** y[i] = x[begin + step · i]; a step may be negative. */
export function slice(gpu: Gpu, x: Storage, { begin, size, step }: Slice): Storage {
  if (!fits(gpu, x) && step[0] === 1 && size[0] < x.shape[0]) {
    // The rows that are wanted are copied first: a program could not be given the others.
    const each = sizeOf(x.shape.slice(1)), shape = [size[0], ...x.shape.slice(1)];
    const rows = gpu.allocate(shape, x.dtype);
    gpu.overwrite(rows, new Part(x, begin[0] * each, shape));
    return slice(gpu, rows, { begin: begin.with(0, 0), size, step });
  }
  const steps = stepsOf(x.shape);
  const start = steps.reduce((sum, far, d) => sum + begin[d] * far, 0);
  const walks = size.map((count, d): Walk => [count, steps[d] * step[d]]);
  return copyAlong(gpu, x, size, walks, sizeOf(size) === 0 ? 0 : start);
}

/** `value` everywhere in `shape`, and x where a slice of its shape is. */
function spread(
  gpu: Gpu,
  x: Storage,
  shape: readonly number[],
  { begin, step }: Omit<Slice, "size">,
  value: number,
) {
  const result = gpu.allocate(shape, x.dtype);
  const size = sizeOf(shape);
  if (size === 0) return result;
  const type = wgslType(x.dtype);
  // A dimension that x fills joins the one outside of it, if that takes every place.
  const few: number[][] = [];
  shape.forEach((whole, d) => {
    const outer = few.at(-1);
    if (outer !== undefined && outer[3] === 1 && x.shape[d] === whole && begin[d] === 0) {
      few[few.length - 1] = [...outer.slice(0, 3).map((n) => n * whole), 1];
    } else few.push([whole, x.shape[d], begin[d], step[d]]);
  });
  if (few.length === 0) few.push([1, 1, 0, 1]);
  gpu.dispatch({
    key: `spread ${type} ${few.length}`,
    code: () => /* wgsl */ `
// Per dimension: the result's size, x's, where x begins, and its step.
struct Uniforms { dimensions: array<vec4<i32>, ${few.length}>, size: u32, value: ${type} }
${buffers({ input: type }, type)}
${
      onePerThread(`
  if (index >= uniforms.size) { return; }
  var rest = i32(index);
  var place = 0;
  var stride = 1;
  var inside = true;
  for (var d = ${few.length - 1}; d >= 0; d--) {
    let dimension = uniforms.dimensions[d];
    let past = rest % dimension.x - dimension.z;
    let at = past / dimension.w;
    inside = inside && at >= 0 && at * dimension.w == past && at < dimension.y;
    place += at * stride;
    stride *= dimension.y;
    rest /= dimension.x;
  }
  if (inside) { output[index] = input[place]; } else { output[index] = uniforms.value; }`)
    }`,
    bindings: [x, result],
    uniforms: packUniforms([...few.flat(), size, word(value, x.dtype)]),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
  return result;
}

/** x with a border of `value`. */
export function pad(gpu: Gpu, x: Storage, border: Border, value: number): Storage {
  const shape = x.shape.map((n, d) => border[d][0] + n + border[d][1]);
  return spread(gpu, x, shape, { begin: border.map(([before]) => before), step: shape.map(() => 1) }, value);
}

/** Zeros of `shape`, and dy where the slice was. */
export function sliceGrad(gpu: Gpu, dy: Storage, shape: readonly number[], part: Slice): Storage {
  return spread(gpu, dy, shape, part, 0);
}

/** One after the other along a dimension: each is written at its place in the result. */
export function concat(gpu: Gpu, list: readonly Storage[], shape: readonly number[], dim: number): Storage {
  const result = gpu.allocate(shape, list[0].dtype);
  const type = wgslType(result.dtype);
  const inner = sizeOf(shape.slice(dim + 1));
  const outer = sizeOf(shape.slice(0, dim)), large = !fits(gpu, result);
  let start = 0;
  for (const x of list) {
    const size = sizeOf(x.shape), run = x.shape[dim] * inner;
    if (size === 0) continue;
    // Too large for a program, but not for a copy, where nothing stands between.
    if (large && outer === 1) {
      gpu.overwrite(new Part(result, start, x.shape), x);
      start += run;
      continue;
    }
    gpu.dispatch({
      key: `concat ${type}`,
      code: () => /* wgsl */ `
struct Uniforms { size: u32, run: u32, line: u32, start: u32 }
${buffers({ input: type }, type)}
${
        onePerThread(`
  if (index >= uniforms.size) { return; }
  let line = index / uniforms.run;
  output[line * uniforms.line + uniforms.start + index - line * uniforms.run] = input[index];`)
      }`,
      bindings: [x, result],
      uniforms: packUniforms([size, run, shape[dim] * inner, start]),
      workgroups: workgroupsFor(size, WORKGROUP),
    });
    start += run;
  }
  return result;
}
