/** Logistic regression: which of two clouds does a point belong to? `deno run examples/logistic_regression.ts` */
import { cat, type DeviceName, F, manualSeed, nn, noGrad, ones, optim, randn, steps } from "descent";
import { tensor, useDevice, zeros } from "descent";
import { assert } from "@std/assert";

await useDevice(Deno.args[0] as DeviceName | undefined);
manualSeed(0);
const x = cat([randn(200, 2).add(tensor([1, 1])), randn(200, 2).sub(tensor([1, 1]))]);
const y = cat([ones(200, 1), zeros(200, 1)]);
const model = new nn.Linear(2, 1);
const optimizer = new optim.SGD(model.parameters(), { lr: 0.5 });

for await (const step of steps(100)) {
  const loss = F.binaryCrossEntropyWithLogits(model.forward(x), y);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  step.log({ loss });
}

const right = noGrad(() => model.forward(x).gt(0).eq(y).to("float32").mean());
console.log("weight", await model.weight.array(), "accuracy", await right.item());
assert(await right.item() > 0.9);
