import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { lines, serialize, staleCell, toNotebook } from "../../tools/notebooks/nbformat.ts";
import { parseCells } from "../../lib/course/cells.ts";

const script = (code: string) =>
  `// %% [markdown]\n// # Title\n\n// %%\n${code}\n\n// %%\nlast();\n\n// %%\nlast();\n`;
const notebookOf = (text: string) => toNotebook(parseCells(text, "x.ts"));

Deno.test("a notebook has the kernel, a guard before the first code, and ids that nbformat allows", () => {
  const { cells, metadata, nbformat, nbformat_minor } = notebookOf(script("first();"));
  assertEquals([nbformat, nbformat_minor], [4, 5]);
  assertEquals((metadata.kernelspec as { name: string }).name, "deno");
  assertEquals(cells.map(({ cell_type }) => cell_type), ["markdown", "code", "code", "code", "code"]);
  assertEquals(cells[1].metadata, { jupyter: { source_hidden: true }, tags: ["setup"] });
  for (const { id } of cells) assertMatch(id, /^[a-zA-Z0-9-_]{1,64}$/);
  assertEquals(new Set(cells.map(({ id }) => id)).size, cells.length);
});

Deno.test("a notebook's cell does not print the heading that stands above it", () => {
  const { cells } = notebookOf(script('section("Walking down");\nfirst();'));
  assertEquals(cells[2].source.join(""), "first();");
});

Deno.test("a cell that changes gets another id, the others keep theirs", () => {
  const [before, after] = [notebookOf(script("first();")), notebookOf(script("second();"))];
  assertNotEquals(before.cells[2].id, after.cells[2].id);
  for (const i of [0, 1, 3, 4]) assertEquals(before.cells[i].id, after.cells[i].id);
});

Deno.test("staleCell() names the first cell that differs, and is content with what was only executed", () => {
  const fresh = notebookOf(script("first();"));
  const executed = JSON.parse(serialize(fresh));
  executed.cells[2].execution_count = 2;
  executed.cells[2].outputs = [{ output_type: "stream", name: "stdout", text: ["x\n"] }];
  assertEquals(staleCell(executed, fresh), null);
  assertEquals(staleCell(executed, notebookOf(script("second();"))), 3);
  assertEquals(staleCell({ ...executed, cells: executed.cells.slice(0, 4) }, fresh), 5);
});

Deno.test("folded Markdown becomes a closed block with its first line as the title; folded code hides its source", () => {
  const { cells } = notebookOf(
    '// %% [markdown] tags=["folded"]\n// **Answer to 1**\n//\n// Because.\n// %% tags=["folded"]\nx();\n',
  );
  const source = cells[0].source.join("");
  assert(source.startsWith("<details>\n<summary>Answer to 1</summary>\n\nBecause."), source);
  assertEquals(cells.at(-1)!.metadata, { jupyter: { source_hidden: true }, tags: ["folded"] });
});

Deno.test("a question has lettered choices, and tells which is right in a closed block only", () => {
  const text = `// %% [markdown] tags=["question"]
// **Predict.** What is one and one?
//
// - [ ] 1
// - [x] 2, as
//   ever
//
// **Answer.** Count.
//
// \`\`\`ts
// console.log(1 + 1);
// \`\`\`
`;
  const [cell] = notebookOf(text).cells;
  assertEquals(cell.metadata, { tags: ["question"] });
  const open = "**Predict.** What is one and one?\n\n- **a.** 1\n- **b.** 2, as\n  ever\n\n";
  const closed = "**b.** Count.\n\n```ts\nconsole.log(1 + 1);\n```";
  assertEquals(
    cell.source.join(""),
    `${open}<details>\n<summary>Answer</summary>\n\n${closed}\n\n</details>`,
  );
});

Deno.test("lines() keeps every line's end", () => {
  assertEquals(lines("a\n\nb"), ["a\n", "\n", "b"]);
  assertEquals(lines(""), []);
});

Deno.test("a file keeps lists of numbers in a line, and every text as it is", () => {
  const notebook = notebookOf(script("x;"));
  const text = "[ 1, 2 ] and [\\n 3 ]\n[[  1.,   5.],\n [ 2 ]]";
  const data = { "text/plain": [text], "application/json": { z: [[1, -2.5, 3e-7], []], names: ["1", "2"] } };
  notebook.cells.at(-1)!.outputs = [{ output_type: "display_data", data, metadata: {} }];
  const file = serialize(notebook);
  assertEquals(JSON.parse(file), JSON.parse(JSON.stringify(notebook)));
  assertStringIncludes(file, "[1,-2.5,3e-7]");
});
