/**
 * The names of the backends that the tests can run on.
 *
 * @module
 */

/** Ours, and TensorFlow.js' own for comparison. */
export const DEVICES = ["cpu", "webgpu", "stock-cpu", "stock-webgpu"] as const;

/** One of {@linkcode DEVICES}. */
export type DeviceName = typeof DEVICES[number];
