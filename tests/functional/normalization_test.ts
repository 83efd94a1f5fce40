import { F, manualSeed, ones, rand, tensor, zeros } from "descent";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { onEachDevice } from "../devices.ts";

const numbers = async (x: { data(): Promise<ArrayLike<number>> }) => Array.from(await x.data());

onEachDevice("batchNorm() blends the batch's mean and unbiased variance into the running ones", async () => {
  const x = tensor([[1, 10], [3, 10], [5, 40]]); // Means 3 and 20; variances, divided by 2, of 4 and 300.
  const runningMean = tensor([1, 1]), runningVar = tensor([1, 2]);
  F.batchNorm(x, { training: true, runningMean, runningVar, momentum: 0.25 });
  const [mean, variance] = [await numbers(runningMean), await numbers(runningVar)];
  [1.5, 5.75].forEach((right, c) => assertAlmostEquals(mean[c], right, 1e-5));
  [1.75, 76.5].forEach((right, c) => assertAlmostEquals(variance[c], right, 1e-4));
  F.batchNorm(x, { runningMean, runningVar });
  assertEquals(await numbers(runningMean), mean);
});

onEachDevice("batchNorm() takes images in the reader's order of dimensions", async () => {
  const x = rand(3, 2, 4, 5);
  const y = F.batchNorm(x, { training: true });
  const again = F.batchNorm(x.permute(0, 2, 3, 1).mul(1).permute(0, 3, 1, 2), { training: true });
  assertEquals(y.shape, [3, 2, 4, 5]);
  assertEquals(await again.array(), await y.array());
  const [mean, variance] = [await numbers(y.mean([0, 2, 3])), await numbers(y.var([0, 2, 3]))];
  for (const c of [0, 1]) {
    assertAlmostEquals(mean[c], 0, 1e-5);
    assertAlmostEquals(variance[c], 60 / 59, 1e-3);
  }
});

onEachDevice("batchNorm() does not change running statistics where it ends with an error", async () => {
  const runningMean = zeros(2), runningVar = ones(3);
  try {
    F.batchNorm(rand(4, 2), { training: true, runningMean, runningVar });
  } catch { /* runningVar has the wrong size. */ }
  assertEquals(await runningMean.array(), [0, 0]);
});

onEachDevice("dropout() sets a share p to zero and keeps the mean", async () => {
  manualSeed(4);
  const values = await numbers(F.dropout(ones(10_000), 0.3));
  const zeroed = values.filter((x) => x === 0).length / values.length;
  assertAlmostEquals(zeroed, 0.3, 0.02);
  assert(values.every((x) => x === 0 || Math.abs(x - 1 / 0.7) < 1e-6));
});

onEachDevice("dropout() of nothing, of everything, and in evaluation", async () => {
  const x = tensor([1, 2, 3]);
  for (const same of [F.dropout(x, 0), F.dropout(x, 0.5, { training: false })]) {
    assertEquals(await same.array(), [1, 2, 3]);
    same.zero_();
  }
  assertEquals(await x.array(), [1, 2, 3]);
  assertEquals(await F.dropout(x, 1).array(), [0, 0, 0]);
});
