/** Functions that run elsewhere, in another thread or a page, and are handed over as text. */

/**
 * A script that calls a function.
 *
 * @param work The function. It must not refer to anything outside.
 * @param parameters What it is called with, as it stands in a script.
 */
// deno-lint-ignore no-explicit-any -- a function is a text here
export function scriptOf(work: (...parameters: any[]) => void, ...parameters: string[]): string {
  // Bundlers that keep names, as esbuild does when told so, put calls of this function into ours.
  return `((__name) => (${work})(${parameters.join(", ")}))((named) => named);\n`;
}
