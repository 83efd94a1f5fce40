/**
 * The percent format: a script whose comments `// %%` part it into cells. Editors that know notebooks (VS Code,
 * Jupytext, Spyder) know it too.
 *
 * ```ts ignore
 * // %% [markdown]
 * // # A title, in Markdown
 *
 * // %%
 * console.log("code");
 *
 * // %% [markdown] tags=["folded"]
 * // **Answer to 1.** What the reader unfolds.
 *
 * // %% [markdown] tags=["question"]
 * // **Predict.** What is one and one?
 * //
 * // - [ ] 1
 * // - [x] 2
 * //
 * // **Answer.** Count.
 * //
 * // ```ts
 * // console.log(1 + 1);
 * // ```
 * ```
 *
 * @module
 */

/** A cell of a chapter. */
export interface Cell {
  kind: "markdown" | "code";
  /** Markdown without its `//`, or code as it stands. */
  source: string;
  /** "folded": closed until the reader opens it; "question": {@linkcode parseQuestion} reads it. */
  tags: string[];
  /** Where its marker stands, counted from 1. */
  line: number;
}

const MARKER = /^\/\/ %%(?<options>.*)$/;
const OPTIONS = /^(?: \[(?<kind>markdown)\])?(?: tags=(?<tags>\[.*\]))?$/;

/**
 * Parts a script into cells.
 *
 * @param text The script.
 * @param name Its name, for messages.
 * @throws {SyntaxError} if a marker, or a line of a Markdown cell, is not understood.
 */
export function parseCells(text: string, name: string): Cell[] {
  const cells: Cell[] = [];
  let lines: string[] = [];
  const close = () => {
    const cell = cells.at(-1);
    if (cell !== undefined) cell.source = lines.join("\n").trim();
    else if (lines.join("").trim() !== "") {
      throw new SyntaxError(`${name}: the first line must begin a cell: // %% or // %% [markdown]`);
    }
    lines = [];
  };
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const marker = MARKER.exec(line);
    if (marker !== null) {
      close();
      cells.push({ ...readOptions(marker.groups!.options, `${name}:${i + 1}`), source: "", line: i + 1 });
    } else if (cells.at(-1)?.kind === "markdown") {
      const comment = /^\/\/(?: (?<text>.*)|)$/.exec(line);
      if (comment === null && line.trim() !== "") {
        throw new SyntaxError(
          `${name}:${i + 1}: a line of a Markdown cell begins with "// ", this one is: ${line}`,
        );
      }
      lines.push(comment?.groups?.text ?? "");
    } else lines.push(line);
  }
  close();
  return cells.filter(({ source }) => source !== "");
}

function readOptions(options: string, where: string): Pick<Cell, "kind" | "tags"> {
  const match = OPTIONS.exec(options.trimEnd());
  if (match === null) {
    throw new SyntaxError(
      `${where}: a cell begins with // %%, then [markdown], then tags=["folded"], not${options}`,
    );
  }
  const { kind, tags } = match.groups!;
  return {
    kind: kind === "markdown" ? "markdown" : "code",
    tags: tags === undefined ? [] : JSON.parse(tags),
  };
}

/** What a reader is asked to predict. */
export interface Question {
  /** Markdown, as the other texts are. */
  question: string;
  choices: string[];
  /** The index of the right choice. */
  right: number;
  /** Why. */
  answer: string;
  /** What shows it: TypeScript that needs only the chapter's first code cell. */
  code: string;
}

const QUESTION =
  /^\*\*Predict\.\*\* (?<question>[^]+?)\n\n(?<choices>(?:- \[[ x]\] .+\n(?: {2}.+\n)*)+)\n\*\*Answer\.\*\* (?<answer>[^]+?)\n\n```ts\n(?<code>[^]+?)\n```$/;

/**
 * Reads a cell that is tagged "question".
 *
 * @param cell The cell.
 * @param name The script's name, for messages.
 * @throws {SyntaxError} if it is not of the form that is shown above, or not one of two to five choices is right.
 */
export function parseQuestion({ source, line }: Cell, name: string): Question {
  const parts = QUESTION.exec(source)?.groups;
  if (parts === undefined) {
    throw new SyntaxError(
      `${name}:${line}: a question is **Predict.** and a text, choices (- [ ] and - [x]), **Answer.** and a text, and one block of ts`,
    );
  }
  const choices = parts.choices.trimEnd().split(/\n(?=- \[)/);
  const right = choices.flatMap((choice, i) => choice.startsWith("- [x]") ? [i] : []);
  if (right.length !== 1 || choices.length < 2 || choices.length > 5) {
    throw new SyntaxError(
      `${name}:${line}: one of two to five choices is right (- [x]), not ${right.length} of ${choices.length}`,
    );
  }
  return {
    question: parts.question,
    choices: choices.map((choice) => choice.slice("- [ ] ".length).replace(/\n {2}/g, "\n")),
    right: right[0],
    answer: parts.answer,
    code: parts.code,
  };
}

/** "a" for the first choice of a question. */
export function letterOf(choice: number): string {
  return String.fromCharCode("a".charCodeAt(0) + choice);
}

/** Code without the line that prints a script's headings, for where the heading itself stands above it. */
export function withoutHeading(code: string): string {
  return code.replace(/^section\(".*"\);\n+/, "");
}

/** The TypeScript between fences (` ```ts `) of a Markdown text. */
export function fences(markdown: string): string[] {
  return [...markdown.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code.trimEnd());
}
