/** Dropout. */
import { apply } from "../autograd/graph.ts";
import { sizeOf, text } from "../device/shape.ts";
import { toDtype } from "../tensor/combine.ts";
import { drawOn } from "../tensor/random.ts";
import { checkTensor } from "../tensor/check.ts";
import { Tensor } from "../tensor/tensor.ts";
import { made } from "../tensor/values.ts";
import { checkBoolean, checkNumber, checkOptions, surplus } from "../text/arguments.ts";

/**
 * Sets each element to 0 with probability p and scales the others by 1 / (1 − p), so that the expectation stays
 * (Srivastava et al. 2014). Draws from the generator of `manualSeed`.
 *
 * PyTorch: `torch.nn.functional.dropout`.
 *
 * @param x Any shape.
 * @param p Probability of a zero, from 0 to 1.
 * @param options `training`: if false, the numbers stay as they are; true by default.
 * @returns A tensor of x's shape.
 * @throws {RangeError} if p is no probability.
 * @throws {TypeError} if x is no tensor, p no number, or there is no such option.
 * @example
 * ```ts
 * import { F, ones } from "descent";
 * F.dropout(ones(4), 0.5); // zeros and twos
 * ```
 */
export function dropout(x: Tensor, p = 0.5, options: { training?: boolean } = {}): Tensor {
  if (arguments.length > 3) surplus("dropout", arguments, 3);
  const drops = looked("dropout", x, p, options);
  if (!drops) return x.clone();
  if (p === 1) return x.mul(0);
  return new Tensor(apply("dropout", [toDtype(x.value, "float32")], { draw: drawOn(x.device, x.size), p }));
}

/**
 * Sets whole channels of images to 0 with probability p, each of its own, and scales the others by 1 / (1 − p): neighbouring
 * pixels know too much of one another for {@linkcode dropout} (Tompson et al. 2015, "Efficient object localization using
 * convolutional networks").
 *
 * PyTorch: `torch.nn.functional.dropout2d`. As there, three dimensions are a batch of signals [N, C, L].
 *
 * @param x Images [N, C, H, W], or signals [N, C, L].
 * @param p Probability of a zero, from 0 to 1.
 * @param options `training`: if false, the numbers stay as they are; true by default.
 * @returns A tensor of x's shape.
 * @throws {RangeError} if p is no probability, or the shape is none of these.
 * @throws {TypeError} if x is no tensor, p no number, or there is no such option.
 * @example
 * ```ts
 * import { F, ones } from "descent";
 * F.dropout2d(ones(1, 2, 2, 2), 0.5); // each of the two images all zeros or all twos
 * ```
 */
export function dropout2d(x: Tensor, p = 0.5, options: { training?: boolean } = {}): Tensor {
  if (arguments.length > 3) surplus("dropout2d", arguments, 3);
  const drops = looked("dropout2d", x, p, options);
  if (x.ndim !== 3 && x.ndim !== 4) {
    throw new RangeError(`dropout2d: [N, C, H, W] or [N, C, L] is needed, not shape ${text(x.shape)}`);
  }
  return drops ? withoutChannels(x, p, 2) : x.clone();
}

/**
 * Sets whole channels of signals to 0 with probability p, each of its own, and scales the others by 1 / (1 − p). See
 * {@linkcode dropout2d}.
 *
 * PyTorch: `torch.nn.functional.dropout1d`.
 *
 * @param x Signals [N, C, L] or [C, L].
 * @param p Probability of a zero, from 0 to 1.
 * @param options `training`: if false, the numbers stay as they are; true by default.
 * @returns A tensor of x's shape.
 * @throws {RangeError} if p is no probability, or the shape is none of these.
 * @throws {TypeError} if x is no tensor, p no number, or there is no such option.
 * @example
 * ```ts
 * import { F, ones } from "descent";
 * F.dropout1d(ones(3, 5), 0.5); // each of the three rows all zeros or all twos
 * ```
 */
export function dropout1d(x: Tensor, p = 0.5, options: { training?: boolean } = {}): Tensor {
  if (arguments.length > 3) surplus("dropout1d", arguments, 3);
  const drops = looked("dropout1d", x, p, options);
  if (x.ndim !== 2 && x.ndim !== 3) {
    throw new RangeError(`dropout1d: [N, C, L] or [C, L] is needed, not shape ${text(x.shape)}`);
  }
  return drops ? withoutChannels(x, p, x.ndim - 1) : x.clone();
}

/** Whether anything is dropped; the arguments are looked at. */
function looked(name: string, x: Tensor, p: number, options: { training?: boolean }): boolean {
  checkOptions(name, options, ["training"]);
  checkTensor(name, "x", x);
  const { training = true } = options;
  checkBoolean(name, "training", training);
  checkNumber(name, "p", p);
  if (!(p >= 0 && p <= 1)) throw new RangeError(`${name}: p must be a probability from 0 to 1, not ${p}`);
  return training && p > 0;
}

/** x without some channels; so many dimensions, from the front, tell channels apart. */
function withoutChannels(x: Tensor, p: number, dims: number): Tensor {
  if (p === 1) return x.mul(0);
  const { device } = x, shape = x.shape.map((n, d) => d < dims ? n : 1);
  const all = made("dropout", device, () => device.kernels.fill(shape, 1));
  const mask = apply("dropout", [all], { draw: drawOn(device, sizeOf(shape)), p });
  return new Tensor(apply("mul", [toDtype(x.value, "float32"), mask], undefined));
}
