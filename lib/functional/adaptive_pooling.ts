/** Pooling down to a size: window i of n covers rows ⌊i H / n⌋ to ⌈(i + 1) H / n⌉. */
import { apply } from "../autograd/graph.ts";
import type { Pooling } from "../device/geometry.ts";
import { means, partsOf } from "../device/interpolation.ts";
import { text } from "../device/shape.ts";
import { picks } from "../device/taps.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkBoolean, checkOptions, surplus } from "../text/arguments.ts";
import { type Images, images } from "./images.ts";
import { placed, renamed } from "./indices.ts";
import { checkOutputSize, type OutputSize } from "./output_size.ts";
import type { MaxIndices, WithIndices } from "./pooling.ts";
import { checkRoom } from "./room.ts";

export type { OutputSize };

/**
 * Averages each channel down to a size: window i of n covers rows ⌊i H / n⌋ to ⌈(i + 1) H / n⌉.
 *
 * PyTorch: `torch.nn.functional.adaptive_avg_pool2d`.
 *
 * @param x Images [N, C, H, W] or [C, H, W].
 * @param outputSize Rows and columns of the result; 1 gives the global average, null leaves a dimension as it is.
 * @returns [N, C, rows, columns] or [C, rows, columns].
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
export function adaptiveAvgPool2d(x: Tensor, outputSize: OutputSize): Tensor {
  if (arguments.length > 2) surplus("adaptiveAvgPool2d", arguments, 2);
  return averages("adaptiveAvgPool2d", 2, x, outputSize);
}

/**
 * Averages each channel of a signal down to a length: window i of n covers ⌊i L / n⌋ to ⌈(i + 1) L / n⌉.
 *
 * PyTorch: `torch.nn.functional.adaptive_avg_pool1d`.
 *
 * @param x Signals [N, C, L] or [C, L].
 * @param outputSize Length of the result; 1 gives the global average.
 * @returns [N, C, length] or [C, length].
 * @throws {RangeError} if the signal is empty, the length no whole number ≥ 1, or there is no room for the result.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.adaptiveAvgPool1d(tensor([[1, 2, 6]]), 2).array(), [[1.5, 4]]);
 * ```
 */
export function adaptiveAvgPool1d(x: Tensor, outputSize: OutputSize): Tensor {
  if (arguments.length > 2) surplus("adaptiveAvgPool1d", arguments, 2);
  return averages("adaptiveAvgPool1d", 1, x, outputSize);
}

/**
 * The largest number of each part of an image, and where it stood.
 *
 * PyTorch: `torch.nn.functional.adaptive_max_pool2d` with `return_indices=True`.
 *
 * @param x Images [N, C, H, W] or [C, H, W].
 * @param outputSize Rows and columns of the result; null leaves a dimension as it is.
 * @param options returnIndices: true.
 * @returns { values, indices }: an index is the place in a channel, counted row by row; of equal numbers the first's.
 * @throws {RangeError} if the image is empty, or a size is no whole number ≥ 1.
 * @throws {TypeError} if x is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const { indices } = F.adaptiveMaxPool2d(tensor([[[1, 5], [7, 2]]]), 1, { returnIndices: true });
 * assertEquals(await indices.array(), [[[2]]]);
 * ```
 */
export function adaptiveMaxPool2d(x: Tensor, outputSize: OutputSize, options: WithIndices): MaxIndices;
/**
 * The largest numbers of each channel, as many as a size asks for: window i of n covers rows ⌊i H / n⌋ to ⌈(i + 1) H / n⌉.
 *
 * PyTorch: `torch.nn.functional.adaptive_max_pool2d`.
 *
 * @param x Images [N, C, H, W] or [C, H, W].
 * @param outputSize Rows and columns of the result; 1 gives the global maximum, null leaves a dimension as it is.
 * @param options None but returnIndices.
 * @returns [N, C, rows, columns] or [C, rows, columns].
 * @throws {RangeError} if the image is empty, or a size is no whole number ≥ 1.
 * @throws {TypeError} if x is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { arange, F } from "descent";
 * import { assertEquals } from "@std/assert";
 * const y = F.adaptiveMaxPool2d(arange(16).reshape(1, 1, 4, 4), [2, 1]);
 * assertEquals(await y.array(), [[[[7], [15]]]]);
 * ```
 */
export function adaptiveMaxPool2d(x: Tensor, outputSize: OutputSize, options?: Record<never, never>): Tensor;
export function adaptiveMaxPool2d(
  x: Tensor,
  outputSize: OutputSize,
  options: Partial<WithIndices> = {},
): Tensor | MaxIndices {
  if (arguments.length > 3) surplus("adaptiveMaxPool2d", arguments, 3);
  return maxima("adaptiveMaxPool2d", 2, x, outputSize, options);
}

/**
 * The largest number of each part of a signal, and where it stood.
 *
 * PyTorch: `torch.nn.functional.adaptive_max_pool1d` with `return_indices=True`.
 *
 * @param x Signals [N, C, L] or [C, L].
 * @param outputSize Length of the result.
 * @param options returnIndices: true.
 * @returns { values, indices }: an index is the place in a channel, counted row by row; of equal numbers the first's.
 * @throws {RangeError} if the signal is empty, or the length no whole number ≥ 1.
 * @throws {TypeError} if x is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const { indices } = F.adaptiveMaxPool1d(tensor([[1, 7, 6]]), 2, { returnIndices: true });
 * assertEquals(await indices.array(), [[1, 1]]);
 * ```
 */
export function adaptiveMaxPool1d(x: Tensor, outputSize: OutputSize, options: WithIndices): MaxIndices;
/**
 * The largest numbers of each channel of a signal, as many as asked for: window i of n covers ⌊i L / n⌋ to ⌈(i + 1) L / n⌉.
 *
 * PyTorch: `torch.nn.functional.adaptive_max_pool1d`.
 *
 * @param x Signals [N, C, L] or [C, L].
 * @param outputSize Length of the result; 1 gives the global maximum.
 * @param options None but returnIndices.
 * @returns [N, C, length] or [C, length].
 * @throws {RangeError} if the signal is empty, or the length no whole number ≥ 1.
 * @throws {TypeError} if x is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.adaptiveMaxPool1d(tensor([[1, 7, 6]]), 2).array(), [[7, 7]]);
 * ```
 */
export function adaptiveMaxPool1d(x: Tensor, outputSize: OutputSize, options?: Record<never, never>): Tensor;
export function adaptiveMaxPool1d(
  x: Tensor,
  outputSize: OutputSize,
  options: Partial<WithIndices> = {},
): Tensor | MaxIndices {
  if (arguments.length > 3) surplus("adaptiveMaxPool1d", arguments, 3);
  return maxima("adaptiveMaxPool1d", 1, x, outputSize, options);
}

function looked(
  name: string,
  spatial: 1 | 2,
  x: Tensor,
  outputSize: OutputSize,
): { pictures: Images; from: readonly number[]; to: number[] } {
  const asked = checkOutputSize(name, outputSize, spatial), pictures = images(name, x, spatial);
  const from = pictures.value.shape.slice(2);
  if (from.some((n) => n === 0)) {
    throw new RangeError(`${name}: the ${spatial === 1 ? "signal" : "image"} is empty: ${text(x.shape)}`);
  }
  const all = spatial === 1 ? [1, asked[0]] : asked;
  const to = from.map((n, i) => all[i] ?? n);
  checkRoom(name, x.device, [...pictures.value.shape.slice(0, 2), ...to]);
  return { pictures, from, to };
}

/** A window that is the same everywhere; undefined where windows are not. */
function evenWindow(from: readonly number[], to: readonly number[]): Pooling | undefined {
  if (from.some((n, i) => n % to[i] !== 0)) return undefined;
  const kernel = [from[0] / to[0], from[1] / to[1]] as const;
  return { kernel, strides: kernel, padding: [0, 0] };
}

function averages(name: string, spatial: 1 | 2, x: Tensor, outputSize: OutputSize): Tensor {
  const { pictures: { value, back }, from, to } = looked(name, spatial, x, outputSize);
  const even = evenWindow(from, to);
  if (even !== undefined) return back(apply("avgPool2d", [value], even));
  return back(from.reduce(
    (y, size, i) => size === to[i] ? y : apply("resample", [y], { dim: 2 + i, taps: means(size, to[i]) }),
    value,
  ));
}

function maxima(
  name: string,
  spatial: 1 | 2,
  x: Tensor,
  outputSize: OutputSize,
  options: Partial<WithIndices>,
): Tensor | MaxIndices {
  checkOptions(name, options, ["returnIndices"]);
  const { returnIndices = false as boolean } = options;
  checkBoolean(name, "returnIndices", returnIndices);
  const { pictures: { value, back }, from, to } = looked(name, spatial, x, outputSize);
  const even = evenWindow(from, to), sizes = value.shape;
  if (even !== undefined) {
    const { value: pooled, places } = placed(value, even), values = back(pooled);
    return returnIndices ? { values, indices: back(places) } : values;
  }
  // Windows of one size: a shorter one has its last rows and columns again, which are never the first of the largest.
  const spread = from.map((size, i) => evenly(size, to[i]));
  const wide = spread.reduce(
    (y, { places }, i) => apply("resample", [y], { dim: 2 + i, taps: picks(places) }),
    value,
  );
  const kernel = [spread[0].longest, spread[1].longest] as const;
  const settings: Pooling = { kernel, strides: kernel, padding: [0, 0] };
  const { value: pooled, places } = placed(wide, settings), values = back(pooled);
  if (!returnIndices) return values;
  const called = spread[0].places.flatMap((row) => spread[1].places.map((column) => row * sizes[3] + column));
  return { values, indices: back(renamed(name, places, Int32Array.from(called))) };
}

/** The windows of a size one after the other, all as long as the longest. */
function evenly(size: number, parts: number): { longest: number; places: number[] } {
  const list = partsOf(size, parts), longest = Math.max(...list.map(([begin, end]) => end - begin));
  const places = list.flatMap(([begin, end]) =>
    Array.from({ length: longest }, (_, k) => Math.min(begin + k, end - 1))
  );
  return { longest, places };
}
