import { assertEquals } from "@std/assert";
import { nearest } from "../../lib/text/nearest.ts";

Deno.test("nearest() finds what was meant, and nothing when nothing is near", () => {
  const words = ["device", "steps", "seed", "batch", "webgpu"];
  assertEquals(
    ["stpes", "stesp", "Sted", "gpu", "batchsize", "x", "epochs"].map((text) => nearest(text, words)),
    ["steps", "steps", "seed", "webgpu", undefined, undefined, undefined],
  );
});

Deno.test("a capital more or less is no typing error", () => {
  assertEquals(nearest("xtitle", ["title", "xTitle", "yTitle"]), "xTitle");
  assertEquals(nearest("WEIGHTDECAY", ["lr", "weightDecay"]), "weightDecay");
});

Deno.test("of words that are equally near, one that begins with the same letter is meant", () => {
  assertEquals(nearest("ps", ["eps", "p"]), "p");
  assertEquals(nearest("bota", ["rota", "beta"]), "beta");
});
