/** What all schedules of the learning rate share. */
import { checkRange, checkWhole, describe, isPlain, surplus } from "../text/arguments.ts";
import type { HasRate, Optimizer, ParamGroup } from "./optimizer.ts";

/** Any optimizer. */
// deno-lint-ignore no-explicit-any
export type AnyOptimizer = Optimizer<any>;

/** A schedule's memory as plain data. */
export type ScheduleState = Record<string, unknown>;

/** The base class of schedules: `step()` once an epoch, or once an iteration, after the optimizer's. */
export abstract class Schedule {
  /** How many steps were taken. */
  lastEpoch = 0;
  /** @internal The learning rates of the groups before any schedule changed them. */
  protected readonly baseLrs: number[];
  /** @internal */
  protected readonly optimizer: AnyOptimizer;

  /** @internal */
  protected constructor(optimizer: AnyOptimizer) {
    this.optimizer = optimizer;
    this.baseLrs = optimizer.paramGroups.map((group) => group.initialLr ??= group.lr);
  }

  /** @internal Whether it changes the rates when it is made, and not by its first step only. */
  protected readonly actsAtOnce: boolean = false;

  /** @internal The learning rate of a group at `lastEpoch`. */
  protected abstract rate(group: ParamGroup<HasRate>, index: number): number;

  /**
   * Moves on by one and sets the learning rates.
   *
   * @throws {RangeError} if the schedule leads to what is no learning rate; nothing is changed then.
   */
  step(): void {
    if (arguments.length > 0) surplus("step", arguments, 0, "a schedule counts by itself");
    this.lastEpoch++;
    try {
      this.apply();
    } catch (error) {
      this.lastEpoch--;
      throw error;
    }
  }

  /** @internal Sets the learning rates for `lastEpoch`. */
  protected apply(): void {
    const { paramGroups } = this.optimizer;
    if (paramGroups.length !== this.baseLrs.length) {
      throw new RangeError(
        `${this.constructor.name}: made for ${this.baseLrs.length} groups, and the optimizer has ${paramGroups.length}`,
      );
    }
    const rates = paramGroups.map((group, i) => {
      const rate = this.rate(group, i);
      return checkRange(this.constructor.name, `the learning rate after ${this.lastEpoch} steps`, rate, 0);
    });
    paramGroups.forEach((group, i) => group.lr = rates[i]);
  }

  /** @internal Whether it is a schedule of this optimizer. */
  drives(optimizer: AnyOptimizer): boolean {
    return this.optimizer === optimizer;
  }

  /** @internal As when it was made, on groups that no other schedule has changed. */
  begin(): void {
    this.lastEpoch = 0;
    this.optimizer.paramGroups.forEach((group, i) => group.lr = this.baseLrs[i]);
    if (this.actsAtOnce) this.apply();
  }

  /** The learning rates of the groups now. */
  get lastLr(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr);
  }

  /** @internal What moves as it steps, and is stored: by name, what it must be. */
  protected moving(): Record<string, (name: string, value: unknown) => number> {
    return { lastEpoch: (name, value) => checkWhole("loadStateDict", name, value, 0) };
  }

  /**
   * What to store beside the optimizer's state: how far it is. Its settings are those it is made with.
   *
   * @returns Plain data.
   */
  stateDict(): ScheduleState {
    if (arguments.length > 0) surplus("stateDict", arguments, 0);
    const own = this as unknown as Record<string, number>;
    const moving = Object.keys(this.moving()).map((name) => [name, own[name]]);
    return { ...Object.fromEntries(moving), baseLrs: [...this.baseLrs] };
  }

  /**
   * Takes over what `stateDict()` gave; the optimizer's own state holds the learning rates.
   *
   * @param state From a schedule of the same kind.
   * @throws {RangeError} if it is of another kind, or of another number of groups, or a number in it makes no sense.
   * @throws {TypeError} if it is no state. All of it is checked before any of it is taken over.
   */
  loadStateDict(state: ScheduleState): void {
    if (arguments.length > 1) surplus("loadStateDict", arguments, 1);
    this.reading(state)();
  }

  /** @internal Checks a state; what is returned takes it over. */
  reading(state: ScheduleState): () => void {
    const { name } = this.constructor, moving = this.moving(), known = [...Object.keys(moving), "baseLrs"];
    if (!isPlain(state)) {
      throw new TypeError(
        `loadStateDict: an object such as stateDict() returns is needed, not ${describe(state)}`,
      );
    }
    const odd = known.find((key) => !Object.hasOwn(state, key)) ??
      Object.keys(state).find((key) => !known.includes(key));
    if (odd !== undefined) {
      const what = known.includes(odd) ? `has no ${odd}` : `has ${odd}`;
      throw new RangeError(`loadStateDict: the state ${what}; it is not that of a ${name}`);
    }
    const { baseLrs } = state;
    if (!Array.isArray(baseLrs)) {
      throw new TypeError(`loadStateDict: baseLrs must be a list of numbers, not ${describe(baseLrs)}`);
    }
    if (baseLrs.length !== this.baseLrs.length) {
      throw new RangeError(
        `loadStateDict: this schedule drives ${this.baseLrs.length} groups, the saved one ${baseLrs.length}`,
      );
    }
    for (const rate of baseLrs) checkRange("loadStateDict", "a rate of baseLrs", rate, 0);
    const read = Object.entries(moving).map(([key, check]) => [key, check(key, state[key])]);
    return () => {
      Object.assign(this, Object.fromEntries(read));
      this.baseLrs.splice(0, baseLrs.length, ...baseLrs);
    };
  }
}
