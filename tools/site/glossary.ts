/**
 * docs/glossary.md: the words of the course, in a table.
 *
 * @module
 */
import { escapeMarkup } from "../../lib/text/escape.ts";
import type { Renderer } from "./markdown.ts";

/** A word of the course. */
export interface Term {
  term: string;
  /** What it means, as Markdown. */
  sentence: string;
  /** The chapter in which it first stands: "05b_digits". */
  chapter: string;
  /** What PyTorch calls it, as Markdown; "" where it has no word. */
  torch: string;
  /** The word of the book; "" where it has none. */
  book: string;
}

/**
 * Reads the table.
 *
 * @param markdown The file's text.
 * @throws {SyntaxError} if a row is not understood.
 */
export function parseGlossary(markdown: string): Term[] {
  const rows = markdown.split("\n").filter((line) => line.startsWith("| **"));
  return rows.map((row) => {
    const cells = row.split("|").slice(1, -1).map((cell) => cell.trim());
    const [name, sentence, first, torch, book] = cells;
    const term = /^\*\*(.*)\*\*$/.exec(name)?.[1];
    const chapter = /^\[\d+[a-z]?\]\(\.\.\/notebooks\/(\w+)\.ipynb\)$/.exec(first ?? "")?.[1];
    if (cells.length !== 5 || term === undefined || chapter === undefined) {
      throw new SyntaxError(
        `docs/glossary.md: a row is | **term** | sentence | [1](../notebooks/….ipynb) | torch | book |, not ${row}`,
      );
    }
    return { term, sentence, chapter, torch, book };
  });
}

/** The words as a list of definitions. */
export function glossaryHtml(terms: readonly Term[], renderer: Renderer): string {
  const inline = (markdown: string) => renderer.markdown(markdown).trim().replace(/^<p>|<\/p>$/g, "");
  const items = terms.map(({ term, sentence, chapter, torch, book }) => {
    const words = [
      ...(torch === "" ? [] : [`PyTorch: ${inline(torch)}`]),
      ...(book === "" ? [] : [`the book: <span lang="zh">${escapeMarkup(book)}</span>`]),
      `<a href="${chapter}.html">chapter ${chapter.replace(/^0?(\w+?)_.*/, "$1")}</a>`,
    ];
    return `<dt id="${idOf(term)}">${escapeMarkup(term)}</dt>
<dd>${inline(sentence)} <small>${words.join(" · ")}</small></dd>`;
  });
  return `<h1>Glossary</h1>
<p>The words of the course: what they mean, what PyTorch calls them, what they are called in the book that the course follows
(<span lang="zh">《深度学习框架与卷积网络结构设计》</span>), and where they first stand.</p>
<dl class="glossary">
${items.join("\n")}
</dl>`;
}

function idOf(term: string): string {
  return term.toLowerCase().replaceAll(/\W+/g, "-");
}
