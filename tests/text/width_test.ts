import { assertEquals } from "@std/assert";
import { textWidth, truncate, wrap } from "../../lib/text/width.ts";

Deno.test("textWidth() counts columns: two for a Chinese letter, none for a joining accent", () => {
  assertEquals(["loss", "残差", "e\u0301", "━─", "", "。"].map(textWidth), [4, 4, 1, 2, 0, 2]);
});

Deno.test("truncate() ends what does not fit with an ellipsis", () => {
  assertEquals(truncate("AlexNet", 7), "AlexNet");
  assertEquals(truncate("AlexNet", 5), "Alex…");
  assertEquals(truncate("残差网络", 6), "残差…");
  assertEquals([truncate("AlexNet", 1), truncate("AlexNet", 0)], ["…", ""]);
});

Deno.test("wrap() breaks at spaces", () => {
  assertEquals(wrap("a residual  network\nlearns", 10), ["a residual", "network", "learns"]);
  assertEquals(wrap("extraordinarily long", 4), ["extraordinarily", "long"]);
  assertEquals(wrap("", 4), []);
});
