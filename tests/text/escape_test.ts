import { assertEquals } from "@std/assert";
import { escapeMarkup, scriptJson } from "../../lib/text/escape.ts";

Deno.test("text is the same text between marks and inside of quotes", () => {
  assertEquals(escapeMarkup(`a < b && "c" > d`), "a &lt; b &amp;&amp; &quot;c&quot; &gt; d");
});

Deno.test("no string in a script's JSON ends the script", () => {
  const value = { title: "</script><!--" };
  assertEquals(scriptJson(value).includes("<"), false);
  assertEquals(JSON.parse(scriptJson(value)), value);
});
