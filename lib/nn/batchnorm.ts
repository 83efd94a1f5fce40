/** Batch normalization as a layer: `F.batchNorm` with parameters and running statistics of its own. */
import { normalizeBatch } from "../functional/batch_norm.ts";
import { text } from "../device/shape.ts";
import { ones, tensor, zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { argumentsText } from "./describe.ts";
import {
  checkBoolean,
  checkOptions,
  checkRange,
  checkWhole,
  surplus,
  withDefaults,
} from "../text/arguments.ts";
import { oneTensor } from "./input.ts";
import { learned } from "./draw.ts";
import { Module } from "./module.ts";
import type { Parameter } from "./parameter.ts";

/** Settings of a batch normalization. */
export interface BatchNormLayerOptions {
  /** ε, added to the variance: 1e-5 by default. */
  eps?: number;
  /** Share of a new batch in the running statistics: 0.1 by default; null: all batches count the same. */
  momentum?: number | null;
  /** Whether the result is scaled by γ and shifted by β, which are learned: true by default. */
  affine?: boolean;
  /** Whether running statistics are kept for evaluation: true by default. Without them evaluation uses the batch's. */
  trackRunningStats?: boolean;
}

const DEFAULTS: Required<BatchNormLayerOptions> = {
  eps: 1e-5,
  momentum: 0.1,
  affine: true,
  trackRunningStats: true,
};

/** PyTorch's names of what a layer keeps of all batches. */
const NAMES: Record<string, string> = {
  runningMean: "running_mean",
  runningVar: "running_var",
  numBatchesTracked: "num_batches_tracked",
};

/** What the normalizations share; they differ in the shapes that they take. */
abstract class BatchNorm extends Module {
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
  /** Share of a new batch in the running statistics; null: all batches count the same. */
  readonly momentum: number | null;

  /** How many batches the running statistics have seen, as int32; null without `trackRunningStats`. */
  readonly numBatchesTracked: Tensor | null;

  /**
   * Makes the layer.
   *
   * @param numFeatures C, the size of dimension 1.
   * @param options eps, momentum, affine, trackRunningStats.
   * @throws {RangeError} if a number makes no sense.
   * @throws {TypeError} if an argument is of another kind, or there is no such option.
   */
  constructor(readonly numFeatures: number, options: BatchNormLayerOptions = {}) {
    super();
    const name = new.target.name;
    if (arguments.length > 2) surplus(name, arguments, 2);
    checkOptions(name, options, Object.keys(DEFAULTS));
    const { eps, momentum, affine, trackRunningStats } = withDefaults(DEFAULTS, options);
    checkBoolean(name, "affine", affine);
    checkBoolean(name, "trackRunningStats", trackRunningStats);
    checkWhole(name, "numFeatures", numFeatures, 1);
    this.eps = checkRange(name, "eps", eps, 0);
    this.momentum = momentum === null ? null : checkRange(name, "momentum", momentum, 0, 1);
    this.weight = affine ? learned(ones(numFeatures)) : null;
    this.bias = affine ? learned(zeros(numFeatures)) : null;
    this.runningMean = trackRunningStats ? zeros(numFeatures).keep() : null;
    this.runningVar = trackRunningStats ? ones(numFeatures).keep() : null;
    this.numBatchesTracked = trackRunningStats ? tensor(0, { dtype: "int32" }).keep() : null;
  }

  /** @internal */
  protected override blank(): this {
    const { numFeatures, eps, momentum } = this, trackRunningStats = this.runningMean !== null;
    const args = [numFeatures, { eps, momentum, affine: false, trackRunningStats }];
    return Reflect.construct(BatchNorm, args, Object.getPrototypeOf(this).constructor);
  }

  /** The statistics under PyTorch's names. */
  protected override *members(): Iterable<[string, unknown]> {
    for (const [name, member] of super.members()) yield [NAMES[name] ?? name, member];
  }

  /** Whether the layer takes inputs of so many dimensions. */
  protected abstract takes(ndim: number): boolean;

  /** The shapes that it takes, in words. */
  protected abstract readonly wanted: string;

  /**
   * Normalizes.
   *
   * @param x Dimension 1 are the channels.
   * @returns The same shape.
   * @throws {RangeError} if the shape is not one that the layer takes, or a batch in training has one value per channel.
   * @throws {TypeError} if x is no tensor, or more is given.
   */
  override forward(x: Tensor): Tensor {
    oneTensor(this, x, arguments);
    if (!this.takes(x.ndim) || x.shape[1] !== this.numFeatures) {
      throw new RangeError(
        `${this.constructor.name}: an input ${this.wanted} with C = ${this.numFeatures} is needed, not ${
          text(x.shape)
        }`,
      );
    }
    const { weight, bias, runningMean, runningVar, eps, momentum, numBatchesTracked } = this;
    const training = this.training || runningMean === null;
    return normalizeBatch(
      x,
      { weight, bias, runningMean, runningVar, eps, training },
      momentum,
      numBatchesTracked,
    );
  }

  /** @internal The arguments, for printing. */
  protected override describe(): string {
    const { numFeatures, eps, momentum } = this;
    const options = {
      eps,
      momentum,
      affine: this.weight !== null,
      trackRunningStats: this.runningMean !== null,
    };
    return argumentsText([numFeatures], options, DEFAULTS);
  }
}

/** A type only: nobody but this file makes classes of it. */
export type { BatchNorm };

/**
 * Normalizes every feature over the batch, then scales and shifts it (Ioffe & Szegedy 2015). In training with the batch's
 * mean and variance, which the running ones follow; in evaluation with the running ones.
 *
 * PyTorch: `torch.nn.BatchNorm1d`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "descent";
 * const y = new nn.BatchNorm1d(2).forward(tensor([[1, 10], [3, 30]]));
 * console.log(await y.format()); // [[-1.0000, -1.0000], [1.0000, 1.0000]]
 * ```
 */
export class BatchNorm1d extends BatchNorm {
  /** @internal */
  protected override readonly wanted = "[N, C] or [N, C, L]";
  /** @internal */
  protected override takes(ndim: number): boolean {
    return ndim === 2 || ndim === 3;
  }
}

/**
 * Normalizes every channel over all pixels of the batch, then scales and shifts it (Ioffe & Szegedy 2015). In training
 * with the batch's mean and variance, which the running ones follow; in evaluation with the running ones.
 *
 * PyTorch: `torch.nn.BatchNorm2d`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "descent";
 * import { assertEquals } from "@std/assert";
 * const layer = new nn.BatchNorm2d(3);
 * layer.forward(randn(4, 3, 8, 8));
 * assertEquals(await layer.numBatchesTracked!.item(), 1);
 * ```
 */
export class BatchNorm2d extends BatchNorm {
  /** @internal */
  protected override readonly wanted = "[N, C, H, W]";
  /** @internal */
  protected override takes(ndim: number): boolean {
    return ndim === 4;
  }
}
