import { assert, assertEquals } from "@std/assert";
import { Sparkline } from "../../lib/train/sparkline.ts";

Deno.test("a sparkline shows the course of any number of values in a few letters", () => {
  const spark = new Sparkline(8);
  assertEquals(String(spark), "");
  for (let i = 0; i < 8; i++) spark.add(i);
  assertEquals(String(spark), "▁▂▃▄▅▆▇█");
  for (let i = 8; i < 100_000; i++) spark.add(i);
  const text = String(spark);
  assert(text.length <= 8);
  assertEquals([...text].sort().join(""), text);
  spark.add(NaN);
  assertEquals(String(spark), text);
});

Deno.test("a sparkline of equal values says nothing", () => {
  const spark = new Sparkline(8);
  for (let i = 0; i < 5; i++) spark.add(0.25);
  assertEquals(String(spark), "");
});
