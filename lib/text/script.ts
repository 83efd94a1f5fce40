/**
 * Functions that run elsewhere, in another thread or a page, and are handed over as text. In the npm package they are text from the
 * start (tools/pack.ts), so that no bundler can put into them what is not there, where they run.
 *
 * @module
 */

/**
 * A script that calls a function.
 *
 * @param work The function. It must not refer to anything outside.
 * @param parameters What it is called with, as it stands in a script.
 */
// deno-lint-ignore no-explicit-any -- a function is a text here
export function scriptOf(work: (...parameters: any[]) => void, ...parameters: string[]): string {
  return `(${work})(${parameters.join(", ")});\n`;
}
