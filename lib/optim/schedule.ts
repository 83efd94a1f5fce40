/** What all schedules of the learning rate share. */
import { type HasRate, Optimizer, type ParamGroup } from "./optimizer.ts";

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
    if (!(optimizer instanceof Optimizer)) {
      throw new TypeError(`${new.target.name}: an optimizer is needed, not ${String(optimizer)}`);
    }
    this.optimizer = optimizer;
    this.baseLrs = optimizer.paramGroups.map((group) => group.initialLr ??= group.lr);
  }

  /** @internal The learning rate of a group at `lastEpoch`. */
  protected abstract rate(group: ParamGroup<HasRate>, index: number): number;

  /** Moves on by one and sets the learning rates. */
  step(): void {
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
    const rates = paramGroups.map((group, i) => this.rate(group, i));
    paramGroups.forEach((group, i) => group.lr = rates[i]);
  }

  /** The learning rates of the groups now. */
  get lastLr(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr);
  }

  /** What moves as it steps. */
  #numbers(): [string, number][] {
    return Object.entries(this).filter(([, value]) => typeof value === "number") as [string, number][];
  }

  /**
   * What to store beside the optimizer's state: how far it is. Its settings are those it is made with.
   *
   * @returns Plain data.
   */
  stateDict(): ScheduleState {
    return { ...Object.fromEntries(this.#numbers()), baseLrs: [...this.baseLrs] };
  }

  /**
   * Takes over what `stateDict()` gave; the optimizer's own state holds the learning rates.
   *
   * @param state From a schedule of the same kind.
   * @throws {RangeError} if it is of another kind, or of another number of groups; nothing is changed then.
   */
  loadStateDict(state: ScheduleState): void {
    const { baseLrs } = state as { baseLrs: number[] };
    if (!Array.isArray(baseLrs) || baseLrs.length !== this.baseLrs.length) {
      throw new RangeError(
        `loadStateDict: this schedule drives ${this.baseLrs.length} groups, the saved one ${baseLrs?.length}`,
      );
    }
    const own = this.#numbers().map(([name]) => name);
    const missing = own.find((name) => typeof state[name] !== "number");
    if (missing !== undefined) {
      throw new RangeError(
        `loadStateDict: the state has no ${missing}; it is not that of a ${this.constructor.name}`,
      );
    }
    Object.assign(this, Object.fromEntries(own.map((name) => [name, state[name]])));
    this.baseLrs.splice(0, baseLrs.length, ...baseLrs);
  }
}
