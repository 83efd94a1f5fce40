/**
 * Notebook files, version 4.5: https://nbformat.readthedocs.io/en/latest/format_description.html
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type Cell, letterOf, parseQuestion, withoutHeading } from "../../lib/course/cells.ts";

/** What a cell shows, by MIME type. */
export type MimeBundle = Record<string, unknown>;

/** What a cell printed, showed, or came to. */
export type Output =
  | { output_type: "stream"; name: "stdout" | "stderr"; text: string[] }
  | { output_type: "display_data"; data: MimeBundle; metadata: Record<string, unknown> }
  | {
    output_type: "execute_result";
    execution_count: number | null;
    data: MimeBundle;
    metadata: Record<string, unknown>;
  };

/** A cell as the file has it. */
export interface NotebookCell {
  cell_type: "markdown" | "code";
  id: string;
  metadata: { tags?: string[]; jupyter?: { source_hidden?: boolean; outputs_hidden?: boolean } };
  source: string[];
  execution_count?: number | null;
  outputs?: Output[];
}

/** A notebook as the file has it. */
export interface Notebook {
  cells: NotebookCell[];
  metadata: Record<string, unknown>;
  nbformat: 4;
  nbformat_minor: 5;
}

/** In a wrong folder Deno only says that "descent" is in no import map. */
const GUARD = `await import("descent").then(() => {}, (error) => {
  if (!/not a dependency|import map|not prefixed/.test(error.message)) throw error;
  throw new Error(
    \`This notebook runs in \${Deno.cwd()} and does not find the library "descent" from there. \` +
      "Open it in the folder notebooks/ of the repository that it belongs to.",
  );
});`;

/**
 * A notebook with the cells of a chapter, not executed. Ids depend on what a cell says, so that a change of one cell
 * leaves the others theirs.
 *
 * @param cells The chapter's cells.
 */
export function toNotebook(cells: readonly Cell[]): Notebook {
  const guarded: Cell[] = [...cells];
  const first = cells.findIndex(({ kind }) => kind === "code");
  if (first >= 0) guarded.splice(first, 0, { kind: "code", source: GUARD, tags: ["setup"], line: 0 });
  const used = new Map<string, number>();
  return {
    cells: guarded.map((cell) => {
      const source = lines(shown(cell));
      const hash = createHash("sha256").update(`${cell.kind}\n${source.join("")}`).digest("hex").slice(0, 8);
      const count = (used.get(hash) ?? 0) + 1;
      used.set(hash, count);
      const id = count === 1 ? hash : `${hash}-${count}`;
      const tags = cell.tags.length > 0 ? { tags: cell.tags } : {};
      if (cell.kind === "markdown") return { cell_type: "markdown", id, metadata: tags, source };
      const hidden = cell.tags.includes("setup") || isFolded(cell);
      const metadata = { ...(hidden ? { jupyter: { source_hidden: true } } : {}), ...tags };
      return { cell_type: "code", execution_count: null, id, metadata, outputs: [], source };
    }),
    metadata: {
      kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
      language_info: {
        codemirror_mode: "typescript",
        file_extension: ".ts",
        mimetype: "text/x.typescript",
        name: "typescript",
        nbconvert_exporter: "script",
        pygments_lexer: "typescript",
      },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** A list of numbers, one a line. A line that ends is layout: in a text it is written as \n. */
const NUMBERS = /\[\n *(-?\d[^\s",]*(?:,\n *-?\d[^\s",]*)*)\n *\]/g;

/** A file's text, laid out as Jupyter lays it out, but for lists of numbers: they take a line, not one for each number. */
export function serialize(notebook: Notebook): string {
  return JSON.stringify(notebook, null, 1).replace(NUMBERS, (_, list) => `[${list.replace(/\s+/g, "")}]`) +
    "\n";
}

/** Text as nbformat keeps it: a list of lines with their ends. */
export function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/**
 * The first cell in which a notebook is not what it was made from.
 *
 * @param notebook The file's.
 * @param fresh Made from the chapter as it is now.
 * @returns A number from 1, or null if they say the same.
 */
export function staleCell(notebook: Notebook, fresh: Notebook): number | null {
  const says = (cell: NotebookCell | undefined) =>
    cell && JSON.stringify([cell.cell_type, cell.id, cell.source, cell.metadata]);
  const count = Math.max(notebook.cells.length, fresh.cells.length);
  for (let i = 0; i < count; i++) {
    if (says(notebook.cells[i]) !== says(fresh.cells[i])) return i + 1;
  }
  return null;
}

function isFolded({ tags }: Cell): boolean {
  return tags.includes("folded");
}

/** What a cell says in a notebook. */
function shown(cell: Cell): string {
  if (cell.kind === "code") return withoutHeading(cell.source);
  if (isFolded(cell)) {
    const [title, ...rest] = cell.source.split("\n");
    return fold(title.replace(/^#+ /, "").replaceAll("**", ""), rest.join("\n").trim());
  }
  return cell.tags.includes("question") ? asked(cell) : cell.source;
}

/** A question: the choices have letters, and the answer is closed. */
function asked(cell: Cell): string {
  const { question, choices, right, answer, code } = parseQuestion(cell, "the chapter");
  const list = choices.map((choice, i) => `- **${letterOf(i)}.** ${choice.replaceAll("\n", "\n  ")}`);
  const unfolded = `**${letterOf(right)}.** ${answer}\n\n\`\`\`ts\n${code}\n\`\`\``;
  return `**Predict.** ${question}\n\n${list.join("\n")}\n\n${fold("Answer", unfolded)}`;
}

/** Markdown that is closed until the reader opens it. */
function fold(summary: string, source: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${source}\n\n</details>`;
}
