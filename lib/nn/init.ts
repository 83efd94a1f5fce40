/**
 * First values of parameters: what a network knows before it has learned. All functions fill a tensor in place, without
 * recording, from the generator of `manualSeed`, and return it.
 *
 * @module
 */
import { unrecorded } from "../autograd/no_grad.ts";
import { text } from "../device/shape.ts";
import { checkTensor } from "../tensor/check.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkChoice, checkNumber, checkOptions, checkRange, surplus } from "../text/arguments.ts";
import { normal, uniform } from "./draw.ts";

/** The functions whose gain is known, by PyTorch's names. */
export type Nonlinearity = "linear" | "conv2d" | "sigmoid" | "tanh" | "relu" | "leaky_relu" | "selu";

const NONLINEARITIES: readonly Nonlinearity[] = [
  "linear",
  "conv2d",
  "sigmoid",
  "tanh",
  "relu",
  "leaky_relu",
  "selu",
];

/** Settings of Kaiming's initializations. */
export interface KaimingOptions {
  /** Slope of the leaky ReLU behind the layer: 0 by default. */
  a?: number;
  /** Whether the variance is kept on the way forward ("fan_in" by default) or backward ("fan_out"). */
  mode?: "fan_in" | "fan_out";
  /** The function behind the layer: "leaky_relu" by default. */
  nonlinearity?: Nonlinearity;
}

/** Settings of Xavier's initializations. */
export interface XavierOptions {
  /** Factor of the standard deviation: 1 by default; see {@linkcode calculateGain}. */
  gain?: number;
}

/** Throws unless an initialization was given a tensor, and options that there are. */
function checkGiven(name: string, given: ArrayLike<unknown>, options?: unknown, known: string[] = []): void {
  checkTensor(name, "the first argument", given[0]);
  const most = options === undefined ? 1 : 2;
  if (given.length > most) surplus(name, given, most, "what Python names stands in one object");
  if (options !== undefined) checkOptions(name, options, known);
}

function checkFloat(name: string, tensor: Tensor): void {
  if (tensor.dtype !== "float32") {
    throw new TypeError(`${name}: a float32 tensor is needed, not ${tensor.dtype} ${text(tensor.shape)}`);
  }
}

/** Puts freshly drawn values into a tensor. */
function fill(tensor: Tensor, fresh: Tensor): Tensor {
  unrecorded(() => tensor.copy_(fresh));
  fresh.value.buffer.free("when a parameter took it");
  return tensor;
}

/**
 * Fills with uniform random numbers in [a, b).
 *
 * PyTorch: `torch.nn.init.uniform_`.
 *
 * @param tensor float32, any shape.
 * @param options `a`: 0 by default; `b`: 1 by default.
 * @returns The tensor.
 * @throws {RangeError} if a > b, or one is not finite.
 * @throws {TypeError} if the tensor is not float32, or an option is of another kind or name.
 * @example
 * ```ts
 * import { nn } from "descent";
 * nn.init.uniform_(new nn.Linear(3, 2).weight, { a: -0.1, b: 0.1 });
 * ```
 */
export function uniform_(tensor: Tensor, options: { a?: number; b?: number } = {}): Tensor {
  checkGiven("uniform_", arguments, options, ["a", "b"]);
  const { a = 0, b = 1 } = options;
  checkFloat("uniform_", tensor);
  checkRange("uniform_", "a", a);
  checkRange("uniform_", "b", b);
  if (a > b) throw new RangeError(`uniform_: a must not be larger than b; they are ${a} and ${b}`);
  return fill(tensor, uniform(tensor.shape, a, b, tensor.device));
}

/**
 * Fills with normally distributed random numbers.
 *
 * PyTorch: `torch.nn.init.normal_`.
 *
 * @param tensor float32, any shape.
 * @param options `mean`: 0 by default; `std`: 1 by default.
 * @returns The tensor.
 * @throws {RangeError} if the standard deviation is negative, or one is not finite.
 * @throws {TypeError} if the tensor is not float32, or an option is of another kind or name.
 * @example
 * ```ts
 * import { nn } from "descent";
 * nn.init.normal_(new nn.Linear(3, 2).weight, { std: 0.01 });
 * ```
 */
export function normal_(tensor: Tensor, options: { mean?: number; std?: number } = {}): Tensor {
  checkGiven("normal_", arguments, options, ["mean", "std"]);
  const { mean = 0, std = 1 } = options;
  checkFloat("normal_", tensor);
  checkRange("normal_", "mean", mean);
  checkRange("normal_", "std", std, 0);
  return fill(tensor, normal(tensor.shape, mean, std, tensor.device));
}

/**
 * Fills with one number.
 *
 * PyTorch: `torch.nn.init.constant_`.
 *
 * @param tensor Any shape.
 * @param value The number.
 * @returns The tensor.
 * @throws {TypeError} if it is no tensor, or the value no number.
 * @example
 * ```ts
 * import { nn } from "descent";
 * nn.init.constant_(new nn.Linear(3, 2).bias!, 0.5);
 * ```
 */
export function constant_(tensor: Tensor, value: number): Tensor {
  checkTensor("constant_", "the first argument", tensor);
  if (arguments.length > 2) surplus("constant_", arguments, 2);
  checkNumber("constant_", "value", value);
  return unrecorded(() => tensor.fill_(value));
}

/**
 * Fills with zeros.
 *
 * PyTorch: `torch.nn.init.zeros_`.
 *
 * @param tensor Any shape.
 * @returns The tensor.
 * @throws {TypeError} if it is no tensor.
 * @example
 * ```ts
 * import { nn } from "descent";
 * nn.init.zeros_(new nn.Linear(3, 2).bias!);
 * ```
 */
export function zeros_(tensor: Tensor): Tensor {
  checkGiven("zeros_", arguments);
  return constant_(tensor, 0);
}

/**
 * Fills with ones.
 *
 * PyTorch: `torch.nn.init.ones_`.
 *
 * @param tensor Any shape.
 * @returns The tensor.
 * @throws {TypeError} if it is no tensor.
 * @example
 * ```ts
 * import { nn } from "descent";
 * nn.init.ones_(new nn.BatchNorm2d(3).weight!);
 * ```
 */
export function ones_(tensor: Tensor): Tensor {
  checkGiven("ones_", arguments);
  return constant_(tensor, 1);
}

/**
 * Uniform in ±gain √(6 / (fan in + fan out)): keeps the variance on the way forward and backward alike (Glorot & Bengio
 * 2010, equation 16).
 *
 * PyTorch: `torch.nn.init.xavier_uniform_`.
 *
 * @param tensor Weights [out, in, ...].
 * @param options gain.
 * @returns The tensor.
 * @throws {RangeError} if it has fewer than two dimensions, or the gain is negative.
 * @throws {TypeError} if it is not float32, or an option is of another kind or name.
 * @example
 * ```ts
 * import { nn } from "descent";
 * nn.init.xavierUniform_(new nn.Linear(3, 2).weight, { gain: nn.init.calculateGain("tanh") });
 * ```
 */
export function xavierUniform_(tensor: Tensor, options: XavierOptions = {}): Tensor {
  checkGiven("xavierUniform_", arguments, options, ["gain"]);
  const bound = Math.sqrt(3) * xavierDeviation("xavierUniform_", tensor, options);
  return fill(tensor, uniform(tensor.shape, -bound, bound, tensor.device));
}

/**
 * Normal with the standard deviation gain √(2 / (fan in + fan out)) (Glorot & Bengio 2010).
 *
 * PyTorch: `torch.nn.init.xavier_normal_`.
 *
 * @param tensor Weights [out, in, ...].
 * @param options gain.
 * @returns The tensor.
 * @throws {RangeError} if it has fewer than two dimensions, or the gain is negative.
 * @throws {TypeError} if it is not float32, or an option is of another kind or name.
 * @example
 * ```ts
 * import { nn } from "descent";
 * nn.init.xavierNormal_(new nn.Linear(3, 2).weight);
 * ```
 */
export function xavierNormal_(tensor: Tensor, options: XavierOptions = {}): Tensor {
  checkGiven("xavierNormal_", arguments, options, ["gain"]);
  const std = xavierDeviation("xavierNormal_", tensor, options);
  return fill(tensor, normal(tensor.shape, 0, std, tensor.device));
}

function xavierDeviation(name: string, tensor: Tensor, { gain = 1 }: XavierOptions): number {
  checkFloat(name, tensor);
  checkRange(name, "gain", gain, 0);
  const { fanIn, fanOut } = fanInAndFanOut(tensor);
  return gain * Math.sqrt(2 / Math.max(1, fanIn + fanOut));
}

/**
 * Uniform in ±gain √(3 / fan): keeps the variance through layers with ReLUs (He et al. 2015, equation 10).
 *
 * PyTorch: `torch.nn.init.kaiming_uniform_`.
 *
 * @param tensor Weights [out, in, ...].
 * @param options a, mode, nonlinearity.
 * @returns The tensor.
 * @throws {RangeError} if it has fewer than two dimensions, or an option makes no sense.
 * @throws {TypeError} if it is not float32, or an option is of another kind or name.
 * @example
 * ```ts
 * import { nn } from "descent";
 * nn.init.kaimingUniform_(new nn.Conv2d(3, 8, 5).weight, { nonlinearity: "relu" });
 * ```
 */
export function kaimingUniform_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  checkGiven("kaimingUniform_", arguments, options, ["a", "mode", "nonlinearity"]);
  const bound = Math.sqrt(3) * kaimingDeviation("kaimingUniform_", tensor, options);
  return fill(tensor, uniform(tensor.shape, -bound, bound, tensor.device));
}

/**
 * Normal with the standard deviation gain / √fan (He et al. 2015).
 *
 * PyTorch: `torch.nn.init.kaiming_normal_`.
 *
 * @param tensor Weights [out, in, ...].
 * @param options a, mode, nonlinearity.
 * @returns The tensor.
 * @throws {RangeError} if it has fewer than two dimensions, or an option makes no sense.
 * @throws {TypeError} if it is not float32, or an option is of another kind or name.
 * @example
 * ```ts
 * import { nn } from "descent";
 * nn.init.kaimingNormal_(new nn.Conv2d(3, 8, 5).weight, { mode: "fan_out", nonlinearity: "relu" });
 * ```
 */
export function kaimingNormal_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  checkGiven("kaimingNormal_", arguments, options, ["a", "mode", "nonlinearity"]);
  const std = kaimingDeviation("kaimingNormal_", tensor, options);
  return fill(tensor, normal(tensor.shape, 0, std, tensor.device));
}

function kaimingDeviation(
  name: string,
  tensor: Tensor,
  { a = 0, mode = "fan_in", nonlinearity = "leaky_relu" }: KaimingOptions,
): number {
  checkFloat(name, tensor);
  checkChoice(name, "mode", mode, ["fan_in", "fan_out"]);
  checkChoice(name, "nonlinearity", nonlinearity, NONLINEARITIES);
  checkRange(name, "a", a);
  const { fanIn, fanOut } = fanInAndFanOut(tensor);
  const fan = mode === "fan_in" ? fanIn : fanOut;
  return calculateGain(nonlinearity, a) / Math.sqrt(Math.max(1, fan));
}

/**
 * The factor by which weights must be larger to make up for what a function takes away.
 *
 * PyTorch: `torch.nn.init.calculate_gain`.
 *
 * @param nonlinearity The function: "linear", "sigmoid" (1), "tanh" (5/3), "relu" (√2), "leaky_relu", "selu" (3/4).
 * @param slope Of the leaky ReLU: 0.01 by default.
 * @returns The factor.
 * @throws {RangeError} for another name.
 * @throws {TypeError} if it is no text, or the slope no number.
 * @example
 * ```ts
 * import { nn } from "descent";
 * console.log(nn.init.calculateGain("relu")); // 1.4142135623730951
 * ```
 */
export function calculateGain(nonlinearity: Nonlinearity, slope = 0.01): number {
  if (arguments.length > 2) surplus("calculateGain", arguments, 2);
  checkChoice("calculateGain", "nonlinearity", nonlinearity, NONLINEARITIES);
  checkRange("calculateGain", "slope", slope);
  switch (nonlinearity) {
    case "linear":
    case "conv2d":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leaky_relu":
      return Math.sqrt(2 / (1 + slope ** 2));
    case "selu":
      return 3 / 4;
  }
}

/**
 * How many numbers go into each output, and how many outputs each number goes into.
 *
 * @param tensor Weights [out, in, ...]; what follows is the window of a convolution.
 * @returns Both counts.
 * @throws {RangeError} if it has fewer than two dimensions.
 * @example
 * ```ts
 * import { nn, zeros } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(nn.init.fanInAndFanOut(zeros(8, 3, 5, 5)), { fanIn: 75, fanOut: 200 });
 * ```
 */
export function fanInAndFanOut(tensor: Tensor): { fanIn: number; fanOut: number } {
  checkGiven("fanInAndFanOut", arguments);
  const { shape } = tensor;
  if (shape.length < 2) {
    throw new RangeError(
      `fanInAndFanOut: weights [out, in, ...] of at least two dimensions are needed, not ${text(shape)}`,
    );
  }
  const window = shape.slice(2).reduce((a, b) => a * b, 1);
  return { fanIn: shape[1] * window, fanOut: shape[0] * window };
}
