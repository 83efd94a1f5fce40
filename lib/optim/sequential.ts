/** Schedules one after the other. */
import { checkWhole, describe, surplus } from "../text/arguments.ts";
import { checkSchedule } from "./check.ts";
import type { HasRate, ParamGroup } from "./optimizer.ts";
import { ReduceLROnPlateau } from "./plateau.ts";
import { type AnyOptimizer, Schedule, type ScheduleState } from "./schedule.ts";

/**
 * Schedules one after the other, such as a warm-up and what follows it: at each milestone the next one begins, from the rate that
 * the optimizer was made with.
 *
 * PyTorch: `torch.optim.lr_scheduler.SequentialLR`.
 *
 * @example
 * ```ts
 * import { nn, optim } from "descent";
 * const optimizer = new optim.SGD(new nn.Linear(2, 1).parameters(), { lr: 1 });
 * const schedule = new optim.lr.SequentialLR(optimizer, {
 *   schedulers: [
 *     new optim.lr.LinearLR(optimizer, { startFactor: 0.5, totalIters: 2 }),
 *     new optim.lr.ExponentialLR(optimizer, { gamma: 0.5 }),
 *   ],
 *   milestones: [2],
 * });
 * const rates = [optimizer.lr];
 * for (let i = 0; i < 4; i++) {
 *   schedule.step();
 *   rates.push(optimizer.lr);
 * }
 * console.log(rates); // [0.5, 0.75, 1, 0.5, 0.25]
 * ```
 */
export class SequentialLR extends Schedule {
  readonly #schedulers: readonly Schedule[];
  readonly #milestones: readonly number[];

  /**
   * Makes the schedule.
   *
   * @param optimizer Whose learning rates follow the schedules.
   * @param options `schedulers`: schedules of this optimizer; `milestones`: the step at which each but the first begins, rising.
   * @throws {RangeError} if there is not one milestone fewer than schedules, they do not rise, or a schedule is of another optimizer.
   * @throws {TypeError} if it is no optimizer, an option is of another kind or name, or a schedule is ReduceLROnPlateau, which
   * waits for a number.
   */
  constructor(
    optimizer: AnyOptimizer,
    options: { schedulers: readonly Schedule[]; milestones: readonly number[] },
  ) {
    checkSchedule("SequentialLR", arguments, options, ["schedulers", "milestones"]);
    const { schedulers, milestones } = options;
    if (!Array.isArray(schedulers) || schedulers.length === 0) {
      throw new TypeError(
        `SequentialLR: schedulers must be a list of schedules, not ${describe(schedulers)}`,
      );
    }
    // A hole of a list is passed over by forEach().
    for (const [i, one] of schedulers.entries()) checkScheduler(one, i, optimizer);
    if (!Array.isArray(milestones)) {
      throw new TypeError(
        `SequentialLR: milestones must be a list of steps such as [5], not ${describe(milestones)}`,
      );
    }
    for (const [i, milestone] of milestones.entries()) {
      checkWhole("SequentialLR", "a milestone", milestone, 1);
      if (i > 0 && milestone <= milestones[i - 1]) {
        throw new RangeError(
          `SequentialLR: milestones must rise, and ${milestone} follows ${milestones[i - 1]}`,
        );
      }
    }
    if (milestones.length !== schedulers.length - 1) {
      throw new RangeError(
        `SequentialLR: ${schedulers.length} schedules need ${
          schedulers.length - 1
        } milestones, one for each but the first, not ${milestones.length}`,
      );
    }
    super(optimizer);
    this.#schedulers = [...schedulers];
    this.#milestones = [...milestones];
    this.begin();
  }

  /** @internal */
  override begin(): void {
    this.lastEpoch = 0;
    this.#schedulers[0].begin();
  }

  /** Moves on by one, and sets the learning rates. */
  override step(): void {
    if (arguments.length > 0) surplus("step", arguments, 0, "a schedule counts by itself");
    const t = this.lastEpoch + 1, at = this.#milestones.filter((milestone) => milestone <= t).length;
    if (this.#milestones[at - 1] === t) this.#schedulers[at].begin();
    else this.#schedulers[at].step();
    this.lastEpoch = t;
  }

  /** @internal Its schedules set the rates. */
  protected override rate({ lr }: ParamGroup<HasRate>): number {
    return lr;
  }

  /**
   * What to store beside the optimizer's state: how far it is, and its schedules.
   *
   * @returns Plain data.
   */
  override stateDict(): ScheduleState {
    if (arguments.length > 0) surplus("stateDict", arguments, 0);
    return { ...super.stateDict(), schedulers: this.#schedulers.map((one) => one.stateDict()) };
  }

  /** @internal */
  override reading(state: ScheduleState): () => void {
    const { schedulers, ...own } = state ?? {};
    const take = super.reading(Array.isArray(schedulers) ? own : state);
    if (!Array.isArray(schedulers) || schedulers.length !== this.#schedulers.length) {
      throw new RangeError(
        `loadStateDict: a state of ${this.#schedulers.length} schedulers is needed, not ${
          describe(schedulers)
        }`,
      );
    }
    const takes = this.#schedulers.map((one, i) => one.reading(schedulers[i]));
    return () => {
      for (const each of [take, ...takes]) each();
    };
  }
}

function checkScheduler(one: unknown, i: number, optimizer: AnyOptimizer): void {
  if (!(one instanceof Schedule)) {
    throw new TypeError(`SequentialLR: entry ${i} of schedulers is no schedule, but ${describe(one)}`);
  }
  if (one instanceof ReduceLROnPlateau) {
    throw new TypeError(
      `SequentialLR: entry ${i} is a ReduceLROnPlateau, whose step() waits for a number; call it by itself`,
    );
  }
  if (!one.drives(optimizer)) {
    throw new RangeError(`SequentialLR: entry ${i}, ${one.constructor.name}, was made for another optimizer`);
  }
}
