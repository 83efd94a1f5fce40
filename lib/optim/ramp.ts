/** Schedules that lead from one rate to another within so many steps, and stay there. */
import { checkRange, checkWhole } from "../text/arguments.ts";
import { checkSchedule } from "./check.ts";
import type { HasRate, ParamGroup } from "./optimizer.ts";
import { type AnyOptimizer, Schedule } from "./schedule.ts";

/** A share in (0, 1]. */
function share(owner: string, name: string, value: unknown): number {
  const number = checkRange(owner, name, value, 0, 1);
  if (number > 0) return number;
  throw new RangeError(`${owner}: ${name} must be larger than 0: there is no way back from a rate of 0`);
}

/**
 * A share of the learning rate that grows, or shrinks, by equal amounts: a warm-up.
 *
 * PyTorch: `torch.optim.lr_scheduler.LinearLR`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const optimizer = new optim.SGD(new nn.Linear(2, 1).parameters(), { lr: 1 });
 * const warmUp = new optim.lr.LinearLR(optimizer, { startFactor: 0.5, totalIters: 2 });
 * const rates = [optimizer.lr];
 * for (let i = 0; i < 3; i++) {
 *   warmUp.step();
 *   rates.push(optimizer.lr);
 * }
 * console.log(rates); // [0.5, 0.75, 1, 1]
 * ```
 */
export class LinearLR extends Schedule {
  readonly #start: number;
  readonly #end: number;
  readonly #totalIters: number;
  /** @internal */
  protected override readonly actsAtOnce = true;

  /**
   * Makes the schedule.
   *
   * @param optimizer Whose learning rates follow the schedule.
   * @param options `startFactor`: 1/3 by default; `endFactor`: 1; `totalIters`: steps from one to the other, 5.
   * @throws {RangeError} if startFactor is not in (0, 1], endFactor not in [0, 1], or totalIters no whole number ≥ 1.
   * @throws {TypeError} if it is no optimizer, or an option is of another kind or name.
   */
  constructor(
    optimizer: AnyOptimizer,
    options: { startFactor?: number; endFactor?: number; totalIters?: number } = {},
  ) {
    checkSchedule("LinearLR", arguments, options, ["startFactor", "endFactor", "totalIters"]);
    const { startFactor = 1 / 3, endFactor = 1, totalIters = 5 } = options;
    share("LinearLR", "startFactor", startFactor);
    checkRange("LinearLR", "endFactor", endFactor, 0, 1);
    checkWhole("LinearLR", "totalIters", totalIters, 1);
    super(optimizer);
    this.#start = startFactor;
    this.#end = endFactor;
    this.#totalIters = totalIters;
    this.apply();
  }

  /** @internal The recursive form, so that a rate changed by hand, or by another schedule, is taken up. */
  protected override rate({ lr }: ParamGroup<HasRate>): number {
    const t = this.lastEpoch, start = this.#start, total = this.#totalIters, rise = this.#end - start;
    if (t === 0) return lr * start;
    return t > total ? lr : Math.max(0, lr * (1 + rise / (total * start + (t - 1) * rise)));
  }
}

/**
 * A share of the learning rate for so many steps, then all of it.
 *
 * PyTorch: `torch.optim.lr_scheduler.ConstantLR`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const optimizer = new optim.SGD(new nn.Linear(2, 1).parameters(), { lr: 1 });
 * const schedule = new optim.lr.ConstantLR(optimizer, { factor: 0.25, totalIters: 1 });
 * console.log(optimizer.lr); // 0.25
 * schedule.step();
 * console.log(optimizer.lr); // 1
 * ```
 */
export class ConstantLR extends Schedule {
  readonly #factor: number;
  readonly #totalIters: number;
  /** @internal */
  protected override readonly actsAtOnce = true;

  /**
   * Makes the schedule.
   *
   * @param optimizer Whose learning rates follow the schedule.
   * @param options `factor`: 1/3 by default; `totalIters`: for how many steps, 5.
   * @throws {RangeError} if factor is not in (0, 1], or totalIters no whole number ≥ 1.
   * @throws {TypeError} if it is no optimizer, or an option is of another kind or name.
   */
  constructor(optimizer: AnyOptimizer, options: { factor?: number; totalIters?: number } = {}) {
    checkSchedule("ConstantLR", arguments, options, ["factor", "totalIters"]);
    const { factor = 1 / 3, totalIters = 5 } = options;
    share("ConstantLR", "factor", factor);
    checkWhole("ConstantLR", "totalIters", totalIters, 1);
    super(optimizer);
    this.#factor = factor;
    this.#totalIters = totalIters;
    this.apply();
  }

  /** @internal */
  protected override rate({ lr }: ParamGroup<HasRate>): number {
    const t = this.lastEpoch;
    return t === 0 ? lr * this.#factor : t === this.#totalIters ? lr * (1 / this.#factor) : lr;
  }
}

/**
 * The learning rate times (1 − t / totalIters)^power: down to 0 within totalIters steps.
 *
 * PyTorch: `torch.optim.lr_scheduler.PolynomialLR`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const optimizer = new optim.SGD(new nn.Linear(2, 1).parameters(), { lr: 1 });
 * const schedule = new optim.lr.PolynomialLR(optimizer, { totalIters: 4, power: 2 });
 * schedule.step();
 * schedule.step();
 * console.log(optimizer.lr); // 0.25
 * ```
 */
export class PolynomialLR extends Schedule {
  readonly #totalIters: number;
  readonly #power: number;

  /**
   * Makes the schedule.
   *
   * @param optimizer Whose learning rates follow the schedule.
   * @param options `totalIters`: 5 by default; `power`: 1.
   * @throws {RangeError} if totalIters is no whole number ≥ 1, or power no finite number ≥ 0.
   * @throws {TypeError} if it is no optimizer, or an option is of another kind or name.
   */
  constructor(optimizer: AnyOptimizer, options: { totalIters?: number; power?: number } = {}) {
    checkSchedule("PolynomialLR", arguments, options, ["totalIters", "power"]);
    const { totalIters = 5, power = 1 } = options;
    checkWhole("PolynomialLR", "totalIters", totalIters, 1);
    checkRange("PolynomialLR", "power", power, 0);
    super(optimizer);
    this.#totalIters = totalIters;
    this.#power = power;
  }

  /** @internal */
  protected override rate({ lr }: ParamGroup<HasRate>): number {
    const t = this.lastEpoch, total = this.#totalIters;
    return t > total ? lr : lr * ((1 - t / total) / (1 - (t - 1) / total)) ** this.#power;
  }
}
