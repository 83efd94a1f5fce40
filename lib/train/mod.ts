/**
 * The training loop: progress, live curves, interruption.
 *
 * @module
 */
export { Progress, type ProgressOptions } from "./progress.ts";
export { type Loggable, type Step, steps, type StepsOptions } from "./steps.ts";
