/** The gradients of slices are laid side by side: one pass over the whole, however many there are. */
import { ones, type Tensor, tensor } from "descent";
import { assertEquals } from "@std/assert";
import { onEachDevice } from "../devices.ts";
import { kernelsOf } from "../device/spy.ts";

/** The gradient of Σ weight · part, over parts of x of [4, 3]. */
async function gradientOf(parts: (x: Tensor) => Tensor[]): Promise<unknown> {
  const x = tensor([[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12]], { requiresGrad: true });
  const sums = parts(x).map((part, i) => part.mul(10 ** i).sum());
  sums.reduce((a, b) => a.add(b)).backward();
  return await x.grad!.array();
}

onEachDevice(
  "parts side by side, with gaps between, over one another, with steps, and beside the whole",
  async () => {
    assertEquals(await gradientOf((x) => x.split([1, 3])), [[1, 1, 1], ...Array(3).fill([10, 10, 10])]);
    assertEquals(
      await gradientOf((x) => [x.at([3, 4]), x.at([1, 2])]),
      [[0, 0, 0], [10, 10, 10], [0, 0, 0], [1, 1, 1]],
    );
    assertEquals(
      await gradientOf((x) => [x.at([0, 2]), x.at([1, 3])]),
      [[1, 1, 1], [11, 11, 11], [10, 10, 10], [0, 0, 0]],
    );
    assertEquals(
      await gradientOf((x) => [x.at([0, 4, 2]), x.at([1, 4, 2]), x.flip(0).at(0)]),
      [[1, 1, 1], [10, 10, 10], [1, 1, 1], [110, 110, 110]],
    );
    assertEquals(
      await gradientOf((x) => [x.at([0, 2], [0, 1]), x.at([0, 2], [1, 3]), x.t().at([0, 1])]),
      [[101, 10, 10], [101, 10, 10], [100, 0, 0], [100, 0, 0]],
    );
    assertEquals(await gradientOf((x) => [...x.unbind(1), x]), Array(4).fill([1001, 1010, 1100]));
  },
);

onEachDevice("a sequence that is cut into its steps goes together again at once", () => {
  const x = ones(50, 2, { requiresGrad: true }), loss = x.unbind(0).reduce((a, b) => a.add(b)).sum();
  const names = kernelsOf(() => loss.backward());
  assertEquals([names.includes("sliceGrad"), names.filter((name) => name === "concat").length], [false, 1]);
});
