/**
 * Follows a recipe, as a reader would write it: its arguments are the recipe, the seed, and a folder. Prints one line of JSON an
 * epoch. With a folder alone, and permission to write there, it leaves the pictures there for PyTorch.
 *
 * @module
 */
import {
  DataLoader,
  epochs,
  evaluate,
  F,
  fashionMnist,
  type ImageDataset,
  manualSeed,
  mnist,
  optim,
  transforms,
  useDevice,
} from "descent";
import type { Recipe } from "../cases/recipes.ts";
import { build } from "./network.ts";

const recipe: Recipe = JSON.parse(Deno.args[0]);
const load = { mnist, fashionMnist }[recipe.data];
const sets = { train: await load({ split: "train" }), test: await load({ split: "test" }) };
if (Deno.args[1] === "export") await leave(sets, Deno.args[2]);
else await follow(Number(Deno.args[1]));

/** Writes the pictures and labels of both sets as bytes without a header. */
async function leave(sets: Record<string, ImageDataset>, folder: string): Promise<void> {
  for (const [split, { images, labels }] of Object.entries(sets)) {
    await Deno.writeFile(`${folder}/${split}-images`, images);
    await Deno.writeFile(`${folder}/${split}-labels`, labels);
  }
}

async function follow(seed: number): Promise<void> {
  const { mean, std, flip, batch, maxLr, weightDecay } = recipe;
  await useDevice("cpu");
  manualSeed(seed);
  const net = build(recipe.layers);
  const scaled = [transforms.toTensor(), transforms.normalize(mean, std)];
  const turned = flip ? [transforms.randomHorizontalFlip()] : [];
  const trainLoader = new DataLoader(sets.train, {
    batchSize: batch,
    shuffle: true,
    dropLast: true,
    transform: transforms.compose([...turned, ...scaled]),
  });
  const testLoader = new DataLoader(sets.test, { batchSize: 1000, transform: transforms.compose(scaled) });
  const optimizer = recipe.optimizer === "Adam"
    ? new optim.Adam(net.parameters(), { lr: maxLr })
    : new optim.SGD(net.parameters(), { lr: maxLr, momentum: 0.9, nesterov: true, weightDecay });
  const schedule = new optim.lr.OneCycleLR(optimizer, {
    maxLr,
    totalSteps: recipe.epochs * trainLoader.length,
  });
  const run = epochs(recipe.epochs, trainLoader, { progress: false, test: () => evaluate(net, testLoader) });
  for await (const step of run) {
    const [images, labels] = step.batch;
    const loss = F.crossEntropy(net.forward(images), labels);
    loss.backward();
    optimizer.step();
    optimizer.zeroGrad();
    schedule.step();
    step.log({ loss });
  }
  for (const { epoch, loss, testAccuracy, seconds } of run.history) {
    console.log(JSON.stringify({ epoch, loss, accuracy: 100 * testAccuracy, seconds }));
  }
}
