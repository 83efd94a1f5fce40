/** Instance and local response normalization as layers. */
import { text } from "../device/shape.ts";
import { instanceNorm } from "../functional/group_norm.ts";
import { localResponseNorm } from "../functional/local_response_norm.ts";
import { ones, tensor, zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  checkBoolean,
  checkOptions,
  checkRange,
  checkWhole,
  surplus,
  withDefaults,
} from "../text/arguments.ts";
import { argumentsText } from "./describe.ts";
import { learned } from "./draw.ts";
import { oneTensor } from "./input.ts";
import { unrecorded } from "../autograd/no_grad.ts";
import type { CopyOf } from "./copy.ts";
import { Module } from "./module.ts";
import type { Parameter } from "./parameter.ts";

/** Settings of an instance normalization. */
export interface InstanceNormLayerOptions {
  /** ε, added to the variance: 1e-5 by default. */
  eps?: number;
  /** Share of a new input in the running statistics: 0.1 by default. */
  momentum?: number;
  /** Whether the result is scaled by γ and shifted by β, which are learned, a number for each channel: false by default. */
  affine?: boolean;
  /** Whether running statistics are kept for evaluation: false by default. Without them evaluation uses the input's own. */
  trackRunningStats?: boolean;
}

const DEFAULTS: Required<InstanceNormLayerOptions> = {
  eps: 1e-5,
  momentum: 0.1,
  affine: false,
  trackRunningStats: false,
};

/** What the normalizations share; they differ in the shapes that they take. */
abstract class InstanceNorm extends Module {
  /** γ [C], ones at first; null without `affine`. */
  weight: Parameter | null;
  /** β [C], zeros at first; null without `affine`. */
  bias: Parameter | null;
  /** Running mean [C], zeros at first; null without `trackRunningStats`. */
  readonly runningMean: Tensor | null;
  /** Running variance [C], unbiased, ones at first; null without `trackRunningStats`. */
  readonly runningVar: Tensor | null;
  /** ε, added to the variance. */
  readonly eps: number;
  /** Share of a new input in the running statistics. */
  readonly momentum: number;
  /** PyTorch keeps the number of batches here, too, and never counts. */
  readonly #batches: Tensor | null;

  /**
   * Makes the layer.
   *
   * @param numFeatures C, the number of channels.
   * @param options eps, momentum, affine, trackRunningStats.
   * @throws {RangeError} if a number makes no sense.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(readonly numFeatures: number, options: InstanceNormLayerOptions = {}) {
    super();
    const name = new.target.name;
    if (arguments.length > 2) surplus(name, arguments, 2);
    checkOptions(name, options, Object.keys(DEFAULTS));
    const { eps, momentum, affine, trackRunningStats } = withDefaults(DEFAULTS, options);
    checkBoolean(name, "affine", affine);
    checkBoolean(name, "trackRunningStats", trackRunningStats);
    checkWhole(name, "numFeatures", numFeatures, 1);
    this.eps = checkRange(name, "eps", eps, 0);
    this.momentum = checkRange(name, "momentum", momentum, 0, 1);
    this.weight = affine ? learned(ones(numFeatures)) : null;
    this.bias = affine ? learned(zeros(numFeatures)) : null;
    this.runningMean = trackRunningStats ? zeros(numFeatures).keep() : null;
    this.runningVar = trackRunningStats ? ones(numFeatures).keep() : null;
    this.#batches = trackRunningStats ? tensor(0, { dtype: "int32" }).keep() : null;
  }

  /** @internal */
  protected override blank(): this {
    const { numFeatures, eps, momentum } = this, trackRunningStats = this.#batches !== null;
    const args = [numFeatures, { eps, momentum, affine: false, trackRunningStats }];
    return Reflect.construct(InstanceNorm, args, Object.getPrototypeOf(this).constructor);
  }

  /** @internal */
  protected override copyInto(copy: this, copyOf: CopyOf): void {
    super.copyInto(copy, copyOf);
    unrecorded(() => copy.#batches?.copy_(this.#batches!));
  }

  /** The statistics under PyTorch's names. */
  protected override *members(): Iterable<[string, unknown]> {
    const names: Record<string, string> = { runningMean: "running_mean", runningVar: "running_var" };
    for (const [name, member] of super.members()) yield [names[name] ?? name, member];
    yield ["num_batches_tracked", this.#batches];
  }

  /** How many dimensions a batch has. */
  protected abstract readonly rank: number;

  /**
   * Normalizes.
   *
   * @param x A batch, or one sample without a dimension for the batch.
   * @returns The same shape.
   * @throws {RangeError} if the shape is not one that the layer takes, or a channel is a single number.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    oneTensor(this, x, arguments);
    const { rank, weight, bias, runningMean, runningVar, momentum, eps } = this;
    const single = x.ndim === rank - 1, channels = x.shape[single ? 0 : 1];
    const matters = weight !== null || runningMean !== null;
    if ((x.ndim !== rank && !single) || (matters && channels !== this.numFeatures)) {
      const rest = rank === 3 ? "L" : "H, W";
      throw new RangeError(
        `${this.constructor.name}: an input [N, C, ${rest}] or [C, ${rest}] with C = ${this.numFeatures} ` +
          `is needed, not ${text(x.shape)}`,
      );
    }
    const useInputStats = this.training || runningMean === null;
    const y = instanceNorm(single ? x.unsqueeze(0) : x, {
      ...{ weight, bias, runningMean, runningVar, useInputStats, momentum, eps },
    });
    return single ? y.squeeze(0) : y;
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const { numFeatures, eps, momentum } = this;
    const affine = this.weight !== null, trackRunningStats = this.runningMean !== null;
    return argumentsText([numFeatures], { eps, momentum, affine, trackRunningStats }, DEFAULTS);
  }
}

/** A type only: nobody but this file makes classes of it. */
export type { InstanceNorm };

/**
 * Normalizes every channel of every sample by itself (Ulyanov et al. 2016). [N, C, L] or [C, L].
 *
 * PyTorch: `torch.nn.InstanceNorm1d`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * const y = new nn.InstanceNorm1d(2).forward(tensor([[1, 3], [10, 30]]));
 * console.log(await y.format()); // [[-1.0000, 1.0000], [-1.0000, 1.0000]]
 * ```
 */
export class InstanceNorm1d extends InstanceNorm {
  /** @internal */
  protected override readonly rank = 3;
}

/**
 * Normalizes every channel of every image by itself (Ulyanov et al. 2016): what takes an image's contrast away. [N, C, H, W] or
 * [C, H, W].
 *
 * PyTorch: `torch.nn.InstanceNorm2d`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertAlmostEquals } from "@std/assert";
 * const y = new nn.InstanceNorm2d(3, { affine: true }).forward(randn(4, 3, 8, 8));
 * assertAlmostEquals(await y.at(1, 2).mean().item(), 0, 1e-5);
 * ```
 */
export class InstanceNorm2d extends InstanceNorm {
  /** @internal */
  protected override readonly rank = 4;
}

/** Settings of {@linkcode LocalResponseNorm}. */
export interface LocalResponseNormLayerOptions {
  /** α: 1e-4 by default. */
  alpha?: number;
  /** β: 0.75 by default. */
  beta?: number;
  /** k: 1 by default. */
  k?: number;
}

const RESPONSE_DEFAULTS: Required<LocalResponseNormLayerOptions> = { alpha: 1e-4, beta: 0.75, k: 1 };

/**
 * Divides every number by a power of the mean square of its neighbours in `size` channels: y = x / (k + α · mean x²)^β. AlexNet
 * (Krizhevsky et al. 2012, section 3.3) had it behind its first and second convolution's ReLU, before the pooling:
 * `new nn.LocalResponseNorm(5, { alpha: 5e-4, k: 2 })`, as its α was that of the sum.
 *
 * PyTorch: `torch.nn.LocalResponseNorm`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const layer = new nn.LocalResponseNorm(5, { alpha: 5e-4, k: 2 });
 * assertEquals(layer.forward(randn(1, 96, 7, 7)).shape, [1, 96, 7, 7]);
 * ```
 */
export class LocalResponseNorm extends Module {
  /** α. */
  readonly alpha: number;
  /** β. */
  readonly beta: number;
  /** k. */
  readonly k: number;

  /**
   * Makes the layer.
   *
   * @param size How many channels.
   * @param options alpha, beta, k.
   * @throws {RangeError} if a number makes no sense.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(readonly size: number, options: LocalResponseNormLayerOptions = {}) {
    super();
    if (arguments.length > 2) surplus("LocalResponseNorm", arguments, 2);
    checkOptions("LocalResponseNorm", options, Object.keys(RESPONSE_DEFAULTS));
    const { alpha, beta, k } = withDefaults(RESPONSE_DEFAULTS, options);
    checkWhole("LocalResponseNorm", "size", size, 1);
    this.alpha = checkRange("LocalResponseNorm", "alpha", alpha);
    this.beta = checkRange("LocalResponseNorm", "beta", beta);
    this.k = checkRange("LocalResponseNorm", "k", k);
  }

  /**
   * Normalizes.
   *
   * @param x [N, C, ...], at least one dimension behind the channels.
   * @returns The same shape.
   * @throws {RangeError} if x has fewer than three dimensions.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    const { size, alpha, beta, k } = this;
    return localResponseNorm(oneTensor(this, x, arguments), size, { alpha, beta, k });
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const { size, alpha, beta, k } = this;
    return argumentsText([size], { alpha, beta, k }, RESPONSE_DEFAULTS);
  }
}
