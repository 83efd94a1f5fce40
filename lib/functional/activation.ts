/**
 * Activations as functions. What they compute stands at the methods of class Tensor that they call, its gradient in
 * lib/autograd/rules/activation.ts.
 *
 * @module
 */
import { checkTensor } from "../tensor/check.ts";
import { checkDim } from "../tensor/shape.ts";
import type { GeluOptions, SoftplusOptions, Tensor } from "../tensor/tensor.ts";
import { text } from "../device/shape.ts";
import { checkRange, surplus } from "../text/arguments.ts";

/**
 * max(x, 0), the rectified linear unit (Nair & Hinton 2010).
 *
 * PyTorch: `torch.nn.functional.relu`.
 *
 * @param x Any shape.
 * @returns A tensor of this shape.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.relu(tensor([-1, 2])).array(), [0, 2]);
 * ```
 */
export function relu(x: Tensor): Tensor {
  if (arguments.length > 1) surplus("relu", arguments, 1);
  return checkTensor("relu", "x", x).relu();
}

/**
 * min(max(x, 0), 6) (Howard et al. 2017).
 *
 * PyTorch: `torch.nn.functional.relu6`.
 *
 * @param x Any shape.
 * @returns A tensor of this shape.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.relu6(tensor([-1, 9])).array(), [0, 6]);
 * ```
 */
export function relu6(x: Tensor): Tensor {
  if (arguments.length > 1) surplus("relu6", arguments, 1);
  return checkTensor("relu6", "x", x).relu6();
}

/**
 * x where positive, else slope · x (Maas, Hannun & Ng 2013).
 *
 * PyTorch: `torch.nn.functional.leaky_relu`.
 *
 * @param x Any shape.
 * @param slope The slope below 0: 0.01 by default.
 * @returns A tensor of this shape.
 * @throws {RangeError} if the slope is not a finite number.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.leakyRelu(tensor([-2, 2]), 0.5).array(), [-1, 2]);
 * ```
 */
export function leakyRelu(x: Tensor, slope = 0.01): Tensor {
  if (arguments.length > 2) surplus("leakyRelu", arguments, 2);
  return checkTensor("leakyRelu", "x", x).leakyRelu(slope);
}

/**
 * x where positive, else weight · x: leakyRelu whose slope is learned (He et al. 2015).
 *
 * PyTorch: `torch.nn.functional.prelu`.
 *
 * @param x [N, C, ...] where there is a slope for each channel, else any shape.
 * @param weight The slopes below 0: one, or one for each channel, [C].
 * @returns A tensor of this shape.
 * @throws {RangeError} if the weight has neither one number nor one for each channel.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.prelu(tensor([[-1, -1]]), tensor([0.25, 0.5])).array(), [[-0.25, -0.5]]);
 * ```
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  if (arguments.length > 2) surplus("prelu", arguments, 2);
  checkTensor("prelu", "x", x);
  checkTensor("prelu", "weight", weight);
  const channels = x.ndim < 2 ? 1 : x.shape[1];
  if (weight.ndim > 1 || (weight.size !== 1 && weight.size !== channels)) {
    throw new RangeError(
      `prelu: weight must have one number, or one for each of ${channels} channels, not shape ${
        text(weight.shape)
      }`,
    );
  }
  const slopes = weight.size === 1 ? weight.reshape([]) : weight.reshape(-1, ...Array(x.ndim - 2).fill(1));
  return x.where(x.gt(0), x.mul(slopes));
}

/**
 * x where positive, else alpha · (eˣ − 1) (Clevert, Unterthiner & Hochreiter 2016).
 *
 * PyTorch: `torch.nn.functional.elu`.
 *
 * @param x Any shape.
 * @param alpha What it falls to, −alpha, far below 0: 1 by default.
 * @returns A tensor of this shape.
 * @throws {RangeError} if alpha is not a finite number.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.elu(tensor([-1, 2]), 1).format(), "[-0.6321,  2.0000]");
 * ```
 */
export function elu(x: Tensor, alpha = 1): Tensor {
  if (arguments.length > 2) surplus("elu", arguments, 2);
  return checkTensor("elu", "x", x).elu(alpha);
}

/**
 * max(x, 0) + min(0, alpha · (e^(x / alpha) − 1)) (Barron 2017).
 *
 * PyTorch: `torch.nn.functional.celu`.
 *
 * @param x Any shape.
 * @param alpha What it falls to, −alpha, far below 0: 1 by default; not 0.
 * @returns A tensor of this shape.
 * @throws {RangeError} if alpha is 0 or not a finite number.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.celu(tensor([-1, 2]), 1).format(), "[-0.6321,  2.0000]");
 * ```
 */
export function celu(x: Tensor, alpha = 1): Tensor {
  if (arguments.length > 2) surplus("celu", arguments, 2);
  return checkTensor("celu", "x", x).celu(alpha);
}

/**
 * elu scaled so that numbers of mean 0 and variance 1 keep both (Klambauer et al. 2017).
 *
 * PyTorch: `torch.nn.functional.selu`.
 *
 * @param x Any shape.
 * @returns A tensor of this shape.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.selu(tensor([-1, 1])).format(), "[-1.1113,  1.0507]");
 * ```
 */
export function selu(x: Tensor): Tensor {
  if (arguments.length > 1) surplus("selu", arguments, 1);
  return checkTensor("selu", "x", x).selu();
}

/**
 * x Φ(x), with the normal distribution function Φ (Hendrycks & Gimpel 2016).
 *
 * PyTorch: `torch.nn.functional.gelu`.
 *
 * @param x Any shape.
 * @param options `approximate`: "none" for Φ itself, which is meant by default; "tanh" as in GPT-2.
 * @returns A tensor of this shape.
 * @throws {RangeError} if there is no such approximation.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.gelu(tensor([-1, 1]), { approximate: "tanh" }).format(), "[-0.1588,  0.8412]");
 * ```
 */
export function gelu(x: Tensor, options: GeluOptions = {}): Tensor {
  if (arguments.length > 2) surplus("gelu", arguments, 2);
  return checkTensor("gelu", "x", x).gelu(options);
}

/**
 * x / (1 + e⁻ˣ), the sigmoid linear unit, or swish (Elfwing, Uchibe & Doya 2017).
 *
 * PyTorch: `torch.nn.functional.silu`.
 *
 * @param x Any shape.
 * @returns A tensor of this shape.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.silu(tensor([-1, 1])).format(), "[-0.2689,  0.7311]");
 * ```
 */
export function silu(x: Tensor): Tensor {
  if (arguments.length > 1) surplus("silu", arguments, 1);
  return checkTensor("silu", "x", x).silu();
}

/**
 * x · tanh(ln(1 + eˣ)) (Misra 2019).
 *
 * PyTorch: `torch.nn.functional.mish`.
 *
 * @param x Any shape.
 * @returns A tensor of this shape.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.mish(tensor([-1, 1])).format(), "[-0.3034,  0.8651]");
 * ```
 */
export function mish(x: Tensor): Tensor {
  if (arguments.length > 1) surplus("mish", arguments, 1);
  return checkTensor("mish", "x", x).mish();
}

/**
 * x · min(max(x + 3, 0), 6) / 6: silu of straight lines (Howard et al. 2019).
 *
 * PyTorch: `torch.nn.functional.hardswish`.
 *
 * @param x Any shape.
 * @returns A tensor of this shape.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.hardswish(tensor([0, 3])).array(), [0, 3]);
 * ```
 */
export function hardswish(x: Tensor): Tensor {
  if (arguments.length > 1) surplus("hardswish", arguments, 1);
  return checkTensor("hardswish", "x", x).hardswish();
}

/**
 * 1 / (1 + e⁻ˣ)
 *
 * PyTorch: `torch.nn.functional.sigmoid`.
 *
 * @param x Any shape.
 * @returns A tensor of this shape.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.sigmoid(tensor([-1, 0])).format(), "[0.2689, 0.5000]");
 * ```
 */
export function sigmoid(x: Tensor): Tensor {
  if (arguments.length > 1) surplus("sigmoid", arguments, 1);
  return checkTensor("sigmoid", "x", x).sigmoid();
}

/**
 * min(max(x + 3, 0), 6) / 6: a sigmoid of straight lines.
 *
 * PyTorch: `torch.nn.functional.hardsigmoid`.
 *
 * @param x Any shape.
 * @returns A tensor of this shape.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.hardsigmoid(tensor([-4, 0, 1.5])).array(), [0, 0.5, 0.75]);
 * ```
 */
export function hardsigmoid(x: Tensor): Tensor {
  if (arguments.length > 1) surplus("hardsigmoid", arguments, 1);
  return checkTensor("hardsigmoid", "x", x).hardsigmoid();
}

/**
 * ln(1 / (1 + e⁻ˣ)), without overflow.
 *
 * PyTorch: `torch.nn.functional.logsigmoid`.
 *
 * @param x Any shape.
 * @returns A tensor of this shape.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.logSigmoid(tensor([-100, 0])).format(), "[-100.0000,   -0.6931]");
 * ```
 */
export function logSigmoid(x: Tensor): Tensor {
  if (arguments.length > 1) surplus("logSigmoid", arguments, 1);
  return checkTensor("logSigmoid", "x", x).logSigmoid();
}

/**
 * ln(1 + e^(beta · x)) / beta, without overflow.
 *
 * PyTorch: `torch.nn.functional.softplus`.
 *
 * @param x Any shape.
 * @param options `beta`: how sharp the bend at 0 is, 1 by default; `threshold`: where beta · x is larger the result is x, 20 by default.
 * @returns A tensor of this shape.
 * @throws {RangeError} if beta is 0 or not finite, or the threshold is NaN.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.softplus(tensor([-1, 100]), { beta: 2 }).format(), "[  0.0635, 100.0000]");
 * ```
 */
export function softplus(x: Tensor, options: SoftplusOptions = {}): Tensor {
  if (arguments.length > 2) surplus("softplus", arguments, 2);
  return checkTensor("softplus", "x", x).softplus(options);
}

/**
 * x / (1 + |x|)
 *
 * PyTorch: `torch.nn.functional.softsign`.
 *
 * @param x Any shape.
 * @returns A tensor of this shape.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.softsign(tensor([-1, 3])).array(), [-0.5, 0.75]);
 * ```
 */
export function softsign(x: Tensor): Tensor {
  if (arguments.length > 1) surplus("softsign", arguments, 1);
  return checkTensor("softsign", "x", x).softsign();
}

/**
 * The hyperbolic tangent.
 *
 * PyTorch: `torch.nn.functional.tanh`.
 *
 * @param x Any shape.
 * @returns A tensor of this shape.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.tanh(tensor([-1, 0])).format(), "[-0.7616,  0.0000]");
 * ```
 */
export function tanh(x: Tensor): Tensor {
  if (arguments.length > 1) surplus("tanh", arguments, 1);
  return checkTensor("tanh", "x", x).tanh();
}

/**
 * Limits every element to [min, max]; on the limits the slope is 0.
 *
 * PyTorch: `torch.nn.functional.hardtanh`.
 *
 * @param x Any shape.
 * @param min The smallest value: −1 by default.
 * @param max The largest value: 1 by default.
 * @returns A tensor of this shape.
 * @throws {RangeError} if min is not below max.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.hardtanh(tensor([-2, 0.5, 2]), -1, 1).array(), [-1, 0.5, 1]);
 * ```
 */
export function hardtanh(x: Tensor, min = -1, max = 1): Tensor {
  if (arguments.length > 3) surplus("hardtanh", arguments, 3);
  return checkTensor("hardtanh", "x", x).hardtanh(min, max);
}

/**
 * x − tanh x
 *
 * PyTorch: `torch.nn.functional.tanhshrink`.
 *
 * @param x Any shape.
 * @returns A tensor of this shape.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.tanhshrink(tensor([-1, 0])).format(), "[-0.2384,  0.0000]");
 * ```
 */
export function tanhshrink(x: Tensor): Tensor {
  if (arguments.length > 1) surplus("tanhshrink", arguments, 1);
  const numbers = checkTensor("tanhshrink", "x", x).to("float32");
  return numbers.sub(numbers.tanh());
}

/**
 * x where |x| > lambda, else 0.
 *
 * PyTorch: `torch.nn.functional.hardshrink`.
 *
 * @param x Any shape.
 * @param lambda What is no larger becomes 0: 0.5 by default.
 * @returns A tensor of this shape.
 * @throws {RangeError} if lambda is not a finite number.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.hardshrink(tensor([-1, 0.25]), 0.5).array(), [-1, 0]);
 * ```
 */
export function hardshrink(x: Tensor, lambda = 0.5): Tensor {
  if (arguments.length > 2) surplus("hardshrink", arguments, 2);
  const numbers = checkTensor("hardshrink", "x", x).to("float32");
  const least = checkRange("hardshrink", "lambda", lambda);
  // Asked the other way round, so that NaN stays.
  return numbers.where(numbers.ge(-least).logicalAnd(numbers.le(least)).logicalNot(), 0);
}

/**
 * x nearer to 0 by lambda, and 0 where |x| ≤ lambda.
 *
 * PyTorch: `torch.nn.functional.softshrink`.
 *
 * @param x Any shape.
 * @param lambda The step towards 0: 0.5 by default.
 * @returns A tensor of this shape.
 * @throws {RangeError} if lambda is not a finite number ≥ 0.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.softshrink(tensor([-1, 0.25]), 0.5).array(), [-0.5, 0]);
 * ```
 */
export function softshrink(x: Tensor, lambda = 0.5): Tensor {
  if (arguments.length > 2) surplus("softshrink", arguments, 2);
  const numbers = checkTensor("softshrink", "x", x).to("float32");
  const step = checkRange("softshrink", "lambda", lambda, 0);
  const near = numbers.ge(-step).logicalAnd(numbers.le(step));
  return numbers.sub(numbers.sign().mul(step)).where(near.logicalNot(), 0);
}

/**
 * eˣ / Σ eˣ along a dimension: positive, and 1 in sum. Does not overflow.
 *
 * PyTorch: `torch.nn.functional.softmax`.
 *
 * @param x Any shape.
 * @param dim The dimension.
 * @returns A tensor of this shape.
 * @throws {RangeError} if the dimension does not exist.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.softmax(tensor([[0, 0], [0, 1000]]), 1).array(), [[0.5, 0.5], [0, 1]]);
 * ```
 */
export function softmax(x: Tensor, dim: number): Tensor {
  if (arguments.length > 2) surplus("softmax", arguments, 2);
  return checkTensor("softmax", "x", x).softmax(dim);
}

/**
 * ln softmax(x) along a dimension, without overflow.
 *
 * PyTorch: `torch.nn.functional.log_softmax`.
 *
 * @param x Any shape.
 * @param dim The dimension.
 * @returns A tensor of this shape.
 * @throws {RangeError} if the dimension does not exist.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.logSoftmax(tensor([0, 0]), 0).format(), "[-0.6931, -0.6931]");
 * ```
 */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  if (arguments.length > 2) surplus("logSoftmax", arguments, 2);
  return checkTensor("logSoftmax", "x", x).logSoftmax(dim);
}

/**
 * softmax(−x) along a dimension: the smallest gets the most.
 *
 * PyTorch: `torch.nn.functional.softmin`.
 *
 * @param x Any shape.
 * @param dim The dimension.
 * @returns A tensor of this shape.
 * @throws {RangeError} if the dimension does not exist.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.softmin(tensor([0, 1000]), 0).array(), [1, 0]);
 * ```
 */
export function softmin(x: Tensor, dim: number): Tensor {
  if (arguments.length > 2) surplus("softmin", arguments, 2);
  checkTensor("softmin", "x", x);
  if (x.ndim === 0) throw new RangeError("softmin: needs at least one dimension");
  return x.to("float32").neg().softmax(checkDim("softmin", dim, x.ndim));
}

/**
 * The first half of a dimension, times the sigmoid of the second: a gated linear unit (Dauphin et al. 2017).
 *
 * PyTorch: `torch.nn.functional.glu`.
 *
 * @param x Any shape.
 * @param dim The dimension, of an even size: the last by default.
 * @returns A tensor with half of that dimension.
 * @throws {RangeError} if the dimension does not exist, or its size is odd.
 * @throws {TypeError} if x is no tensor.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await F.glu(tensor([4, 6, 0, 0])).array(), [2, 3]);
 * ```
 */
export function glu(x: Tensor, dim = -1): Tensor {
  if (arguments.length > 2) surplus("glu", arguments, 2);
  checkTensor("glu", "x", x);
  if (x.ndim === 0) throw new RangeError("glu: needs at least one dimension");
  const d = checkDim("glu", dim, x.ndim), size = x.shape[d];
  if (size % 2 !== 0) throw new RangeError(`glu: dimension ${dim} must have an even size, not ${size}`);
  const before = Array(d).fill(null);
  return x.at(...before, [0, size / 2]).mul(x.at(...before, [size / 2, size]).sigmoid());
}
