/** The one-cycle schedule. */
import { checkBoolean, checkChoice, checkRange, checkWhole, withDefaults } from "../text/arguments.ts";
import { checkSchedule, perGroup } from "./check.ts";
import { checkMomentum, setMomentum } from "./momentum.ts";
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
  /** Share of the cycle in which the rate rises: 0.3 by default. */
  pctStart?: number;
  /** The shape of rise and fall: "cos" by default. */
  annealStrategy?: "cos" | "linear";
  /** Whether momentum (or Adam's first beta) falls while the rate rises: true by default. */
  cycleMomentum?: boolean;
  /** The lowest momentum: 0.85 by default. */
  baseMomentum?: number;
  /** The highest momentum: 0.95 by default. */
  maxMomentum?: number;
  /** The first rate is maxLr / divFactor: 25 by default. */
  divFactor?: number;
  /** The last rate is the first / finalDivFactor: 1e4 by default. */
  finalDivFactor?: number;
  /** Whether the fall to the first rate and that to the last are two phases: false by default. */
  threePhase?: boolean;
}

/** What has a default. */
type Settings = Required<Omit<OneCycleLROptions, "maxLr" | "totalSteps" | "epochs" | "stepsPerEpoch">>;

const NAME = "OneCycleLR";

const DEFAULTS: Settings = {
  pctStart: 0.3,
  annealStrategy: "cos",
  cycleMomentum: true,
  baseMomentum: 0.85,
  maxMomentum: 0.95,
  divFactor: 25,
  finalDivFactor: 1e4,
  threePhase: false,
};

const LENGTHS = ["totalSteps", "epochs", "stepsPerEpoch"] as const;

/** The length of the cycle. */
function lengthOf(options: OneCycleLROptions): number {
  for (const name of LENGTHS) if (options[name] !== undefined) checkWhole(NAME, name, options[name], 1);
  const { totalSteps, epochs, stepsPerEpoch } = options;
  if (totalSteps !== undefined) return totalSteps;
  if (epochs !== undefined && stepsPerEpoch !== undefined) return epochs * stepsPerEpoch;
  throw new TypeError(
    "OneCycleLR: the length of the cycle must be said: totalSteps, or epochs and stepsPerEpoch",
  );
}

/** Throws where a setting makes no sense. */
function checkSettings(settings: Settings, optimizer: AnyOptimizer): void {
  checkRange(NAME, "pctStart", settings.pctStart, 0, 1);
  checkChoice(NAME, "annealStrategy", settings.annealStrategy, ["cos", "linear"]);
  checkBoolean(NAME, "threePhase", settings.threePhase);
  for (const name of ["divFactor", "finalDivFactor"] as const) {
    if (checkRange(NAME, name, settings[name], 0) > 0) continue;
    throw new RangeError(`OneCycleLR: ${name} must be larger than 0: rates are divided by it`);
  }
  checkBoolean(NAME, "cycleMomentum", settings.cycleMomentum);
  const { baseMomentum, maxMomentum } = settings, range = { baseMomentum, maxMomentum };
  if (settings.cycleMomentum) checkMomentum(NAME, optimizer, range);
  else for (const [name, value] of Object.entries(range)) checkRange(NAME, name, value, 0);
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
 * PyTorch: `torch.optim.lr_scheduler.OneCycleLR`.
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
  readonly #options: Settings & { totalSteps: number };
  readonly #maxLr: readonly number[];
  readonly #phases: Phase[];
  /** @internal */
  protected override readonly actsAtOnce = true;

  /**
   * Makes the schedule.
   *
   * @param optimizer Whose learning rates follow the schedule.
   * @param options `maxLr` and the length of the cycle at least.
   * @throws {RangeError} if a setting makes no sense.
   * @throws {TypeError} if it is no optimizer, or a setting is missing, or of another kind or name.
   */
  constructor(optimizer: AnyOptimizer, options: OneCycleLROptions) {
    checkSchedule(NAME, arguments, options, ["maxLr", ...LENGTHS, ...Object.keys(DEFAULTS)]);
    const { maxLr, totalSteps: _, epochs: __, stepsPerEpoch: ___, ...rest } = options;
    const totalSteps = lengthOf(options), all = withDefaults(DEFAULTS, rest);
    checkSettings(all, optimizer);
    const rates = perGroup(NAME, "maxLr", maxLr, optimizer);
    const first = rates.map((rate) => checkRange(NAME, "maxLr / divFactor", rate / all.divFactor, 0));
    for (const rate of first) checkRange(NAME, "the last rate", rate / all.finalDivFactor, 0);
    optimizer.paramGroups.forEach((group, i) => group.initialLr = first[i]);
    super(optimizer);
    this.#options = { ...all, totalSteps };
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
  protected override moving(): Record<string, (name: string, value: unknown) => number> {
    const { totalSteps } = this.#options;
    return {
      lastEpoch: (name, value) =>
        checkRange("loadStateDict", name, checkWhole("loadStateDict", name, value, 0), 0, totalSteps),
    };
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
        // The step behind the last would go on below it.
        : (end - start) * Math.min(1, share) + start;
    const at = Math.max(0, this.#phases.findIndex(({ end }, i) => t <= end || i === this.#phases.length - 1));
    const start = at === 0 ? 0 : this.#phases[at - 1].end, phase = this.#phases[at];
    // A phase without length, such as a rise in 1 of 10 steps, is at its end.
    const length = phase.end - start, share = length > 0 ? (t - start) / length : 1;
    const max = this.#maxLr[index], initial = max / divFactor;
    const marks: Record<Mark, number> = { max, initial, min: initial / finalDivFactor };
    if (cycleMomentum) {
      const momenta = { base: this.#options.baseMomentum, max: this.#options.maxMomentum };
      const momentum = anneal(momenta[phase.momentum[0]], momenta[phase.momentum[1]], share);
      setMomentum(group, momentum);
    }
    // Rounding may lead below 0 by the smallest number that there is.
    return Math.max(0, anneal(marks[phase.lr[0]], marks[phase.lr[1]], share));
  }
}
