/** autograd.grad: what is asked for is returned, and nothing else is touched. PyTorch's numbers: tests/parity/autograd_test.ts. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { autograd, currentDevice, nn, noGrad, ones, randn, steps, type Tensor, tensor } from "descent";
import { onEachDevice } from "../devices.ts";
import { assertNoMore, settled } from "../memory.ts";

const leaf = (data: number | number[] | number[][]) => tensor(data, { requiresGrad: true });
const arrays = async (list: readonly (Tensor | null)[]) =>
  await Promise.all(list.map((one) => one === null ? null : one.array()));

onEachDevice("autograd.grad() returns a gradient for each input, and changes no grad", async () => {
  const x = leaf([1, 2]), y = leaf([3, 4]);
  const product = x.mul(y);
  const found = autograd.grad(product.sum(), [x, y, product], { retainGraph: true });
  assertEquals(await arrays(found), [[3, 4], [1, 2], [1, 1]]);
  assertEquals([x.grad, y.grad, product.grad], [null, null, null]);
  assertEquals(found.map((one) => one.requiresGrad), [false, false, false]);
  // With respect to itself, and twice the same.
  assertEquals(await arrays(autograd.grad(product, [product, x, x], { gradOutputs: tensor([5, 7]) })), [
    [5, 7],
    [15, 28],
    [15, 28],
  ]);
});

onEachDevice("several outputs add up, each with the gradient that it is given", async () => {
  const x = leaf([1, 2]);
  const a = x.square(), b = x.sum();
  const [both] = autograd.grad([a, b], x, { gradOutputs: [tensor([10, 100]), null] });
  assertEquals(await both.array(), [21, 401]);
  assertThrows(() => autograd.grad(b, x), Error, "the graph through sum() was freed by an earlier");
});

onEachDevice("only what lies between outputs and inputs is walked through and freed", async () => {
  const x = leaf([1, 2]), w = leaf([3, 4]);
  const h = x.exp(), y = h.square().sum().add(w.square().sum());
  const [slope] = autograd.grad(y, h);
  const expected = (await h.data()).map((n) => 2 * n);
  assertEquals(await slope.data(), expected);
  // Neither exp() nor w's square lie between: their graph is there.
  h.sum().backward();
  assertEquals(await x.grad!.data(), await h.data());
  assertEquals(w.grad, null);
  assertThrows(() => y.backward(), Error, "was freed by an earlier backward()");
});

onEachDevice("with createGraph gradients can be asked for again and again", async () => {
  const x = leaf([1, 2]), found: unknown[] = [];
  let y: Tensor = x.pow(4).sum();
  for (let order = 1; order <= 4; order++) {
    const [slope] = autograd.grad(y, x, { createGraph: true });
    found.push(await slope.array());
    y = slope.sum();
  }
  assertEquals(found, [[4, 32], [12, 48], [24, 48], [24, 24]]);
  assertEquals(x.grad, null);
});

onEachDevice("retainGrad() and hooks in between are served, leaves are not", async () => {
  const x = leaf([1, 2]), seen: Tensor[] = [];
  const y = x.mul(3).retainGrad();
  y.registerHook((grad) => grad.mul(2));
  x.registerHook((grad) => {
    seen.push(grad);
  });
  const [found] = autograd.grad(y.square().sum(), x);
  assertEquals(await arrays([found, y.grad, x.grad, ...seen]), [[36, 72], [12, 24], null, [36, 72]]);
});

Deno.test("what autograd.grad() cannot give, it says", async () => {
  const x = leaf([1, 2]), other = leaf(1), y = x.square().sum();
  assertThrows(() => autograd.grad(y, other), Error, "autograd.grad: no output depends on input 0");
  const again = x.square().sum();
  assertEquals(await arrays(autograd.grad(again, [other, x], { allowUnused: true })), [null, [2, 4]]);
  assertThrows(
    () => autograd.grad(y, tensor(1)),
    Error,
    "autograd.grad: input 0, Tensor [] float32 cpu, does not",
  );
  assertThrows(() => autograd.grad(tensor(1), x), Error, "output 0, Tensor [] float32 cpu, does not require");
  assertThrows(() => autograd.grad(x.square(), x), RangeError, "give gradOutputs, the gradient of the loss");
  assertThrows(
    () => autograd.grad(x.square(), x, { gradOutputs: ones(3) }),
    RangeError,
    "has shape [3], the tensor [2]",
  );
  assertThrows(
    () => autograd.grad([y, y], x, { gradOutputs: [null] }),
    RangeError,
    "each of 2 outputs, not 1",
  );
  assertThrows(() => autograd.grad(y, []), RangeError, "inputs must hold at least one tensor");
});

onEachDevice("a penalty on the gradient teaches, and leaves no memory from step to step", async () => {
  const critic = new nn.Sequential(new nn.Linear(16, 32), new nn.Tanh(), new nn.Linear(32, 1));
  const uses: number[] = [];
  for await (const _ of steps(12, { progress: false })) {
    uses.push(currentDevice().memory().tensors);
    const x = randn([32, 16], { requiresGrad: true });
    const [slope] = autograd.grad(critic.forward(x).sum(), x, { createGraph: true });
    critic.zeroGrad();
    slope.square().sum(1).sqrt().sub(1).square().mean().backward();
    noGrad(() => critic.parameters().forEach((one) => one.grad && one.sub_(one.grad.mul(0.1))));
  }
  assert(uses.at(-1)! <= uses[5], uses.join(" "));
});

onEachDevice("a gradient that was asked for is all that a walk leaves behind", async () => {
  const x = randn([64, 64], { requiresGrad: true });
  autograd.grad(x.tanh().square().mul(3).sum(), x);
  const before = await settled();
  const [slope] = autograd.grad(x.tanh().square().mul(3).sum(), x);
  await assertNoMore({ ...before, tensors: before.tensors + 1, bytes: before.bytes + 4 * 64 * 64 });
  assertEquals((await slope.data()).length, 64 * 64);
});

Deno.test("jacobian() and hessian() are zero where nothing depends on an input, record inside of noGrad, and leave nothing", async () => {
  const x = tensor([1, 2]), y = tensor([3]);
  const [dx, dy] = noGrad(() => autograd.jacobian((x) => x.square(), [x, y]));
  assertEquals(await arrays([dx, dy]), [[[2, 0], [0, 4]], [[0], [0]]]);
  const [[xx, xy], [yx, yy]] = autograd.hessian((x, y) => x.square().sum().add(y.mul(3).sum()), [x, y]);
  assertEquals(await arrays([xx, xy, yx, yy]), [[[2, 0], [0, 2]], [[0], [0]], [[0, 0]], [[0]]]);
  assertEquals([dx.requiresGrad, x.requiresGrad, x.grad], [false, false, null]);
  assertEquals(await arrays(autograd.jacobian(() => ones(2), [y])), [[[0], [0]]]);
  assertThrows(
    () => autograd.hessian((x) => x, [x]),
    RangeError,
    "hessian: fn must return one number, not Tensor [2]",
  );
  assertThrows(
    () => autograd.jacobian((x) => x, [tensor([1], { dtype: "int32" })]),
    TypeError,
    "must be float32, not int32",
  );
  const big = randn(8, 8), before = await settled();
  const found = autograd.jacobian((x) => x.matmul(x), [big]);
  await assertNoMore({ ...before, tensors: before.tensors + 1, bytes: before.bytes + 4 * 64 * 64 });
  assertEquals(found[0].shape, [8, 8, 8, 8]);
});
