/**
 * Runs a notebook.
 *
 * @module
 */
import { fences } from "../../lib/course/cells.ts";
import { CellError, Kernel } from "./kernel.ts";
import type { Notebook, Output } from "./nbformat.ts";
import { Outputs } from "./outputs.ts";

/** So long a cell may take, in milliseconds. */
const TIMEOUT = 300_000;

/**
 * Runs all cells in a kernel of their own and keeps their outputs in the notebook. Then runs the TypeScript in folded
 * Markdown, the answers to questions and exercises, and forgets what it prints.
 *
 * @param notebook Its code cells get outputs and numbers.
 * @param folder Where it lies.
 * @param options.timeout Milliseconds that a cell may take.
 * @throws {CellError} naming the cell that failed.
 */
export async function execute(
  notebook: Notebook,
  folder: string,
  options: { timeout?: number } = {},
): Promise<void> {
  const { timeout = TIMEOUT } = options;
  const kernel = await Kernel.start(folder);
  const run = async (code: string, number: number, silent = false) => {
    try {
      return await kernel.run(code, { timeout, silent });
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      throw new CellError(`cell ${number} failed: ${error.message}\n\n${code.replace(/^/gm, "    ")}`);
    }
  };
  try {
    const outputs = new Outputs();
    for (const [i, cell] of notebook.cells.entries()) {
      if (cell.cell_type !== "code") continue;
      const { count, messages } = await run(cell.source.join(""), i + 1);
      cell.execution_count = count;
      cell.outputs = outputs.of(messages);
      const value = cell.outputs.find(({ output_type }) => output_type === "execute_result");
      if (value !== undefined && !isExpression(cell.source.at(-1)!)) {
        throw new CellError(leftover(i + 1, value));
      }
    }
    for (const [i, cell] of notebook.cells.entries()) {
      const { tags = [] } = cell.metadata, isQuestion = tags.includes("question");
      if (cell.cell_type !== "markdown" || !isQuestion && !tags.includes("folded")) continue;
      for (const code of fences(cell.source.join(""))) {
        // What a question declares is its own: the answers behind it need the chapter's names as they are.
        await run(isQuestion ? `{\n${code}\n}` : code, i + 1, true);
      }
    }
  } finally {
    await kernel.close();
  }
}

/** Whether a cell may end with a value on purpose. That of a loop or a declaration is whatever was computed last before it ended. */
function isExpression(lastLine: string): boolean {
  return !/^(const|let|class|function|async function|\}|\s|for\b|while\b|if\b)/.test(lastLine);
}

/** Every reader's own run would show it, so it is not left out here. */
function leftover(cell: number, output: Output): string {
  const text = "data" in output ? [output.data["text/plain"]].flat().join("") : "";
  return `cell ${cell} shows ${text}, which is only left over from a statement before its end. ` +
    "Let its last loop end with a statement that has no value, or put what has one into a cell of its own.";
}
