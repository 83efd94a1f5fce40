/** Random numbers in captured steps: the sequence goes on from step to step, as it does without. */
import { assert, assertEquals } from "@std/assert";
import { capture, currentDevice, F, manualSeed, ones, rand, randn, type Tensor } from "descent";
import { onEachDevice } from "../devices.ts";

onEachDevice(
  "a captured step draws the numbers that a written one would, in the same order, from any seed on",
  async () => {
    const written = (x: Tensor) => {
      const noisy = F.dropout(x.add(randn(3, 5)), 0.4).mul(rand(5));
      return F.dropout2d(noisy.reshape([3, 5, 1, 1]), 0.5);
    };
    const runs: unknown[][] = [];
    for (const step of [written, capture(written)]) {
      const seen: unknown[] = [];
      manualSeed(4);
      for (let i = 0; i < 5; i++) seen.push(await step(ones(3, 5)).array());
      manualSeed(2 ** 40 + 1);
      // Between steps others draw, too.
      for (let i = 0; i < 3; i++) seen.push(await step(ones(3, 5)).array(), await rand(3).array());
      runs.push(seen);
    }
    assertEquals(runs[1], runs[0]);
    const [first, second] = runs[0].map((one) => JSON.stringify(one));
    assert(first !== second);
  },
);

onEachDevice("the gradient of dropout in a captured step is that of the mask that was drawn", async () => {
  const x = ones(40, { requiresGrad: true });
  const step = capture(() => {
    x.zeroGrad();
    const y = F.dropout(x, 0.5);
    y.sum().backward();
    return y;
  });
  const seen = new Set<string>();
  for (let i = 0; i < 5; i++) {
    const y = await step().array();
    assertEquals(await x.grad!.array(), y);
    seen.add(y.toString());
  }
  assertEquals(seen.size, 5);
  if (currentDevice().name === "webgpu") assert(step.recordings < 5);
});
