/**
 * TensorFlow.js, whole: its core alone knows no gradients.
 *
 * @module
 */
import type * as core from "@tensorflow/tfjs-core";

/** What a program sees of it. */
export type Tfjs = typeof core;

// Named by a variable, so that nobody downloads it who does not measure.
const NAME: string = "@tensorflow/tfjs";
/** TensorFlow.js. */
export const tf: Tfjs = await import(NAME);
