/**
 * Our kernels on the GPU: each file registers those of one idea, over TensorFlow.js' own where those exist.
 *
 * @module
 */

/** Registers all of them; again does no harm. */
export function registerOwnKernels(_backendName: string): void {
}
