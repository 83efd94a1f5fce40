/** Windows as columns, and columns added up to images again. */
import { apply } from "../autograd/graph.ts";
import type { Value } from "../autograd/value.ts";
import { places } from "../device/geometry.ts";
import { text } from "../device/shape.ts";
import { checkTensor } from "../tensor/check.ts";
import { toDtype, toShape } from "../tensor/combine.ts";
import { pair, type Size } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkOptions, surplus } from "../text/arguments.ts";
import { images } from "./images.ts";

/** Settings of {@linkcode unfold} and {@linkcode fold}. */
export interface UnfoldOptions {
  /** Distance between the taps of a window: 1 by default. */
  dilation?: Size;
  /** Zeros on each side of the image: 0 by default. */
  padding?: Size;
  /** How far the window moves: 1 by default. */
  stride?: Size;
}

/** How windows lie over an image: how many there are, and where each of their taps begins. */
interface Windows {
  /** Rows and columns of windows. */
  readonly count: [rows: number, columns: number];
  readonly kernel: [rows: number, columns: number];
  readonly padding: [rows: number, columns: number];
  readonly stride: [rows: number, columns: number];
  /** The first pixel under each tap, row by row, in the padded image. */
  readonly taps: readonly [row: number, column: number][];
}

function windowsOver(
  name: string,
  size: readonly number[],
  kernelSize: Size,
  options: UnfoldOptions,
): Windows {
  checkOptions(name, options, ["dilation", "padding", "stride"]);
  const { dilation = 1, padding = 0, stride = 1 } = options;
  const kernel = pair(name, "kernel size", kernelSize, 1), apart = pair(name, "dilation", dilation, 1);
  const border = pair(name, "padding", padding, 0), strides = pair(name, "stride", stride, 1);
  const count = (i: 0 | 1) => places(size[i], kernel[i], strides[i], border[i], apart[i]);
  const counts: [number, number] = [count(0), count(1)];
  if (counts.some((n) => n < 1)) {
    throw new RangeError(
      `${name}: a window ${text(kernel)} with a dilation of ${text(apart)} does not fit into an image of ${
        text(size)
      } with padding ${text(border)}`,
    );
  }
  const taps = Array.from({ length: kernel[0] * kernel[1] }, (_, tap): [number, number] => {
    return [Math.floor(tap / kernel[1]) * apart[0], tap % kernel[1] * apart[1]];
  });
  return { count: counts, kernel, padding: border, stride: strides, taps };
}

/** The part of padded images under one tap of all windows. */
const under = ({ count, stride }: Windows, batch: number, channels: number, tap: readonly number[]) => ({
  begin: [0, 0, ...tap],
  size: [batch, channels, ...count],
  step: [1, 1, ...stride],
});

/**
 * The windows of images as columns: what a convolution multiplies with its filters.
 *
 * PyTorch: `torch.nn.functional.unfold`.
 *
 * @param x Images [N, C, H, W] or [C, H, W].
 * @param kernelSize Size of the window.
 * @param options dilation, padding, stride.
 * @returns [N, C kH kW, windows] or [C kH kW, windows]: a column a window, row by row of windows.
 * @throws {RangeError} if the window does not fit.
 * @throws {TypeError} if x is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { arange, F } from "descent";
 * import { assertEquals } from "@std/assert";
 * const columns = F.unfold(arange(6).reshape(1, 2, 3), 2);
 * assertEquals(await columns.t().array(), [[0, 1, 3, 4], [1, 2, 4, 5]]);
 * ```
 */
export function unfold(x: Tensor, kernelSize: Size, options: UnfoldOptions = {}): Tensor {
  if (arguments.length > 3) surplus("unfold", arguments, 3, "dilation, padding and stride are options");
  const { value } = images("unfold", x), [batch, channels, ...size] = value.shape;
  const windows = windowsOver("unfold", size, kernelSize, options), { padding, taps, count } = windows;
  const border = [[0, 0], [0, 0], ...padding.map((n) => [n, n])] as [number, number][];
  const padded = padding.some((n) => n > 0) ? apply("pad", [value], { border, value: 0 }) : value;
  const parts = taps.map((tap) => {
    const part = apply("slice", [padded], under(windows, batch, channels, tap));
    return toShape(part, [batch, channels, 1, ...count]);
  });
  const columns = apply("concat", parts, { dim: 2 }), shape = [channels * taps.length, count[0] * count[1]];
  return new Tensor(toShape(columns, x.ndim === 3 ? shape : [batch, ...shape]));
}

/**
 * Adds columns up to images: each number goes where {@linkcode unfold} took it from.
 *
 * PyTorch: `torch.nn.functional.fold`.
 *
 * @param x Columns [N, C kH kW, windows] or [C kH kW, windows].
 * @param outputSize Rows and columns of the images.
 * @param kernelSize Size of the window.
 * @param options dilation, padding, stride.
 * @returns Images [N, C, H, W] or [C, H, W].
 * @throws {RangeError} if there are not as many columns as windows, or their length is no multiple of the window's size.
 * @throws {TypeError} if x is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { F, ones } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.fold(ones(4, 2), [2, 3], 2).array(), [[[1, 2, 1], [1, 2, 1]]]);
 * ```
 */
export function fold(x: Tensor, outputSize: Size, kernelSize: Size, options: UnfoldOptions = {}): Tensor {
  if (arguments.length > 4) surplus("fold", arguments, 4, "dilation, padding and stride are options");
  const size = pair("fold", "output size", outputSize, 1);
  checkTensor("fold", "x", x);
  const windows = windowsOver("fold", size, kernelSize, options), { count, kernel, padding, taps } = windows;
  const [batch, rows, columns] = x.ndim === 2 ? [1, ...x.shape] : x.shape;
  if (x.ndim < 2 || x.ndim > 3 || rows % taps.length !== 0 || rows === 0 || columns !== count[0] * count[1]) {
    throw new RangeError(
      `fold: columns [N, C · ${taps.length}, ${count[0] * count[1]}] are needed for windows ${
        text(kernel)
      } of images ${text(size)}, with a batch or without, not shape ${text(x.shape)}`,
    );
  }
  const channels = rows / taps.length, padded = size.map((n, i) => n + 2 * padding[i]);
  const parts = toShape(toDtype(x.value, "float32"), [batch, channels, taps.length, ...count]);
  const whole = { begin: [0, 0, 0, 0, 0], size: [batch, channels, 1, ...count], step: [1, 1, 1, 1, 1] };
  const sum = taps.map((tap, i): Value => {
    const part = apply("slice", [parts], { ...whole, begin: [0, 0, i, 0, 0] });
    const slice = under(windows, batch, channels, tap);
    return apply("sliceGrad", [toShape(part, slice.size)], { ...slice, shape: [batch, channels, ...padded] });
  }).reduce((a, b) => apply("add", [a, b], undefined));
  const inside = { begin: [0, 0, ...padding], size: [batch, channels, ...size], step: [1, 1, 1, 1] };
  const images = padding.some((n) => n > 0) ? apply("slice", [sum], inside) : sum;
  return new Tensor(x.ndim === 2 ? toShape(images, [channels, ...size]) : images);
}
