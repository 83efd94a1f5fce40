/** The way back of a maximum: each number goes where it stood. */
import { text } from "../device/shape.ts";
import { checkTensor } from "../tensor/check.ts";
import { toDtype, toShape } from "../tensor/combine.ts";
import * as pick from "../tensor/pick.ts";
import { perDimension, type Size } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { made } from "../tensor/values.ts";
import { checkOptions, surplus } from "../text/arguments.ts";

/** Settings of {@linkcode maxUnpool2d} and {@linkcode maxUnpool1d}. */
export interface MaxUnpoolOptions {
  /** How far the window moved: its own size by default. */
  stride?: Size;
  /** The border that there was on each side: 0 by default. */
  padding?: Size;
  /** The size of the result, where the pooling left pixels over: what its windows covered by default. */
  outputSize?: Size;
}

/**
 * Puts the largest numbers of windows back where they stood, and zeros elsewhere. Of several windows that had the same largest number
 * the last one's stays, and a gradient flows to that one.
 *
 * PyTorch: `torch.nn.functional.max_unpool2d`.
 *
 * @param x What `maxPool2d` with `returnIndices` gave as values, or what became of it: [N, C, H, W] or [C, H, W].
 * @param indices Where the values stood, int32, of x's shape.
 * @param kernelSize Size of the window.
 * @param options stride, padding, outputSize.
 * @returns [N, C, H', W'] or [C, H', W'] with H' = (H − 1) stride − 2 padding + kernel, if no outputSize is given.
 * @throws {RangeError} if the shapes differ, an index is not inside of the result, or the size is one that the pooling would not
 * have taken there.
 * @throws {TypeError} if x or indices are no such tensors, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const { values, indices } = F.maxPool2d(tensor([[[1, 5], [7, 2]]]), 2, { returnIndices: true });
 * assertEquals(await F.maxUnpool2d(values, indices, 2).array(), [[[0, 0], [7, 0]]]);
 * ```
 */
export function maxUnpool2d(
  x: Tensor,
  indices: Tensor,
  kernelSize: Size,
  options: MaxUnpoolOptions = {},
): Tensor {
  if (arguments.length > 4) surplus("maxUnpool2d", arguments, 4, "stride and its kin are options");
  return unpooled("maxUnpool2d", 2, x, indices, kernelSize, options);
}

/**
 * Puts the largest numbers of windows of a signal back where they stood, and zeros elsewhere. See {@linkcode maxUnpool2d}.
 *
 * PyTorch: `torch.nn.functional.max_unpool1d`.
 *
 * @param x What `maxPool1d` with `returnIndices` gave as values, or what became of it: [N, C, L] or [C, L].
 * @param indices Where the values stood, int32, of x's shape.
 * @param kernelSize Size of the window.
 * @param options stride, padding, outputSize.
 * @returns [N, C, L'] or [C, L'] with L' = (L − 1) stride − 2 padding + kernel, if no outputSize is given.
 * @throws {RangeError} if the shapes differ, an index is not inside of the result, or the size is one that the pooling would not
 * have taken there.
 * @throws {TypeError} if x or indices are no such tensors, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const { values, indices } = F.maxPool1d(tensor([[1, 5, 3, 2, 9]]), 2, { returnIndices: true });
 * assertEquals(await F.maxUnpool1d(values, indices, 2, { outputSize: 5 }).array(), [[0, 5, 3, 0, 0]]);
 * ```
 */
export function maxUnpool1d(
  x: Tensor,
  indices: Tensor,
  kernelSize: Size,
  options: MaxUnpoolOptions = {},
): Tensor {
  if (arguments.length > 4) surplus("maxUnpool1d", arguments, 4, "stride and its kin are options");
  return unpooled("maxUnpool1d", 1, x, indices, kernelSize, options);
}

function unpooled(
  name: string,
  spatial: 1 | 2,
  x: Tensor,
  indices: Tensor,
  kernelSize: Size,
  options: MaxUnpoolOptions,
): Tensor {
  checkOptions(name, options, ["stride", "padding", "outputSize"]);
  const { stride = kernelSize, padding = 0, outputSize } = options;
  const kernel = perDimension(name, "kernel size", kernelSize, 1, spatial);
  const strides = perDimension(name, "stride", stride, 1, spatial);
  const border = perDimension(name, "padding", padding, 0, spatial);
  const { shape } = checkTensor(name, "x", x), extra = shape.length - spatial;
  if (checkTensor(name, "indices", indices).dtype !== "int32") {
    throw new TypeError(`${name}: indices must be int32, as maxPool gives them, not ${indices.dtype}`);
  }
  if ((extra !== 1 && extra !== 2) || text(indices.shape) !== text(shape)) {
    throw new RangeError(
      `${name}: values and indices of one shape are needed, with a batch or without, not ${text(shape)} and ${
        text(indices.shape)
      }`,
    );
  }
  const whole = shape.slice(extra).map((n, i) => (n - 1) * strides[i] - 2 * border[i] + kernel[i]);
  const size = outputSize === undefined ? whole : perDimension(name, "outputSize", outputSize, 1, spatial);
  if (size.some((n, i) => n < 1 || Math.abs(n - whole[i]) >= strides[i])) {
    throw new RangeError(
      `${name}: outputSize must be less than the stride ${text(strides)} away from ${text(whole)}, not ${
        text(size)
      }`,
    );
  }
  const lines = shape.slice(0, extra).reduce((product, n) => product * n, 1);
  const length = size.reduce((product, n) => product * n, 1), { device } = x;
  const flat = [lines, x.size / Math.max(1, lines)];
  const zeros = made(name, device, () => device.kernels.fill([lines, length], 0));
  const values = toShape(toDtype(x.value, "float32"), flat);
  const result = pick.scatter(name, zeros, 1, toShape(indices.value, flat), values, "last");
  return new Tensor(toShape(result, [...shape.slice(0, extra), ...size]));
}
