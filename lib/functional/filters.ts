/** What convolutions ask of their filters and biases. */
import type { Value } from "../autograd/value.ts";
import { text } from "../device/shape.ts";
import { checkTensor, checkTensorOrNull } from "../tensor/check.ts";
import { toDtype, toShape } from "../tensor/combine.ts";
import { perDimension, type Size } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkChoice, checkNumber } from "../text/arguments.ts";

/** How wide a border of zeros is; "same": as wide as leaves the size as it is, "valid": none. */
export type Padding = Size | "same" | "valid";

/**
 * A padding: a word, or one number a dimension.
 *
 * @throws {RangeError} for another word, or a number that is not whole or negative.
 * @throws {TypeError} for what is neither.
 */
export function checkPadding(name: string, padding: Padding, spatial: number): number[] | "same" | "valid" {
  return typeof padding === "string"
    ? checkChoice<"same" | "valid">(name, "padding", padding, ["same", "valid"])
    : perDimension(name, "padding", padding, 0, spatial);
}

/**
 * Zeros on both sides, and how many more behind: "same" is odd where a kernel is even.
 *
 * @throws {RangeError} if "same" meets a stride.
 */
export function borders(
  name: string,
  padding: readonly number[] | "same" | "valid",
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): { before: number[]; more: number[] } {
  if (typeof padding !== "string") return { before: [...padding], more: padding.map(() => 0) };
  if (padding === "valid") return { before: kernel.map(() => 0), more: kernel.map(() => 0) };
  if (strides.some((n) => n !== 1)) {
    throw new RangeError(
      `${name}: padding "same" leaves the size as it is, which a stride of ${
        text(strides)
      } cannot; give the padding as a number`,
    );
  }
  const all = kernel.map((n, i) => Math.max(0, dilations[i] * (n - 1)));
  return { before: all.map((n) => n >> 1), more: all.map((n) => n % 2) };
}

/** Filters of images or signals as float32 filters of images. */
export function filters(weight: Tensor): Value {
  const { shape } = weight, value = toDtype(weight.value, "float32");
  return shape.length === 3 ? toShape(value, [shape[0], shape[1], 1, shape[2]]) : value;
}

/**
 * Looks at filters, bias and groups.
 *
 * @param channels What the first two dimensions of the filters are: "[out, in".
 * @throws {RangeError} if the filters have another number of dimensions, or groups is no whole number.
 * @throws {TypeError} if one is of another kind.
 */
export function checkFilters(
  name: string,
  spatial: 1 | 2,
  weight: Tensor,
  bias: Tensor | null,
  groups: number,
  channels: string,
): void {
  checkTensor(name, "weight", weight);
  checkTensorOrNull(name, "bias", bias);
  checkNumber(name, "groups", groups);
  if (weight.ndim !== 2 + spatial) {
    throw new RangeError(
      `${name}: filters ${channels}, ${spatial === 1 ? "k]" : "kH, kW]"} are needed as weight, not shape ${
        text(weight.shape)
      }`,
    );
  }
  if (!Number.isInteger(groups)) {
    throw new RangeError(`${name}: groups must be a whole number ≥ 1, not ${groups}`);
  }
}

/** A bias has one number for each output channel. */
export function checkBias(name: string, bias: Tensor | null, outputs: number): void {
  if (bias === null || (bias.ndim === 1 && bias.shape[0] === outputs)) return;
  throw new RangeError(
    `${name}: bias must have shape [${outputs}], one number per output channel, not ${text(bias.shape)}`,
  );
}

/**
 * What is added behind a transposed convolution's result.
 *
 * @throws {RangeError} if it is as large as stride and dilation.
 */
export function checkOutputPadding(
  name: string,
  more: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): void {
  const odd = more.findIndex((n, i) => n >= Math.max(strides[i], dilations[i]));
  if (odd < 0) return;
  throw new RangeError(
    `${name}: outputPadding must be less than the stride ${strides[odd]} or the dilation ${
      dilations[odd]
    }, not ${more[odd]}`,
  );
}
