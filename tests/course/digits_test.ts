import { assertAlmostEquals, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { digitBatch, digits, oneOfEach } from "../../lib/course/digits.ts";
import { mnist } from "../../lib/data/mnist.ts";

Deno.test("digits() shows each class once before any comes again", async () => {
  const { images, shape, labels, oneHot } = await digits({ count: 12, size: 28 });
  assertEquals(shape, [12, 1, 28, 28]);
  assertEquals(images.length, 12 * 28 * 28);
  assertEquals([...labels], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
  assertEquals(oneHot.length, 120);
  assertEquals(oneHot.reduce((sum, x) => sum + x), 12);
  assertEquals([...labels].every((label, n) => oneHot[10 * n + label] === 1), true);
});

Deno.test("digits() of the original size are the bytes, normalized", async () => {
  const { images: bytes } = await mnist();
  const { images, labels } = await digits({ indices: [0], size: 28 });
  assertEquals(labels[0], 5);
  images.forEach((x, i) => assertAlmostEquals(x, (bytes[i] / 255 - 0.1307) / 0.3081, 1e-6));
});

Deno.test("digits() enlarges to 224 unless told, and keeps paper and ink within the original's", async () => {
  const { images, shape } = await digits({ count: 1 });
  assertEquals(shape, [1, 1, 224, 224]);
  const paper = (0 - 0.1307) / 0.3081, ink = (1 - 0.1307) / 0.3081;
  assertEquals(images.every((x) => x >= paper - 1e-6 && x <= ink + 1e-6), true);
  assertAlmostEquals(images[0], paper, 1e-6);
});

Deno.test("a seed chooses the examples: the same ones each time, others for another seed", async () => {
  const { labels } = await mnist();
  const chosen = oneOfEach(labels, 20, 7);
  assertEquals(chosen, oneOfEach(labels, 20, 7));
  assertNotEquals(chosen, oneOfEach(labels, 20, 8));
  assertNotEquals(chosen, oneOfEach(labels, 20));
  assertEquals(chosen.map((index) => labels[index]), [...Array(20).keys()].map((n) => n % 10));
});

Deno.test("as many digits as there are take every image once, whatever the seed", async () => {
  const { labels } = await mnist({ split: "test" });
  for (const seed of [undefined, 3]) assertEquals(new Set(oneOfEach(labels, 10_000, seed)).size, 10_000);
});

Deno.test("digits() rejects counts, sizes and indices that make no sense", async () => {
  await assertRejects(
    () => digits({ count: 0 }),
    RangeError,
    "count must be a whole number from 1 to 60000, not 0",
  );
  await assertRejects(() => digits({ count: 2.5 }), RangeError, "not 2.5");
  await assertRejects(() => digits({ count: 10_001, split: "test" }), RangeError, "to 10000");
  await assertRejects(() => digits({ count: 1, size: NaN }), RangeError, "size");
  await assertRejects(
    () => digits({ count: 60_000 }),
    RangeError,
    "60000 images of 224 × 224 pixels take 12 GiB; of that size 10699 can be had at once",
  );
  const loose = digits as (options: unknown) => Promise<unknown>;
  await assertRejects(() => loose(10), TypeError, "digits: options stand in one object such as { count: … }");
  await assertRejects(() => loose({ n: 10 }), TypeError, 'digits: there is no option "n"');
  await assertRejects(() => loose({ count: "10" }), TypeError, 'digits: count must be a number, not "10"');
  await assertRejects(
    () => loose({ indices: 3 }),
    TypeError,
    "digits: indices must be a list of whole numbers",
  );
  await assertRejects(
    () => loose({ indices: [3], count: 1 }),
    TypeError,
    "either count or indices, not both",
  );
  await assertRejects(() => loose({ split: "tset" }), RangeError, 'did you mean "test"?');
  const set = { images: new Uint8Array(4), labels: new Uint8Array(1), shape: [1, 2, 2] as const };
  assertThrows(() => digitBatch(set, [1], 2), RangeError, "index must be a whole number from 0 to 0, not 1");
});
