/**
 * What the chapters of the course need beside the library: flags, a photograph, handwritten digits.
 *
 * @module
 */
import "../show/bare.ts";
export { type DigitBatch, digits, type DigitsOptions } from "./digits.ts";
export {
  type ChapterFlags,
  chapterFlags,
  type ChapterSpec,
  type DataName,
  type FlagValues,
} from "./flags.ts";
export { type Photo, photo } from "./photo.ts";
export { reading } from "./reading.ts";
export { section } from "./section.ts";
