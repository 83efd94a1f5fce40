/** A generative adversarial network (Goodfellow et al. 2014) that learns to draw a ring. `deno run examples/gan.ts` */
import { type DeviceName, F, manualSeed, nn, noGrad, ones, optim, rand, randn, stack } from "descent";
import { steps, useDevice, zeros } from "descent";
import { assert } from "@std/assert";

await useDevice(Deno.args[0] as DeviceName | undefined);
manualSeed(0);
const mlp = (inputs: number, outputs: number) =>
  new nn.Sequential(
    ...[new nn.Linear(inputs, 64), new nn.LeakyReLU(0.2), new nn.Linear(64, 64), new nn.LeakyReLU(0.2)],
    new nn.Linear(64, outputs),
  );
const generator = mlp(2, 2), discriminator = mlp(2, 1);
const settings = { lr: 1e-3, betas: [0.5, 0.9] } as const;
const optimizerG = new optim.Adam(generator.parameters(), settings);
const optimizerD = new optim.Adam(discriminator.parameters(), settings);

function ring(n: number) {
  const angle = rand(n).mul(2 * Math.PI);
  return stack([angle.cos(), angle.sin()], 1).mul(2).add(randn(n, 2).mul(0.05));
}

for await (const step of steps(800)) {
  const real = ring(128), fake = generator.forward(randn(128, 2));
  const lossD = F.binaryCrossEntropyWithLogits(discriminator.forward(real), ones(128, 1))
    .add(F.binaryCrossEntropyWithLogits(discriminator.forward(fake.detach()), zeros(128, 1)));
  optimizerD.zeroGrad();
  lossD.backward();
  optimizerD.step();

  const lossG = F.binaryCrossEntropyWithLogits(discriminator.forward(fake), ones(128, 1));
  optimizerG.zeroGrad();
  lossG.backward();
  optimizerG.step();
  step.log({ lossD, lossG });
}

const radius = noGrad(() => generator.forward(randn(1000, 2)).norm(2, 1));
const [mean, spread] = [await radius.mean().item(), await radius.std().item()];
console.log(`radius ${mean.toFixed(2)} ± ${spread.toFixed(2)}, where 2.00 ± 0.05 was to be learned`);
assert(Math.abs(mean - 2) < 0.3 && spread < 0.5);
