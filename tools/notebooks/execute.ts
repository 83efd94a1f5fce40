/**
 * Runs a notebook.
 *
 * @module
 */
import { CellError, Kernel } from "./kernel.ts";
import type { Notebook } from "./nbformat.ts";
import { Outputs } from "./outputs.ts";
import { fences } from "./percent.ts";

/** So long a cell may take, in milliseconds. */
const TIMEOUT = 300_000;

/**
 * Runs all cells in a kernel of their own and keeps their outputs in the notebook. Then runs the TypeScript in folded
 * Markdown, the answers to exercises, and forgets what it prints.
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
      cell.outputs = outputs.of(messages).filter(({ output_type }) => {
        return output_type !== "execute_result" || isExpression(cell.source.at(-1)!);
      });
    }
    for (const [i, cell] of notebook.cells.entries()) {
      if (cell.cell_type !== "markdown" || !cell.metadata.tags?.includes("folded")) continue;
      for (const code of fences(cell.source.join(""))) await run(code, i + 1, true);
    }
  } finally {
    await kernel.close();
  }
}

/** Whether a cell may end with a value on purpose. That of a loop or a declaration is whatever was computed last in there. */
function isExpression(lastLine: string): boolean {
  return !/^(const|let|class|function|async function|\}|\s)/.test(lastLine);
}
