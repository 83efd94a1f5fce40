/**
 * Who frees what kernels make on the way. What a body makes and does not return is freed when the body ends, so that a rule
 * reads like its formula.
 *
 * @module
 */
import type { DType, Storage } from "./storage.ts";

/** What an arena asks of its device. */
export interface ArenaOwner {
  free(storage: Storage): void;
  /** Another reference to the same data. */
  share(storage: Storage): Storage;
  /** One number, as an array of no dimensions; `lasting`: it is made once and never freed. */
  scalar(value: number, dtype: DType, lasting?: boolean): Storage;
}

/** The storages that were made since the outermost body began. One a device. */
export class Arena {
  readonly #made: Storage[] = [];
  readonly #constants = new Map<string, Storage>();
  #depth = 0;

  constructor(readonly owner: ArenaOwner) {}

  /** Every new storage comes by here. */
  track(storage: Storage): Storage {
    if (this.#depth > 0) this.#made.push(storage);
    return storage;
  }

  /**
   * Begins a body.
   *
   * @returns What {@linkcode close} or {@linkcode abandon} wants to know.
   */
  open(): number {
    this.#depth++;
    return this.#made.length;
  }

  /**
   * Ends a body and frees every storage made inside, save what it returns. A returned storage that was not made inside (an
   * input passed through) becomes a reference of its own.
   *
   * @returns The result; its storages belong to the caller (inside another body: to that one).
   */
  close<T extends Storage | readonly Storage[]>(start: number, result: T): T {
    const made = this.#made;
    // The usual case: one kernel, one result.
    if (made.length === start + 1 && made[start] === result) {
      if (--this.#depth === 0) made.length = start;
      return result;
    }
    const kept: Storage[] = [];
    const own = (storage: Storage): Storage => {
      const inside = made.indexOf(storage, start) >= 0 && !kept.includes(storage);
      const owned = inside ? storage : this.owner.share(storage);
      kept.push(owned);
      return owned;
    };
    const owned = Array.isArray(result) ? result.map(own) : own(result as Storage);
    this.#sweep(start, kept);
    return owned as T;
  }

  /** Ends a body that failed, and frees all that it made. */
  abandon(start: number): void {
    this.#sweep(start, []);
  }

  #sweep(start: number, kept: readonly Storage[]): void {
    const made = this.#made;
    for (let i = start; i < made.length; i++) if (!kept.includes(made[i])) this.owner.free(made[i]);
    made.length = start;
    if (--this.#depth > 0) made.push(...kept);
  }

  /** Runs a body between {@linkcode open} and {@linkcode close}. */
  tidy<T extends Storage | readonly Storage[]>(body: () => T): T {
    const start = this.open();
    let result: T;
    try {
      result = body();
    } catch (error) {
      this.abandon(start);
      throw error;
    }
    return this.close(start, result);
  }

  /** Runs a body as if no other were open: what it makes is its own affair. */
  outside<T>(body: () => T): T {
    const depth = this.#depth;
    this.#depth = 0;
    try {
      return body();
    } finally {
      this.#depth = depth;
    }
  }

  /** A number as an array of no dimensions. Small halves and integers are made once and kept. */
  constant(value: number, dtype: DType = "float32"): Storage {
    if (Math.abs(value) > 8 || !Number.isInteger(2 * value) || Object.is(value, -0)) {
      return this.owner.scalar(value, dtype);
    }
    const key = dtype + value;
    let known = this.#constants.get(key);
    if (known === undefined) {
      // Kept by nobody's body.
      this.#constants.set(key, known = this.outside(() => this.owner.scalar(value, dtype, true)));
    }
    return known;
  }
}
