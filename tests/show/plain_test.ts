import { chart } from "descent";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { resolve } from "../../lib/show/chart/resolve.ts";
import { textOf } from "../../lib/show/plain/mod.ts";
import { textWidth } from "../../lib/text/width.ts";
import { charts } from "./charts.ts";

// deno-lint-ignore no-control-regex
const CODES = /\x1b\[[\d;]*m/g;

for (const columns of [20, 40, 80, 200]) {
  Deno.test(`every chart fits into ${columns} columns, with colours and without`, async () => {
    for (const [name, description] of Object.entries(charts)) {
      const model = await resolve(description);
      for (const color of [false, true]) {
        const text = textOf(model, { columns, color });
        for (const line of text.split("\n")) {
          const width = textWidth(line.replace(CODES, ""));
          assert(width <= columns, `${name}: ${width} columns: ${line}`);
        }
        assertEquals(CODES.test(text) && !color, false, name);
        CODES.lastIndex = 0;
        assertStringIncludes(text, "title");
      }
    }
  });
}

Deno.test("a falling curve falls", async () => {
  const text = textOf(await resolve(chart.line({ y: [3, 2, 1], yTitle: "loss", xTitle: "step" })), {
    columns: 30,
    color: false,
  });
  const rows = text.split("\n").filter((line) => /[┤│]/.test(line)).map((line) =>
    line.search(/[\u2801-\u28ff]/)
  );
  const seen = rows.filter((column) => column >= 0);
  assert(seen.length > 10);
  assertEquals(seen, [...seen].sort((a, b) => a - b));
  assertStringIncludes(text, "loss");
  assertStringIncludes(text, "step");
});

Deno.test("curves without colour are told apart by letters", async () => {
  const text = textOf(await resolve(charts.lines), { columns: 60, color: false });
  assertStringIncludes(text, "• first   × second");
  assert(text.split("\n").slice(2).join("").includes("×"));
});

Deno.test("a small matrix is written in numbers, with the names of its columns", async () => {
  const model = await resolve(chart.heatmap({ z: [[1, -2], [0.5, 10]], xLabels: ["a", "b"] }));
  assertEquals(textOf(model, { columns: 40, color: false }), "  a   b\n  1  -2\n0.5  10");
});

Deno.test("a large matrix leaves room in the window, and is as square as it was", async () => {
  const z = Array.from({ length: 80 }, (_, i) => Array.from({ length: 80 }, (_, j) => i * j));
  const lines = textOf(await resolve(chart.heatmap({ z })), { columns: 100, color: false }).split("\n");
  const [rows, columns] = [lines.length - 1, Math.max(...lines.map((line) => line.length))];
  assert(rows < 30 && Math.abs(columns / rows - 2) < 0.2, `${rows} rows, ${columns} columns`);
});

Deno.test("bars are as long as their numbers", async () => {
  const text = textOf(await resolve(chart.bar({ x: ["one", "two"], y: [1, 2] })), {
    columns: 40,
    color: false,
  });
  const [one, two] = text.split("\n").map((line) => (line.match(/█/g) ?? []).length);
  assert(two >= 2 * one && two <= 2 * one + 2, text);
});
