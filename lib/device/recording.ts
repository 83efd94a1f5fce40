/**
 * Steps that are recorded once and run again: the kernels are the same, on the same arrays, with other numbers in them.
 *
 * @module
 */
import type { Storage } from "./storage.ts";

/** A step that is being recorded: what its parts tell of what is no kernel, such as a step counted or numbers drawn. */
export interface Recording {
  /**
   * What has to happen on the host before the recorded kernels run again: the callbacks are called once for each later run, in
   * the order in which they were given. They write new numbers into the objects that kernels were given (`draw`, `settings`),
   * which programs then pack anew (see Program.uniforms).
   */
  again(callback: () => void): void;
  /**
   * Ends the recording, since what was done would not be done again, or not with the right numbers.
   *
   * @param sentence Who cannot be recorded, why, and the way out.
   */
  refuse(sentence: string): void;
  /** Makes what outlives the step, such as an optimizer's memory: it is no part of it, and there when it runs. */
  apart<T>(body: () => T): T;
}

/** A device that notes what it is to compute, and does not compute it yet. What kernels make meanwhile lies in arrays of the step's own. */
export interface Recorder {
  /** An array of the step's own like another one: what is given to a step is copied there. */
  place(like: Storage): Storage;
  /** Notes that an array is copied over another one, as they lie in memory. */
  copy(from: Storage, to: Storage): void;
  /** Whether an array is the step's own. */
  isOwn(storage: Storage): boolean;
  /** Computes a body at once, in arrays that are not the step's. */
  apart<T>(body: () => T): T;
  /** A reference to an array of the step's own, which the step holds for its later runs; it keeps nobody from changing the array. */
  hold(own: Storage): Storage;
  /** How many arrays of the step's own are alive, of references counted once. */
  readonly alive: number;
  /** Ends it: the device computes again. The step has not run yet. */
  finish(): RecordedStep;
  /** Ends it, and nothing will run. */
  abandon(): void;
}

/** What was recorded. */
export interface RecordedStep {
  /** Bytes of the arrays of its own. */
  readonly bytes: number;
  /** Whether all that it reads and changes, and is not its own, is still where it was. */
  isValid(): boolean;
  /** What another recording does otherwise, as a part of a sentence; null: nothing. */
  difference(other: RecordedStep): string | null;
  /** Computes it, on what is given: arrays, and those of its own that they are copied to. */
  run(given: readonly (readonly [from: Storage, to: Storage])[]): void;
  /** Gives back what was held for it. */
  drop(held: Storage): void;
  /** A copy of an array of its own as the last run left it, which is the caller's. */
  result(own: Storage): Storage;
  /** Gives back the arrays of its own that nobody holds, and the others when they are freed. */
  close(): void;
}
