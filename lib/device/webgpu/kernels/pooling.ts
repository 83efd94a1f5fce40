/**
 * Pooling and its gradients, on images [N, H, W, C] as they lie in memory. In max-pooling NaN wins, and the gradient goes to
 * the first maximum of each window in row-major order, as in PyTorch: the place of each is kept, and every pixel asks the windows
 * that see it for theirs. TensorFlow.js' lose NaN and find windows by float division, which a GPU may round.
 *
 * @module
 */
import type { Averaging, PoolSizes } from "../../geometry.ts";
import { sizeOf } from "../../shape.ts";
import type { Storage } from "../../storage.ts";
import { type Gpu, workgroupsFor } from "../gpu.ts";
import { buffers, emit, NAN, onePerThread, packUniforms, wgslType, WORKGROUP } from "../wgsl.ts";
import { reduceMiddle } from "./reduction.ts";

const uniformsOf = (size: number, s: PoolSizes, divisor: number) =>
  packUniforms([
    ...[size, s.channels, s.height, s.width, s.outHeight, s.outWidth],
    ...[s.kernelHeight, s.kernelWidth, s.strideY, s.strideX, s.dilationY, s.dilationX, s.top, s.left],
    { f: divisor },
  ]);

/** WGSL functions: the place of an input and of an output in memory. */
const PLACES = /* wgsl */ `
struct Uniforms {
  size: u32, channels: i32,
  inHeight: i32, inWidth: i32, outHeight: i32, outWidth: i32,
  kernelHeight: i32, kernelWidth: i32, strideHeight: i32, strideWidth: i32,
  dilationHeight: i32, dilationWidth: i32, top: i32, left: i32, divisor: f32,
}
fn inputAt(image: i32, row: i32, column: i32, channel: i32) -> i32 {
  return ((image * uniforms.inHeight + row) * uniforms.inWidth + column) * uniforms.channels + channel;
}
fn outputAt(image: i32, row: i32, column: i32, channel: i32) -> i32 {
  return ((image * uniforms.outHeight + row) * uniforms.outWidth + column) * uniforms.channels + channel;
}`;

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

/** WGSL: the rows and columns of a window that lie inside the image, from the first on, by their distance, up to before the last. */
const WINDOW = `
  let firstRow = select(top, top + (uniforms.dilationHeight - 1 - top) / uniforms.dilationHeight * uniforms.dilationHeight, top < 0);
  let lastRow = min(top + (uniforms.kernelHeight - 1) * uniforms.dilationHeight + 1, uniforms.inHeight);
  let firstColumn =
    select(left, left + (uniforms.dilationWidth - 1 - left) / uniforms.dilationWidth * uniforms.dilationWidth, left < 0);
  let lastColumn = min(left + (uniforms.kernelWidth - 1) * uniforms.dilationWidth + 1, uniforms.inWidth);`;

/** WGSL: the windows that reach over pixel (i, j): window w reaches over rows w · stride − top … + dilation · (kernel − 1). */
const WINDOWS = `
  let fromBottom = i + uniforms.top - (uniforms.kernelHeight - 1) * uniforms.dilationHeight;
  let firstWindowRow = select(0, (fromBottom + uniforms.strideHeight - 1) / uniforms.strideHeight, fromBottom > 0);
  let lastWindowRow = min((i + uniforms.top) / uniforms.strideHeight, uniforms.outHeight - 1);
  let fromRight = j + uniforms.left - (uniforms.kernelWidth - 1) * uniforms.dilationWidth;
  let firstWindowColumn = select(0, (fromRight + uniforms.strideWidth - 1) / uniforms.strideWidth, fromRight > 0);
  let lastWindowColumn = min((j + uniforms.left) / uniforms.strideWidth, uniforms.outWidth - 1);`;

function dispatch(
  gpu: Gpu,
  key: string,
  inputs: Readonly<Record<string, Storage>>,
  s: PoolSizes,
  [height, width]: readonly number[],
  body: string,
  divisor: number,
): Storage {
  const shape = [s.images, height, width, s.channels];
  const result = gpu.allocate(shape, "float32");
  const size = sizeOf(shape);
  if (size === 0) return result;
  gpu.dispatch({
    key,
    code: () => /* wgsl */ `
${
      buffers(
        Object.fromEntries(Object.entries(inputs).map(([name, { dtype }]) => [name, wgslType(dtype)])),
        "f32",
      )
    }
${emit("output")}
${NAN}
${PLACES}
${onePerThread(body)}`,
    bindings: [...Object.values(inputs), result],
    emits: Object.keys(inputs).length,
    uniforms: uniformsOf(size, s, divisor),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
  return result;
}

/**
 * One thread per output, which goes over its window.
 *
 * @param start WGSL: the `result` before the window.
 * @param step WGSL that takes the input's element `at` in.
 * @param finish WGSL: what is written; `count` pixels were inside of the image.
 */
function overWindow(
  gpu: Gpu,
  key: string,
  inputs: Readonly<Record<string, Storage>>,
  s: PoolSizes,
  [start, step, finish]: readonly string[],
  divisor = 1,
): Storage {
  return dispatch(
    gpu,
    key,
    inputs,
    s,
    [s.outHeight, s.outWidth],
    `${pixel("outHeight", "outWidth")}
  let top = i * uniforms.strideHeight - uniforms.top;
  let left = j * uniforms.strideWidth - uniforms.left;${WINDOW}
  var result = ${start};
  for (var row = firstRow; row < lastRow; row += uniforms.dilationHeight) {
    for (var column = firstColumn; column < lastColumn; column += uniforms.dilationWidth) {
      let at = inputAt(image, row, column, channel);
      ${step}
    }
  }
  emit(index, ${finish});`,
    divisor,
  );
}

/** One thread per input pixel, which asks each window that sees it: `share` adds what is due to `sum`. */
function overWindows(
  gpu: Gpu,
  key: string,
  inputs: Readonly<Record<string, Storage>>,
  s: PoolSizes,
  share: string,
  divisor = 1,
): Storage {
  return dispatch(
    gpu,
    key,
    inputs,
    s,
    [s.height, s.width],
    `${pixel("inHeight", "inWidth")}${WINDOWS}
  var sum = 0.0;
  for (var windowRow = firstWindowRow; windowRow <= lastWindowRow; windowRow++) {
    for (var windowColumn = firstWindowColumn; windowColumn <= lastWindowColumn; windowColumn++) {
      let top = windowRow * uniforms.strideHeight - uniforms.top;
      let left = windowColumn * uniforms.strideWidth - uniforms.left;
      if ((i - top) % uniforms.dilationHeight != 0 || (j - left) % uniforms.dilationWidth != 0) { continue; }
      let at = outputAt(image, windowRow, windowColumn, channel);
      ${share}
    }
  }
  emit(index, sum);`,
    divisor,
  );
}

/**
 * The largest of each window, and the place of the first of them in its channel; −∞ and −1 where a window sees nothing.
 *
 * @param nanWins Whether a NaN is larger than all; else it is none of those to choose from.
 */
export function maxPool(gpu: Gpu, x: Storage, s: PoolSizes, nanWins = true): [y: Storage, places: Storage] {
  const shape = [s.images, s.outHeight, s.outWidth, s.channels], size = sizeOf(shape);
  const y = gpu.allocate(shape, "float32"), places = gpu.allocate(shape, "int32");
  if (size === 0) return [y, places];
  const better = nanWins
    ? "place < 0 || (!isNan(result) && (value > result || isNan(value)))"
    : "value > result";
  gpu.dispatch({
    key: `maxPool ${nanWins}`,
    code: () => /* wgsl */ `
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> output: array<f32>;
@group(0) @binding(2) var<storage, read_write> places: array<i32>;
@group(0) @binding(3) var<uniform> uniforms: Uniforms;
${emit("output")}
${NAN}
${PLACES}
${
      onePerThread(`${pixel("outHeight", "outWidth")}
  let top = i * uniforms.strideHeight - uniforms.top;
  let left = j * uniforms.strideWidth - uniforms.left;${WINDOW}
  var result = -infinity();
  var place = -1;
  for (var row = firstRow; row < lastRow; row += uniforms.dilationHeight) {
    for (var column = firstColumn; column < lastColumn; column += uniforms.dilationWidth) {
      let value = x[inputAt(image, row, column, channel)];
      if (${better}) {
        result = value;
        place = row * uniforms.inWidth + column;
      }
    }
  }
  emit(index, result);
  places[index] = place;`)
    }`,
    bindings: [x, y, places],
    emits: 1,
    uniforms: uniformsOf(size, s, 1),
    workgroups: workgroupsFor(size, WORKGROUP),
  });
  return [y, places];
}

/** dy at the places of the windows, added up over windows. */
export function maxPoolGrad(gpu: Gpu, dy: Storage, places: Storage, s: PoolSizes): Storage {
  const share = "if (places[at] == i * uniforms.inWidth + j) { sum += dy[at]; }";
  return overWindows(gpu, "maxPoolGrad", { dy, places }, s, share);
}

/** u at the place of each window, 0 at −1. */
export function maxPoolPick(gpu: Gpu, u: Storage, places: Storage, s: PoolSizes): Storage {
  return dispatch(
    gpu,
    "maxPoolPick",
    { u, places },
    s,
    [s.outHeight, s.outWidth],
    `${pixel("outHeight", "outWidth")}
  let place = max(places[index], 0);
  let value = u[inputAt(image, place / uniforms.inWidth, place % uniforms.inWidth, channel)];
  emit(index, select(value, 0.0, places[index] < 0));`,
    1,
  );
}

/**
 * WGSL: what a window's sum is divided by. A window may hang over the far border, but begins in front of it; those of averages have
 * no gaps.
 */
function divisorOf(divisor: Averaging["divisor"]): string {
  if (typeof divisor === "number") return "uniforms.divisor";
  if (divisor === "inside") return "f32((lastRow - firstRow) * (lastColumn - firstColumn))";
  return `f32(min(uniforms.kernelHeight, uniforms.inHeight + uniforms.top - top) *
        min(uniforms.kernelWidth, uniforms.inWidth + uniforms.left - left))`;
}

const kindOf = (divisor: Averaging["divisor"]) => typeof divisor === "number" ? "by number" : divisor;
const numberOf = (divisor: Averaging["divisor"]) => typeof divisor === "number" ? divisor : 1;

/** The sum of each window, divided. */
export function avgPool(
  gpu: Gpu,
  x: Storage,
  s: PoolSizes,
  divisor: Averaging["divisor"] = "padded",
): Storage {
  // One window that is the whole image: many threads share it.
  if (
    s.kernelHeight === s.height && s.kernelWidth === s.width && s.outHeight * s.outWidth === 1 &&
    s.top + s.left === 0
  ) {
    const length = s.height * s.width, shape = [s.images, 1, 1, s.channels];
    const by = typeof divisor === "number" ? divisor : length;
    return reduceMiddle(gpu, "sum", x, [s.images, length, s.channels], shape, by);
  }
  const steps = ["0.0", "result += x[at];", `result / ${divisorOf(divisor)}`];
  return overWindow(gpu, `avgPool ${kindOf(divisor)}`, { x }, s, steps, numberOf(divisor));
}

/** dy / divisor, added up over windows. */
export function avgPoolGrad(
  gpu: Gpu,
  dy: Storage,
  s: PoolSizes,
  divisor: Averaging["divisor"] = "padded",
): Storage {
  const share = `${divisor === "inside" ? WINDOW : ""}
      sum += dy[at] / ${divisorOf(divisor)};`;
  return overWindows(gpu, `avgPoolGrad ${kindOf(divisor)}`, { dy }, s, share, numberOf(divisor));
}
