/**
 * Headings of a chapter that runs as a script.
 *
 * @module
 */
import { inNotebook } from "../host/process.ts";
import { writeLine } from "../show/terminal.ts";
import { checkText, surplus } from "../text/arguments.ts";
import { textWidth } from "../text/width.ts";

/**
 * Prints the title of a section, so that a reader who runs a chapter as a script can follow what it prints. A notebook has its
 * titles between the cells; there it prints nothing.
 *
 * @param title As the text above the code has it.
 * @throws {TypeError} if it is no text, or more than one is given.
 *
 * @example
 * ```ts
 * import { section } from "descent/course";
 *
 * section("Walking down");
 * ```
 */
export function section(title: string): void {
  if (arguments.length > 1) surplus("section", arguments, 1);
  heading(`\n${checkText("section", "the title", title)}`, "─");
}

/** Prints a title with a rule below, in a script. */
export function heading(title: string, rule: string): void {
  if (!inNotebook()) writeLine(`${title}\n${rule.repeat(textWidth(title.trim()))}`);
}
