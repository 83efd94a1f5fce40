import { assertEquals } from "@std/assert";
import { allowTags, FOLDS, TABLES } from "../../tools/site/allowed.ts";

Deno.test("of a table's HTML stays what show() writes, and everything else is text", () => {
  const table = '<table>\n<tr><td style="text-align: right">1 &lt; 2</td></tr></table>';
  assertEquals(allowTags(table, TABLES), table);
  assertEquals(allowTags('<td onclick="x()">', TABLES), "&lt;td onclick=&quot;x()&quot;&gt;");
  assertEquals(allowTags("<script>x()</script>", TABLES), "&lt;script&gt;x()&lt;/script&gt;");
  assertEquals(allowTags("<img src=x onerror=x() <td>", TABLES), "&lt;img src=x onerror=x() <td>");
  assertEquals(allowTags("a < b <", TABLES), "a &lt; b &lt;");
});

Deno.test("prose has marks that fold, and no others", () => {
  const folded = "<details>\n<summary>Answer</summary>\n";
  assertEquals(allowTags(folded, FOLDS), folded);
  assertEquals(allowTags("<details ontoggle=x()>", FOLDS), "&lt;details ontoggle=x()&gt;");
});
