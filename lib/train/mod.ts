/**
 * The training loop: progress, live curves, interruption, and what a network is worth.
 *
 * @module
 */
export { accuracy } from "./accuracy.ts";
export { type AveragedModel, averagedModel, type AveragedModelOptions } from "./averaged_model.ts";
export { capture, type Captured } from "./capture.ts";
export { detectAnomaly } from "./anomaly.ts";
export type { Batches } from "./batches.ts";
export { epochs, type EpochsRun, type EpochStep } from "./epochs.ts";
export type { EpochsOptions, KeepsCheckpoints, RunParts } from "./epochs_options.ts";
export {
  type Criterion,
  evaluate,
  type Evaluated,
  type EvaluateOptions,
  type LabelledBatch,
  type Metric,
  predict,
  type Predictions,
} from "./evaluate.ts";
export type { EpochRow } from "./history.ts";
export { Progress } from "./progress.ts";
export type { LogOptions, LogTarget } from "./run_log.ts";
export type { Loggable, Step } from "./running.ts";
export type { ProgressOptions } from "./screen.ts";
export { steps, type StepsOptions } from "./steps.ts";
