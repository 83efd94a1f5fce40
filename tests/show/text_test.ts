import { assertEquals } from "@std/assert";
import { duration, nearest, shortNumber, textWidth, truncate, wrap } from "../../lib/show/text.ts";

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

Deno.test("nearest() finds what was meant, and nothing when nothing is near", () => {
  const words = ["device", "steps", "seed", "batch", "webgpu"];
  assertEquals(
    ["stpes", "stesp", "Sted", "gpu", "batchsize", "x", "epochs"].map((text) => nearest(text, words)),
    ["steps", "steps", "seed", "webgpu", undefined, undefined, undefined],
  );
});

Deno.test("numbers are shown with four decimals, or by their powers of ten", () => {
  assertEquals(
    [0.25, 2482.71484, 3, -0.00012, 1234567.8, NaN, -Infinity, 0.001].map(shortNumber),
    ["0.2500", "2482.7148", "3", "-1.20e-4", "1.23e+6", "NaN", "-Infinity", "0.0010"],
  );
});

Deno.test("times are shown as people say them", () => {
  assertEquals(
    [0, 3210, 9949, 9960, 59_400, 59_600, 65_000, 7_384_000].map(duration),
    ["0.0 s", "3.2 s", "9.9 s", "10 s", "59 s", "1:00", "1:05", "2:03:04"],
  );
});
