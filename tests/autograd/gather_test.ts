/** The gradient of gather adds up where it picked: no table of picks by places, and in an order that is always the same. */
import { assert, assertEquals } from "@std/assert";
import { arange, currentDevice, manualSeed, rand, randint, randn, tensor } from "descent";
import { onEachDevice } from "../devices.ts";

onEachDevice(
  "the gradient of 40,000 picks out of 40,000 takes memory for a few times as many numbers",
  async () => {
    const device = currentDevice(), n = 40_000;
    const x = rand(n), index = arange(n).to("int32").mul(7).add(3);
    const picks = index.sub(index.div(n).to("int32").mul(n));
    x.requiresGrad = true;
    await picks.data();
    device.resetPeak();
    const before = device.memory().bytes;
    const y = x.gather(0, picks);
    y.mul(arange(n)).sum().backward();
    const places = await picks.data(), gradient = await x.grad!.data();
    // 40,000² of them would be 6.4 GB.
    assert(device.memory().peakBytes - before < 20 * 4 * n, `${device.memory().peakBytes - before} bytes`);
    assertEquals(places.findIndex((place, i) => gradient[place] !== i), -1);
  },
);

onEachDevice("the gradient of many picks of the same few is the same bits each time", async () => {
  manualSeed(5);
  const weight = rand(9, 4), index = randint(0, 9, [3000, 4]), factor = randn(3000, 4);
  weight.requiresGrad = true;
  const once = async () => {
    weight.grad = null;
    weight.gather(0, index).mul(factor).sum().backward();
    return [...await weight.grad!.data()];
  };
  const first = await once();
  for (let again = 0; again < 3; again++) assertEquals(await once(), first);
  // Σ of the factors at each place, in double precision.
  const [places, factors] = [await index.data(), await factor.data()];
  const sums = new Float64Array(36);
  places.forEach((place, i) => sums[place * 4 + i % 4] += factors[i]);
  first.forEach((value, i) => assert(Math.abs(value - sums[i]) < 1e-4, `${value} is not ${sums[i]}`));
});

onEachDevice("the gradient of gather has a gradient", async () => {
  // y = x[2]³, picked twice: ∂y = 6 x², ∂²y = 12 x.
  const x = tensor([1, 2, 3], { requiresGrad: true });
  x.gather(0, [2, 2]).pow(3).sum().backward(undefined, { createGraph: true });
  const g = x.grad!;
  assertEquals(await g.array(), [0, 0, 54]);
  x.grad = null;
  g.sum().backward();
  assertEquals(await x.grad!.array(), [0, 0, 36]);
});
