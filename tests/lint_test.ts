import { assertEquals } from "@std/assert";
import plugin from "../tools/lint.ts";

const complaints = (source: string) =>
  Deno.lint.runPlugin(plugin, "/repo/x.ts", source).map(({ id, hint }) => `${id}: ${hint}`);

Deno.test("a comparison of tensors may not be a condition: it would always be true", () => {
  const said = "tensor/no-truth: Read the answer for one element: await x.gt(0).item()";
  for (
    const source of [
      "if (x.gt(0)) f();",
      "while (x.gt(0)) f();",
      "do f(); while (x.gt(0));",
      "for (; x.gt(0);) f();",
      "const y = x.gt(0) ? 1 : 2;",
      "const y = !x.gt(0);",
      "const y = x.gt(0) && z;",
      "const y = x.gt(0) || z;",
      "if (z && x.gt(0)) f();",
      "if (!(z || x.gt(0))) f();",
    ]
  ) assertEquals(complaints(source), [said], source);
});

Deno.test("comparisons of tensors may be read, used and handed on", () => {
  const source = `
    if (await x.gt(0).item()) f();
    const mask = x.gt(0), y = x.where(x.le(1), 0), z = mask ?? x.lt(2), w = a && x.eq(b);
    if (semver.gt(a, b)) f();
    if (x.size > 0) f();
  `;
  assertEquals(complaints(source), []);
});
