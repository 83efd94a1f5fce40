import { detectAnomaly, nn, randn, steps, type Tensor, tensor, useDevice, zeros } from "descent";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { current } from "../../lib/autograd/context.ts";
import { onEachDevice } from "../devices.ts";

class Odd extends nn.Module {
  override forward(x: Tensor): Tensor {
    return x.sub(1e9).log().relu();
  }
}

onEachDevice(
  "detectAnomaly() names operation, modules and line of the first result that is not finite",
  async () => {
    const net = new nn.Sequential(new nn.Linear(2, 3), new Odd(), new nn.Linear(3, 1));
    const { message } = await assertRejects(() => detectAnomaly(() => net.forward(randn(4, 2))), RangeError);
    assertMatch(
      message,
      /^detectAnomaly: the result of log\(\) in Sequential > Odd at file:\S+anomaly_test\.ts:8:\d+ (has 12 NaN among its 12 numbers \[4, 3\]|is not finite)$/,
    );
    assertEquals(current(), { recording: true, scope: null });
  },
);

onEachDevice("detectAnomaly() names the operation whose gradient is not finite", async () => {
  const x = tensor([1, 0], { requiresGrad: true });
  const { message } = await assertRejects(() => detectAnomaly(() => x.sqrt().sum().backward()), RangeError);
  assertMatch(
    message,
    /^detectAnomaly: backward: the gradient of input 0 of sqrt\(\) at file:\S+anomaly_test\.ts:27:\d+ (has 1 infinite among|is not finite)/,
  );
});

onEachDevice("detectAnomaly() lets what is finite go on, and returns what its body returns", async () => {
  const net = new nn.Linear(2, 3);
  const loss = await detectAnomaly(async () => {
    for await (const _ of steps(3, { progress: false })) {
      const loss = net.forward(randn(4, 2)).square().mean();
      loss.backward();
      net.zeroGrad();
    }
    return net.forward(randn(4, 2)).mean();
  });
  assert(Number.isFinite(await loss.item()));
  loss.backward();
  // Nobody looks any more, and nobody looked beside it.
  zeros(1).log();
});

Deno.test("an input that was not finite already is told, an infinity that is meant goes through", async () => {
  await useDevice("cpu");
  await assertRejects(
    () => detectAnomaly(() => tensor([NaN, 1]).add(1)),
    RangeError,
    "has 1 NaN among its 2 numbers [2]; its input 0 was not finite already",
  );
  const scores = tensor([[1, 2], [3, 4]]), mask = tensor([[1, 0], [1, 1]]).gt(0);
  await detectAnomaly(() => scores.where(mask, tensor([-Infinity])).softmax(1));
});

Deno.test("code that runs beside detectAnomaly() is not looked at", async () => {
  const beside = (async () => {
    await new Promise((resolve) => setTimeout(resolve));
    return zeros(1).log();
  })();
  await detectAnomaly(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return zeros(1).exp();
  });
  assertEquals(await (await beside).item(), -Infinity);
});
