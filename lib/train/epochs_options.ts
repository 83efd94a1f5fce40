/**
 * What a run over epochs is told.
 *
 * @module
 */
import { Module } from "../nn/module.ts";
import {
  checkBoolean,
  checkChoice,
  checkFunction,
  checkOptions,
  checkRange,
  checkText,
  checkWhole,
  describe,
  isPlain,
} from "../text/arguments.ts";
import { checkLogOptions, type LogOptions } from "./run_log.ts";
import type { Loggable } from "./running.ts";
import { Watch } from "./watch.ts";

/** Options of {@linkcode epochs}. */
export interface EpochsOptions extends LogOptions {
  /** What is shown in front of the bar. */
  label?: string;
  /** Whether to show anything: true by default. */
  progress?: boolean;
  /**
   * Whether a network's loss or gradient, or a logged value, that is NaN or infinite ends the run, with an error that names the step and the
   * first module: true by default.
   */
  watch?: boolean;
  /** What is measured after each epoch, such as `() => evaluate(net, testLoader)`: numbers by name. */
  test?: () => Record<string, Loggable> | Promise<Record<string, Loggable>>;
  /**
   * By which value of a row epochs are compared: "testLoss", "testAccuracy", "loss". If not said, the first that the test measures;
   * the first that is logged if there is no test.
   */
  monitor?: string;
  /** Whether that value should fall or rise; by default, an accuracy should rise and all else should fall. */
  mode?: "min" | "max";
  /** The run ends after so many epochs without a better one; by default, it goes on to the end. */
  patience?: number;
  /** An epoch is better, to `patience`, if it is so by more than this: 0 by default. */
  minDelta?: number;
  /** A network that has, in the end, the weights of its best epoch instead of its last. */
  restoreBest?: Module;
  /** Where the run is saved: behind each epoch, and where it is stopped. */
  checkpoints?: KeepsCheckpoints;
  /** What is saved with it: `{ model: net, optimizer, schedule }`. The loader and the run's own state are, too. */
  parts?: RunParts;
  /** The run is saved each time so many steps are done, too: for epochs that take long. */
  checkpointEvery?: number;
  /** Whether to go on from the last checkpoint, if there is one: false by default. */
  resume?: boolean;
}

/** What keeps checkpoints: a `Checkpoints`. */
export interface KeepsCheckpoints {
  /** Saves the parts of a run, with values beside them. */
  save(parts: RunParts, values: { step: number; [name: string]: number }): Promise<unknown>;
  /** Restores them from the last checkpoint; undefined if there is none. */
  resume(parts: RunParts): Promise<unknown>;
  /** Says that a run begins anew, and what stands in its way. */
  begin?(name: string): void;
}

/** What has a state that can be saved, by name. */
export type RunParts = Record<
  string,
  { stateDict(): unknown; loadStateDict(state: never): unknown } | undefined
>;

const NAMES = [
  ...["label", "progress", "watch", "test", "monitor", "mode", "patience", "minDelta", "restoreBest"],
  ...["checkpoints", "parts", "checkpointEvery", "resume", "log", "logEvery"],
];

/** Options with their defaults. */
export type Settings = ReturnType<typeof checkSettings>;

/** Throws where an option is of another kind or name, or makes no sense. */
export function checkSettings(options: EpochsOptions) {
  checkOptions("epochs", options, NAMES);
  const { label = "", progress = true, monitor = "", minDelta = 0, test, mode, patience, restoreBest } =
    options;
  const { checkpoints, parts = {}, checkpointEvery = Infinity, resume = false } = options;
  const { watch = true } = options;
  const watching = checkBoolean("epochs", "watch", watch) ? new Watch("epochs") : null;
  checkText("epochs", "label", label);
  checkBoolean("epochs", "progress", progress);
  checkText("epochs", "monitor", monitor);
  checkRange("epochs", "minDelta", minDelta, 0);
  if (test !== undefined) checkFunction("epochs", "test", test, "() => evaluate(net, testLoader)");
  if (mode !== undefined) checkChoice("epochs", "mode", mode, ["min", "max"]);
  if (patience !== undefined) checkWhole("epochs", "patience", patience, 1);
  if (restoreBest !== undefined && !(restoreBest instanceof Module)) {
    throw new TypeError(`epochs: restoreBest must be a module, not ${describe(restoreBest)}`);
  }
  const keeps = typeof checkpoints === "object" && checkpoints !== null && "save" in checkpoints &&
    "resume" in checkpoints;
  if (checkpoints !== undefined && !keeps) {
    throw new TypeError(
      `epochs: checkpoints must be a Checkpoints, as new Checkpoints(folder) makes it, not ${
        describe(checkpoints)
      }`,
    );
  }
  checkOwnParts(parts);
  if (checkpointEvery !== Infinity) checkWhole("epochs", "checkpointEvery", checkpointEvery, 1);
  if (checkBoolean("epochs", "resume", resume) && checkpoints === undefined) {
    throw new RangeError(
      "epochs: resume goes on from a checkpoint; say where they are: checkpoints: new Checkpoints(folder)",
    );
  }
  const keeping = {
    checkpoints,
    parts,
    checkpointEvery,
    resume,
    watching,
    ...checkLogOptions("epochs", options),
  };
  return {
    label,
    progress,
    monitor,
    minDelta,
    test,
    mode: mode ?? "auto" as const,
    patience,
    restoreBest,
    ...keeping,
  };
}

function checkOwnParts(parts: unknown): void {
  if (!isPlain(parts)) {
    throw new TypeError(
      `epochs: parts stand in one object such as { model: net, optimizer }, not ${describe(parts)}`,
    );
  }
  for (const [name, part] of Object.entries(parts)) {
    if (part === undefined || isStateful(part)) continue;
    throw new TypeError(
      `epochs: ${name} of the parts must have a state, as networks and optimizers do, and is ${
        describe(part)
      }`,
    );
  }
  if ("run" in parts) throw new RangeError('epochs: a part cannot be called "run", which is the run itself');
}

/** Whether something has a state that can be saved. */
export function isStateful(part: unknown): part is NonNullable<RunParts[string]> {
  return typeof part === "object" && part !== null && "stateDict" in part && "loadStateDict" in part;
}
