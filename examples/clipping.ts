/** A recurrent network that adds two marked numbers: clipped gradients, gathered over small batches. `deno run examples/clipping.ts` */
import { type DeviceName, F, manualSeed, nn, optim, rand, randint, stack, steps } from "descent";
import { type Tensor, useDevice } from "descent";
import { assert } from "@std/assert";

await useDevice(Deno.args[0] as DeviceName | undefined);
manualSeed(0);
const [length, microBatch, microBatches] = [10, 32, 4];

class Adder extends nn.Module {
  rnn = new nn.GRU(2, 32, { batchFirst: true });
  out = new nn.Linear(32, 1);

  override forward(x: Tensor): Tensor {
    const [hidden] = this.rnn.forward(x);
    return this.out.forward(hidden.at(null, -1)).squeeze(1);
  }
}

/** Numbers beside marks, of which one stands in each half; the sum of the marked ones. */
function examples(n: number): [x: Tensor, sum: Tensor] {
  const numbers = rand(n, length), half = length / 2;
  const first = F.oneHot(randint(0, half, [n]), length);
  const marks = first.add(F.oneHot(randint(half, length, [n]), length));
  return [stack([numbers, marks], 2), numbers.mul(marks).sum(1)];
}

const model = new Adder();
const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
for await (const step of steps(150)) {
  let total = 0 as number | Tensor;
  for (let i = 0; i < microBatches; i++) {
    const [x, sum] = examples(microBatch);
    const loss = F.mseLoss(model.forward(x), sum).div(microBatches);
    loss.backward();
    total = loss.detach().add(total);
  }
  const norm = nn.utils.clipGradNorm_(model.parameters(), 1);
  optimizer.step();
  optimizer.zeroGrad();
  step.log({ loss: total, norm });
}

const [x, sum] = examples(1000);
const error = await F.mseLoss(model.forward(x), sum).item(), variance = await sum.var().item();
console.log(`squared error ${error.toFixed(4)}; of the average ${variance.toFixed(4)}`);
assert(error < 0.1 * variance);
