/**
 * Pooling and its gradients, channels last. In MaxPool NaN wins, and its gradient goes to the first maximum of each window
 * in row-major order, as in PyTorch. TensorFlow.js' lose NaN and find windows by float division, which a GPU may round.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Storage } from "../../device.ts";
import { workgroupsFor } from "../backend.ts";
import { NAN, onePerThread, packUniforms, WORKGROUP } from "../wgsl.ts";
import { type GpuKernelCall, registerKernel, sizeOf } from "./registry.ts";

type PoolInfo = ReturnType<typeof tf.backend_util.computePool2DInfo>;

function poolInfo(shape: number[], attrs: GpuKernelCall["attrs"]): PoolInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as {
    filterSize: [number, number];
    strides: [number, number];
    pad: "valid";
    dimRoundingMode: "floor";
  };
  return tf.backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
}

const UNIFORMS = /* wgsl */ `
struct Uniforms {
  size: u32, channels: i32,
  inHeight: i32, inWidth: i32, outHeight: i32, outWidth: i32,
  kernelHeight: i32, kernelWidth: i32, strideHeight: i32, strideWidth: i32, top: i32, left: i32,
}`;

const uniforms = (size: number, info: PoolInfo) =>
  packUniforms([
    size,
    info.inChannels,
    info.inHeight,
    info.inWidth,
    info.outHeight,
    info.outWidth,
    info.effectiveFilterHeight,
    info.effectiveFilterWidth,
    info.strideHeight,
    info.strideWidth,
    info.padInfo.top,
    info.padInfo.left,
  ]);

/** WGSL: this thread's pixel as image, i, j and channel, of the sizes given. */
const pixel = (height: string, width: string) => `
  if (index >= uniforms.size) { return; }
  var rest = i32(index);
  let channel = rest % uniforms.channels;
  rest /= uniforms.channels;
  let j = rest % uniforms.${width};
  rest /= uniforms.${width};
  let i = rest % uniforms.${height};
  let image = rest / uniforms.${height};`;

/** WGSL functions: the place of an input and of an output in memory. */
const PLACES = /* wgsl */ `
fn inputAt(image: i32, row: i32, column: i32, channel: i32) -> i32 {
  return ((image * uniforms.inHeight + row) * uniforms.inWidth + column) * uniforms.channels + channel;
}
fn outputAt(image: i32, row: i32, column: i32, channel: i32) -> i32 {
  return ((image * uniforms.outHeight + row) * uniforms.outWidth + column) * uniforms.channels + channel;
}`;

/** WGSL: the rows and columns of a window that lie inside the image. */
const WINDOW = `
  let firstRow = max(top, 0);
  let lastRow = min(top + uniforms.kernelHeight, uniforms.inHeight);
  let firstColumn = max(left, 0);
  let lastColumn = min(left + uniforms.kernelWidth, uniforms.inWidth);`;

/** WGSL: the windows that see pixel (i, j): window w covers rows w · stride − top … + kernel − 1. */
const WINDOWS = `
  let fromBottom = i + uniforms.top - uniforms.kernelHeight + 1;
  let firstWindowRow = select(0, (fromBottom + uniforms.strideHeight - 1) / uniforms.strideHeight, fromBottom > 0);
  let lastWindowRow = min((i + uniforms.top) / uniforms.strideHeight, uniforms.outHeight - 1);
  let fromRight = j + uniforms.left - uniforms.kernelWidth + 1;
  let firstWindowColumn = select(0, (fromRight + uniforms.strideWidth - 1) / uniforms.strideWidth, fromRight > 0);
  let lastWindowColumn = min((j + uniforms.left) / uniforms.strideWidth, uniforms.outWidth - 1);`;

/** `start`: the value before the window; `step`: WGSL that takes `value` in; `finish`: the result from `result`, `count`. */
function pool(call: GpuKernelCall, key: string, start: string, step: string, finish: string): Storage {
  const { inputs: { x }, attrs, backend } = call;
  const info = poolInfo(x.shape, attrs);
  const result = backend.allocate([...info.outShape], "float32");
  const size = sizeOf(info.outShape);
  if (size === 0) return result;
  backend.dispatch({
    key,
    code: () => /* wgsl */ `
${UNIFORMS}
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> output: array<f32>;
@group(0) @binding(2) var<uniform> uniforms: Uniforms;
${NAN}
${PLACES}
${
      onePerThread(`${pixel("outHeight", "outWidth")}
  let top = i * uniforms.strideHeight - uniforms.top;
  let left = j * uniforms.strideWidth - uniforms.left;${WINDOW}
  var result = ${start};
  var count = 0.0;
  for (var row = firstRow; row < lastRow; row++) {
    for (var column = firstColumn; column < lastColumn; column++) {
      let value = input[inputAt(image, row, column, channel)];
      count += 1.0;
      ${step}
    }
  }
  output[index] = ${finish};`)
    }`,
    bindings: [x, result],
    uniforms: uniforms(size, info),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
  return result;
}

const maxPool = (call: GpuKernelCall) =>
  pool(
    call,
    "MaxPool",
    "-infinity()",
    "if (!isNan(result) && (value > result || isNan(value))) { result = value; }",
    "result",
  );

const avgPool = (call: GpuKernelCall) => pool(call, "AvgPool", "0.0", "result += value;", "result / count");

/** One thread per input pixel, which asks each window that sees it. */
function poolGrad(call: GpuKernelCall, key: string, names: string[], share: string): Storage {
  const { inputs, attrs, backend } = call;
  const info = poolInfo(inputs.input.shape, attrs);
  const result = backend.allocate([...info.inShape], "float32");
  const size = sizeOf(info.inShape);
  if (size === 0) return result;
  backend.dispatch({
    key,
    code: () => /* wgsl */ `
${UNIFORMS}
${names.map((name, b) => `@group(0) @binding(${b}) var<storage, read> ${name}: array<f32>;`).join("\n")}
@group(0) @binding(${names.length}) var<storage, read_write> dx: array<f32>;
@group(0) @binding(${names.length + 1}) var<uniform> uniforms: Uniforms;
${NAN}
${PLACES}
fn same(a: f32, b: f32) -> bool { return a == b || (isNan(a) && isNan(b)); }
${
      onePerThread(`${pixel("inHeight", "inWidth")}${WINDOWS}
  var sum = 0.0;
  for (var windowRow = firstWindowRow; windowRow <= lastWindowRow; windowRow++) {
    for (var windowColumn = firstWindowColumn; windowColumn <= lastWindowColumn; windowColumn++) {
      let at = outputAt(image, windowRow, windowColumn, channel);
      ${share}
    }
  }
  dx[index] = sum;`)
    }`,
    bindings: [...names.map((name) => inputs[name]), result],
    uniforms: uniforms(size, info),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
  return result;
}

/** A pixel gets a window's gradient if it is the window's maximum and nothing before it in the window is. */
const FIRST_MAXIMUM = `
      let largest = output[at];
      if (!same(input[index], largest)) { continue; }
      let top = windowRow * uniforms.strideHeight - uniforms.top;
      let left = windowColumn * uniforms.strideWidth - uniforms.left;
      ${WINDOW}
      var first = true;
      for (var row = firstRow; row <= i && first; row++) {
        let end = select(lastColumn, j, row == i);
        for (var column = firstColumn; column < end; column++) {
          if (same(input[inputAt(image, row, column, channel)], largest)) { first = false; break; }
        }
      }
      if (first) { sum += dy[at]; }`;

const maxPoolGrad = (call: GpuKernelCall) =>
  poolGrad(call, "MaxPoolGrad", ["dy", "input", "output"], FIRST_MAXIMUM);

// TensorFlow.js' contract: dy divided by the whole kernel's size, padding included.
const avgPoolGrad = (call: GpuKernelCall) =>
  poolGrad(call, "AvgPoolGrad", ["dy"], "sum += dy[at] / f32(uniforms.kernelHeight * uniforms.kernelWidth);");

/** Registers the kernels. */
export function registerPoolKernels(): void {
  registerKernel("MaxPool", maxPool);
  registerKernel("AvgPool", avgPool);
  registerKernel("MaxPoolGrad", maxPoolGrad);
  registerKernel("AvgPoolGrad", avgPoolGrad);
}
