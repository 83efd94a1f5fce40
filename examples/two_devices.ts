/** A network on two devices: its body on one, its head on another. `deno run examples/two_devices.ts` */
import { type DeviceName, F, manualSeed, nn, optim, randn, steps, useDevice } from "descent";
import { assert, assertEquals } from "@std/assert";

const bodyDevice = (Deno.args[0] ?? "webgpu") as DeviceName, headDevice = "cpu";
await useDevice(headDevice);
manualSeed(0);
const layers = [new nn.Linear(2, 32), new nn.ReLU(), new nn.Linear(32, 32), new nn.ReLU()];
const body = await new nn.Sequential(...layers).to(bodyDevice);
const head = new nn.Linear(32, 1);
const optimizer = new optim.Adam([...body.parameters(), ...head.parameters()], { lr: 0.02 });
assertEquals([body, head].map((part) => part.parameters()[0].device.name), [bodyDevice, headDevice]);

const x = randn(256, 2), y = x.square().sum(1, { keepdim: true }).gt(1.4).to("float32");
const there = await x.to(bodyDevice);
for await (const step of steps(100)) {
  const features = await body.forward(there).to(headDevice);
  const loss = F.binaryCrossEntropyWithLogits(head.forward(features), y);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  step.log({ loss });
}

const logits = head.forward(await body.forward(there).to(headDevice));
const right = await logits.gt(0).eq(y).to("float32").mean().item();
console.log(`${(100 * right).toFixed(1)} %, with the body on ${bodyDevice} and the head on ${headDevice}`);
assert(right > 0.95);
