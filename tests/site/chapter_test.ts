import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseCells } from "../../lib/course/cells.ts";
import { toNotebook } from "../../tools/notebooks/nbformat.ts";
import { chapterOf } from "../../tools/site/chapter.ts";
import { glossaryHtml, parseGlossary } from "../../tools/site/glossary.ts";

/** Leaves Markdown as it is, lists aside. */
const renderer = {
  markdown: (text: string) => `<p>${text.replace("\n- ", "\n<ul>- ")}</p>`,
  code: (text: string) => text,
};

const CHAPTER = `// %% [markdown]
// # 4. A network
//
// *About 35 minutes. Before it: chapter 3.*
//
// **The question.** How?

// %% [markdown] tags=["question"]
// **Predict.** What is one and one?
//
// - [ ] 1
// - [x] 2
//
// **Answer.** Count.
//
// \`\`\`ts
// console.log(1 + 1);
// \`\`\`
`;

Deno.test("a chapter's page knows its title, its minutes, its question, and which choice is right", () => {
  const notebook = toNotebook(parseCells(CHAPTER, "x.ts"));
  const { title, takes, question, asks, html } = chapterOf("04_mlp", notebook, renderer);
  assertEquals([title, asks], ["4. A network", true]);
  assertEquals([takes, question], [
    "<p>About 35 minutes. Before it: chapter 3.</p>",
    "<p>**The question.** How?</p>",
  ]);
  assertStringIncludes(html, '<section class="prose question" data-right="b">');
  assertStringIncludes(html, '<ul class="choices">- **a.** 1');
  const broken = { ...notebook, cells: notebook.cells.map((cell) => ({ ...cell })) };
  broken.cells[1].source = ["**Predict.** What?"];
  assertThrows(() => chapterOf("04_mlp", broken, renderer), Error, "does not say which choice is right");
});

Deno.test("the glossary's rows are read, shown with the words of others, and refused with what they should be", () => {
  const row =
    "| **max pooling** | Keeping the largest. | [5b](../notebooks/05b_digits.ipynb) | `nn.MaxPool2d` | 池化 |";
  const terms = parseGlossary(`# Glossary\n\n| Term | x |\n| --- | --- |\n${row}\n`);
  assertEquals(terms, [{
    term: "max pooling",
    sentence: "Keeping the largest.",
    chapter: "05b_digits",
    torch: "`nn.MaxPool2d`",
    book: "池化",
  }]);
  const html = glossaryHtml(terms, renderer);
  assertStringIncludes(html, '<dt id="max-pooling">max pooling</dt>\n<dd>Keeping the largest. <small>');
  assertStringIncludes(html, '<span lang="zh">池化</span> · <a href="05b_digits.html">chapter 5b</a>');
  assertThrows(() => parseGlossary(row.replace("[5b]", "[")), SyntaxError, "docs/glossary.md: a row is");
});
