/** What a function of images or signals asks of its input. */
import type { Value } from "../autograd/value.ts";
import { toDtype, toShape } from "../tensor/combine.ts";
import { text } from "../device/shape.ts";
import { checkTensor } from "../tensor/check.ts";
import { Tensor } from "../tensor/tensor.ts";

/** What is convolved and pooled: signals [N, C, L] or images [N, C, H, W], as images. */
export interface Images {
  /** float32 [N, C, H, W]; a signal is a row of pixels, and what came without a batch is a batch of one. */
  readonly value: Value;
  /** A result of the same kind as the input: rows and batch taken away again where they were added. */
  readonly back: (result: Value) => Tensor;
}

const KINDS = { 1: ["signals", "[N, C, L]", "[C, L]"], 2: ["images", "[N, C, H, W]", "[C, H, W]"] };

/**
 * Signals or images, with a batch or without, as float32 images.
 *
 * @param spatial How many dimensions follow the channels.
 * @throws {RangeError} for any other number of dimensions.
 * @throws {TypeError} for what is no tensor.
 */
export function images(operation: string, x: Tensor, spatial: 1 | 2 = 2): Images {
  const { shape } = checkTensor(operation, "x", x), extra = shape.length - spatial;
  if (extra !== 1 && extra !== 2) {
    const [kind, batched, single] = KINDS[spatial];
    throw new RangeError(
      `${operation}: ${kind} ${batched} or ${single} are needed, not shape ${text(shape)}`,
    );
  }
  const value = toDtype(x.value, "float32");
  if (extra === 2 && spatial === 2) return { value, back: (result) => new Tensor(result) };
  const [batch, channels] = extra === 2 ? shape : [1, shape[0]], sizes = shape.slice(extra);
  return {
    value: toShape(value, [batch, channels, ...spatial === 1 ? [1] : [], ...sizes]),
    back: (result) => {
      const [n, c, ...left] = result.shape, own = spatial === 1 ? left.slice(1) : left;
      return new Tensor(toShape(result, extra === 2 ? [n, c, ...own] : [c, ...own]));
    },
  };
}

/** A setting of one number a spatial dimension as one of images: a signal has no rows, for which `neutral` stands. */
export function ofImages(setting: readonly number[], neutral: number): [rows: number, columns: number] {
  return setting.length === 1 ? [neutral, setting[0]] : [setting[0], setting[1]];
}
