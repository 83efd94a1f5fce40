import { nn, summary, tensor } from "descent";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { pictureOf } from "../../lib/show/picture.ts";
import { isTable, tableHtml, tableText } from "../../lib/show/table.ts";

const rows = [{ layer: "conv1", shape: [96, 54, 54], parameters: 34944 }, {
  layer: "a < b",
  parameters: 0.5,
}];

Deno.test("a list of objects is a table: names to the left, numbers to the right", () => {
  assertEquals(isTable(rows), true);
  for (const other of [[], [1], [[1]], [new Date()], "text", null]) assertEquals(isTable(other), false);
  assertEquals(tableText(rows, 80).split("\n"), [
    "layer  shape         parameters",
    "─────────────────────────────────".slice(0, 31),
    "conv1  [96, 54, 54]      34,944",
    "a < b                    0.5000",
  ]);
});

Deno.test("numbers that are written out stand to the right, too, with their units", () => {
  assertEquals(
    tableText([{ held: "0.7", took: "9.6 s", error: "-1e-5", id: "1a" }, {
      held: "13.8",
      took: "12 s",
      error: "2",
      id: "2",
    }], 80).split("\n"),
    [
      "held   took  error  id",
      "──────────────────────",
      " 0.7  9.6 s  -1e-5  1a",
      "13.8   12 s      2  2",
    ],
  );
});

Deno.test("a table that is too wide is cut", () => {
  for (const line of tableText(rows, 12).split("\n")) assert(line.length <= 12, line);
});

Deno.test("HTML's own signs are written out", () => {
  assertStringIncludes(tableHtml(rows), "a &lt; b");
});

Deno.test("a summary has a memory column: parameters and what the layers return", async () => {
  const net = new nn.Sequential(new nn.Linear(100, 50), new nn.ReLU());
  const picture = await pictureOf(summary(net, [2, 100]));
  const text = picture.text({ columns: 100, color: "none" });
  const bytes = (4 * (5050 + 2 * 100) / 1000).toPrecision(3);
  assertStringIncludes(text.split("\n")[2], `${bytes} kB`);
  assertStringIncludes(text, "20.6 kB");
  const { bundle } = await picture.bundle();
  assertStringIncludes(bundle["text/html"] as string, "<table>");
});

Deno.test("a network shows its tree, a tensor its numbers, anything else itself", async () => {
  const text = async (x: unknown) => (await pictureOf(x)).text({ columns: 80, color: "none" });
  const net = new nn.Sequential(new nn.Linear(2, 1));
  assertEquals(await text(net), String(net));
  assertStringIncludes(await text(tensor([[1, 2.5]])), "[[1.0000, 2.5000]]");
  assertEquals(await text("words"), "words");
  assertEquals(await text({ a: 1 }), "{ a: 1 }");
});
