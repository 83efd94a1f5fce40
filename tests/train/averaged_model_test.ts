/** Averages of weights, against their formula and PyTorch's order of updates. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { averagedModel, nn, noGrad, randn, tensor } from "descent";
import { onEachDevice } from "../devices.ts";

function withWeight(value: number): nn.Linear {
  const net = new nn.Linear(1, 1, { bias: false });
  noGrad(() => net.weight.fill_(value));
  return net;
}

onEachDevice("the first update takes the weights as they are, the next ones a part of the way", async () => {
  const net = withWeight(1), average = averagedModel(net, { decay: 0.75 });
  for (const value of [4, 8, 16]) {
    noGrad(() => net.weight.fill_(value));
    average.update();
  }
  // 4, then 0.75 · 4 + 0.25 · 8 = 5, then 0.75 · 5 + 0.25 · 16.
  assertEquals(await average.module.weight.item(), 7.75);
  assertEquals([average.updates, await net.weight.item()], [3, 16]);
});

Deno.test("without a decay all updates weigh alike", async () => {
  const net = withWeight(0), average = averagedModel(net, { decay: null });
  for (const value of [1, 2, 6, 7]) {
    noGrad(() => net.weight.fill_(value));
    average.update();
  }
  assertAlmostEquals(await average.module.weight.item(), 4, 1e-6);
});

Deno.test("running statistics are taken as they are, or averaged when that is said", async () => {
  for (const useBuffers of [false, true]) {
    const net = new nn.BatchNorm1d(2), average = averagedModel(net, { decay: 0.5, useBuffers });
    const seen: number[] = [];
    for (let i = 0; i < 2; i++) {
      net.forward(randn(8, 2).add(5));
      average.update();
      seen.push((await net.stateDict().running_mean.data())[0]);
    }
    const expected = useBuffers ? (seen[0] + seen[1]) / 2 : seen[1];
    const state = average.module.stateDict();
    assertAlmostEquals((await state.running_mean.data())[0], expected, 1e-6);
    assertEquals(await state.num_batches_tracked.item(), 2);
  }
});

Deno.test("the average is a network of its own: it evaluates, and learns nothing", () => {
  const net = new nn.Sequential(new nn.Linear(2, 2), new nn.Dropout()), { module } = averagedModel(net);
  assertEquals([module.training, net.training], [false, true]);
  assertEquals(module.parameters().map(({ requiresGrad }) => requiresGrad), [false, false]);
  assertEquals(net.parameters().map(({ requiresGrad }) => requiresGrad), [true, true]);
  assertThrows(
    () => averagedModel(net, { decay: 1.5 }),
    RangeError,
    "averagedModel: decay must be a number from 0 to 1",
  );
  // deno-lint-ignore no-explicit-any
  assertThrows(() => averagedModel(tensor([1]) as any), TypeError, "averagedModel: a network is needed");
});
