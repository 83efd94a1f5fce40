/** Pooling: a window moves over each channel and leaves one number at every place. */
import { apply } from "../autograd/graph.ts";
import { sizeOf, text } from "../device/shape.ts";
import { pair, type Size } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { cat } from "../tensor/join.ts";
import { made, makeValue } from "../tensor/values.ts";
import { checkOptions, surplus } from "../text/arguments.ts";
import { images } from "./images.ts";

/** Settings of a pooling. */
export interface PoolOptions {
  /** How far the window moves: its own size if not said. */
  stride?: Size;
  /** A border on each side, at most half the window: 0 if not said. */
  padding?: Size;
}

function pool(name: "maxPool2d" | "avgPool2d", x: Tensor, kernelSize: Size, options: PoolOptions): Tensor {
  checkOptions(name, options, ["stride", "padding"]);
  const { stride = kernelSize, padding = 0 } = options;
  const kernel = pair(name, "kernel size", kernelSize, 1);
  const strides = pair(name, "stride", stride, 1);
  const border = pair(name, "padding", padding, 0);
  const value = images(name, x);
  border.forEach((pad, i) => {
    if (pad > kernel[i] / 2) {
      throw new RangeError(
        `${name}: padding ${pad} is more than half of the window ${
          text(kernel)
        }: some windows would see no image`,
      );
    }
    const size = x.shape[2 + i];
    if (kernel[i] > size + 2 * pad) {
      throw new RangeError(
        `${name}: a window ${text(kernel)} does not fit into an image of ${
          text(x.shape.slice(2))
        } with padding ${text(border)}`,
      );
    }
  });
  return new Tensor(apply(name, [value], { kernel, strides, padding: border }));
}

/**
 * The largest number of each window. The border counts as −∞.
 *
 * @param x Images [N, C, H, W].
 * @param kernelSize Size of the window.
 * @param options stride, padding.
 * @returns [N, C, H', W'] with H' = ⌊(H + 2 padding − kernel) / stride⌋ + 1.
 * @throws {RangeError} if the window does not fit.
 * @throws {TypeError} if x is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { arange, F } from "descent";
 * import { assertEquals } from "@std/assert";
 * const y = F.maxPool2d(arange(16).reshape(1, 1, 4, 4), 2);
 * assertEquals(await y.array(), [[[[5, 7], [13, 15]]]]);
 * ```
 */
export function maxPool2d(x: Tensor, kernelSize: Size, options: PoolOptions = {}): Tensor {
  if (arguments.length > 3) surplus("maxPool2d", arguments, 3, "stride and padding are options");
  return pool("maxPool2d", x, kernelSize, options);
}

/**
 * The mean of each window. The border counts as zeros, as PyTorch's default has it.
 *
 * @param x Images [N, C, H, W].
 * @param kernelSize Size of the window.
 * @param options stride, padding.
 * @returns [N, C, H', W'] with H' = ⌊(H + 2 padding − kernel) / stride⌋ + 1.
 * @throws {RangeError} if the window does not fit.
 * @throws {TypeError} if x is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { arange, F } from "descent";
 * import { assertEquals } from "@std/assert";
 * const y = F.avgPool2d(arange(16).reshape(1, 1, 4, 4), 2);
 * assertEquals(await y.array(), [[[[2.5, 4.5], [10.5, 12.5]]]]);
 * ```
 */
export function avgPool2d(x: Tensor, kernelSize: Size, options: PoolOptions = {}): Tensor {
  if (arguments.length > 3) surplus("avgPool2d", arguments, 3, "stride and padding are options");
  return pool("avgPool2d", x, kernelSize, options);
}

/**
 * Averages each channel down to a size: window i of n covers rows ⌊i H / n⌋ to ⌈(i + 1) H / n⌉.
 *
 * @param x Images [N, C, H, W].
 * @param outputSize Rows and columns of the result; 1 gives the global average.
 * @returns [N, C, rows, columns].
 * @throws {RangeError} if the image is empty, a size is no whole number ≥ 1, or there is no room for the result.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { arange, F } from "descent";
 * import { assertEquals } from "@std/assert";
 * const y = F.adaptiveAvgPool2d(arange(16).reshape(1, 1, 4, 4), 1);
 * assertEquals(await y.array(), [[[[7.5]]]]);
 * ```
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: Size): Tensor {
  if (arguments.length > 2) surplus("adaptiveAvgPool2d", arguments, 2);
  const output = pair("adaptiveAvgPool2d", "output size", outputSize, 1);
  images("adaptiveAvgPool2d", x);
  const [height, width] = x.shape.slice(2);
  if (height === 0 || width === 0) {
    throw new RangeError(`adaptiveAvgPool2d: the image is empty: ${text(x.shape)}`);
  }
  if (height % output[0] === 0 && width % output[1] === 0) {
    return avgPool2d(x, [height / output[0], width / output[1]]);
  }
  const { device } = x, shape = [...x.shape.slice(0, 2), ...output];
  // Room for all of it, before the many parts of it are computed.
  if (sizeOf(shape) > x.size) {
    const value = made("adaptiveAvgPool2d", device, () => device.make(shape, "float32", () => {}));
    value.buffer.free("when there was room");
  }
  // A rectangle's sum is that of its rows' sums.
  const rows = windows(height, output[0]), columns = windows(width, output[1]);
  return windowSums(windowSums(x, 2, rows), 3, columns)
    .div(columns.map(([begin, end]) => end - begin)).div(rows.map(([begin, end]) => [end - begin]));
}

/** Where each of so many parts of a size begins, and ends before. */
function windows(size: number, parts: number): [number, number][] {
  return Array.from(
    { length: parts },
    (_, i) => [Math.floor(i * size / parts), Math.ceil((i + 1) * size / parts)],
  );
}

/** The sums over windows of a dimension of images. */
function windowSums(x: Tensor, dim: 2 | 3, parts: readonly [number, number][]): Tensor {
  const longest = Math.max(...parts.map(([begin, end]) => end - begin));
  if (parts.length <= longest) {
    const sums = parts.map((range) => x.at(null, null, ...(dim === 2 ? [range] : [null, range])));
    return cat(sums.map((part) => part.sum(dim, { keepdim: true })), dim);
  }
  // Many short windows: the first elements of all, and the second ones, and so on; a zero stands behind the last of each.
  const size = x.shape[dim], shape = x.shape.with(dim, parts.length);
  const padded = x.pad([0, 1, 2, 3].map((d) => [0, d === dim ? 1 : 0] as const));
  let sums: Tensor | undefined;
  for (let k = 0; k < longest; k++) {
    const places = Int32Array.from(parts, ([begin, end]) => begin + k < end ? begin + k : size);
    const index = new Tensor(makeValue("adaptiveAvgPool2d", places, {
      shape: dim === 2 ? [parts.length, 1] : [parts.length],
      device: x.device,
    }));
    const elements = padded.gather(dim, index.expand(shape));
    sums = sums === undefined ? elements : sums.add(elements);
  }
  return sums!;
}
