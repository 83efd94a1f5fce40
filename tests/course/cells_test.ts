import { assertEquals, assertThrows } from "@std/assert";
import { fences, parseCells, parseQuestion } from "../../lib/course/cells.ts";

Deno.test("a script is parted at its markers, and Markdown loses its slashes", () => {
  const text = "// %% [markdown]\n// # Title\n//\n// Text with $x$.\n\n// %%\nconst x = 1;\n\n// a comment\n";
  assertEquals(parseCells(text, "x.ts"), [
    { kind: "markdown", source: "# Title\n\nText with $x$.", tags: [], line: 1 },
    { kind: "code", source: "const x = 1;\n\n// a comment", tags: [], line: 6 },
  ]);
});

Deno.test("cells have tags, Windows' line ends are lines' ends, and empty cells are left out", () => {
  const text =
    '// %% [markdown] tags=["folded"]\r\n// Answer\r\n// %%\r\n\r\n// %% tags=["folded"]\r\nx;\r\n';
  const cells = parseCells(text, "x.ts");
  assertEquals(cells.map(({ kind, tags, source }) => [kind, tags, source]), [
    ["markdown", ["folded"], "Answer"],
    ["code", ["folded"], "x;"],
  ]);
});

Deno.test("what is not understood is refused with its place", () => {
  const refused = (text: string, message: string) =>
    assertThrows(() => parseCells(text, "x.ts"), SyntaxError, message);
  refused("const x = 1;\n// %%\n", "x.ts: the first line must begin a cell");
  refused("// %% [markdown]\n// fine\nconst x = 1;\n", 'x.ts:3: a line of a Markdown cell begins with "// "');
  refused("// %% [raw]\n", "x.ts:1: a cell begins with // %%");
});

Deno.test("fences() finds the TypeScript of an answer, and nothing else", () => {
  const text = "Do this:\n```ts\nconst a = 1;\n```\nnot this:\n```sh\nls\n```\nand this:\n```ts\nb;\n```\n";
  assertEquals(fences(text), ["const a = 1;", "b;"]);
});

const QUESTION = "**Predict.** What is one\nand one?\n\n- [ ] 1\n- [x] 2, as\n  ever\n\n" +
  "**Answer.** Count.\n\nTwice.\n\n```ts\nconsole.log(1 + 1);\n```";
const asked = (source: string) =>
  parseQuestion({ kind: "markdown", source, tags: ["question"], line: 7 }, "x.ts");

Deno.test("a question has choices of which one is right, an answer, and code that shows it", () => {
  assertEquals(asked(QUESTION), {
    question: "What is one\nand one?",
    choices: ["1", "2, as\never"],
    right: 1,
    answer: "Count.\n\nTwice.",
    code: "console.log(1 + 1);",
  });
});

Deno.test("what is no question is refused with its place", () => {
  const refused = (source: string, message: string) =>
    assertThrows(() => asked(source), SyntaxError, `x.ts:7: ${message}`);
  refused(QUESTION.replace("**Predict.** ", ""), "a question is **Predict.**");
  refused(QUESTION.replace("ts\n", "js\n"), "a question is **Predict.**");
  refused(`${QUESTION}\nmore`, "a question is **Predict.**");
  refused(QUESTION.replace("[x]", "[ ]"), "one of two to five choices is right (- [x]), not 0 of 2");
  refused(QUESTION.replace("[ ]", "[x]"), "one of two to five choices is right (- [x]), not 2 of 2");
  refused(QUESTION.replace("- [ ] 1\n", ""), "one of two to five choices is right (- [x]), not 1 of 1");
});
