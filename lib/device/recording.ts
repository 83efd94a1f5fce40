/**
 * What the parts of a training step tell whoever records it: kernels are repeated as they are, and what happens on the host between
 * them (a step counted, numbers drawn) is nobody's kernel.
 *
 * @module
 */

/** A step that is being recorded, to be run again with other numbers. */
export interface Recording {
  /**
   * What has to happen on the host before the recorded kernels run again: the callbacks are called once for each later run, in
   * the order in which they were given. They write new numbers into the objects that kernels were given (`draw`, `settings`),
   * which programs then pack anew (see Program.uniforms).
   */
  again(callback: () => void): void;
  /**
   * Ends the recording, since what was done would not be done again, or not with the right numbers.
   *
   * @param sentence Who cannot be recorded, why, and the way out.
   */
  refuse(sentence: string): void;
}
