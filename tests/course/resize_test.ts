import { assertEquals } from "@std/assert";
import { bilinear } from "../../lib/course/resize.ts";

Deno.test("bilinear() agrees with PyTorch's interpolate(align_corners=False)", () => {
  // torch.nn.functional.interpolate(torch.tensor([[[[1., 2.], [3., 4.]]]]), size=(4, 4), mode="bilinear")
  const result = new Float32Array(16);
  bilinear([1, 2, 3, 4], 2, 2, result, 4, 4);
  // deno-fmt-ignore
  assertEquals([...result], [
    1.0, 1.25, 1.75, 2.0,
    1.5, 1.75, 2.25, 2.5,
    2.5, 2.75, 3.25, 3.5,
    3.0, 3.25, 3.75, 4.0,
  ]);
});

Deno.test("bilinear() takes other factors and unequal sides", () => {
  const same = new Float32Array(6);
  bilinear([1, 2, 3, 4, 5, 6], 2, 3, same, 2, 3);
  assertEquals([...same], [1, 2, 3, 4, 5, 6]);
  // Shrinking 4 → 2: x = 0.5 and 2.5, the means of neighbours. One row: nothing to mix with.
  const half = new Float32Array(2);
  bilinear([1, 2, 3, 10], 1, 4, half, 1, 2);
  assertEquals([...half], [1.5, 6.5]);
});
