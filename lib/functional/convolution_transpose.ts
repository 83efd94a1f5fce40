/** Transposed convolution: the way back through a convolution, which enlarges images and signals. */
import { apply } from "../autograd/graph.ts";
import type { Value } from "../autograd/value.ts";
import type { Convolution } from "../device/geometry.ts";
import { text } from "../device/shape.ts";
import { toDtype, toShape } from "../tensor/combine.ts";
import { perDimension, type Size } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkOptions, surplus } from "../text/arguments.ts";
import { checkBias, checkFilters, checkOutputPadding, filters } from "./filters.ts";
import { images, ofImages } from "./images.ts";

/** Settings of a transposed convolution. */
export interface ConvTransposeOptions {
  /** [out], added to every position of an output channel. */
  bias?: Tensor | null;
  /** How far apart the windows lie that the input's pixels are spread over: 1 by default. */
  stride?: Size;
  /** How much is cut off on each side: 0 by default. */
  padding?: Size;
  /** How much larger the result is, below and on the right; less than stride or dilation: 0 by default. */
  outputPadding?: Size;
  /** How many groups the channels fall into: 1 by default. */
  groups?: number;
  /** Distance between the taps of the kernel: 1 by default. */
  dilation?: Size;
}

/**
 * Spreads every pixel over a window, weighted by filters, and adds up: y[n, o, s i + d p − pad, s j + d q − pad] += x[n, c, i, j] ·
 * weight[c, o, p, q], and a bias. It is the gradient of {@linkcode conv2d} by its input, and takes shapes back to where that took
 * them from (Zeiler et al. 2010, "Deconvolutional networks"; Dumoulin & Visin 2016).
 *
 * PyTorch: `torch.nn.functional.conv_transpose2d`.
 *
 * @param x Images [N, C, H, W] or [C, H, W].
 * @param weight Filters [C, out / groups, kH, kW].
 * @param options bias, stride, padding, outputPadding, groups, dilation.
 * @returns [N, out, H', W'] or [out, H', W'] with H' = (H − 1) stride − 2 padding + dilation (kH − 1) + outputPadding + 1.
 * @throws {RangeError} if channels, groups or sizes do not fit, nothing is left of the result, or outputPadding is larger than
 * stride and dilation allow.
 * @throws {TypeError} if x or weight is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { F, ones, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const y = F.convTranspose2d(tensor([[[1, 2]]]), ones(1, 1, 1, 3), { stride: [1, 2] });
 * assertEquals(await y.array(), [[[1, 1, 3, 2, 2]]]);
 * ```
 */
export function convTranspose2d(x: Tensor, weight: Tensor, options: ConvTransposeOptions = {}): Tensor {
  if (arguments.length > 3) surplus("convTranspose2d", arguments, 3, "stride and its kin are options");
  return spread("convTranspose2d", 2, x, weight, options);
}

/**
 * Spreads every number of a signal over a window, weighted by filters, and adds up: y[n, o, s i + d p − pad] += x[n, c, i] ·
 * weight[c, o, p], and a bias. See {@linkcode convTranspose2d}.
 *
 * PyTorch: `torch.nn.functional.conv_transpose1d`.
 *
 * @param x Signals [N, C, L] or [C, L].
 * @param weight Filters [C, out / groups, k].
 * @param options bias, stride, padding, outputPadding, groups, dilation.
 * @returns [N, out, L'] or [out, L'] with L' = (L − 1) stride − 2 padding + dilation (k − 1) + outputPadding + 1.
 * @throws {RangeError} if channels, groups or sizes do not fit, nothing is left of the result, or outputPadding is larger than
 * stride and dilation allow.
 * @throws {TypeError} if x or weight is no tensor, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const y = F.convTranspose1d(tensor([[1, 2]]), tensor([[[1, 10]]]), { stride: 2 });
 * assertEquals(await y.array(), [[1, 10, 2, 20]]);
 * ```
 */
export function convTranspose1d(x: Tensor, weight: Tensor, options: ConvTransposeOptions = {}): Tensor {
  if (arguments.length > 3) surplus("convTranspose1d", arguments, 3, "stride and its kin are options");
  return spread("convTranspose1d", 1, x, weight, options);
}

function spread(
  name: string,
  spatial: 1 | 2,
  x: Tensor,
  weight: Tensor,
  options: ConvTransposeOptions,
): Tensor {
  checkOptions(name, options, ["bias", "stride", "padding", "outputPadding", "groups", "dilation"]);
  const { bias = null, groups = 1, stride = 1, padding = 0, outputPadding = 0, dilation = 1 } = options;
  checkFilters(name, spatial, weight, bias, groups, "[in, out");
  const strides = ofImages(perDimension(name, "stride", stride, 1, spatial), 1);
  const cut = ofImages(perDimension(name, "padding", padding, 0, spatial), 0);
  const more = ofImages(perDimension(name, "outputPadding", outputPadding, 0, spatial), 0);
  const dilations = ofImages(perDimension(name, "dilation", dilation, 1, spatial), 1);
  checkOutputPadding(name, more, strides, dilations);
  const { value, back } = images(name, x, spatial), [batch, channels, ...sizes] = value.shape;
  const weights = filters(weight), [inputs, perGroup, ...kernel] = weights.shape;
  if (groups < 1 || channels % groups !== 0) {
    throw new RangeError(`${name}: groups must divide ${channels} input channels; ${groups} does not`);
  }
  if (channels !== inputs) {
    throw new RangeError(
      `${name}: input has ${channels} channels but weight ${text(weight.shape)} expects ${inputs}`,
    );
  }
  const outputs = perGroup * groups;
  checkBias(name, bias, outputs);
  /** Over how many rows and columns the pixels are spread. */
  const whole = sizes.map((n, i) => (n - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1);
  const result = whole.map((n, i) => n - 2 * cut[i] + more[i]);
  if ([...result, ...kernel, channels, outputs].some((n) => n < 1)) {
    throw new RangeError(
      `${name}: of images ${text(x.shape)}, spread by filters ${text(weight.shape)}, nothing is left: the ` +
        `result would have ${text([batch, outputs, ...result])}`,
    );
  }
  const settings = { strides, dilations, groups };
  // A convolution of the result has the input's size only if what is added behind is less than a stride.
  const exact = more.every((n, i) => n < strides[i]);
  const size = exact ? result : whole, padded: Convolution = { ...settings, padding: exact ? cut : [0, 0] };
  let y = apply("conv2dInputGrad", [value, weights], { ...padded, shape: [batch, outputs, ...size] });
  if (!exact) y = moved(y, cut, result);
  if (bias !== null) {
    const wide = toShape(toDtype(bias.value, "float32"), [1, outputs, 1, 1]);
    y = apply("add", [y, wide], undefined);
  }
  return back(y);
}

/** Images that begin so many rows and columns later, of another size; what is missing behind is 0. */
function moved(y: Value, begin: readonly number[], size: readonly number[]): Value {
  const [batch, channels, ...own] = y.shape;
  const taken = size.map((n, i) => Math.max(0, Math.min(n, own[i] - begin[i])));
  const part = apply("slice", [y], {
    begin: [0, 0, ...begin.map((n, i) => Math.min(n, own[i]))],
    size: [batch, channels, ...taken],
    step: [1, 1, 1, 1],
  });
  const border = [[0, 0], [0, 0], ...size.map((n, i) => [0, n - taken[i]])] as [number, number][];
  return apply("pad", [part], { border, value: 0 });
}
