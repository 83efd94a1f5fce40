/**
 * Numbers for tests that need no shrinking, the same at every run.
 *
 * @module
 */

/** Park and Miller's generator. */
export class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 16807 % 2147483647 || 1;
  }

  /** An integer from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    this.#state = this.#state * 16807 % 2147483647;
    return low + Math.floor(this.#state / 2147483647 * (high - low + 1));
  }
}
