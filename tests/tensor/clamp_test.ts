import { assertEquals, assertThrows } from "@std/assert";
import { tensor } from "descent";

Deno.test("clamp() takes its limits one after the other, as PyTorch does, or by name", async () => {
  const x = tensor([-2, 0.5, 2]);
  assertEquals(await x.clamp(-1, 1).array(), [-1, 0.5, 1]);
  assertEquals(await x.clamp(-1).array(), [-1, 0.5, 2]);
  assertEquals(await x.clamp(null, 1).array(), [-2, 0.5, 1]);
  assertEquals(await x.clamp(0, null).array(), [0, 0.5, 2]);
  assertEquals(await x.clamp({ min: -1, max: 1 }).array(), [-1, 0.5, 1]);
  assertEquals(await x.clamp({ max: 1 }).array(), [-2, 0.5, 1]);
  assertThrows(() => x.clamp(), RangeError, "clamp: needs a min, a max or both");
  assertThrows(() => x.clamp(null, null), RangeError, "clamp: needs a min, a max or both");
  assertThrows(() => x.clamp(1, 0), RangeError, "with min ≤ max, not min 1, max 0");
  assertThrows(() => x.clamp({ min: 0 }, 1), TypeError, "one object, or one after the other");
});
