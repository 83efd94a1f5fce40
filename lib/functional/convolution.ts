/** Convolution of images and of signals. */
import { apply } from "../autograd/graph.ts";
import type { Value } from "../autograd/value.ts";
import { toDtype } from "../tensor/combine.ts";
import { text } from "../device/shape.ts";
import { perDimension, type Size } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkOptions, surplus } from "../text/arguments.ts";
import { borders, checkBias, checkFilters, checkPadding, filters, type Padding } from "./filters.ts";
import { images, ofImages } from "./images.ts";

export type { Padding };

/** Settings of a convolution. */
export interface ConvOptions {
  /** [out], added to every position of an output channel. */
  bias?: Tensor | null;
  /** How far the window moves: 1 by default. */
  stride?: Size;
  /** Zeros on each side, per dimension; or "same", which leaves the size as it is; or "valid", none: 0 by default. */
  padding?: Padding;
  /** Distance between the taps of the kernel: 1 by default. */
  dilation?: Size;
  /** How many groups the channels fall into; each output channel sees those of its own: 1 by default. */
  groups?: number;
}

/**
 * Slides filters over images: y[n, o, i, j] = bias[o] + Σ x[n, c, s i + d p − pad, s j + d q − pad] · weight[o, c, p, q]
 * (what the field calls convolution is a cross-correlation; see Dumoulin & Visin 2016, "A guide to convolution
 * arithmetic for deep learning").
 *
 * Each result is rounded like a sum of n products of float32 in any order: off by a small multiple of 2⁻²⁴ √n times their size. The
 * CPU computes 3 × 3 windows by Winograd's method where numbers are of like size, and sums plainly what is infinite, NaN or much
 * larger than its neighbours: it changes only the results whose window holds it, and those as its weight says.
 * Zeros of the padding are multiplied like any number, so a weight that is infinite makes NaN with them, as in PyTorch.
 *
 * With padding "same" the result is as large as x; where the border has an odd number of pixels, the one more is below and on the
 * right.
 *
 * PyTorch: `torch.nn.functional.conv2d`.
 *
 * @param x Images [N, C, H, W] or [C, H, W].
 * @param weight Filters [out, C / groups, kH, kW].
 * @param options bias, stride, padding, dilation, groups.
 * @returns [N, out, H', W'] or [out, H', W'] with H' = ⌊(H + 2 padding − dilation (kH − 1) − 1) / stride⌋ + 1.
 * @throws {RangeError} if channels, groups or sizes do not fit, the kernel is larger than the padded image, or "same" meets a
 * stride.
 * @throws {TypeError} if x or weight is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { F, ones } from "descent";
 * import { assertEquals } from "@std/assert";
 * const y = F.conv2d(ones(1, 1, 4, 4), ones(2, 1, 3, 3), { padding: 1 });
 * assertEquals(y.shape, [1, 2, 4, 4]);
 * assertEquals(await y.at(0, 0, 0).array(), [4, 6, 6, 4]);
 * ```
 */
export function conv2d(x: Tensor, weight: Tensor, options: ConvOptions = {}): Tensor {
  if (arguments.length > 3) surplus("conv2d", arguments, 3, "stride, padding and their kin are options");
  return convolve("conv2d", 2, x, weight, options);
}

/**
 * Slides filters over signals: y[n, o, i] = bias[o] + Σ x[n, c, s i + d p − pad] · weight[o, c, p]. See {@linkcode conv2d}.
 *
 * PyTorch: `torch.nn.functional.conv1d`.
 *
 * @param x Signals [N, C, L] or [C, L].
 * @param weight Filters [out, C / groups, k].
 * @param options bias, stride, padding, dilation, groups.
 * @returns [N, out, L'] or [out, L'] with L' = ⌊(L + 2 padding − dilation (k − 1) − 1) / stride⌋ + 1.
 * @throws {RangeError} if channels, groups or sizes do not fit, the kernel is longer than the padded signal, or "same" meets a
 * stride.
 * @throws {TypeError} if x or weight is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const slope = F.conv1d(tensor([[0, 1, 4, 9, 16]]), tensor([[[-1, 1]]]));
 * assertEquals(await slope.array(), [[1, 3, 5, 7]]);
 * ```
 */
export function conv1d(x: Tensor, weight: Tensor, options: ConvOptions = {}): Tensor {
  if (arguments.length > 3) surplus("conv1d", arguments, 3, "stride, padding and their kin are options");
  return convolve("conv1d", 1, x, weight, options);
}

function convolve(name: string, spatial: 1 | 2, x: Tensor, weight: Tensor, options: ConvOptions): Tensor {
  checkOptions(name, options, ["bias", "stride", "padding", "dilation", "groups"]);
  const { bias = null, groups = 1, stride = 1, padding = 0, dilation = 1 } = options;
  checkFilters(name, spatial, weight, bias, groups, "[out, in");
  const strides = perDimension(name, "stride", stride, 1, spatial);
  const dilations = perDimension(name, "dilation", dilation, 1, spatial);
  const border = checkPadding(name, padding, spatial);
  const { value, back } = images(name, x, spatial), [, channels] = value.shape;
  const [outputs, perGroup, ...kernel] = weight.shape;
  if (groups < 1 || channels % groups !== 0 || outputs % groups !== 0) {
    throw new RangeError(
      `${name}: groups must divide ${channels} input and ${outputs} output channels; ${groups} does not`,
    );
  }
  if (channels === 0) {
    throw new RangeError(`${name}: images of at least one channel are needed, not shape ${text(x.shape)}`);
  }
  if (channels !== perGroup * groups) {
    const inGroups = groups === 1 ? "" : ` in ${groups} groups`;
    throw new RangeError(
      `${name}: input has ${channels} channels but weight ${text(weight.shape)} expects ${
        perGroup * groups
      }${inGroups}`,
    );
  }
  checkBias(name, bias, outputs);
  const { before, more } = borders(name, border, kernel, strides, dilations);
  value.shape.slice(4 - spatial).forEach((size, i) => {
    const reach = dilations[i] * (kernel[i] - 1) + 1, padded = size + 2 * before[i] + more[i];
    if (kernel[i] < 1 || reach > padded) {
      throw new RangeError(
        `${name}: a kernel ${text(kernel)} reaching over ${reach} ${
          spatial === 1 ? "numbers" : i === 0 ? "rows" : "columns"
        } does not fit into an input of ${padded} with its padding`,
      );
    }
  });
  const inputs = [widened(value, ofImages(more, 0)), filters(weight)];
  if (bias !== null) inputs.push(toDtype(bias.value, "float32"));
  return back(apply("conv2d", inputs, {
    strides: ofImages(strides, 1),
    padding: ofImages(before, 0),
    dilations: ofImages(dilations, 1),
    groups,
  }));
}

/** Images with so many rows and columns of zeros more, below and on the right. */
function widened(value: Value, [rows, columns]: readonly [number, number]): Value {
  if (rows === 0 && columns === 0) return value;
  return apply("pad", [value], { border: [[0, 0], [0, 0], [0, rows], [0, columns]], value: 0 });
}
