/** Indices and classes out of range: errors on every device; where the device computes elsewhere, with the next read. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { currentDevice, F, tensor } from "descent";
import type { Tensor } from "descent";
import { onEachDevice } from "../devices.ts";

const ints = (data: number[] | number[][]) => tensor(data, { dtype: "int32" });
const logits = () => tensor([[1, 2, 3], [0, 0, 1]]);

/** Calls with an index, or a class, that may be out of range; 2 is the last that is not. */
const CALLS: Record<string, (bad: Tensor) => Tensor> = {
  "gather of float32": (bad) => tensor([5, 6, 7]).gather(0, bad),
  "gather of int32": (bad) => ints([5, 6, 7]).gather(0, bad),
  "gather of bool": (bad) => tensor([true, false, true]).gather(0, bad),
  oneHot: (bad) => F.oneHot(bad, 3),
  crossEntropy: (bad) => F.crossEntropy(logits(), bad),
  "crossEntropy, smoothed": (bad) => F.crossEntropy(logits(), bad, { labelSmoothing: 0.1 }),
  "crossEntropy with weights": (bad) => F.crossEntropy(logits(), bad, { weight: tensor([1, 2, 3]) }),
  "crossEntropy that ignores 9": (bad) => F.crossEntropy(logits(), bad, { ignoreIndex: 9 }),
  nllLoss: (bad) => F.nllLoss(logits(), bad),
};

for (const [name, call] of Object.entries(CALLS)) {
  onEachDevice(`${name}: an index out of range is an error, and one in range is not`, async () => {
    for (const index of [3, -1, -2147483648]) {
      // Computed, so that nobody has seen the numbers before.
      const bad = ints([0, index]).add(ints([0, 0]));
      await assertRejects(() => Promise.resolve().then(() => call(bad).data()), RangeError, `${index}`);
      // Told once.
      await bad.data();
    }
    const good = call(ints([0, 2]).add(ints([0, 0])));
    assertEquals((await good.data()).length, good.size);
  });
}

onEachDevice("a class that is ignored may be any number", async () => {
  for (const ignoreIndex of [-100, 7]) {
    const loss = F.crossEntropy(logits(), ints([2, ignoreIndex]), { ignoreIndex });
    assertEquals(await loss.item(), await F.crossEntropy(logits().at([0, 1]), [2]).item());
  }
});

onEachDevice("an index out of range is told by the next read of any tensor", async () => {
  if (currentDevice().name !== "webgpu") return;
  // Plain numbers are looked at at once; those of a tensor are known to the GPU alone.
  assertThrows(
    () => tensor([5, 6, 7]).gather(0, [1, 3]),
    RangeError,
    "gather: index 3 at [1] is out of range",
  );
  const other = tensor([1]), y = tensor([5, 6, 7]).gather(0, ints([1, 3]));
  await assertRejects(
    () => other.data(),
    RangeError,
    "gather: index 3 is out of range: it must be from 0 to 2; the GPU",
  );
  assertEquals([...await y.data()], [6, NaN]);
});

onEachDevice("plain indices of an embedding are looked at at once", () => {
  const table = tensor([[1, 2], [3, 4]]);
  assertThrows(
    () => F.embedding([[0, 2]], table),
    RangeError,
    "embedding: index 2 at [0, 1] is out of range",
  );
});
