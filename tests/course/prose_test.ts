import { assertEquals } from "@std/assert";
import { codeLines, proseLines } from "../../lib/course/prose.ts";

const plain = { columns: 30, color: "none" } as const, colored = { columns: 30, color: "256" } as const;

Deno.test("paragraphs are wrapped to the columns, and headings have a rule", () => {
  const text = "# Title\n\nA **bold** word and `code`, over\nmore than *one* line.\n\n## Part\nEnd.";
  assertEquals(proseLines(text, plain), [
    "Title",
    "═════",
    "",
    "A bold word and `code`, over",
    "more than one line.",
    "",
    "Part",
    "────",
    "End.",
  ]);
});

Deno.test("a terminal has styles, and they take no room; a line that is broken ends none of them early", () => {
  assertEquals(proseLines("A **bold** word and `some code`, *over* [it](x.md).", colored), [
    "A \x1b[1mbold\x1b[22m word and \x1b[36msome\x1b[39m \x1b[36mcode\x1b[39m,",
    "\x1b[3mover\x1b[23m \x1b[4mit\x1b[24m (x.md).",
  ]);
});

Deno.test("items of a list hang behind their marks, and a task has no mark of Markdown's left", () => {
  assertEquals(proseLines("1. A first item that is long enough to be broken\n2. second\n   line", plain), [
    "1. A first item that is long",
    "   enough to be broken",
    "2. second line",
  ]);
  assertEquals(proseLines("Text:\n- one\n- two", plain), ["Text:", "• one", "• two"]);
});

Deno.test("formulas are text; a short one is not broken, one by itself is indented and parted where it is wide", () => {
  assertEquals(proseLines("It is a step $x \\leftarrow x - \\eta g$ and more", plain), [
    "It is a step x ← x − η g and",
    "more",
  ]);
  assertEquals(proseLines("A long word and then $a + b + c + d$", plain), [
    "A long word and then",
    "a + b + c + d",
  ]);
  assertEquals(proseLines("$$y = x,\n\\qquad z = y$$\n\nMore.", plain), ["    y = x,    z = y", "", "More."]);
  assertEquals(proseLines("$$y = x + 1234567, \\qquad z = y + 1234567$$", plain), [
    "    y = x + 1234567,",
    "    z = y + 1234567",
  ]);
});

Deno.test("a table has columns", () => {
  assertEquals(proseLines("| a | long |\n| - | ---: |\n| `x` | 2 |", plain), [
    "a    long",
    "─────────",
    "`x`  2",
  ]);
});

Deno.test("code stands behind a rule, dim, its words and strings in colours; a long line goes on below", () => {
  assertEquals(codeLines('if (x) {\n\n  console.log("what is long", x + 1);\n}', plain), [
    "│ if (x) {",
    "│",
    '│   console.log("what is',
    '│       long", x + 1);',
    "│ }",
  ]);
  const [line] = codeLines('const x = "a"; // note', colored);
  assertEquals(
    line,
    '\x1b[2m│ \x1b[22;35mconst\x1b[39;2m x = \x1b[22;32m"a"\x1b[39;2m; \x1b[3m//\x1b[23m \x1b[3mnote\x1b[23m\x1b[22m',
  );
  assertEquals(proseLines("Do:\n\n```ts\nx;\n```\nand", plain), ["Do:", "", "│ x;", "and"]);
});
