/** Work that is done before its result is wanted. */

/**
 * One piece of work at a time. What takes a processor's time is done while the program waits for something else, or when it is
 * wanted; what waits itself (for files, for an answer) begins at once, so that it waits while the program computes.
 */
export class Ahead<T> {
  #found: { result: T | Promise<T> } | { error: unknown } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether the work was one of waiting, the last time. */
  #waits = false;

  /** Sees to it that a piece of work is done. */
  begin(work: () => T | Promise<T>): void {
    if (this.#waits) this.#do(work);
    else this.#timer = setTimeout(() => this.#do(work));
  }

  /**
   * The result of the work that was begun, done now if it is not yet, or if none was.
   *
   * @throws whatever the work has thrown.
   */
  take(work: () => T | Promise<T>): T | Promise<T> {
    this.end();
    if (this.#found === null) this.#do(work);
    const found = this.#found!;
    this.#found = null;
    if ("error" in found) throw found.error;
    this.#waits = found.result instanceof Promise;
    return found.result;
  }

  /** Begins nothing any more. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #do(work: () => T | Promise<T>): void {
    try {
      const result = work();
      // Whoever wants the result will see the failure; nobody may come.
      if (result instanceof Promise) result.catch(() => {});
      this.#found = { result };
    } catch (error) {
      this.#found = { error };
    }
  }
}
