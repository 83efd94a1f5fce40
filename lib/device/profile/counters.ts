/**
 * What is counted of a GPU. Apart, so that who reads the library's types needs none of WebGPU's.
 *
 * @module
 */

/** What the host has sent to the GPU since the device was made. */
export interface GpuCounters {
  /** Programs, those of TensorFlow.js' among them. */
  dispatches: number;
  /** Lists of commands. */
  submits: number;
  /** Writes of the host into buffers: values, and the numbers of programs. */
  writes: number;
  /** The bytes of these writes; what TensorFlow.js' own programs are told is not among them. */
  bytesWritten: number;
}
