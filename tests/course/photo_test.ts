import { photo } from "descent/course";
import { assert, assertEquals } from "@std/assert";

Deno.test("photo() is a grey picture with dark and bright places, and needs no permission", async () => {
  const { image, shape } = await photo();
  assertEquals(shape, [1, 1, 120, 160]);
  assertEquals(image.length, 120 * 160);
  assert(image.every((value) => value >= 0 && value <= 1));
  const mean = image.reduce((a, b) => a + b) / image.length;
  assert(Math.min(...image) < 0.1 && Math.max(...image) > 0.8, "its contrast");
  assert(mean > 0.2 && mean < 0.8, `its mean, ${mean}`);
});
