import { assertEquals } from "@std/assert";
import { keepWhole, type Rule } from "../../tools/site/markdown.ts";

/** What rules as markdown-it has them, and kept whole, make of a token; what they are like is not theirs to know. */
function written(rule: "math_inline" | "code_inline" | "text", content: string): string {
  const plain: Rule = (tokens, i) => tokens[i].content;
  const rules = { math_inline: plain, code_inline: plain, text: plain };
  keepWhole(rules);
  return rules[rule]([{ content: "another" }, { content }], 1);
}

Deno.test("no line of a page ends in a short formula; a long one may break", () => {
  assertEquals(
    written("math_inline", String.raw`\eta = 0.1`),
    String.raw`<span class="whole">\eta = 0.1</span>`,
  );
  const long = "x_1 + x_2 + x_3 + x_4 + x_5 + x_6";
  assertEquals(written("math_inline", long), long);
});

Deno.test("no line of a page ends in a flag, or between a flag and its value", () => {
  assertEquals(
    written("code_inline", "chapter.ts --data mnist --batch 8"),
    'chapter.ts <span class="whole">--data mnist</span> <span class="whole">--batch 8</span>',
  );
  for (const none of ["a --&gt; b", "i--", "well--known"]) assertEquals(written("code_inline", none), none);
});

Deno.test("no line of a page begins with a per cent sign", () => {
  assertEquals(written("text", "99.5 % of a % b"), "99.5\u00a0% of a % b");
});
