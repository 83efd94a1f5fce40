/**
 * Convolutions of groups that are too small for tiles, as one of each channel alone: each result is one thread's sum.
 *
 * Images are [N, H, W, C] and filters [kH, kW, C / groups, out].
 *
 * @module
 */
import type { ConvolutionSizes } from "../../geometry.ts";
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { onePerThread, packUniforms, WORKGROUP } from "../wgsl.ts";
import { addParts } from "./parts.ts";

/** Threads that keep a GPU busy, and the most windows that one of them looks at. */
const ENOUGH = 1 << 15, MOST = 1 << 12;

/** `channels` and `outputs` are a group's. */
const integers = (s: ConvolutionSizes) => ({
  ...{ height: s.height, width: s.width, outHeight: s.outHeight, outWidth: s.outWidth },
  ...{ kernelHeight: s.kernelHeight, kernelWidth: s.kernelWidth },
  ...{ strideY: s.strideY, strideX: s.strideX, dilationY: s.dilationY, dilationX: s.dilationX },
  ...{ top: s.top, left: s.left, groups: s.groups },
  channels: s.channels / s.groups,
  outputs: s.outChannels / s.groups,
});

/** WGSL: the pixel that a window sees through a tap, and the group's first channel there; the padding is 0. */
const PIXEL = /* wgsl */ `
fn pixel(image: i32, y: i32, x: i32, channel: i32) -> f32 {
  if (y < 0 || x < 0 || y >= u.height || x >= u.width) { return 0.0; }
  return images[((image * u.height + y) * u.width + x) * (u.channels * u.groups) + channel];
}`;

function dispatch(
  gpu: Gpu,
  name: string,
  s: ConvolutionSizes,
  inputs: Record<string, Storage>,
  result: Storage,
  { functions = "", body, more = {} }: { functions?: string; body: string; more?: Record<string, number> },
): Storage {
  const names = Object.keys(inputs), size = sizeOf(result.shape);
  const numbers = { size, ...integers(s), ...more };
  gpu.dispatch({
    key: `${name} of small groups ${names}`,
    code: () => /* wgsl */ `
struct Uniforms { ${Object.keys(numbers).map((name) => `${name}: i32`).join(", ")} }
${names.map((name, i) => `@group(0) @binding(${i}) var<storage, read> ${name}: array<f32>;`).join("\n")}
@group(0) @binding(${names.length}) var<storage, read_write> output: array<f32>;
@group(0) @binding(${names.length + 1}) var<uniform> u: Uniforms;
${functions}
${
      onePerThread(`
  let at = i32(index);
  if (at >= u.size) { return; }
  var total = 0.0;
  ${body}
  output[at] = total;`)
    }`,
    bindings: [...Object.values(inputs), result],
    uniforms: packUniforms(Object.values(numbers)),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
  return result;
}

/** y = x ⋆ filter + bias. */
export function convolution(
  gpu: Gpu,
  images: Storage,
  filter: Storage,
  bias: Storage | null,
  s: ConvolutionSizes,
): Storage {
  const result = gpu.allocate([s.images, s.outHeight, s.outWidth, s.outChannels], "float32");
  return dispatch(gpu, "convolution", s, { images, filters: filter, ...(bias && { bias }) }, result, {
    functions: PIXEL,
    body: `
  let all = u.outputs * u.groups;
  let output_ = at % all;
  let position = at / all;
  let first = output_ / u.outputs * u.channels;
  let y = position / u.outWidth % u.outHeight * u.strideY - u.top;
  let x = position % u.outWidth * u.strideX - u.left;
  let image = position / u.outWidth / u.outHeight;
  for (var i = 0; i < u.kernelHeight; i++) {
    for (var j = 0; j < u.kernelWidth; j++) {
      for (var c = 0; c < u.channels; c++) {
        total += pixel(image, y + i * u.dilationY, x + j * u.dilationX, first + c) *
          filters[((i * u.kernelWidth + j) * u.channels + c) * all + output_];
      }
    }
  }
  ${bias ? "total += bias[output_];" : ""}`,
  });
}

/** dx, a pixel's sum over the taps whose windows see it. */
export function convolutionInputGrad(gpu: Gpu, dy: Storage, filter: Storage, s: ConvolutionSizes): Storage {
  const result = gpu.allocate([s.images, s.height, s.width, s.channels], "float32");
  return dispatch(gpu, "convolution input gradient", s, { dy, filters: filter }, result, {
    body: `
  let all = u.outputs * u.groups;
  let channel = at % (u.channels * u.groups);
  let position = at / (u.channels * u.groups);
  let first = channel / u.channels * u.outputs;
  let y = position / u.width % u.height + u.top;
  let x = position % u.width + u.left;
  let image = position / u.width / u.height;
  for (var i = 0; i < u.kernelHeight; i++) {
    let row = y - i * u.dilationY;
    if (row < 0 || row % u.strideY != 0 || row / u.strideY >= u.outHeight) { continue; }
    for (var j = 0; j < u.kernelWidth; j++) {
      let column = x - j * u.dilationX;
      if (column < 0 || column % u.strideX != 0 || column / u.strideX >= u.outWidth) { continue; }
      let window = ((image * u.outHeight + row / u.strideY) * u.outWidth + column / u.strideX) * all + first;
      let weight = ((i * u.kernelWidth + j) * u.channels + channel % u.channels) * all + first;
      for (var o = 0; o < u.outputs; o++) { total += dy[window + o] * filters[weight + o]; }
    }
  }`,
  });
}

/** dw, a weight's sum over all windows; among several threads where there are few weights. */
export function convolutionFilterGrad(gpu: Gpu, images: Storage, dy: Storage, s: ConvolutionSizes): Storage {
  const shape = [s.kernelHeight, s.kernelWidth, s.channels / s.groups, s.outChannels], size = sizeOf(shape);
  const windows = s.images * s.outHeight * s.outWidth;
  const splits = Math.max(
    1,
    Math.ceil(windows / MOST),
    Math.min(Math.ceil(ENOUGH / size), Math.ceil(windows / 64)),
  );
  const parts = gpu.allocate(splits === 1 ? shape : [splits, ...shape], "float32");
  dispatch(gpu, "convolution filter gradient", s, { images, dy }, parts, {
    functions: PIXEL,
    more: { windows, each: Math.ceil(windows / splits) },
    body: `
  let all = u.outputs * u.groups;
  let output_ = at % all;
  let c = at / all % u.channels;
  let i = at / all / u.channels / u.kernelWidth % u.kernelHeight * u.dilationY - u.top;
  let j = at / all / u.channels % u.kernelWidth * u.dilationX - u.left;
  let begin = at / all / u.channels / u.kernelWidth / u.kernelHeight * u.each;
  let end = min(begin + u.each, u.windows);
  let channel = output_ / u.outputs * u.channels + c;
  for (var window = begin; window < end; window++) {
    let y = window / u.outWidth % u.outHeight * u.strideY + i;
    let x = window % u.outWidth * u.strideX + j;
    total += pixel(window / u.outWidth / u.outHeight, y, x, channel) * dy[window * all + output_];
  }`,
  });
  if (splits === 1) return parts;
  const [result] = addParts(gpu, { parts, splits, shape });
  gpu.free(parts);
  return result;
}
