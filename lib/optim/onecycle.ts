/** The one-cycle schedule. */
import { finite, perGroup, whole } from "./check.ts";
import type { HasRate, ParamGroup } from "./optimizer.ts";
import { type AnyOptimizer, Schedule } from "./schedule.ts";

/** Settings of {@linkcode OneCycleLR}. */
export interface OneCycleLROptions {
  /** The highest learning rate, for all groups or for each. */
  maxLr: number | readonly number[];
  /** Length of the cycle; or give `epochs` and `stepsPerEpoch`. */
  totalSteps?: number;
  /** Instead of totalSteps: how many epochs. */
  epochs?: number;
  /** Instead of totalSteps: how many steps each epoch has. */
  stepsPerEpoch?: number;
  /** Share of the cycle in which the rate rises: 0.3 if not said. */
  pctStart?: number;
  /** The shape of rise and fall: "cos" if not said. */
  annealStrategy?: "cos" | "linear";
  /** Whether momentum (or Adam's first beta) falls while the rate rises: true if not said. */
  cycleMomentum?: boolean;
  /** The lowest momentum: 0.85 if not said. */
  baseMomentum?: number;
  /** The highest momentum: 0.95 if not said. */
  maxMomentum?: number;
  /** The first rate is maxLr / divFactor: 25 if not said. */
  divFactor?: number;
  /** The last rate is the first / finalDivFactor: 1e4 if not said. */
  finalDivFactor?: number;
  /** Whether the fall to the first rate and that to the last are two phases: false if not said. */
  threePhase?: boolean;
}

type Mark = "initial" | "max" | "min";

interface Phase {
  end: number;
  lr: [Mark, Mark];
  momentum: ["base" | "max", "base" | "max"];
}

/**
 * One rise and one fall of the learning rate (Smith & Topin 2019, "Super-convergence"), as
 * torch.optim.lr_scheduler.OneCycleLR. `step()` after every iteration.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const optimizer = new optim.SGD(new nn.Linear(2, 1).parameters(), { lr: 0.1, momentum: 0.9 });
 * const schedule = new optim.lr.OneCycleLR(optimizer, { maxLr: 1, totalSteps: 10 });
 * console.log(optimizer.lr.toFixed(2)); // 0.04
 * schedule.step();
 * ```
 */
export class OneCycleLR extends Schedule {
  readonly #options: Required<Omit<OneCycleLROptions, "maxLr" | "epochs" | "stepsPerEpoch">>;
  readonly #maxLr: readonly number[];
  readonly #phases: Phase[];

  /**
   * Makes the schedule.
   *
   * @param optimizer Whose learning rates follow the schedule.
   * @param options `maxLr` and the length of the cycle at least.
   * @throws {RangeError} if a setting makes no sense.
   */
  constructor(optimizer: AnyOptimizer, options: OneCycleLROptions) {
    const { epochs = NaN, stepsPerEpoch = NaN, maxLr, ...rest } = options;
    const totalSteps = options.totalSteps ?? epochs * stepsPerEpoch;
    whole("OneCycleLR", "totalSteps (or epochs · stepsPerEpoch)", totalSteps, 1);
    const all = {
      ...{
        pctStart: 0.3,
        annealStrategy: "cos" as const,
        cycleMomentum: true,
        baseMomentum: 0.85,
        maxMomentum: 0.95,
      },
      ...{ divFactor: 25, finalDivFactor: 1e4, threePhase: false },
      ...rest,
      totalSteps,
    };
    for (const name of ["baseMomentum", "maxMomentum", "divFactor", "finalDivFactor"] as const) {
      finite("OneCycleLR", name, all[name]);
    }
    if (!(all.pctStart >= 0 && all.pctStart <= 1)) {
      throw new RangeError(`OneCycleLR: pctStart must be in [0, 1], not ${all.pctStart}`);
    }
    if (all.annealStrategy !== "cos" && all.annealStrategy !== "linear") {
      throw new RangeError(
        `OneCycleLR: annealStrategy must be "cos" or "linear", not "${all.annealStrategy}"`,
      );
    }
    const rates = perGroup("OneCycleLR", "maxLr", maxLr, optimizer);
    if (
      all.cycleMomentum && !optimizer.paramGroups.every((group) => "momentum" in group || "betas" in group)
    ) {
      throw new RangeError("OneCycleLR: cycleMomentum needs an optimizer with momentum or betas");
    }
    const first = rates.map((rate) => rate / all.divFactor);
    optimizer.paramGroups.forEach((group, i) => group.initialLr = first[i]);
    super(optimizer);
    this.#options = all;
    this.#maxLr = rates;
    const { pctStart, threePhase } = all;
    this.#phases = threePhase
      ? [
        { end: pctStart * totalSteps - 1, lr: ["initial", "max"], momentum: ["max", "base"] },
        { end: 2 * pctStart * totalSteps - 2, lr: ["max", "initial"], momentum: ["base", "max"] },
        { end: totalSteps - 1, lr: ["initial", "min"], momentum: ["max", "max"] },
      ]
      : [
        { end: pctStart * totalSteps - 1, lr: ["initial", "max"], momentum: ["max", "base"] },
        { end: totalSteps - 1, lr: ["max", "min"], momentum: ["base", "max"] },
      ];
    this.apply();
  }

  /** @internal */
  protected override rate(group: ParamGroup<HasRate>, index: number): number {
    const { totalSteps, annealStrategy, divFactor, finalDivFactor, cycleMomentum } = this.#options;
    const t = this.lastEpoch;
    if (t > totalSteps) {
      throw new RangeError(
        `OneCycleLR: step ${t} of a cycle of ${totalSteps}; make the cycle longer, or stop stepping`,
      );
    }
    const anneal = (start: number, end: number, share: number) =>
      annealStrategy === "cos"
        ? end + (start - end) / 2 * (Math.cos(Math.PI * share) + 1)
        : (end - start) * share + start;
    const at = Math.max(0, this.#phases.findIndex(({ end }, i) => t <= end || i === this.#phases.length - 1));
    const start = at === 0 ? 0 : this.#phases[at - 1].end, phase = this.#phases[at];
    const share = (t - start) / (phase.end - start);
    const max = this.#maxLr[index], initial = max / divFactor;
    const marks: Record<Mark, number> = { max, initial, min: initial / finalDivFactor };
    if (cycleMomentum) {
      const momenta = { base: this.#options.baseMomentum, max: this.#options.maxMomentum };
      const momentum = anneal(momenta[phase.momentum[0]], momenta[phase.momentum[1]], share);
      const target = group as ParamGroup<HasRate & { betas?: readonly [number, number]; momentum?: number }>;
      if (target.betas) target.betas = [momentum, target.betas[1]];
      else target.momentum = momentum;
    }
    return anneal(marks[phase.lr[0]], marks[phase.lr[1]], share);
  }
}
