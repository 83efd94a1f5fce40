// Loads what renders Markdown, which is no dependency of the library's: only where permissions are granted.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { renderer } from "../../tools/site/markdown.ts";

const granted = (await Deno.permissions.query({ name: "read" })).state === "granted";

Deno.test({
  name: "no line of a page ends in a short formula, in a flag, or before a per cent sign" +
    (granted ? "" : " (skipped: needs --allow-read)"),
  ignore: !granted,
  async fn() {
    const { markdown } = await renderer();
    assertStringIncludes(markdown(String.raw`with $\eta = 0.1$`), '<span class="whole"><span class="katex">');
    const long = String.raw`$x_1 + x_2 + x_3 + x_4 + x_5 + x_6 + x_7$`;
    assertEquals(markdown(long).includes("whole"), false);
    assertEquals(
      markdown("`chapter.ts --data mnist --batch 8` finds 99.5 % of well--known ones, `a --> b`").trim(),
      '<p><code>chapter.ts <span class="whole">--data mnist</span> <span class="whole">--batch 8</span></code> ' +
        "finds 99.5\u00a0% of well–known ones, <code>a --&gt; b</code></p>",
    );
  },
});
