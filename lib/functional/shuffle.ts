/** Channels become pixels, pixels channels, and channels change places. */
import { text } from "../device/shape.ts";
import { checkTensor } from "../tensor/check.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkWhole, surplus } from "../text/arguments.ts";

/** The last three dimensions [C, H, W], and those in front of them. */
function pictures(
  name: string,
  x: Tensor,
): { lead: number[]; channels: number; height: number; width: number } {
  const { shape } = checkTensor(name, "x", x);
  if (shape.length < 3) {
    throw new RangeError(`${name}: images [..., C, H, W] are needed, not shape ${text(shape)}`);
  }
  const [channels, height, width] = shape.slice(-3);
  return { lead: shape.slice(0, -3), channels, height, width };
}

/**
 * Dimensions regrouped with the channels behind, as images lie between layers: so the numbers move once, and stay in that order.
 *
 * @param parted The sizes that [H, W, C] fall into.
 * @param order Which of them come one after the other in the result.
 * @param joined The result's [H, W, C].
 */
function regrouped(
  x: Tensor,
  lead: readonly number[],
  parted: readonly number[],
  order: readonly number[],
  joined: readonly number[],
): Tensor {
  const front = lead.map((_, d) => d), behind = (dims: readonly number[]) => dims.map((d) => lead.length + d);
  return x.permute(...front, ...behind([1, 2, 0])).reshape(...lead, ...parted)
    .permute(...front, ...behind(order)).reshape(...lead, ...joined).permute(...front, ...behind([2, 0, 1]));
}

/**
 * Rearranges r² channels to r × r pixels: what enlarges an image after a convolution (Shi et al. 2016, "Real-time single image
 * and video super-resolution using an efficient sub-pixel convolutional neural network").
 *
 * PyTorch: `torch.nn.functional.pixel_shuffle`.
 *
 * @param x Images [..., C r², H, W].
 * @param upscaleFactor r.
 * @returns [..., C, H r, W r].
 * @throws {RangeError} if the channels are no multiple of r², or there are fewer than three dimensions.
 * @throws {TypeError} if x is no tensor, or r no number.
 * @example
 * ```ts
 * import { arange, F } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.pixelShuffle(arange(4).reshape(4, 1, 1), 2).array(), [[[0, 1], [2, 3]]]);
 * ```
 */
export function pixelShuffle(x: Tensor, upscaleFactor: number): Tensor {
  if (arguments.length > 2) surplus("pixelShuffle", arguments, 2);
  const { lead, channels, height, width } = pictures("pixelShuffle", x);
  const r = checkWhole("pixelShuffle", "upscaleFactor", upscaleFactor, 1);
  if (channels % (r * r) !== 0) {
    throw new RangeError(
      `pixelShuffle: ${channels} channels of shape ${text(x.shape)} are no multiple of ${r}² = ${r * r}`,
    );
  }
  const kept = channels / (r * r);
  const parted = [height, width, kept, r, r];
  return regrouped(x, lead, parted, [0, 3, 1, 4, 2], [height * r, width * r, kept]);
}

/**
 * Rearranges r × r pixels to r² channels: the way back of {@linkcode pixelShuffle}.
 *
 * PyTorch: `torch.nn.functional.pixel_unshuffle`.
 *
 * @param x Images [..., C, H, W].
 * @param downscaleFactor r.
 * @returns [..., C r², H / r, W / r].
 * @throws {RangeError} if height or width are no multiple of r, or there are fewer than three dimensions.
 * @throws {TypeError} if x is no tensor, or r no number.
 * @example
 * ```ts
 * import { arange, F } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.pixelUnshuffle(arange(4).reshape(1, 2, 2), 2).array(), [[[0]], [[1]], [[2]], [[3]]]);
 * ```
 */
export function pixelUnshuffle(x: Tensor, downscaleFactor: number): Tensor {
  if (arguments.length > 2) surplus("pixelUnshuffle", arguments, 2);
  const { lead, channels, height, width } = pictures("pixelUnshuffle", x);
  const r = checkWhole("pixelUnshuffle", "downscaleFactor", downscaleFactor, 1);
  if (height % r !== 0 || width % r !== 0) {
    throw new RangeError(
      `pixelUnshuffle: height and width of shape ${text(x.shape)} must be multiples of ${r}`,
    );
  }
  const [rows, columns] = [height / r, width / r];
  const parted = [rows, r, columns, r, channels];
  return regrouped(x, lead, parted, [0, 2, 4, 1, 3], [rows, columns, channels * r * r]);
}

/**
 * Mixes the channels of groups: of [group, place] channels become [place, group], so that a grouped convolution behind sees all
 * groups (Zhang et al. 2018, "ShuffleNet").
 *
 * PyTorch: `torch.nn.functional.channel_shuffle`.
 *
 * @param x [N, C, ...].
 * @param groups How many groups the channels fall into.
 * @returns The same shape.
 * @throws {RangeError} if the groups do not divide the channels, or there are fewer than three dimensions.
 * @throws {TypeError} if x is no tensor, or groups no number.
 * @example
 * ```ts
 * import { arange, F } from "descent";
 * import { assertEquals } from "@std/assert";
 * const y = F.channelShuffle(arange(4).reshape(1, 4, 1, 1), 2);
 * assertEquals(await y.flatten().array(), [0, 2, 1, 3]);
 * ```
 */
export function channelShuffle(x: Tensor, groups: number): Tensor {
  if (arguments.length > 2) surplus("channelShuffle", arguments, 2);
  const { shape } = checkTensor("channelShuffle", "x", x), [batch, channels, ...rest] = shape;
  checkWhole("channelShuffle", "groups", groups, 1);
  if (shape.length < 3 || channels % groups !== 0) {
    throw new RangeError(
      `channelShuffle: [N, C, ...] with channels in ${groups} groups is needed, not shape ${text(shape)}`,
    );
  }
  const between = rest.map((_, d) => 1 + d), last = rest.length + 1;
  return x.permute(0, ...rest.map((_, d) => 2 + d), 1).reshape(batch, ...rest, groups, channels / groups)
    .transpose(-1, -2).reshape(batch, ...rest, channels).permute(0, last, ...between);
}
