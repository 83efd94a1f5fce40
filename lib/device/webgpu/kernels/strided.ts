/**
 * Kernels that only move elements: each coordinate of the result walks through the input with its own stride. Transpose,
 * Slice, StridedSlice, Reverse and Tile are this one program with other numbers, for any number of dimensions.
 * TensorFlow.js' Transpose gives shaders that do not compile where sizes of 1 meet three and more dimensions.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Storage } from "../../device.ts";
import { workgroupsFor } from "../backend.ts";
import { onePerThread, packUniforms, wgslType, WORKGROUP } from "../wgsl.ts";
import { type GpuKernelCall, isPlain, registerKernel, sizeOf, stockKernel } from "./registry.ts";

/** One coordinate of the result: how many values it has and how far each step goes in the input. */
type Walk = [size: number, stride: number];

/** Row-major strides. */
export function stridesOf(shape: number[]): number[] {
  const strides = shape.map(() => 1);
  for (let d = shape.length - 2; d >= 0; d--) strides[d] = strides[d + 1] * shape[d + 1];
  return strides;
}

/** The same walk with as few coordinates as possible. */
function merged(walks: Walk[]): Walk[] {
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
function copyAlong(
  { backend }: GpuKernelCall,
  x: Storage,
  shape: number[],
  walks: Walk[],
  start: number,
): Storage {
  const type = backend.bufferType(x);
  const result = backend.allocate(shape, type);
  const size = sizeOf(shape);
  if (size === 0) return result;
  const few = merged(walks);
  backend.dispatch({
    key: `strided ${wgslType(type)} ${few.length}`,
    code: () => /* wgsl */ `
struct Uniforms { walks: array<vec4<i32>, ${few.length}>, size: u32, start: i32 }
@group(0) @binding(0) var<storage, read> input: array<${wgslType(type)}>;
@group(0) @binding(1) var<storage, read_write> output: array<${wgslType(type)}>;
@group(0) @binding(2) var<uniform> uniforms: Uniforms;
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

/** Threads along one side of a tile. */
const TILE = 16;

/** Swaps rows and columns [batch, rows, columns] through a tile in workgroup memory, so that reads and writes are runs. */
function swapLast(
  { backend }: GpuKernelCall,
  x: Storage,
  shape: number[],
  [batch, rows, columns]: number[],
): Storage {
  const type = backend.bufferType(x);
  const result = backend.allocate(shape, type);
  const element = wgslType(type);
  backend.dispatch({
    key: `swap ${element}`,
    code: () => /* wgsl */ `
struct Uniforms { rows: u32, columns: u32, batch: u32 }
@group(0) @binding(0) var<storage, read> input: array<${element}>;
@group(0) @binding(1) var<storage, read_write> output: array<${element}>;
@group(0) @binding(2) var<uniform> uniforms: Uniforms;
// One more column than threads, so that a column's elements lie in different banks.
var<workgroup> tile: array<${element}, ${TILE * (TILE + 1)}>;
@compute @workgroup_size(${TILE}, ${TILE})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  for (var batch = group.z; batch < uniforms.batch; batch += 65535u) {
    let start = batch * uniforms.rows * uniforms.columns;
    let row = group.y * ${TILE}u + local.y;
    let column = group.x * ${TILE}u + local.x;
    if (row < uniforms.rows && column < uniforms.columns) {
      tile[local.y * ${TILE + 1}u + local.x] = input[start + row * uniforms.columns + column];
    }
    workgroupBarrier();
    let outRow = group.x * ${TILE}u + local.y;
    let outColumn = group.y * ${TILE}u + local.x;
    if (outRow < uniforms.columns && outColumn < uniforms.rows) {
      output[start + outRow * uniforms.rows + outColumn] = tile[local.x * ${TILE + 1}u + local.y];
    }
    workgroupBarrier();
  }
}`,
    bindings: [x, result],
    uniforms: packUniforms([rows, columns, batch]),
    workgroups: [Math.ceil(columns / TILE), Math.ceil(rows / TILE), Math.min(batch, 65535)],
  });
  return result;
}

function transpose(call: GpuKernelCall): Storage {
  const { x } = call.inputs;
  const perm = call.attrs.perm as number[];
  const strides = stridesOf(x.shape);
  const shape = perm.map((d) => x.shape[d]);
  const walks = perm.map((d): Walk => [x.shape[d], strides[d]]);
  const few = merged(walks);
  const [rows, columns] = few.slice(-2);
  // [batch, columns, rows] out of [batch, rows, columns], both sides long enough to fill tiles.
  const swap = few.length <= 3 && columns !== undefined && rows[1] === 1 && columns[1] === rows[0] &&
    (few.length === 2 || few[0][1] === rows[0] * columns[0]);
  const fits = swap && Math.max(rows[0], columns[0]) <= TILE * 65535;
  if (fits && Math.min(rows[0], columns[0]) >= TILE / 2 && sizeOf(shape) > 0) {
    return swapLast(call, x, shape, [few.length === 3 ? few[0][0] : 1, columns[0], rows[0]]);
  }
  return copyAlong(call, x, shape, walks, 0);
}

function slice(call: GpuKernelCall): Storage {
  const { x } = call.inputs;
  const [begin, size] = tf.slice_util.parseSliceParams(
    x as unknown as tf.Tensor,
    call.attrs.begin as number[],
    call.attrs.size as number[],
  );
  const strides = stridesOf(x.shape);
  const start = begin.reduce((sum, value, d) => sum + value * strides[d], 0);
  return copyAlong(call, x, size, size.map((count, d): Walk => [count, strides[d]]), start);
}

function stridedSlice(call: GpuKernelCall): Storage {
  const { x } = call.inputs;
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = call
    .attrs as unknown as Record<"begin" | "end" | "strides", number[]> & Record<string, number>;
  const info = tf.slice_util.sliceInfo(
    x.shape,
    begin,
    end,
    strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
  const sizes = tf.slice_util.computeOutShape(info.begin, info.end, info.strides);
  const rowMajor = stridesOf(x.shape);
  const start = info.begin.reduce((sum, value, d) => sum + value * rowMajor[d], 0);
  const walks = sizes.map((size, d): Walk => [size, rowMajor[d] * info.strides[d]]);
  return copyAlong(call, x, info.finalShape, walks, sizeOf(sizes) === 0 ? 0 : start);
}

function reverse(call: GpuKernelCall): Storage {
  const { x } = call.inputs;
  const dims = tf.util.parseAxisParam(call.attrs.dims as number[], x.shape);
  const strides = stridesOf(x.shape);
  const start = dims.reduce((sum, d) => sum + (x.shape[d] - 1) * strides[d], 0);
  const walks = x.shape.map((size, d): Walk => [size, dims.includes(d) ? -strides[d] : strides[d]]);
  return copyAlong(call, x, [...x.shape], walks, start);
}

function tile(call: GpuKernelCall): Storage {
  const { x } = call.inputs;
  const reps = call.attrs.reps as number[];
  const strides = stridesOf(x.shape);
  const walks = x.shape.flatMap((size, d): Walk[] => [[reps[d], 0], [size, strides[d]]]);
  return copyAlong(call, x, x.shape.map((size, d) => size * reps[d]), walks, 0);
}

/** Registers the kernels. */
export function registerStridedKernels(): void {
  const kernels = {
    Transpose: transpose,
    Slice: slice,
    StridedSlice: stridedSlice,
    Reverse: reverse,
    Tile: tile,
  };
  for (const [name, kernel] of Object.entries(kernels)) {
    const stock = stockKernel(name);
    registerKernel(name, (call) => isPlain(call.inputs.x) ? kernel(call) : stock(call));
  }
}
