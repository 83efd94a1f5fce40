import { type Tensor, tensor } from "descent";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { onEachDevice } from "../devices.ts";

function chain(x: Tensor, length: number, step: (y: Tensor, i: number) => Tensor): Tensor {
  let y = x;
  for (let i = 0; i < length; i++) y = step(y, i);
  return y;
}

onEachDevice("10,000 chained operations go forward and backward", async () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const y = chain(x, 10_000, (y, i) => i % 2 ? y.mul(2) : y.mul(0.5));
  y.sum().backward();
  assertEquals(await y.array(), [1, 2]);
  assertEquals(await x.grad!.array(), [1, 1]);
});

Deno.test("100,000 chained operations go forward and backward", async () => {
  const x = tensor(0, { requiresGrad: true });
  const y = chain(x, 100_000, (y) => y.add(x));
  y.backward();
  assertEquals(await x.grad!.item(), 100_001);
});

Deno.test("a recurrence whose state changes in place goes 10,000 steps back", async () => {
  const x = tensor([1], { requiresGrad: true }), sum = tensor([0]);
  for (let i = 0; i < 10_000; i++) sum.add_(x);
  sum.sum().backward();
  assertEquals(await x.grad!.array(), [10_000]);
});

Deno.test("1,000 diamonds on top of each other take 1,000 steps, not 2¹⁰⁰⁰", async () => {
  const x = tensor(1, { requiresGrad: true });
  const y = chain(x, 1000, (y) => y.mul(0.5).add(y.mul(0.5)));
  y.backward();
  assertAlmostEquals(await x.grad!.item(), 1, 1e-6);
});
