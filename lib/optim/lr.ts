/**
 * Schedules of the learning rate, as torch.optim.lr_scheduler.
 *
 * @module
 */
import { finite, whole } from "./check.ts";
import type { HasRate, ParamGroup } from "./optimizer.ts";
import { type AnyOptimizer, Schedule } from "./schedule.ts";

export * from "./onecycle.ts";
export * from "./plateau.ts";
export * from "./schedule.ts";

/**
 * Multiplies the learning rate by gamma every `stepSize` steps.
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
   * @param options `stepSize`; `gamma`: 0.1 if not said.
   * @throws {RangeError} if stepSize is no whole number ≥ 1, or gamma not finite.
   */
  constructor(optimizer: AnyOptimizer, { stepSize, gamma = 0.1 }: { stepSize: number; gamma?: number }) {
    whole("StepLR", "stepSize", stepSize, 1);
    finite("StepLR", "gamma", gamma);
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

  /**
   * Makes the schedule.
   *
   * @param optimizer Whose learning rates follow the schedule.
   * @param options `milestones`: the steps; `gamma`: 0.1 if not said.
   * @throws {RangeError} if a milestone is no whole number ≥ 0, or gamma not finite.
   */
  constructor(
    optimizer: AnyOptimizer,
    { milestones, gamma = 0.1 }: { milestones: readonly number[]; gamma?: number },
  ) {
    for (const milestone of milestones) whole("MultiStepLR", "a milestone", milestone, 0);
    finite("MultiStepLR", "gamma", gamma);
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
   * @throws {RangeError} if gamma is not finite.
   */
  constructor(optimizer: AnyOptimizer, { gamma }: { gamma: number }) {
    finite("ExponentialLR", "gamma", gamma);
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
   * @param options `tMax`: steps to the lowest rate; `etaMin`: that rate, 0 if not said.
   * @throws {RangeError} if tMax is no whole number ≥ 1, or etaMin not finite.
   */
  constructor(optimizer: AnyOptimizer, { tMax, etaMin = 0 }: { tMax: number; etaMin?: number }) {
    whole("CosineAnnealingLR", "tMax", tMax, 1);
    finite("CosineAnnealingLR", "etaMin", etaMin);
    super(optimizer);
    this.#tMax = tMax;
    this.#etaMin = etaMin;
  }

  /** @internal The recursive form, so that a rate changed by hand is taken up. */
  protected override rate({ lr }: ParamGroup<HasRate>, index: number): number {
    const t = this.lastEpoch, tMax = this.#tMax, etaMin = this.#etaMin;
    if ((t - 1 - tMax) % (2 * tMax) === 0) {
      return lr + (this.baseLrs[index] - etaMin) * (1 - Math.cos(Math.PI / tMax)) / 2;
    }
    const ratio = (1 + Math.cos(Math.PI * t / tMax)) / (1 + Math.cos(Math.PI * (t - 1) / tMax));
    return ratio * (lr - etaMin) + etaMin;
  }
}

/** A factor for the learning rate, from the number of steps taken. */
export type LrLambda = (epoch: number) => number;

/**
 * The first learning rate times a function of the number of steps.
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

  /**
   * Makes the schedule.
   *
   * @param optimizer Whose learning rates follow the schedule.
   * @param options `lrLambda`: one function, or one per group.
   * @throws {RangeError} if there are not as many functions as groups.
   */
  constructor(optimizer: AnyOptimizer, { lrLambda }: { lrLambda: LrLambda | readonly LrLambda[] }) {
    super(optimizer);
    const groups = optimizer.paramGroups.length;
    this.#lambdas = typeof lrLambda === "function" ? Array(groups).fill(lrLambda) : lrLambda;
    if (this.#lambdas.length !== groups) {
      throw new RangeError(`LambdaLR: ${this.#lambdas.length} functions for ${groups} groups of parameters`);
    }
    this.apply();
  }

  /** @internal */
  protected override rate(_group: ParamGroup<HasRate>, index: number): number {
    return this.baseLrs[index] * this.#lambdas[index](this.lastEpoch);
  }
}
