/**
 * LeNet reads 60,000 handwritten digits, and keeps what it has learned:
 *
 * ```sh
 * deno run --allow-read=runs --allow-write=runs examples/lenet.ts [cpu | webgpu] [how many digits]
 * ```
 *
 * Stopped with Ctrl-C, it goes on from there the next time; docs/past_one_machine.md lets it go on in PyTorch.
 *
 * @module
 */
import { accuracy, Checkpoints, DataLoader, type DeviceName, epochs, evaluate, F } from "descent";
import { manualSeed, mnist, MNIST_STATISTICS, nn, optim, subset, transforms, useDevice } from "descent";
import { assert } from "@std/assert";

const [device, digits = 60_000] = Deno.args;
await useDevice(device as DeviceName | undefined);
manualSeed(0);
const model = new nn.Sequential(
  ...[new nn.Conv2d(1, 6, 5, { padding: 2 }), new nn.ReLU(), new nn.MaxPool2d(2)],
  ...[new nn.Conv2d(6, 16, 5), new nn.ReLU(), new nn.MaxPool2d(2), new nn.Flatten()],
  ...[new nn.Linear(400, 120), new nn.ReLU(), new nn.Linear(120, 84), new nn.ReLU(), new nn.Linear(84, 10)],
);

const { mean, std } = MNIST_STATISTICS;
const transform = transforms.compose([transforms.toTensor(), transforms.normalize(mean, std)]);
const data = subset(await mnist(), Array.from({ length: Number(digits) }, (_, i) => i));
const loader = new DataLoader(data, { batchSize: 128, shuffle: true, dropLast: true, transform });
const testLoader = new DataLoader(await mnist({ split: "test" }), { batchSize: 500, transform });

const optimizer = new optim.Adam(model.parameters(), { lr: 5e-3 });
const schedule = new optim.lr.OneCycleLR(optimizer, { maxLr: 5e-3, totalSteps: 3 * loader.length });

const run = epochs(3, loader, {
  label: "LeNet",
  test: () => evaluate(model, testLoader),
  checkpoints: new Checkpoints("runs/lenet"),
  checkpointEvery: 100,
  parts: { model, optimizer, schedule },
  resume: true,
});
for await (const step of run) {
  const [images, labels] = step.batch;
  const logits = model.forward(images);
  const loss = F.crossEntropy(logits, labels);
  loss.backward();
  optimizer.step();
  optimizer.zeroGrad();
  schedule.step();
  step.log({ loss, accuracy: accuracy(logits, labels) });
}
const { testAccuracy } = run.history.at(-1)!;
console.log(`${(100 * testAccuracy).toFixed(2)} % of the test set`);
assert(testAccuracy > 0.9);
