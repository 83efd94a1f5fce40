import { assertEquals } from "@std/assert";
import plugin from "../../tools/notebooks/lint.ts";

const complaints = (source: string, file = "/repo/chapters/01_x.ts") =>
  Deno.lint.runPlugin(plugin, file, source).map(({ id }) => id);

Deno.test("a chapter may not say what breaks in a notebook", () => {
  assertEquals(complaints("console.log(import.meta.url);"), ["notebook/no-import-meta"]);
  assertEquals(complaints("using file = open();"), ["notebook/no-top-level-using"]);
  assertEquals(complaints("await using file = open();"), ["notebook/no-top-level-using"]);
  assertEquals(complaints("export const x = 1;"), ["notebook/no-export"]);
});

Deno.test("a chapter may not declare a name twice, however it does so", () => {
  for (
    const source of [
      "const x = 1;\n// %%\nconst x = 2;",
      'import { x } from "descent";\nconst [x] = [1];',
      "function x() {}\nclass x {}",
      "const { a: { x } } = y;\nlet [w, ...x] = z;",
      "const { x = 1 } = y;\nenum x {}",
    ]
  ) assertEquals(complaints(source), ["notebook/no-redeclaration"], source);
});

Deno.test("what works in a notebook is allowed: names in blocks, overloads, types", () => {
  assertEquals(
    complaints(`
      import { type T, tensor } from "descent";
      for (const x of y) { using file = open(); const z = x; }
      for (const x of y) { const z = x; }
      function f(x: number): void;
      function f(x: string): void;
      function f(x: unknown): void {}
      type U = T;
      const t = tensor(1);
    `),
    [],
  );
});

Deno.test("other files than chapters may say what they like", () => {
  assertEquals(complaints("console.log(import.meta.url);", "/repo/tools/x.ts"), []);
});
