/** A training that is saved, and goes on as if it had not been interrupted. `deno run --allow-read --allow-write examples/saving.ts` */
import { type DeviceName, F, load, manualSeed, nn, optim, randn, save, useDevice } from "descent";
import { assert, assertEquals } from "@std/assert";

await useDevice(Deno.args[0] as DeviceName | undefined);
manualSeed(0);
const x = randn(128, 4), y = x.at(null, [0, 2]).square().sum(1, { keepdim: true });

function start() {
  const model = new nn.Sequential(
    new nn.Linear(4, 32),
    new nn.Tanh(),
    new nn.Dropout(0.1),
    new nn.Linear(32, 1),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
  const schedule = new optim.lr.CosineAnnealingLR(optimizer, { tMax: 100 });
  return { model, optimizer, schedule };
}

async function train({ model, optimizer, schedule }: ReturnType<typeof start>, from: number, to: number) {
  let loss = F.mseLoss(model.forward(x), y);
  for (let step = from; step < to; step++) {
    loss = F.mseLoss(model.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    schedule.step();
  }
  return await loss.item();
}

const path = `${await Deno.makeTempDir()}/half-way.safetensors`;
const first = start();
const begun = await train(first, 0, 1);
await train(first, 1, 50);
await save(path, { ...first, step: 50 });
const whole = await train(first, 50, 100);

const second = start();
const { step } = await load(path, second);
const resumed = await train(second, step as number, 100);
console.log(
  `loss ${begun.toFixed(3)} → ${whole.toFixed(5)} in one go, ${
    resumed.toFixed(5)
  } interrupted at step ${step}`,
);
assertEquals(resumed, whole);
assertEquals(await second.model.parameters()[0].array(), await first.model.parameters()[0].array());
assert(whole < 0.3 * begun);
