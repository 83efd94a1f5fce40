/**
 * What a step that is being recorded must know of what happens to values beside their computation: which of them get other numbers,
 * and which get or lose a gradient. A recorded step awaits nothing, so there is one at a time.
 *
 * @module
 */
import type { Value } from "./value.ts";

/** Who wants to know. */
export interface Journal {
  /** A value is about to get another buffer. */
  replaced(value: Value): void;
  /** A value's gradient is about to be added to ("added"), or taken away ("forgotten"). */
  gradient(value: Value, how: "added" | "forgotten"): void;
}

/** Who keeps a journal now; mostly nobody. */
export let journal: Journal | null = null;

/** Runs a body, which awaits nothing, with a journal. */
export function withJournal<T>(own: Journal, body: () => T): T {
  const before = journal;
  journal = own;
  try {
    return body();
  } finally {
    journal = before;
  }
}

/** Counts what changes how a step would be recorded, and is seen by no kernel: hooks, and who requires gradients. */
export let changes = 0;

/** Something of that kind has changed. */
export function noteChange(): void {
  changes++;
}
