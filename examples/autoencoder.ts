/** A variational autoencoder (Kingma & Welling 2014): digits as 8 numbers. `deno run examples/autoencoder.ts` */
import { DataLoader, type DeviceName, epochs, F, manualSeed, mnist, nn, noGrad, optim } from "descent";
import { randnLike, type Tensor, useDevice } from "descent";
import { assert } from "@std/assert";

await useDevice(Deno.args[0] as DeviceName | undefined);
manualSeed(0);

class VAE extends nn.Module {
  encoder = new nn.Sequential(
    new nn.Flatten(),
    new nn.Linear(784, 128),
    new nn.ReLU(),
    new nn.Linear(128, 16),
  );
  decoder = new nn.Sequential(new nn.Linear(8, 128), new nn.ReLU(), new nn.Linear(128, 784));

  override forward(x: Tensor): [logits: Tensor, mean: Tensor, logVariance: Tensor] {
    const [mean, logVariance] = this.encoder.forward(x).chunk(2, 1);
    const z = mean.add(randnLike(mean).mul(logVariance.mul(0.5).exp()));
    return [this.decoder.forward(z), mean, logVariance];
  }
}

const model = new VAE();
const optimizer = new optim.Adam(model.parameters(), { lr: 2e-3 });
const loader = new DataLoader(await mnist(), { batchSize: 128, shuffle: true });

for await (const step of epochs(1, loader)) {
  const [images] = step.batch;
  const [logits, mean, logVariance] = model.forward(images);
  const error = F.binaryCrossEntropyWithLogits(logits, images.flatten(1), { reduction: "sum" });
  const divergence = mean.square().add(logVariance.exp()).sub(logVariance).sub(1).sum().mul(0.5);
  const loss = error.add(divergence).div(images.shape[0]);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  step.log({ loss });
  if (step.index === 300) break;
}

for await (const [images] of new DataLoader(await mnist({ split: "test" }), { batchSize: 1000 })) {
  const far = (a: Tensor) => F.mseLoss(a, images.flatten(1)).item();
  const drawn = await far(noGrad(() => model.eval().forward(images)[0].sigmoid()));
  const average = await far(images.flatten(1).mean(0, { keepdim: true }).expand(1000, 784));
  console.log(`error of a pixel ${drawn.toFixed(4)}; of the average digit ${average.toFixed(4)}`);
  assert(drawn < 0.7 * average);
  break;
}
