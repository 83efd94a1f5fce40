/** Borders around tensors. */
import { checkTensor } from "../tensor/check.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkChoice, checkNumber, checkOptions, surplus } from "../text/arguments.ts";
import { bordered, type PaddingMode } from "./border.ts";

export type { PaddingMode };

/** Settings of {@linkcode pad}. */
export interface PadOptions {
  /**
   * "constant": a number; "reflect": the image mirrored at its outermost pixel; "replicate": that pixel again and again;
   * "circular": the other side of the image. "constant" by default.
   */
  mode?: PaddingMode;
  /** The number of a constant border: 0 by default. */
  value?: number;
}

/**
 * Puts a border around the last dimensions; negative sizes cut off.
 *
 * PyTorch: `torch.nn.functional.pad`.
 *
 * @param x Any shape; for a border that continues it, one or two dimensions more than are padded.
 * @param padding Two numbers a dimension, the last dimension first: [left, right, top, bottom] of images.
 * @param options mode, value.
 * @returns x with its border, of x's dtype.
 * @throws {RangeError} if there are too many dimensions or an odd number, more is cut off than there is, or a mirror or circle
 * would go round more than once.
 * @throws {TypeError} if x is no tensor, the padding no list of numbers, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const x = tensor([[1, 2, 3]]);
 * assertEquals(await F.pad(x, [1, 2]).array(), [[0, 1, 2, 3, 0, 0]]);
 * assertEquals(await F.pad(x, [1, 2], { mode: "reflect" }).array(), [[2, 1, 2, 3, 2, 1]]);
 * ```
 */
export function pad(x: Tensor, padding: readonly number[], options: PadOptions = {}): Tensor {
  if (arguments.length > 3) {
    surplus("pad", arguments, 3, 'mode and value are options, as in { mode: "reflect" }');
  }
  checkTensor("pad", "x", x);
  checkOptions("pad", options, ["mode", "value"]);
  const { mode = "constant", value = 0 } = options;
  checkChoice("pad", "mode", mode, ["constant", "reflect", "replicate", "circular"]);
  checkNumber("pad", "value", value);
  return bordered("pad", x, padding, mode, value);
}
