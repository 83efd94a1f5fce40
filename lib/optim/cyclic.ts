/** The cyclical schedule. */
import {
  checkBoolean,
  checkChoice,
  checkFunction,
  checkNumber,
  checkRange,
  checkWhole,
  withDefaults,
} from "../text/arguments.ts";
import { checkSchedule, perGroup } from "./check.ts";
import { checkMomentum, setMomentum } from "./momentum.ts";
import type { HasRate, ParamGroup } from "./optimizer.ts";
import { type AnyOptimizer, Schedule } from "./schedule.ts";

/** Settings of {@linkcode CyclicLR}. */
export interface CyclicLROptions {
  /** The lowest learning rate, for all groups or for each. */
  baseLr: number | readonly number[];
  /** The highest learning rate, for all groups or for each. */
  maxLr: number | readonly number[];
  /** How many steps the rate rises: 2000 by default. */
  stepSizeUp?: number;
  /** How many steps it falls: as many by default. */
  stepSizeDown?: number;
  /** "triangular" by default; "triangular2" halves the height each cycle, "exp_range" multiplies it by gamma each step. */
  mode?: "triangular" | "triangular2" | "exp_range";
  /** The factor of "exp_range": 1 by default. */
  gamma?: number;
  /** In place of a mode: what the height is multiplied by, from the number of the cycle (from 1) or of the step. */
  scaleFn?: (x: number) => number;
  /** What scaleFn is given: "cycle" by default. */
  scaleMode?: "cycle" | "iterations";
  /** Whether momentum (or Adam's first beta) falls while the rate rises: true by default. */
  cycleMomentum?: boolean;
  /** The lowest momentum: 0.8 by default. */
  baseMomentum?: number;
  /** The highest momentum: 0.9 by default. */
  maxMomentum?: number;
}

const NAME = "CyclicLR";

const DEFAULTS = {
  stepSizeUp: 2000,
  mode: "triangular" as NonNullable<CyclicLROptions["mode"]>,
  gamma: 1,
  scaleFn: undefined as ((x: number) => number) | undefined,
  scaleMode: "cycle" as NonNullable<CyclicLROptions["scaleMode"]>,
  cycleMomentum: true,
  baseMomentum: 0.8,
  maxMomentum: 0.9,
};

/**
 * A learning rate that rises and falls between two bounds, again and again (Smith 2017, "Cyclical learning rates for training
 * neural networks"). `step()` after every iteration.
 *
 * PyTorch: `torch.optim.lr_scheduler.CyclicLR`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const optimizer = new optim.SGD(new nn.Linear(2, 1).parameters(), { momentum: 0.9 });
 * const schedule = new optim.lr.CyclicLR(optimizer, { baseLr: 0, maxLr: 1, stepSizeUp: 4 });
 * schedule.step();
 * console.log(optimizer.lr); // 0.25
 * ```
 */
export class CyclicLR extends Schedule {
  readonly #options: typeof DEFAULTS;
  readonly #maxLr: readonly number[];
  readonly #total: number;
  /** @internal */
  protected override readonly actsAtOnce = true;

  /**
   * Makes the schedule.
   *
   * @param optimizer Whose learning rates follow the schedule; they begin with the lowest.
   * @param options See {@linkcode CyclicLROptions}.
   * @throws {RangeError} if a number makes no sense, there are not as many rates as groups, or the optimizer has no momentum.
   * @throws {TypeError} if it is no optimizer, or an option is missing, of another kind or name.
   */
  constructor(optimizer: AnyOptimizer, options: CyclicLROptions) {
    checkSchedule(NAME, arguments, options, [
      "baseLr",
      "maxLr",
      "stepSizeDown",
      ...Object.keys(DEFAULTS),
    ]);
    const { baseLr, maxLr, stepSizeDown, ...rest } = options;
    const all = withDefaults(DEFAULTS, rest);
    const base = perGroup(NAME, "baseLr", baseLr, optimizer),
      most = perGroup(NAME, "maxLr", maxLr, optimizer);
    checkWhole(NAME, "stepSizeUp", all.stepSizeUp, 1);
    if (stepSizeDown !== undefined) checkWhole(NAME, "stepSizeDown", stepSizeDown, 1);
    checkChoice(NAME, "mode", all.mode, ["triangular", "triangular2", "exp_range"]);
    checkRange(NAME, "gamma", all.gamma, 0);
    if (all.scaleFn !== undefined) checkFunction(NAME, "scaleFn", all.scaleFn, "(cycle) => 1 / cycle");
    checkChoice(NAME, "scaleMode", all.scaleMode, ["cycle", "iterations"]);
    checkBoolean(NAME, "cycleMomentum", all.cycleMomentum);
    const { baseMomentum, maxMomentum } = all, range = { baseMomentum, maxMomentum };
    if (all.cycleMomentum) checkMomentum(NAME, optimizer, range);
    else for (const [name, value] of Object.entries(range)) checkRange(NAME, name, value, 0);
    optimizer.paramGroups.forEach((group, i) => group.lr = base[i]);
    super(optimizer);
    this.baseLrs.splice(0, base.length, ...base);
    this.#options = all;
    this.#maxLr = most;
    this.#total = all.stepSizeUp + (stepSizeDown ?? all.stepSizeUp);
    this.apply();
  }

  /** What the height of a cycle is multiplied by. */
  #scale(cycle: number): number {
    const { mode, gamma, scaleFn, scaleMode } = this.#options;
    if (scaleFn !== undefined) {
      return checkNumber(
        NAME,
        "what scaleFn returns",
        scaleFn(scaleMode === "cycle" ? cycle : this.lastEpoch),
      );
    }
    return mode === "triangular"
      ? 1
      : mode === "triangular2"
      ? 1 / 2 ** (cycle - 1)
      : gamma ** this.lastEpoch;
  }

  /** @internal */
  protected override rate(group: ParamGroup<HasRate>, index: number): number {
    const { stepSizeUp, cycleMomentum, baseMomentum, maxMomentum } = this.#options;
    const turns = this.lastEpoch / this.#total, cycle = Math.floor(1 + turns), x = 1 + turns - cycle;
    const peak = stepSizeUp / this.#total;
    const height = x <= peak ? x / peak : (x - 1) / (peak - 1), scale = this.#scale(cycle);
    if (cycleMomentum) setMomentum(group, maxMomentum - (maxMomentum - baseMomentum) * height * scale);
    const base = this.baseLrs[index];
    return base + (this.#maxLr[index] - base) * height * scale;
  }
}
