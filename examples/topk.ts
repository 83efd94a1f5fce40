/** What a linear classifier of digits takes for what: top-1, top-3 and a table of mistakes. `deno run examples/topk.ts` */
import { DataLoader, type DeviceName, epochs, F, manualSeed, mnist, nn, noGrad, optim } from "descent";
import { show, type Tensor, useDevice, zeros } from "descent";
import { assert } from "@std/assert";

await useDevice(Deno.args[0] as DeviceName | undefined);
manualSeed(0);
const model = new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 10));
const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
const loader = new DataLoader(await mnist(), { batchSize: 128, shuffle: true });
for await (const step of epochs(1, loader)) {
  const [images, labels] = step.batch;
  const loss = F.crossEntropy(model.forward(images), labels);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  step.log({ loss });
  if (step.index === 200) break;
}

/** How many labels are among the k most probable classes. */
function hits(logits: Tensor, labels: Tensor, k: number): Tensor {
  return logits.topk(k, { dim: 1 }).indices.eq(labels.unsqueeze(1)).any(1).sum();
}

const test = new DataLoader(await mnist({ split: "test" }), { batchSize: 1000 });
let top1 = zeros(1), top3 = zeros(1), taken = zeros(100);
for await (const [images, labels] of test) {
  const logits = noGrad(() => model.forward(images));
  top1 = top1.add(hits(logits, labels, 1));
  top3 = top3.add(hits(logits, labels, 3));
  taken = taken.add(await labels.mul(10).add(logits.argmax(1)).bincount({ minlength: 100 }));
}
const counts = await taken.reshape(10, 10).array<number[][]>();
await show(counts.map((row, digit) => ({ digit, ...Object.fromEntries(row.map((n, i) => [`→ ${i}`, n])) })));
const [one, three] = [await top1.item() / 100, await top3.item() / 100];
console.log(`top-1 ${one.toFixed(1)} %, top-3 ${three.toFixed(1)} %`);
assert(one > 85 && three > 95 && counts.flat().reduce((a, b) => a + b) === 10_000);
