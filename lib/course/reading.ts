/**
 * What is said while a data set is read.
 *
 * @module
 */
import { inNotebook, isTerminal, terminalColumns, writeToTerminal } from "../host/process.ts";
import { RedrawnLine, writeLine } from "../show/terminal.ts";
import { checkText, surplus } from "../text/arguments.ts";
import { legible } from "../text/escape.ts";
import { truncate } from "../text/width.ts";

/**
 * Says that something is read, where that takes longer than a blink: on a terminal in one line that counts and goes away, in a file or
 * a notebook in one line that stays.
 *
 * @param what What is read: "Fashion-MNIST".
 * @returns What is called with how much is done of how much: an `onProgress`.
 * @throws {TypeError} if it is no text, or more is given.
 *
 * @example
 * ```ts
 * import { fashionMnist } from "descent";
 * import { reading } from "descent/course";
 *
 * const train = await fashionMnist({ onProgress: reading("Fashion-MNIST") });
 * console.log(train.length); // 60000
 * ```
 */
export function reading(what: string): (done: number, total: number) => void {
  if (arguments.length > 1) surplus("reading", arguments, 1);
  const said = `reading ${legible(checkText("reading", "what is read", what))} …`;
  if (!isTerminal() || inNotebook()) {
    let isFirst = true;
    return () => {
      if (isFirst) writeLine(said);
      isFirst = false;
    };
  }
  return countingLine(said, writeToTerminal, terminalColumns);
}

/** A line of a terminal that counts, until all is done. */
export function countingLine(
  said: string,
  write: (text: string) => void,
  columns: () => number,
): (done: number, total: number) => void {
  const line = new RedrawnLine(write);
  return (done, total) => {
    // A letter in the last column makes some terminals begin a new line.
    const room = Math.max(1, columns() - 1);
    if (done < total) line.draw(truncate(`${said} ${done}/${total}`, room), room);
    else line.clear(room);
  };
}
