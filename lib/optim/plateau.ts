/** The schedule that follows a measured value. */
import {
  checkChoice,
  checkNumber,
  checkRange,
  checkWhole,
  describe,
  surplus,
  withDefaults,
} from "../text/arguments.ts";
import { checkSchedule, fraction, perGroup } from "./check.ts";
import type { HasRate, ParamGroup } from "./optimizer.ts";
import { type AnyOptimizer, Schedule } from "./schedule.ts";

/** Settings of {@linkcode ReduceLROnPlateau}. */
export interface ReduceLROnPlateauOptions {
  /** Whether the value should fall ("min" by default) or rise. */
  mode?: "min" | "max";
  /** What the rate is multiplied by: 0.1 by default. */
  factor?: number;
  /** So many steps without improvement are borne: 10 by default. */
  patience?: number;
  /** What counts as an improvement: 1e-4 by default. */
  threshold?: number;
  /** Whether the threshold is relative to the best value ("rel" by default) or absolute. */
  thresholdMode?: "rel" | "abs";
  /** So many steps after a reduction are not counted: 0 by default. */
  cooldown?: number;
  /** The lowest rate, for all groups or for each: 0 by default. */
  minLr?: number | readonly number[];
  /** A smaller change of the rate is not made: 1e-8 by default. */
  eps?: number;
}

const DEFAULTS: Required<ReduceLROnPlateauOptions> = {
  mode: "min",
  factor: 0.1,
  patience: 10,
  threshold: 1e-4,
  thresholdMode: "rel",
  cooldown: 0,
  minLr: 0,
  eps: 1e-8,
};

/**
 * Reduces the learning rate when a value stops improving, as torch.optim.lr_scheduler.ReduceLROnPlateau.
 *
 * PyTorch: `torch.optim.lr_scheduler.ReduceLROnPlateau`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const optimizer = new optim.SGD(new nn.Linear(2, 1).parameters(), { lr: 1 });
 * const schedule = new optim.lr.ReduceLROnPlateau(optimizer, { patience: 1, factor: 0.5 });
 * for (const loss of [3, 2, 2, 2]) schedule.step(loss);
 * console.log(optimizer.lr); // 0.5
 * ```
 */
export class ReduceLROnPlateau extends Schedule {
  /** The best value so far. */
  best: number;
  /** Steps without improvement. */
  badEpochs = 0;
  /** Steps of the cooldown that are left. */
  cooldownCounter = 0;
  readonly #options: Required<ReduceLROnPlateauOptions>;
  readonly #minLrs: readonly number[];

  /**
   * Makes the schedule.
   *
   * @param optimizer Whose learning rates follow the schedule.
   * @param options See {@linkcode ReduceLROnPlateauOptions}.
   * @throws {RangeError} if a setting makes no sense.
   * @throws {TypeError} if it is no optimizer, or a setting is of another kind or name.
   */
  constructor(optimizer: AnyOptimizer, options: ReduceLROnPlateauOptions = {}) {
    const name = "ReduceLROnPlateau";
    checkSchedule(name, arguments, options, Object.keys(DEFAULTS));
    const all = withDefaults(DEFAULTS, options);
    fraction(name, "factor", all.factor);
    checkChoice(name, "mode", all.mode, ["min", "max"]);
    checkChoice(name, "thresholdMode", all.thresholdMode, ["rel", "abs"]);
    checkWhole(name, "patience", all.patience, 0);
    checkWhole(name, "cooldown", all.cooldown, 0);
    checkRange(name, "threshold", all.threshold);
    checkRange(name, "eps", all.eps, 0);
    const minLrs = perGroup(name, "minLr", all.minLr, optimizer);
    super(optimizer);
    this.#minLrs = minLrs;
    this.#options = all;
    this.best = this.#worst;
  }

  /** What any value is better than. */
  get #worst(): number {
    return this.#options.mode === "min" ? Infinity : -Infinity;
  }

  /**
   * Moves on by one.
   *
   * @param metric The value that should improve.
   * @throws {TypeError} if none is given.
   */
  override step(metric?: number): void {
    if (arguments.length > 1) surplus("step", arguments, 1);
    if (typeof metric !== "number") {
      const given = metric === undefined ? "nothing" : describe(metric);
      const hint = typeof metric === "object" && metric !== null
        ? "; a loss gives it with await loss.item()"
        : "";
      throw new TypeError(
        `ReduceLROnPlateau: step(metric) needs the number that should improve, not ${given}${hint}`,
      );
    }
    const { mode, threshold, thresholdMode, patience, cooldown } = this.#options;
    this.lastEpoch++;
    const { best } = this, relative = thresholdMode === "rel";
    const improved = mode === "min"
      ? metric < (relative ? best * (1 - threshold) : best - threshold)
      : metric > (relative ? best * (1 + threshold) : best + threshold);
    if (improved) [this.best, this.badEpochs] = [metric, 0];
    else this.badEpochs++;
    if (this.cooldownCounter > 0) [this.cooldownCounter, this.badEpochs] = [this.cooldownCounter - 1, 0];
    if (this.badEpochs > patience) {
      this.apply();
      [this.cooldownCounter, this.badEpochs] = [cooldown, 0];
    }
  }

  /** @internal */
  protected override moving(): Record<string, (name: string, value: unknown) => number> {
    const count = (name: string, value: unknown) => checkWhole("loadStateDict", name, value, 0);
    return {
      ...super.moving(),
      // JSON knows no infinity: before the first step it makes null of it.
      best: (name, value) => value === null ? this.#worst : checkNumber("loadStateDict", name, value),
      badEpochs: count,
      cooldownCounter: count,
    };
  }

  /** @internal */
  protected override rate({ lr }: ParamGroup<HasRate>, index: number): number {
    const lower = Math.max(lr * this.#options.factor, this.#minLrs[index]);
    return lr - lower > this.#options.eps ? lower : lr;
  }
}
