/** What all schedules of the learning rate share. */
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
  /** The learning rates of the groups when the schedule was made. @internal */
  protected readonly baseLrs: number[];

  /** @internal */
  protected constructor(protected readonly optimizer: AnyOptimizer) {
    this.baseLrs = optimizer.paramGroups.map((group) => group.lr);
  }

  /** The learning rate of a group at `lastEpoch`. @internal */
  protected abstract rate(group: ParamGroup<HasRate>, index: number): number;

  /** Moves on by one and sets the learning rates. */
  step(): void {
    this.lastEpoch++;
    this.apply();
  }

  /** Sets the learning rates for `lastEpoch`. @internal */
  protected apply(): void {
    const { paramGroups } = this.optimizer;
    const rates = paramGroups.map((group, i) => this.rate(group, i));
    paramGroups.forEach((group, i) => group.lr = rates[i]);
  }

  /** The learning rates of the groups now. */
  get lastLr(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr);
  }

  /**
   * What to store beside the optimizer's state.
   *
   * @returns Plain data.
   */
  stateDict(): ScheduleState {
    const entries = Object.entries(this).filter(([, value]) =>
      typeof value !== "object" && typeof value !== "function"
    );
    return { ...Object.fromEntries(entries), baseLrs: [...this.baseLrs] };
  }

  /**
   * Takes over what `stateDict()` gave; the optimizer's own state holds the learning rates.
   *
   * @param state From a schedule of the same kind.
   * @throws {RangeError} if it is of another number of groups.
   */
  loadStateDict(state: ScheduleState): void {
    const { baseLrs, ...rest } = state as { baseLrs: number[] };
    if (!Array.isArray(baseLrs) || baseLrs.length !== this.baseLrs.length) {
      throw new RangeError(
        `loadStateDict: this schedule drives ${this.baseLrs.length} groups, the saved one ${baseLrs?.length}`,
      );
    }
    Object.assign(this, rest);
    this.baseLrs.splice(0, baseLrs.length, ...baseLrs);
  }
}

/** Throws a RangeError unless a setting is a whole number ≥ `least`. */
export function whole(schedule: string, name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`${schedule}: ${name} must be a whole number ≥ ${least}, not ${value}`);
  }
}

/** Throws a RangeError unless a setting is a finite number. */
export function finite(schedule: string, name: string, value: number): void {
  if (!Number.isFinite(value)) {
    throw new RangeError(`${schedule}: ${name} must be a finite number, not ${value}`);
  }
}
