/**
 * Where the time of a training loop goes, for whoever asked for it with a chapter's `--profile`.
 *
 * @module
 */
import { currentDevice } from "../device/mod.ts";
import { beginProfile, type Profile, type Profiling } from "../device/profile/mod.ts";
import { terminalColumns } from "../host/process.ts";
import { show } from "../show/show.ts";

/** The first steps compile kernels and find their memory; they are left out. */
const WARM_UP = 2;
/** The steps that are measured: each is as the others. */
const STEPS = 20;

let asked = false, shown = false;
/** That of the first loop which shows no progress: it is shown where no other loop has one. */
let quiet: Profile | null = null;

/** From here on every loop shows a profile of some of its steps when it ends. */
export function profileLoops(): void {
  asked = true;
  globalThis.addEventListener?.("unload", () => {
    if (shown) return;
    if (quiet !== null) return console.log(quiet.text(terminalColumns()));
    console.error(
      `--profile: no loop of steps() or epochs() got beyond its first ${WARM_UP} steps, which are left out. A loop ` +
        "that is written by hand is measured by await profile(() => …).",
    );
  });
}

/** The profile of one loop; nothing happens unless it was asked for. */
export class StepProfile {
  readonly #label: string;
  readonly #isQuiet: boolean;
  #profiling: Profiling | null = null;
  #found: Profile | null = null;
  #turns = 0;
  /** The steps that are measured, counted from 1; the last may have been left in its middle. */
  #first = 0;
  #last = 0;

  /**
   * @param label What the loop is called; "": it has no name.
   * @param isQuiet Whether it shows no progress either.
   */
  constructor(label: string, isQuiet: boolean) {
    this.#label = label;
    this.#isQuiet = isQuiet;
  }

  /** A step begins, counted from 1. */
  begin(step: number): void {
    this.#last = step;
  }

  /** A step has ended, counted from 1. */
  async turn(step: number): Promise<void> {
    if (!asked || this.#found !== null || this.#isQuiet && quiet !== null) return;
    this.#turns++;
    if (this.#profiling !== null) {
      if (step - this.#first + 1 >= STEPS) await this.stop();
    } else if (this.#turns >= WARM_UP) {
      // A loop inside of one that is measured belongs to it.
      this.#profiling = await beginProfile(currentDevice(), { shapes: false, programs: false });
      this.#first = step + 1;
    }
  }

  /** What comes next is no step of the loop. */
  async stop(): Promise<void> {
    const profiling = this.#profiling;
    if (profiling === null) return;
    this.#profiling = null;
    if (this.#last < this.#first) profiling.abandon();
    else this.#found = await profiling.finish(this.#what());
  }

  #what(): string {
    const steps = this.#first === this.#last
      ? `Step ${this.#first}`
      : `Steps ${this.#first} to ${this.#last}`;
    return this.#label === "" ? steps : `${steps} of ${this.#label}`;
  }

  /** The loop has ended: shows what was found. */
  async end({ error }: { error?: unknown }): Promise<void> {
    if (error !== undefined) {
      this.#profiling?.abandon();
      return;
    }
    await this.stop();
    if (this.#found === null) return;
    if (this.#isQuiet) quiet ??= this.#found;
    else {
      shown = true;
      await show(this.#found);
    }
  }
}
