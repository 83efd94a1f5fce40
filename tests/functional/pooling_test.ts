/** Adaptive pooling is its windows' means, whatever the sizes. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { F, rand, tensor } from "descent";
import { onEachDevice } from "../devices.ts";

/** The mean of each window, from its definition. */
function means(image: number[][], rows: number, columns: number): number[] {
  const [height, width] = [image.length, image[0].length], out: number[] = [];
  const cut = <T>(list: T[], i: number, size: number, parts: number) =>
    list.slice(Math.floor(i * size / parts), Math.ceil((i + 1) * size / parts));
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const window = cut(image, i, height, rows).flatMap((row) => cut(row, j, width, columns));
      out.push(window.reduce((sum, value) => sum + value, 0) / window.length);
    }
  }
  return out;
}

onEachDevice(
  "adaptiveAvgPool2d() is the mean of each window, of fewer and of more than there are pixels",
  async () => {
    const sizes = [[7, 5, 3, 2], [7, 5, 10, 9], [6, 6, 4, 13], [40, 3, 6, 2], [1, 1, 3, 3]];
    for (const [height, width, rows, columns] of sizes) {
      const image = Array.from(
        { length: height },
        (_, i) => Array.from({ length: width }, (_, j) => Math.sin(i * width + j)),
      );
      const x = tensor([[image]], { requiresGrad: true }), y = F.adaptiveAvgPool2d(x, [rows, columns]);
      assertEquals(y.shape, [1, 1, rows, columns]);
      const expected = means(image, rows, columns);
      (await y.data()).forEach((value, i) => assertAlmostEquals(value, expected[i], 1e-6));
      // Each window hands on a gradient of 1 in all.
      y.sum().backward();
      assertAlmostEquals(await x.grad!.sum().item(), rows * columns, 1e-3);
    }
  },
);

onEachDevice(
  "a pixel that is no number stays within the windows of adaptiveAvgPool2d() that hold it",
  async () => {
    const image = Array.from({ length: 5 }, () => [1, 1, 1, 1, 1]);
    image[2][2] = Infinity;
    const y = await F.adaptiveAvgPool2d(tensor([[image]]), 3).array();
    assertEquals(y, [[[[1, 1, 1], [1, Infinity, 1], [1, 1, 1]]]]);
  },
);

Deno.test("adaptiveAvgPool2d() of a thousand windows by a thousand takes some kernels, not a million", async () => {
  const begin = performance.now();
  const y = F.adaptiveAvgPool2d(rand([1, 1, 224, 224]), 1000);
  assertAlmostEquals(await y.mean().item(), 0.5, 0.01);
  assert(performance.now() - begin < 10_000);
});
