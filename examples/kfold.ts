/** Two spirals, five folds: early stopping, and an average of the weights. `deno run examples/kfold.ts` */
import { averagedModel, cat, type DeviceName, F, linspace, manualSeed, nn, noGrad, ones } from "descent";
import { optim, randn, randperm, stack, type Tensor, useDevice, zeros } from "descent";
import { assert } from "@std/assert";

await useDevice(Deno.args[0] as DeviceName | undefined);
manualSeed(0);
const [perClass, folds, patience] = [100, 5, 10];
const turn = linspace(0.25, 1, perClass).mul(2 * Math.PI);
const arm = stack([turn.cos().mul(turn), turn.sin().mul(turn)], 1).div(4);
const x = cat([arm, arm.neg()]).add(randn(2 * perClass, 2).mul(0.05));
const y = F.oneHot(cat([zeros(perClass), ones(perClass)]).to("int32"), 2);

function accuracyOf(model: nn.Module, rows: Tensor): Promise<number> {
  const logits: Tensor = noGrad(() => model.forward(x.at(rows)));
  return logits.argmax(1).eq(y.at(rows).argmax(1)).to("float32").mean().item();
}

async function fit(train: Tensor, held: Tensor): Promise<{ epochs: number; best: number; averaged: number }> {
  const model = new nn.Sequential(
    ...[new nn.Linear(2, 32), new nn.Tanh(), new nn.Linear(32, 32), new nn.Tanh()],
    new nn.Linear(32, 2),
  );
  const ema = averagedModel(model, { decay: 0.95 });
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.02 });
  let best = 0, state = model.stateDict(), epoch = 0;
  for (let waited = 0; waited < patience && epoch < 60; epoch++) {
    for (const batch of train.at(randperm(train.size)).split(32)) {
      const loss = F.crossEntropy(model.forward(x.at(batch)), y.at(batch));
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      ema.update();
    }
    const now = await accuracyOf(model, held);
    waited = now > best ? 0 : waited + 1;
    if (now > best) [best, state] = [now, model.stateDict()];
  }
  model.loadStateDict(state);
  return { epochs: epoch, best: await accuracyOf(model, held), averaged: await accuracyOf(ema.module, held) };
}

const parts = randperm(2 * perClass).chunk(folds);
let total = 0, averaged = 0;
for (const [i, held] of parts.entries()) {
  const result = await fit(cat(parts.filter((_, j) => j !== i)), held);
  console.log(`fold ${i}`, result);
  total += result.best / folds;
  averaged += result.averaged / folds;
}
console.log(
  `${(100 * total).toFixed(1)} % over ${folds} folds; of averaged weights ${(100 * averaged).toFixed(1)} %`,
);
assert(total > 0.9 && averaged > 0.85);
