import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { mnist } from "../../lib/data/mnist.ts";

Deno.test("mnist() reads 60,000 training and 10,000 test images with no permission", async () => {
  const train = await mnist();
  assertEquals(train.length, 60_000);
  assertEquals(train.images.length, 60_000 * 28 * 28);
  assertEquals([...train.labels.subarray(0, 10)], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
  const test = await mnist({ split: "test" });
  assertEquals(test.length, 10_000);
  assertEquals([...test.labels.subarray(0, 10)], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
});

Deno.test("the training pixels have the mean and deviation by which digits are normalized", async () => {
  const { images } = await mnist();
  let sum = 0, squares = 0;
  for (let i = 0; i < images.length; i++) {
    sum += images[i];
    squares += images[i] * images[i];
  }
  const mean = sum / images.length;
  assertAlmostEquals(mean / 255, 0.1307, 5e-5);
  assertAlmostEquals(Math.sqrt(squares / images.length - mean * mean) / 255, 0.3081, 5e-5);
});

Deno.test("mnist() has the names and counts of its classes, and images of one channel", async () => {
  const train = await mnist(), test = await mnist({ split: "test" });
  assertEquals(train.classes, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  const counts = ({ labels }: { labels: Uint8Array }) => {
    const each = Array(10).fill(0);
    for (const label of labels) each[label]++;
    return each;
  };
  assertEquals(counts(train), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  assertEquals(counts(test), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  const [image, label] = test.get(9_999);
  assertEquals([image.shape, image.data.length, label], [[1, 28, 28], 784, 6]);
});

Deno.test("mnist() reads once, whoever asks, and what is asked for at the same time too", async () => {
  const [a, b] = await Promise.all([mnist({ split: "test" }), mnist({ split: "test" })]);
  assertEquals(a === b && a === await mnist({ split: "test" }), true);
});

Deno.test("mnist() rejects a set that there is not", async () => {
  await assertRejects(() => mnist({ split: "validation" as "test" }), RangeError, '"train", "test"');
  const loose = mnist as (options: unknown) => Promise<unknown>;
  const train = 'mnist: there is no option "train"; write { split: "train" } or { split: "test" }';
  await assertRejects(() => loose({ train: false }), TypeError, train);
  await assertRejects(() => loose("test"), TypeError, "mnist: options stand in one object such as { split");
});
