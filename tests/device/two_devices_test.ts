/** One program on two devices: tensors and networks go from one to the other, and gradients come back where nothing must wait. */
import {
  autograd,
  cat,
  currentDevice,
  device,
  manualSeed,
  nn,
  noGrad,
  optim,
  randn,
  steps,
  tensor,
  useDevice,
  zeros,
} from "descent";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { noGpu } from "../devices.ts";

const why = noGpu === undefined ? "" : ` (skipped: ${noGpu})`;
const onBoth = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name: name + why, ignore: noGpu !== undefined, fn });

Deno.test("to() a device of the same name is a tensor of its own, with its history", async () => {
  const x = tensor([1, 2], { requiresGrad: true }), y = await x.to("cpu");
  noGrad(() => y.zero_());
  assertEquals(await x.array(), [1, 2]);
  (await x.to(currentDevice())).square().sum().backward();
  assertEquals(await x.grad!.array(), [2, 4]);
  await assertRejects(
    () => new nn.Linear(1, 1).to("cuda" as "cpu"),
    RangeError,
    'to: there is no device "cuda"',
  );
  assertThrows(() => zeros(2, { device: "cuda" as "cpu" }), RangeError, 'zeros: there is no device "cuda"');
});

onBoth("device() leaves the current device, and new tensors take it as an option", async () => {
  await useDevice("cpu");
  const gpu = await device("webgpu");
  assertEquals(currentDevice().name, "cpu");
  assertEquals([
    zeros(2).device.name,
    zeros(2, { device: gpu }).device,
    tensor([1], { device: "webgpu" }).device,
  ], [
    "cpu",
    gpu,
    gpu,
  ]);
});

onBoth(
  "numbers are the same on the other device, in any order of memory, and as they were when they were asked for",
  async () => {
    const x = randn(3, 4, 2), there = await x.permute(2, 0, 1).to("webgpu");
    assertEquals([there.device.name, there.shape], ["webgpu", [2, 3, 4]]);
    assertEquals(await (await there.to("cpu")).array(), await x.permute(2, 0, 1).array());
    for (const one of [x.gt(0), x.mul(10).to("int32"), zeros(0, 2)]) {
      const back = await (await one.to("webgpu")).to("cpu");
      assertEquals([back.dtype, back.shape, await back.array()], [one.dtype, one.shape, await one.array()]);
    }
    const promise = there.to("cpu");
    there.zero_();
    assertEquals(await (await promise).sum().item() === 0, false);
    assertThrows(() => x.add(there), TypeError, 'await x.to("cpu") copies one');
  },
);

onBoth("a gradient flows back from the cpu to the GPU, into a network on both", async () => {
  manualSeed(7);
  const first = await new nn.Linear(3, 4).to("webgpu"), second = new nn.Linear(4, 1), x = randn(5, 3);
  const hidden = first.forward(await x.to("webgpu")).tanh();
  const loss = second.forward(await hidden.to("cpu")).square().mean();
  loss.backward();
  const found = [...first.parameters(), ...second.parameters()].map((one) => one.grad!);
  assertEquals(found.map((one) => one.device.name), ["webgpu", "webgpu", "cpu", "cpu"]);
  manualSeed(7);
  const alike = [new nn.Linear(3, 4), new nn.Linear(4, 1)];
  alike[1].forward(alike[0].forward(x).tanh()).square().mean().backward();
  const right = alike.flatMap((one) => one.parameters()).map((one) => one.grad!);
  for (const [i, one] of right.entries()) {
    const distance = await (await found[i].to("cpu")).sub(one).abs().max().item();
    assert(distance < 1e-6, `gradient ${i} is off by ${distance}`);
  }
  // What was wanted of the first half only, and a value that is used on both devices.
  const w = tensor([2, 3], { requiresGrad: true, device: "webgpu" });
  const y = w.mul(w), z = (await y.to("cpu")).sum().add(await w.sum().to("cpu"));
  const [g] = autograd.grad(z, w);
  assertEquals([g!.device.name, await g!.array()], ["webgpu", [5, 7]]);
});

onBoth("what backward() would have to wait for is refused before anything is computed", async () => {
  const w = tensor([1, 2], { requiresGrad: true });
  await assertRejects(
    () => w.mul(2).to("webgpu"),
    Error,
    "a gradient would have to come back from webgpu to cpu",
  );
  assertEquals((await w.detach().to("webgpu")).requiresGrad, false);
  assertEquals((await noGrad(() => w.to("webgpu"))).requiresGrad, false);
  const v = tensor(2, { requiresGrad: true, device: "webgpu" }), y = (await v.pow(3).to("cpu")).mul(2);
  assertThrows(() => y.backward(undefined, { createGraph: true }), Error, "has no history");
});

onBoth("a network that moved learns on the other device, and an optimizer made before says so", async () => {
  manualSeed(3);
  const net = new nn.Sequential(
    new nn.Linear(2, 8),
    new nn.BatchNorm1d(8),
    new nn.ReLU(),
    new nn.Linear(8, 1),
  );
  const x = randn(16, 2), y = x.sum(1, { keepdim: true });
  const early = new optim.Adam(net.parameters(), { lr: 0.05 });
  const loss = net.forward(x).sub(y).square().mean();
  loss.backward();
  early.step();
  const before = await net.parameters()[0].grad!.array(), { weight } = net[0] as nn.Linear;
  assertEquals(await net.to("webgpu"), net);
  assertEquals((net[0] as nn.Linear).weight, weight);
  assertEquals(
    [...net.parameters(), ...net.buffers()].map((one) => one.device.name),
    Array(9).fill("webgpu"),
  );
  assertEquals(await weight.grad!.array(), before);
  assertThrows(
    () => early.step(),
    Error,
    "Adam: what it remembers is on cpu, and the parameter went to webgpu",
  );
  assertThrows(() => loss.backward(), Error);
  const optimizer = new optim.Adam(net.parameters(), { lr: 0.05 });
  const [there, target] = [await x.to("webgpu"), await y.to("webgpu")], losses: number[] = [];
  for await (const _ of steps(20, { progress: false })) {
    const loss = net.forward(there).sub(target).square().mean();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(await loss.item());
  }
  assert(losses[19] < losses[0] / 4, `${losses}`);
  await net.to("cpu");
  net.eval();
  assertEquals(net.forward(x).device.name, "cpu");
});

onBoth("carrying numbers to and fro leaves nothing behind", async () => {
  const gpu = await device("webgpu"), cpu = await device("cpu");
  // What other tests have forgotten goes first, and not meanwhile.
  for (const { pressure } of [gpu, cpu]) await pressure.relieve();
  const w = randn(300, { device: gpu, requiresGrad: true });
  const bytes: number[] = [];
  for await (const _ of steps(6, { progress: false })) {
    const x = await w.mul(2).to("cpu");
    cat([x, x]).sum().backward();
    await x.detach().to("webgpu");
    w.zeroGrad();
    bytes.push(gpu.memory().bytes + cpu.memory().bytes);
  }
  // Of an iteration, what was made lives until the next one ends.
  assertEquals(bytes.slice(2), Array(4).fill(bytes[1]));
});
