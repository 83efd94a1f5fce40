/**
 * Schedules of the learning rate, as torch.optim.lr_scheduler.
 *
 * @module
 */
import { checkFunction, checkNumber, checkRange, checkWhole, describe } from "../text/arguments.ts";
import { checkSchedule } from "./check.ts";
import type { HasRate, ParamGroup } from "./optimizer.ts";
import { type AnyOptimizer, Schedule } from "./schedule.ts";

export * from "./cyclic.ts";
export * from "./onecycle.ts";
export * from "./plateau.ts";
export * from "./ramp.ts";
export * from "./schedule.ts";
export * from "./sequential.ts";
export * from "./warm_restarts.ts";

/**
 * Multiplies the learning rate by gamma every `stepSize` steps.
 *
 * PyTorch: `torch.optim.lr_scheduler.StepLR`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const optimizer = new optim.SGD(new nn.Linear(2, 1).parameters(), { lr: 1 });
 * const schedule = new optim.lr.StepLR(optimizer, { stepSize: 2, gamma: 0.5 });
 * for (let epoch = 0; epoch < 4; epoch++) schedule.step();
 * console.log(optimizer.lr); // 0.25
 * ```
 */
export class StepLR extends Schedule {
  readonly #stepSize: number;
  readonly #gamma: number;

  /**
   * Makes the schedule.
   *
   * @param optimizer Whose learning rates follow the schedule.
   * @param options `stepSize`; `gamma`: 0.1 by default.
   * @throws {RangeError} if stepSize is no whole number ≥ 1, or gamma no finite number ≥ 0.
   * @throws {TypeError} if it is no optimizer, or an option is of another kind or name.
   */
  constructor(optimizer: AnyOptimizer, options: { stepSize: number; gamma?: number }) {
    checkSchedule("StepLR", arguments, options, ["stepSize", "gamma"]);
    const { stepSize, gamma = 0.1 } = options;
    checkWhole("StepLR", "stepSize", stepSize, 1);
    checkRange("StepLR", "gamma", gamma, 0);
    super(optimizer);
    this.#stepSize = stepSize;
    this.#gamma = gamma;
  }

  /** @internal */
  protected override rate(group: ParamGroup<HasRate>): number {
    return this.lastEpoch % this.#stepSize === 0 ? group.lr * this.#gamma : group.lr;
  }
}

/**
 * Multiplies the learning rate by gamma at given steps.
 *
 * PyTorch: `torch.optim.lr_scheduler.MultiStepLR`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const optimizer = new optim.SGD(new nn.Linear(2, 1).parameters(), { lr: 1 });
 * const schedule = new optim.lr.MultiStepLR(optimizer, { milestones: [1, 3], gamma: 0.5 });
 * for (let epoch = 0; epoch < 4; epoch++) schedule.step();
 * console.log(optimizer.lr); // 0.25
 * ```
 */
export class MultiStepLR extends Schedule {
  readonly #milestones: readonly number[];
  readonly #gamma: number;
  /** @internal */
  protected override readonly actsAtOnce = true;

  /**
   * Makes the schedule.
   *
   * @param optimizer Whose learning rates follow the schedule.
   * @param options `milestones`: the steps; `gamma`: 0.1 by default.
   * @throws {RangeError} if a milestone is no whole number ≥ 0, or gamma no finite number ≥ 0.
   * @throws {TypeError} if it is no optimizer, or an option is of another kind or name.
   */
  constructor(
    optimizer: AnyOptimizer,
    options: { milestones: readonly number[]; gamma?: number },
  ) {
    checkSchedule("MultiStepLR", arguments, options, ["milestones", "gamma"]);
    const { milestones, gamma = 0.1 } = options;
    if (!Array.isArray(milestones)) {
      throw new TypeError(
        `MultiStepLR: milestones must be a list of steps such as [30, 80], not ${describe(milestones)}`,
      );
    }
    for (const milestone of milestones) checkWhole("MultiStepLR", "a milestone", milestone, 0);
    checkRange("MultiStepLR", "gamma", gamma, 0);
    super(optimizer);
    this.#milestones = [...milestones];
    this.#gamma = gamma;
    this.apply();
  }

  /** @internal */
  protected override rate(group: ParamGroup<HasRate>): number {
    const times = this.#milestones.filter((milestone) => milestone === this.lastEpoch).length;
    return group.lr * this.#gamma ** times;
  }
}

/**
 * Multiplies the learning rate by gamma every step.
 *
 * PyTorch: `torch.optim.lr_scheduler.ExponentialLR`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const optimizer = new optim.SGD(new nn.Linear(2, 1).parameters(), { lr: 1 });
 * const schedule = new optim.lr.ExponentialLR(optimizer, { gamma: 0.5 });
 * schedule.step();
 * console.log(optimizer.lr); // 0.5
 * ```
 */
export class ExponentialLR extends Schedule {
  readonly #gamma: number;

  /**
   * Makes the schedule.
   *
   * @param optimizer Whose learning rates follow the schedule.
   * @param options `gamma`.
   * @throws {RangeError} if gamma is no finite number ≥ 0.
   * @throws {TypeError} if it is no optimizer, or an option is of another kind or name.
   */
  constructor(optimizer: AnyOptimizer, options: { gamma: number }) {
    checkSchedule("ExponentialLR", arguments, options, ["gamma"]);
    const gamma = checkRange("ExponentialLR", "gamma", options.gamma, 0);
    super(optimizer);
    this.#gamma = gamma;
  }

  /** @internal */
  protected override rate(group: ParamGroup<HasRate>): number {
    return group.lr * this.#gamma;
  }
}

/**
 * Half a cosine from the learning rate down to `etaMin` within `tMax` steps, and up again (Loshchilov & Hutter 2017,
 * "SGDR", without restarts).
 *
 * PyTorch: `torch.optim.lr_scheduler.CosineAnnealingLR`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const optimizer = new optim.SGD(new nn.Linear(2, 1).parameters(), { lr: 1 });
 * const schedule = new optim.lr.CosineAnnealingLR(optimizer, { tMax: 10 });
 * for (let epoch = 0; epoch < 5; epoch++) schedule.step();
 * console.log(optimizer.lr.toFixed(3)); // 0.500
 * ```
 */
export class CosineAnnealingLR extends Schedule {
  readonly #tMax: number;
  readonly #etaMin: number;

  /**
   * Makes the schedule.
   *
   * @param optimizer Whose learning rates follow the schedule.
   * @param options `tMax`: steps to the lowest rate; `etaMin`: that rate, 0 by default.
   * @throws {RangeError} if tMax is no whole number ≥ 1, or etaMin no finite number ≥ 0.
   * @throws {TypeError} if it is no optimizer, or an option is of another kind or name.
   */
  constructor(optimizer: AnyOptimizer, options: { tMax: number; etaMin?: number }) {
    checkSchedule("CosineAnnealingLR", arguments, options, ["tMax", "etaMin"]);
    const { tMax, etaMin = 0 } = options;
    checkWhole("CosineAnnealingLR", "tMax", tMax, 1);
    checkRange("CosineAnnealingLR", "etaMin", etaMin, 0);
    super(optimizer);
    this.#tMax = tMax;
    this.#etaMin = etaMin;
  }

  /** @internal Never below 0, where rounding may lead. */
  protected override rate(group: ParamGroup<HasRate>, index: number): number {
    return Math.max(0, this.#next(group, index));
  }

  /** The recursive form, so that a rate changed by hand is taken up. */
  #next({ lr }: ParamGroup<HasRate>, index: number): number {
    const t = this.lastEpoch, tMax = this.#tMax, etaMin = this.#etaMin;
    if ((t - 1 - tMax) % (2 * tMax) === 0) {
      return lr + (this.baseLrs[index] - etaMin) * (1 - Math.cos(Math.PI / tMax)) / 2;
    }
    const height = (t: number) => 1 + Math.cos(Math.PI * t / tMax);
    // Near its lowest point a very long cosine is 0 to the last digit: nothing is left to multiply.
    if (height(t - 1) === 0) return etaMin + (this.baseLrs[index] - etaMin) * height(t) / 2;
    return height(t) / height(t - 1) * (lr - etaMin) + etaMin;
  }
}

/** A factor for the learning rate, from the number of steps taken. */
export type LrLambda = (epoch: number) => number;

/**
 * The first learning rate times a function of the number of steps.
 *
 * PyTorch: `torch.optim.lr_scheduler.LambdaLR`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const optimizer = new optim.SGD(new nn.Linear(2, 1).parameters(), { lr: 1 });
 * const warmUp = new optim.lr.LambdaLR(optimizer, { lrLambda: (epoch) => Math.min(1, (epoch + 1) / 4) });
 * console.log(optimizer.lr); // 0.25
 * warmUp.step();
 * console.log(optimizer.lr); // 0.5
 * ```
 */
export class LambdaLR extends Schedule {
  readonly #lambdas: readonly LrLambda[];
  /** @internal */
  protected override readonly actsAtOnce = true;

  /**
   * Makes the schedule.
   *
   * @param optimizer Whose learning rates follow the schedule.
   * @param options `lrLambda`: one function, or one per group.
   * @throws {RangeError} if there are not as many functions as groups, or one leads to what is no learning rate.
   * @throws {TypeError} if it is no optimizer, or an option is of another kind or name.
   */
  constructor(optimizer: AnyOptimizer, options: { lrLambda: LrLambda | readonly LrLambda[] }) {
    checkSchedule("LambdaLR", arguments, options, ["lrLambda"]);
    const { lrLambda } = options, groups = optimizer.paramGroups.length;
    const lambdas: readonly LrLambda[] = Array.isArray(lrLambda) ? lrLambda : Array(groups).fill(lrLambda);
    for (const lambda of lambdas) checkFunction("LambdaLR", "lrLambda", lambda, "(epoch) => 0.95 ** epoch");
    if (lambdas.length !== groups) {
      throw new RangeError(`LambdaLR: ${lambdas.length} functions for ${groups} groups of parameters`);
    }
    super(optimizer);
    this.#lambdas = lambdas;
    this.apply();
  }

  /** @internal */
  protected override rate(_group: ParamGroup<HasRate>, index: number): number {
    const factor = checkNumber("LambdaLR", "what lrLambda returns", this.#lambdas[index](this.lastEpoch));
    return this.baseLrs[index] * factor;
  }
}
