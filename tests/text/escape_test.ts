import { assert, assertEquals } from "@std/assert";
import { escapeMarkup, legible, legibleLines, plotlyText, scriptJson } from "../../lib/text/escape.ts";

Deno.test("text is the same text between marks and inside of quotes", () => {
  assertEquals(
    escapeMarkup(`a < b && "c" > 'd'`),
    "a &lt; b &amp;&amp; &quot;c&quot; &gt; &#39;d&#39;",
  );
});

Deno.test("no string in a script's JSON ends the script, hides it, or breaks in two", () => {
  const value = { title: "</script><!--\u2028\u2029" };
  assert(!/[<\u2028\u2029]/.test(scriptJson(value)));
  assertEquals(JSON.parse(scriptJson(value)), value);
});

Deno.test("control characters are seen and not obeyed", () => {
  assertEquals(legible("a\0b\x1b[31mc\x07\x7f"), "a␀b␛[31mc␇␡");
  assertEquals(legible("\x9b31m \x90"), "\ufffd31m \ufffd");
});

Deno.test("a label has one line, whatever ends lines elsewhere; a text keeps its lines and tabs", () => {
  const text = "a\nb\r\nc\rd\u2028e\u2029f\x85g\vh\fi\tj";
  assertEquals(legible(text), "a b c d e f g h i j");
  assertEquals(legibleLines(text), "a\nb\nc\nd\ne\nf\ng\nh\ni\tj");
});

Deno.test("no text turns the direction of what stands behind it, and half a character is none", () => {
  assertEquals(legible("safe\u202etxt.exe\u2066!"), "safe\ufffdtxt.exe\ufffd!");
  assertEquals(legible("\ud83d \ufffe"), "\ufffd \ufffd");
  // Words that are written from the right, and the marks that they need, stay.
  assertEquals(legible("שלום\u200f عالم 🙂 é"), "שלום\u200f عالم 🙂 é");
});

Deno.test("every control character of Unicode has a picture, in one line and in many", () => {
  for (let code = 0; code < 0x2070; code++) {
    const shown = legible(String.fromCharCode(code));
    assert(!/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(shown), `U+${code.toString(16)}`);
    assertEquals(shown.length, 1);
  }
});

Deno.test("Plotly gets its own marks, entities, formulas and places for numbers written out", () => {
  assertEquals(
    plotlyText("<s>a</s> &lt; $x^2$ %{y} 5 %"),
    "&lt;s&gt;a&lt;/s&gt; &amp;lt; &#36;x^2&#36; &#37;{y} 5 %",
  );
});
