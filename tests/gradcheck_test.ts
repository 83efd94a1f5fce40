import {
  F,
  gradCheck,
  gradGradCheck,
  manualSeed,
  nn,
  noGrad,
  ones,
  rand,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "descent";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { onEachDevice } from "./devices.ts";

/** A function whose gradient is wrong by a factor: half of it passes through detach(). */
const wrong = (x: Tensor): Tensor => x.square().mul(0.5).add(x.square().detach().mul(0.5));

onEachDevice("gradCheck() resolves with the largest error", async () => {
  const error = await gradCheck((x, y) => x.mul(y).sum(), [tensor([1, 2]), tensor([3, 4])]);
  assert(error >= 0 && error < 1e-3, `${error}`);
});

onEachDevice("gradCheck() names input, element and both values of a wrong gradient", async () => {
  const error = await assertRejects(
    () => gradCheck((x, y) => x.sum().add(wrong(y).sum()), [tensor([1, 2]), tensor([[1, 2, 3]])]),
    Error,
    "gradCheck: input 1 [1, 3], element 0: backward() gives ",
  );
  const [, analytic, numeric] = /gives ([\d.]+), differences give ([\d.]+)/.exec(error.message)!.map(Number);
  assert(Math.abs(numeric / analytic - 2) < 1e-3, error.message);
});

Deno.test("gradCheck() finds a gradient that is missing altogether", async () => {
  await assertRejects(() => gradCheck((x) => x.detach().sum(), [tensor([1])]), Error, "backward() gives 0");
  await assertRejects(() => gradCheck((x) => noGrad(() => x.mul(2)), [tensor([1])]), Error, "gives 0");
  assertEquals(await gradCheck((x) => x.mul(0).detach(), [tensor([1])]), 0);
});

Deno.test("gradCheck() finds an error in one element of a result among many", async () => {
  const scale = tensor([1, 1, 1, 0.9]);
  const almost = (x: Tensor) => x.mul(scale).add(x.sub(x.mul(scale)).detach());
  await assertRejects(() => gradCheck(almost, [tensor([1, 2, 3, 4])]), Error, "element 3");
});

Deno.test("gradCheck() fails on gradients that are not finite", async () => {
  await assertRejects(() => gradCheck((x) => x.sqrt(), [tensor([0])]), Error, "backward() gives");
  await assertRejects(() => gradCheck((x) => x.mul(NaN), [tensor([1])]), Error, "gives NaN");
});

Deno.test("gradCheck() draws the same random numbers at every call, and leaves the sequence where it was", async () => {
  manualSeed(3);
  const drop = (x: Tensor) => F.dropout(x, 0.5).mul(rand(8)).add(randn(8));
  assert(await gradCheck(drop, [tensor([1, 2, 3, 4, 5, 6, 7, 8])]) < 1e-3);
  const next = await rand(4).array();
  manualSeed(3);
  assertEquals(await rand(4).array(), next);
});

Deno.test("gradCheck() takes inputs of int32, of no element and of no dimension", async () => {
  const index = tensor([2, 0], { dtype: "int32" });
  assert(await gradCheck((x, i) => x.gather(0, i), [tensor([1, 2, 3]), index]) < 1e-3);
  assertEquals(await gradCheck((x) => x.exp(), [zeros(0, 3)]), 0);
  assertEquals(await gradCheck((x, y) => x.sum().mul(y), [zeros(0), tensor(2)]) < 1e-3, true);
});

Deno.test("gradCheck() checks those inputs that require a gradient, if any does", async () => {
  const checked = tensor([1, 2], { requiresGrad: true });
  assert(await gradCheck((x, y) => x.add(wrong(y)), [checked, ones(2)]) < 1e-3);
  await assertRejects(() => gradCheck((x, y) => x.add(wrong(y)), [ones(2), ones(2)]), Error, "input 1");
});

Deno.test("gradCheck() leaves inputs and their gradients as they are", async () => {
  const x = tensor([1, 2], { requiresGrad: true });
  x.square().sum().backward();
  await gradCheck((x) => x.exp(), [x]);
  assertEquals(await x.grad!.array(), [2, 4]);
  assertEquals(await x.array(), [1, 2]);
});

/** A network whose gradients are half of what they should be, in one layer. */
class Halved extends nn.Module {
  right = new nn.Linear(2, 3);
  wrong = new nn.Linear(3, 1);

  override forward(x: Tensor): Tensor {
    const y = this.wrong.forward(this.right.forward(x).tanh());
    return y.add(y.detach()).div(2);
  }
}

Deno.test("gradCheck() checks a network by its parameters, which nobody passes to it", async () => {
  manualSeed(1);
  const x = tensor([[2.1, 3.2], [0.3, -1]]);
  const net = new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh(), new nn.Linear(3, 1));
  assert(await gradCheck(() => net.forward(x), net.parameters()) < 1e-3);
  assert(await gradGradCheck(() => net.forward(x).square(), net.parameters(), { atol: 1e-2 }) < 1e-2);

  const halved = new Halved();
  await assertRejects(
    () => gradCheck(() => halved.forward(x), halved.parameters()),
    Error,
    "gradCheck: input 0 [3, 2], element 0",
  );
  // Of the parameters of another network it finds that nothing depends on them.
  assertEquals(await gradCheck(() => halved.forward(x), net.parameters()), 0);
});

Deno.test("gradCheck() leaves what a function takes from outside as it was, also where it throws", async () => {
  const w = tensor([1, 2], { requiresGrad: true });
  const double = w.mul(2);
  let calls = 0;
  const broken = () => {
    if (++calls === 3) throw new Error("at the third call");
    return w.square();
  };
  await assertRejects(() => gradCheck(broken, [w]), Error, "at the third call");
  assertEquals([w.isLeaf, w.requiresGrad, w.grad], [true, true, null]);
  assertEquals(await w.array(), [1, 2]);
  double.sum().backward();
  assertEquals(await w.grad!.array(), [2, 2]);
  assertEquals(await gradCheck(() => w, [w]) < 1e-3, true);
});

Deno.test("gradCheck() takes a tensor that is given twice for two inputs", async () => {
  const x = tensor([1, 2]);
  assert(await gradCheck((a, b) => a.mul(b.square()), [x, x]) < 1e-2);
  await assertRejects(() => gradCheck((a, b) => a.add(wrong(b)), [x, x]), Error, "input 1");
});

Deno.test("gradCheck() is as strict as asked", async () => {
  const slightly = (x: Tensor) => x.add(x.detach().mul(0.01));
  await assertRejects(() => gradCheck(slightly, [tensor([1])]), Error, "differences give");
  assert(await gradCheck(slightly, [tensor([1])], { atol: 0.1 }) > 0.005);
  assert(await gradCheck(slightly, [tensor([1])], { rtol: 0.1 }) > 0.005);
  const bend = (x: Tensor) => x.mul(40).sin();
  await assertRejects(() => gradCheck(bend, [tensor([0.3])]));
  assert(await gradCheck(bend, [tensor([0.3])], { eps: 1e-3, atol: 0.02 }) < 0.02);
});
