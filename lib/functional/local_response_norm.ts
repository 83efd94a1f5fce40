/** Normalization by neighbouring channels. */
import { text } from "../device/shape.ts";
import { checkTensor } from "../tensor/check.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkOptions, checkRange, checkWhole, surplus } from "../text/arguments.ts";
import { avgPool2d } from "./pooling.ts";

/** Settings of {@linkcode localResponseNorm}. */
export interface LocalResponseNormOptions {
  /** α: 1e-4 by default. */
  alpha?: number;
  /** β: 0.75 by default. */
  beta?: number;
  /** k: 1 by default. */
  k?: number;
}

/**
 * Local response normalization: y = x / (k + α · mean x²)^β, the mean being that of `size` neighbouring channels at the same place,
 * from ⌊size / 2⌋ before to ⌊(size − 1) / 2⌋ behind, channels that are not there counted as zeros.
 *
 * AlexNet (Krizhevsky et al. 2012, section 3.3) had it behind its first and second convolution's ReLU, before the pooling, with size 5,
 * α = 10⁻⁴, β = 0.75 and k = 2; there α was that of the sum, not of the mean, so that it is `alpha: 5e-4` here. Batch normalization has
 * taken its place.
 *
 * PyTorch: `torch.nn.functional.local_response_norm`.
 *
 * @param x [N, C, ...], at least one dimension behind the channels.
 * @param size How many channels.
 * @param options alpha, beta, k.
 * @returns A tensor of x's shape, float32.
 * @throws {RangeError} if x has fewer than three dimensions, or a number makes no sense.
 * @throws {TypeError} if an argument is of another kind, or there is no such option.
 * @example
 * ```ts
 * import { F, tensor } from "descent";
 * import { assertEquals } from "@std/assert";
 * const y = F.localResponseNorm(tensor([[[4], [0]]]), 1, { alpha: 1, beta: 1, k: 0 });
 * assertEquals(await y.at(0, 0, 0).item(), 0.25); // 4 / 4²
 * ```
 */
export function localResponseNorm(x: Tensor, size: number, options: LocalResponseNormOptions = {}): Tensor {
  if (arguments.length > 3) surplus("localResponseNorm", arguments, 3, "alpha, beta and k are options");
  checkOptions("localResponseNorm", options, ["alpha", "beta", "k"]);
  checkTensor("localResponseNorm", "x", x);
  checkWhole("localResponseNorm", "size", size, 1);
  const { alpha = 1e-4, beta = 0.75, k = 1 } = options;
  for (const [name, value] of Object.entries({ alpha, beta, k })) {
    checkRange("localResponseNorm", name, value);
  }
  if (x.ndim < 3) {
    throw new RangeError(
      `localResponseNorm: an input [N, C, L] or [N, C, H, W] is needed, not shape ${text(x.shape)}`,
    );
  }
  const input = x.to("float32");
  if (x.size === 0) return input.clone();
  // Channels become the rows of an image of one column, places its channels: as they lie in memory, nothing is moved.
  const [batch, channels] = x.shape, places = x.size / batch / channels;
  const before = Math.floor(size / 2), behind = Math.floor((size - 1) / 2);
  const squares = input.square().reshape(batch, channels, places).pad([[0, 0], [before, behind], [0, 0]]);
  const means = avgPool2d(squares.permute(0, 2, 1).unsqueeze(3), [size, 1], { stride: 1 });
  const scale = means.squeeze(3).permute(0, 2, 1).reshape(x.shape).mul(alpha).add(k).pow(beta);
  return input.div(scale);
}
