/** Convolution of images. */
import { apply } from "../autograd/graph.ts";
import { toDtype } from "../tensor/combine.ts";
import { text } from "../device/shape.ts";
import { pair, type Size } from "../tensor/shape.ts";
import { checkTensor, checkTensorOrNull } from "../tensor/check.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkNumber, checkOptions, surplus } from "../text/arguments.ts";
import { images } from "./images.ts";

/** Settings of a convolution. */
export interface Conv2dOptions {
  /** [out], added to every position of an output channel. */
  bias?: Tensor | null;
  /** How far the window moves: 1 if not said. */
  stride?: Size;
  /** Rows and columns of zeros on each side: 0 if not said. */
  padding?: Size;
  /** Distance between the taps of the kernel: 1 if not said. */
  dilation?: Size;
  /** How many groups the channels fall into; each output channel sees those of its own: 1 if not said. */
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
 * @param x Images [N, C, H, W].
 * @param weight Filters [out, C / groups, kH, kW].
 * @param options bias, stride, padding, dilation, groups.
 * @returns [N, out, H', W'] with H' = ⌊(H + 2 padding − dilation (kH − 1) − 1) / stride⌋ + 1.
 * @throws {RangeError} if channels, groups or sizes do not fit, or the kernel is larger than the padded image.
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
export function conv2d(x: Tensor, weight: Tensor, options: Conv2dOptions = {}): Tensor {
  if (arguments.length > 3) surplus("conv2d", arguments, 3, "stride, padding and their kin are options");
  checkOptions("conv2d", options, ["bias", "stride", "padding", "dilation", "groups"]);
  const { bias = null, groups = 1, stride = 1, padding: border = 0, dilation = 1 } = options;
  checkTensor("conv2d", "weight", weight);
  checkTensorOrNull("conv2d", "bias", bias);
  checkNumber("conv2d", "groups", groups);
  const strides = pair("conv2d", "stride", stride, 1);
  const padding = pair("conv2d", "padding", border, 0);
  const dilations = pair("conv2d", "dilation", dilation, 1);
  const value = images("conv2d", x);
  if (weight.ndim !== 4) {
    throw new RangeError(
      `conv2d: filters [out, in, kH, kW] are needed as weight, not shape ${text(weight.shape)}`,
    );
  }
  const [, channels, height, width] = x.shape;
  const [outputs, perGroup, ...kernel] = weight.shape;
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0 || outputs % groups !== 0) {
    throw new RangeError(
      `conv2d: groups must divide ${channels} input and ${outputs} output channels; ${groups} does not`,
    );
  }
  if (channels === 0) {
    throw new RangeError(`conv2d: images of at least one channel are needed, not shape ${text(x.shape)}`);
  }
  if (channels !== perGroup * groups) {
    const inGroups = groups === 1 ? "" : ` in ${groups} groups`;
    throw new RangeError(
      `conv2d: input has ${channels} channels but weight ${text(weight.shape)} expects ${
        perGroup * groups
      }${inGroups}`,
    );
  }
  if (bias !== null && (bias.ndim !== 1 || bias.shape[0] !== outputs)) {
    throw new RangeError(
      `conv2d: bias must have shape [${outputs}], one number per output channel, not ${text(bias.shape)}`,
    );
  }
  [height, width].forEach((size, i) => {
    const reach = dilations[i] * (kernel[i] - 1) + 1, padded = size + 2 * padding[i];
    if (kernel[i] < 1 || reach > padded) {
      throw new RangeError(
        `conv2d: a kernel ${text(kernel)} reaching over ${reach} ${
          i === 0 ? "rows" : "columns"
        } does not fit into ` +
          `an input of ${padded} with its padding`,
      );
    }
  });
  const inputs = [value, toDtype(weight.value, "float32")];
  if (bias !== null) inputs.push(toDtype(bias.value, "float32"));
  return new Tensor(apply("conv2d", inputs, { strides, padding, dilations, groups }));
}
