import { assertEquals, assertThrows } from "@std/assert";
import { fences, parseCells } from "../../tools/notebooks/percent.ts";

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
