/** Pooling: a window moves over each channel and leaves one number at every place. */
import { apply } from "../autograd/graph.ts";
import { type Averaging, places, type Pooling } from "../device/geometry.ts";
import { text } from "../device/shape.ts";
import { perDimension, type Size } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkBoolean, checkNumber, checkOptions, surplus } from "../text/arguments.ts";
import { type Images, images, ofImages } from "./images.ts";
import { placed } from "./indices.ts";

/** What poolings share. */
export interface WindowOptions {
  /** How far the window moves: its own size by default. */
  stride?: Size;
  /** A border on each side, at most half the window: 0 by default. */
  padding?: Size;
  /** Whether a last window may hang over the far border, as long as it begins in front of it: false by default. */
  ceilMode?: boolean;
}

/** Settings of a maximum. */
export interface MaxPoolOptions extends WindowOptions {
  /** Distance between the pixels of a window: 1 by default. */
  dilation?: Size;
}

/** Settings of a mean. */
export interface AvgPoolOptions extends WindowOptions {
  /** Whether zeros of the border count as pixels of a window: true by default. */
  countIncludePad?: boolean;
  /** What the sum of a window is divided by, in place of how many pixels it has. */
  divisorOverride?: number;
}

/** Asks where the largest numbers stood. */
export interface WithIndices {
  /** Whether the result is { values, indices }. */
  returnIndices: true;
}

/** The largest numbers, and where they stood. */
export interface MaxIndices {
  /** The largest of each window. */
  values: Tensor;
  /** int32: the place of each in its channel, counted row by row. */
  indices: Tensor;
}

/**
 * The largest number of each window, and where it stood.
 *
 * PyTorch: `torch.nn.functional.max_pool2d` with `return_indices=True`.
 *
 * @param x Images [N, C, H, W] or [C, H, W].
 * @param kernelSize Size of the window.
 * @param options stride, padding, dilation, ceilMode; returnIndices: true.
 * @returns { values, indices }: an index is the place in a channel, counted row by row; of equal numbers the first's.
 * @throws {RangeError} if the window does not fit.
 * @throws {TypeError} if x is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const { values, indices } = F.maxPool2d(tensor([[[1, 5], [7, 2]]]), 2, { returnIndices: true });
 * assertEquals([await values.array(), await indices.array()], [[[[7]]], [[[2]]]]);
 * ```
 */
export function maxPool2d(x: Tensor, kernelSize: Size, options: MaxPoolOptions & WithIndices): MaxIndices;
/**
 * The largest number of each window. The border counts as −∞.
 *
 * PyTorch: `torch.nn.functional.max_pool2d`.
 *
 * @param x Images [N, C, H, W] or [C, H, W].
 * @param kernelSize Size of the window.
 * @param options stride, padding, dilation, ceilMode.
 * @returns [N, C, H', W'] or [C, H', W'] with H' = ⌊(H + 2 padding − dilation (kernel − 1) − 1) / stride⌋ + 1.
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
export function maxPool2d(x: Tensor, kernelSize: Size, options?: MaxPoolOptions): Tensor;
export function maxPool2d(
  x: Tensor,
  kernelSize: Size,
  options: MaxPoolOptions | MaxPoolOptions & WithIndices = {},
): Tensor | MaxIndices {
  if (arguments.length > 3) surplus("maxPool2d", arguments, 3, "stride and padding are options");
  return largest("maxPool2d", 2, x, kernelSize, options);
}

/**
 * The largest number of each window of a signal, and where it stood.
 *
 * PyTorch: `torch.nn.functional.max_pool1d` with `return_indices=True`.
 *
 * @param x Signals [N, C, L] or [C, L].
 * @param kernelSize Size of the window.
 * @param options stride, padding, dilation, ceilMode; returnIndices: true.
 * @returns { values, indices }: an index is the place in a channel, counted row by row; of equal numbers the first's.
 * @throws {RangeError} if the window does not fit.
 * @throws {TypeError} if x is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const { values, indices } = F.maxPool1d(tensor([[1, 5, 3, 2]]), 2, { returnIndices: true });
 * assertEquals([await values.array(), await indices.array()], [[[5, 3]], [[1, 2]]]);
 * ```
 */
export function maxPool1d(x: Tensor, kernelSize: Size, options: MaxPoolOptions & WithIndices): MaxIndices;
/**
 * The largest number of each window of a signal. The border counts as −∞.
 *
 * PyTorch: `torch.nn.functional.max_pool1d`.
 *
 * @param x Signals [N, C, L] or [C, L].
 * @param kernelSize Size of the window.
 * @param options stride, padding, dilation, ceilMode.
 * @returns [N, C, L'] or [C, L'] with L' = ⌊(L + 2 padding − dilation (kernel − 1) − 1) / stride⌋ + 1.
 * @throws {RangeError} if the window does not fit.
 * @throws {TypeError} if x is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.maxPool1d(tensor([[1, 5, 3, 2]]), 2).array(), [[5, 3]]);
 * ```
 */
export function maxPool1d(x: Tensor, kernelSize: Size, options?: MaxPoolOptions): Tensor;
export function maxPool1d(
  x: Tensor,
  kernelSize: Size,
  options: MaxPoolOptions | MaxPoolOptions & WithIndices = {},
): Tensor | MaxIndices {
  if (arguments.length > 3) surplus("maxPool1d", arguments, 3, "stride and padding are options");
  return largest("maxPool1d", 1, x, kernelSize, options);
}

/**
 * The mean of each window. The border counts as zeros, as PyTorch's default has it.
 *
 * PyTorch: `torch.nn.functional.avg_pool2d`.
 *
 * @param x Images [N, C, H, W] or [C, H, W].
 * @param kernelSize Size of the window.
 * @param options stride, padding, ceilMode, countIncludePad, divisorOverride.
 * @returns [N, C, H', W'] or [C, H', W'] with H' = ⌊(H + 2 padding − kernel) / stride⌋ + 1.
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
export function avgPool2d(x: Tensor, kernelSize: Size, options: AvgPoolOptions = {}): Tensor {
  if (arguments.length > 3) surplus("avgPool2d", arguments, 3, "stride and padding are options");
  return mean("avgPool2d", 2, x, kernelSize, options);
}

/**
 * The mean of each window of a signal. The border counts as zeros, as PyTorch's default has it.
 *
 * PyTorch: `torch.nn.functional.avg_pool1d`.
 *
 * @param x Signals [N, C, L] or [C, L].
 * @param kernelSize Size of the window.
 * @param options stride, padding, ceilMode, countIncludePad.
 * @returns [N, C, L'] or [C, L'] with L' = ⌊(L + 2 padding − kernel) / stride⌋ + 1.
 * @throws {RangeError} if the window does not fit.
 * @throws {TypeError} if x is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.avgPool1d(tensor([[1, 3, 5, 9]]), 2).array(), [[2, 7]]);
 * ```
 */
export function avgPool1d(
  x: Tensor,
  kernelSize: Size,
  options: Omit<AvgPoolOptions, "divisorOverride"> = {},
): Tensor {
  if (arguments.length > 3) surplus("avgPool1d", arguments, 3, "stride and padding are options");
  return mean("avgPool1d", 1, x, kernelSize, options);
}

/** The window of a pooling, looked at. */
function pooling(
  name: string,
  spatial: 1 | 2,
  x: Tensor,
  kernelSize: Size,
  options: WindowOptions & { dilation?: Size },
): { pictures: Images; settings: Pooling } {
  const { stride = kernelSize, padding = 0, dilation = 1, ceilMode = false } = options;
  checkBoolean(name, "ceilMode", ceilMode);
  const kernel = perDimension(name, "kernel size", kernelSize, 1, spatial);
  const strides = perDimension(name, "stride", stride, 1, spatial);
  const border = perDimension(name, "padding", padding, 0, spatial);
  const dilations = perDimension(name, "dilation", dilation, 1, spatial);
  const pictures = images(name, x, spatial), sizes = pictures.value.shape.slice(4 - spatial);
  border.forEach((pad, i) => {
    if (pad > kernel[i] / 2) {
      throw new RangeError(
        `${name}: padding ${pad} is more than half of the window ${
          text(kernel)
        }: some windows would see no image`,
      );
    }
    if (places(sizes[i], kernel[i], strides[i], pad, dilations[i], ceilMode) < 1) {
      const apart = dilations.every((n) => n === 1) ? "" : ` with a dilation of ${text(dilations)}`;
      throw new RangeError(
        `${name}: a window ${text(kernel)}${apart} does not fit into ${
          spatial === 1 ? "a signal" : "an image"
        } of ${text(sizes)} with padding ${text(border)}`,
      );
    }
  });
  const settings = {
    kernel: ofImages(kernel, 1),
    strides: ofImages(strides, 1),
    padding: ofImages(border, 0),
    dilations: ofImages(dilations, 1),
    ceil: ceilMode,
  };
  return { pictures, settings };
}

function mean(
  name: "avgPool1d" | "avgPool2d",
  spatial: 1 | 2,
  x: Tensor,
  kernelSize: Size,
  options: AvgPoolOptions,
): Tensor {
  const known = ["stride", "padding", "ceilMode", "countIncludePad", "divisorOverride"];
  checkOptions(name, options, spatial === 1 ? known.slice(0, -1) : known);
  const { countIncludePad = true, divisorOverride } = options;
  checkBoolean(name, "countIncludePad", countIncludePad);
  const divisor = divisorOverride === undefined
    ? countIncludePad ? "padded" : "inside"
    : checkNumber(name, "divisorOverride", divisorOverride);
  if (typeof divisor === "number" && (!Number.isSafeInteger(divisor) || divisor === 0)) {
    throw new RangeError(`${name}: divisorOverride must be a whole number other than 0, not ${divisor}`);
  }
  const { pictures: { value, back }, settings } = pooling(name, spatial, x, kernelSize, options);
  return back(apply("avgPool2d", [value], { ...settings, divisor } satisfies Averaging));
}

function largest(
  name: "maxPool1d" | "maxPool2d",
  spatial: 1 | 2,
  x: Tensor,
  kernelSize: Size,
  options: MaxPoolOptions & Partial<WithIndices>,
): Tensor | MaxIndices {
  checkOptions(name, options, ["stride", "padding", "dilation", "ceilMode", "returnIndices"]);
  const { returnIndices = false as boolean } = options;
  checkBoolean(name, "returnIndices", returnIndices);
  const { pictures: { value, back }, settings } = pooling(name, spatial, x, kernelSize, options);
  if (!returnIndices) return back(apply("maxPool2d", [value], settings));
  const { value: pooled, places } = placed(value, settings);
  return { values: back(pooled), indices: back(places) };
}
