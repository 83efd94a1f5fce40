/** What a person sees: the training loop's progress, the flags of a chapter. @module */
export {
  type ChapterFlags,
  chapterFlags,
  type ChapterSpec,
  type DataName,
  type FlagValues,
} from "./flags.ts";
export { Progress, type ProgressOptions } from "./progress.ts";
export { type Loggable, type Step, steps, type StepsOptions } from "./steps.ts";
