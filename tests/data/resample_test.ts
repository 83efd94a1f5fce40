// Images in other sizes; torchvision's answers, smoothed ones among them, stand in tests/fixtures/transforms.json.
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { resampler } from "../../lib/data/resample.ts";

/** An image of one channel in another size. */
function scaled(
  source: number[],
  height: number,
  toHeight: number,
  toWidth: number,
  antialias = false,
): number[] {
  const result = new Float32Array(toHeight * toWidth);
  resampler(height, source.length / height, toHeight, toWidth, antialias)(source, 0, result, 0);
  return [...result];
}

Deno.test("an image that grows agrees with PyTorch's interpolate(align_corners=False)", () => {
  // torch.nn.functional.interpolate(torch.tensor([[[[1., 2.], [3., 4.]]]]), size=(4, 4), mode="bilinear")
  // deno-fmt-ignore
  const four = [
    1.0, 1.25, 1.75, 2.0,
    1.5, 1.75, 2.25, 2.5,
    2.5, 2.75, 3.25, 3.5,
    3.0, 3.25, 3.75, 4.0,
  ];
  for (const antialias of [false, true]) assertEquals(scaled([1, 2, 3, 4], 2, 4, 4, antialias), four);
});

Deno.test("other factors, unequal sides and single rows are scaled, too", () => {
  assertEquals(scaled([1, 2, 3, 4, 5, 6], 2, 2, 3), [1, 2, 3, 4, 5, 6]);
  // Shrinking 4 → 2: x = 0.5 and 2.5, the means of neighbours. One row: nothing to mix with.
  assertEquals(scaled([1, 2, 3, 10], 1, 1, 2), [1.5, 6.5]);
  assertEquals(scaled([1, 2, 3, 10], 4, 2, 1), [1.5, 6.5]);
  assertEquals(scaled([7], 1, 2, 3, true), [7, 7, 7, 7, 7, 7]);
});

Deno.test("fine stripes become grey where an image is smoothed as it shrinks, and coarse stripes where it is not", () => {
  const stripes = Array.from({ length: 24 }, (_, i) => i % 2);
  assertEquals(scaled(stripes, 1, 1, 8), [1, 0, 1, 0, 1, 0, 1, 0]);
  for (const value of scaled(stripes, 1, 1, 8, true)) assertAlmostEquals(value, 0.5, 0.06);
});

Deno.test("whatever the sizes, values stay between the smallest and the largest, and equal ones equal", () => {
  const size = fc.integer({ min: 1, max: 20 });
  fc.assert(
    fc.property(
      size,
      size,
      size,
      size,
      fc.boolean(),
      fc.nat(),
      (height, width, toHeight, toWidth, antialias, seed) => {
        const image = Array.from({ length: height * width }, (_, i) => (i * 7919 + seed) % 101);
        const values = scaled(image, height, toHeight, toWidth, antialias);
        assert(
          values.every((value) => value >= Math.min(...image) - 1e-4 && value <= Math.max(...image) + 1e-4),
        );
        for (const value of scaled(image.fill(9), height, toHeight, toWidth, antialias)) {
          assertAlmostEquals(
            value,
            9,
            1e-5,
          );
        }
      },
    ),
    { numRuns: 200 },
  );
});
