/** A network of weights +1 and −1: a gradient of one's own for what has none. `deno run examples/custom_function.ts` */
import { autograd, type DeviceName, F, gradCheck, manualSeed, nn, optim, randn, steps } from "descent";
import { type Tensor, useDevice } from "descent";
import { assert, assertEquals } from "@std/assert";

await useDevice(Deno.args[0] as DeviceName | undefined);
manualSeed(0);

/** The sign, with the gradient of clamp(−1, 1): a straight-through estimator (Bengio, Léonard & Courville 2013). */
const binarize = autograd.defineOperation({
  name: "binarize",
  forward: (x: Tensor) => ({ output: x.sign(), saved: x }),
  backward: (grad, x) => grad.mul(x.abs().le(1)),
});

/** x³, whose gradient is checked. */
const cube = autograd.defineOperation({
  name: "cube",
  forward: (x: Tensor) => ({ output: x.pow(3), saved: x }),
  backward: (grad, x) => grad.mul(x.square()).mul(3),
});
await gradCheck(cube, [randn([3, 2], { requiresGrad: true })]);

class BinaryLinear extends nn.Linear {
  override forward(x: Tensor): Tensor {
    return F.linear(x, binarize(this.weight), this.bias);
  }
}

const model = new nn.Sequential(
  ...[new nn.Linear(2, 32), new nn.ReLU()],
  ...[new BinaryLinear(32, 32), new nn.BatchNorm1d(32), new nn.ReLU()],
  new nn.Linear(32, 1),
);
const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
const x = randn(256, 2), y = x.at(null, 0).mul(x.at(null, 1)).gt(0).to("float32").unsqueeze(1);
for await (const step of steps(200)) {
  const loss = F.binaryCrossEntropyWithLogits(model.forward(x), y);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  step.log({ loss });
}

const right = await model.forward(x).gt(0).eq(y).to("float32").mean().item();
const weights = await binarize((model[2] as nn.Linear).weight).unique();
console.log(`${(100 * right).toFixed(1)} % of the quadrants with weights`, await weights.array());
assert(right > 0.9);
assertEquals(await weights.array(), [-1, 1]);
