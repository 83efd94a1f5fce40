import {
  currentDevice,
  F,
  gradCheck,
  gradGradCheck,
  noGrad,
  ones,
  optim,
  rand,
  scope,
  type Tensor,
  tensor,
  zeros,
} from "descent";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { onEachDevice } from "../devices.ts";
import { settled } from "../memory.ts";

const leaf = (data: number[] | number[][]) => tensor(data, { requiresGrad: true });

onEachDevice("operations in place change the tensor itself and return it", async () => {
  const x = tensor([1, 2, 3]);
  assert(x.add_(1) === x);
  assertEquals(await x.array(), [2, 3, 4]);
  assertEquals(await x.sub_([1, 1, 2]).array(), [1, 2, 2]);
  assertEquals(await x.mul_(tensor([2])).array(), [2, 4, 4]);
  assertEquals(await x.div_(4).array(), [0.5, 1, 1]);
  assertEquals(await x.fill_(7).array(), [7, 7, 7]);
  assertEquals(await x.zero_().array(), [0, 0, 0]);
  assertEquals(await x.copy_([4, 5, 6]).array(), [4, 5, 6]);
  assertEquals(await x.copy_(tensor(2)).array(), [2, 2, 2]);
});

onEachDevice(
  "operations in place reach no tensor that was computed from it, and none that it is made of",
  async () => {
    const x = tensor([[1, 2], [3, 4]]), turned = x.t(), same = x.detach();
    turned.add_([[10, 20], [30, 40]]);
    assertEquals(await x.array(), [[1, 2], [3, 4]]);
    same.mul_(2);
    assertEquals(await x.array(), [[1, 2], [3, 4]]);
    assertEquals(await turned.array(), [[11, 23], [32, 44]]);
    x.copy_(turned);
    turned.zero_();
    assertEquals(await x.array(), [[11, 23], [32, 44]]);
  },
);

onEachDevice("an optimizer's step reaches no tensor that was computed from the parameter", async () => {
  const w = leaf([1, 2]), shown = noGrad(() => w.unsqueeze(0));
  const optimizer = new optim.SGD([w], { lr: 1 });
  w.sum().backward();
  optimizer.step();
  assertEquals(await w.array(), [0, 1]);
  assertEquals(await shown.array(), [[1, 2]]);
});

onEachDevice("copy_() copies: later changes of the source do not arrive", async () => {
  const source = tensor([1, 2]), target = zeros(2);
  target.copy_(source);
  source.add_(5);
  assertEquals(await target.array(), [1, 2]);
  assertEquals(await source.array(), [6, 7]);
  assertEquals(await zeros([2], { dtype: "int32" }).copy_(tensor([1.9, -1.9])).array(), [1, -1]);
});

onEachDevice("an operation in place on a tensor inside the graph has its gradient", async () => {
  const x = leaf([1, 2]), shift = leaf([1, 1]);
  const y = x.mul(2);
  y.mul_([3, 4]);
  y.add_(shift);
  y.sum().backward();
  assertEquals(await y.array(), [7, 17]);
  assertEquals(await x.grad!.array(), [6, 8]);
  assertEquals(await shift.grad!.array(), [1, 1]);
});

Deno.test("an operation in place joins a tensor that needed no gradient to the graph", async () => {
  const sum = zeros(2), x = leaf([1, 2]);
  sum.add_(x.mul(3)).add_(x);
  assertEquals(sum.requiresGrad, true);
  sum.sum().backward();
  assertEquals(await x.grad!.array(), [4, 4]);
});

onEachDevice("what was overwritten gets a gradient of zero, what was written its own", async () => {
  const x = leaf([1, 2]), w = leaf([3]);
  const attempts: ((y: Tensor) => Tensor)[] = [
    (y) => y.zero_(),
    (y) => y.fill_(7),
    (y) => y.copy_([5, 6]),
    (y) => y.copy_(w),
    (y) => y.zero_().add_(w),
  ];
  for (const attempt of attempts) {
    const y = attempt(x.exp());
    assertEquals([y.requiresGrad, y.isLeaf], [true, false]);
    y.sum().backward();
    assertEquals(await x.grad!.array(), [0, 0]);
    x.zeroGrad();
  }
  assertEquals(await w.grad!.array(), [4]);
});

Deno.test("a leaf that requires a gradient does not change in place while operations are recorded", async () => {
  const x = leaf([1, 2]);
  const attempts: [string, () => Tensor][] = [
    ["add_", () => x.add_(1)],
    ["sub_", () => x.sub_(1)],
    ["mul_", () => x.mul_(2)],
    ["div_", () => x.div_(2)],
    ["zero_", () => x.zero_()],
    ["fill_", () => x.fill_(1)],
    ["copy_", () => x.copy_([3, 4])],
    ["set_", () => x.set_([0], 3)],
  ];
  for (const [name, attempt] of attempts) {
    assertThrows(attempt, Error, `${name}: a leaf that requires a gradient cannot change in place`);
  }
  assertEquals(await x.array(), [1, 2]);
  noGrad(() => x.add_(1).mul_(2));
  assertEquals(await x.array(), [4, 6]);
  assertEquals([x.requiresGrad, x.isLeaf], [true, true]);
});

onEachDevice(
  "a gradient is that of the numbers it was computed with, whatever changed in place since",
  async () => {
    const x = leaf([1, 2]);
    const y = x.mul(1);
    const product = y.square();
    y.add_(1);
    product.sum().backward();
    assertEquals(await x.grad!.array(), [2, 4]);

    const z = x.square().sqrt();
    z.mul_(10);
    x.zeroGrad();
    z.sum().backward();
    assertEquals(await x.grad!.array(), [10, 10]);

    const w = leaf([3, 4]);
    const loss = x.mul(w).sum();
    noGrad(() => w.sub_(1));
    x.zeroGrad();
    loss.backward();
    assertEquals([await x.grad!.array(), await w.grad!.array()], [[3, 4], [1, 2]]);
    assertEquals(await w.array(), [2, 3]);
  },
);

onEachDevice("a change in place by the tensor itself has its gradient", async () => {
  const x = leaf([1, 2]), w = leaf([3, 4]);
  const y = x.mul(2);
  y.mul_(y).mul_(w).add_(1);
  y.sum().backward();
  assertEquals(await y.array(), [13, 65]);
  assertEquals([await x.grad!.array(), await w.grad!.array()], [[24, 64], [4, 16]]);
  x.zeroGrad();
  const ratio = x.mul(2);
  ratio.div_(ratio).mul_(x).sum().backward();
  assertEquals(await x.grad!.array(), [1, 1]);
});

Deno.test("gradients through changes in place can be differentiated again", async () => {
  const inputs = [leaf([0.5, 1.5]), leaf([2, 0.5])];
  const functions: ((x: Tensor, w: Tensor) => Tensor)[] = [
    (x, w) => x.exp().mul_(w).div_(x).square(),
    (x, w) => x.square().set_([0], w.square().at(1)).mul_(x),
    (x, w) => x.mul(w).copy_(w.square()).add_(x.square()),
  ];
  for (const fn of functions) {
    await gradCheck(fn, inputs);
    await gradGradCheck(fn, inputs);
  }
});

onEachDevice("what layers give may change in place, and has the gradient of a copy", async () => {
  const weight = rand(4, 2, 3, 3), matrix = rand(3, 6), target = [0, 1, 2, 0];
  const layers: Record<string, (x: Tensor) => Tensor> = {
    maxPool2d: (x) => F.maxPool2d(x, 2),
    avgPool2d: (x) => F.avgPool2d(x, 2),
    conv2d: (x) => F.conv2d(x, weight),
    batchNorm: (x) => F.batchNorm(x, { training: true }),
    relu: (x) => x.sub(0.5).relu(),
    softmax: (x) => x.softmax(1),
    linear: (x) => F.linear(x, matrix),
    max: (x) => x.max(1),
    logsumexp: (x) => x.logsumexp(1),
    gather: (x) => x.reshape(4, 36).gather(1, [[3], [3], [0], [35]]),
    crossEntropy: (x) => F.crossEntropy(x.reshape(4, 36), target, { reduction: "none" }),
  };
  const changes: Record<string, [(y: Tensor) => Tensor, (y: Tensor) => Tensor]> = {
    "add_(1)": [(y) => y.add_(1), (y) => y.add(1)],
    "mul_() by itself": [(y) => y.mul_(y), (y) => y.mul(y)],
    "div_(2).add_(1)": [(y) => y.div_(2).add_(1), (y) => y.div(2).add(1)],
  };
  const numbers = await rand(4, 1, 6, 6).data();
  const run = (make: (x: Tensor) => Tensor, change: (y: Tensor) => Tensor) => {
    const x = tensor(numbers, { shape: [2, 2, 6, 6], requiresGrad: true });
    change(make(x)).square().sum().backward();
    return x.grad!.data();
  };
  await Promise.all(
    Object.entries(layers).flatMap(([layer, make]) =>
      Object.entries(changes).map(async ([name, [inPlace, copied]]) =>
        assertEquals(await run(make, inPlace), await run(make, copied), `${layer}, ${name}`)
      )
    ),
  );
});

onEachDevice("what a graph keeps of a tensor that changed in place is freed by backward()", async () => {
  const x = rand([4096], { requiresGrad: true });
  const step = () => {
    const y = x.exp();
    for (let i = 0; i < 5; i++) y.mul_(y).div_(2);
    const loss = y.sum(), before = currentDevice().memory().tensors;
    loss.backward();
    return before - currentDevice().memory().tensors;
  };
  step();
  x.zeroGrad();
  const before = (await settled()).tensors;
  // Five values of y were the graph's alone, those that were multiplied by themselves. One gradient has come.
  assertEquals(step(), 4);
  x.zeroGrad();
  // y and its sum.
  assert(currentDevice().memory().tensors <= before + 2);
});

onEachDevice("what changes in a scope keeps its history and its place outside", async () => {
  const x = leaf([1, 2]), w = leaf([3, 4]), sum = zeros(2), kept = tensor([1, 1]).keep();
  const y = x.square();
  scope(() => {
    y.mul_(w);
    sum.add_(y).mul_(w);
    kept.mul_(5);
  });
  y.add(sum).sum().backward();
  // y = x²w and x²w².
  assertEquals([await x.grad!.array(), await w.grad!.array()], [[24, 80], [7, 36]]);
  assertEquals([await y.array(), await sum.array(), await kept.array()], [[3, 16], [9, 64], [5, 5]]);
});

onEachDevice("a part is written in place, as PyTorch's x[…] = value", async () => {
  const x = zeros(2, 3);
  assert(x.set_([0, [1, 3]], 9) === x);
  assertEquals(await x.array(), [[0, 9, 9], [0, 0, 0]]);
  x.set_([null, [0, 3, 2]], [[1], [2]]);
  assertEquals(await x.array(), [[1, 9, 1], [2, 0, 2]]);
  x.set_([-1], tensor([[[7, 8, 9]]]));
  assertEquals(await x.array(), [[1, 9, 1], [7, 8, 9]]);
  x.set_([null, 1], x.at(null, 0));
  assertEquals(await x.array(), [[1, 1, 1], [7, 7, 9]]);
  x.set_([[1, 1]], 5);
  x.set_([], 4);
  assertEquals(await x.array(), [[4, 4, 4], [4, 4, 4]]);
  const whole = zeros([2, 2], { dtype: "int32" }).set_([1], [2 ** 24 + 1, 2]);
  assertEquals(await whole.array(), [[0, 0], [2 ** 24 + 1, 2]]);
  const flags = zeros([3], { dtype: "bool" }).set_([[0, 2]], true).set_([1], tensor(false));
  assertEquals(await flags.array(), [true, false, false]);
  const odd = tensor([NaN, 1, 2]).set_([1], -Infinity);
  assertEquals(await odd.array(), [NaN, -Infinity, 2]);
});

onEachDevice("writing into a part reaches no other tensor", async () => {
  const x = tensor([[1, 2], [3, 4]]), turned = x.t(), row = x.at(0), all = x.at([0, 2]), flat = x.reshape(4);
  x.set_([0], 0);
  row.set_([0], 9);
  all.set_([1], 8);
  assertEquals(await x.array(), [[0, 0], [3, 4]]);
  assertEquals(await turned.array(), [[1, 3], [2, 4]]);
  assertEquals([await row.array(), await flat.array()], [[9, 2], [1, 2, 3, 4]]);
  assertEquals(await all.array(), [[1, 2], [8, 8]]);
});

onEachDevice("a part's gradient goes to what was written, the rest's to what was there", async () => {
  const x = leaf([[1, 2, 3], [4, 5, 6]]), v = leaf([10, 20]);
  const y = x.square().set_([null, [0, 3, 2]], v);
  y.mul([[1, 2, 3], [4, 5, 6]]).sum().backward();
  assertEquals(await x.grad!.array(), [[0, 8, 0], [0, 50, 0]]);
  assertEquals(await v.grad!.array(), [5, 9]);
});

Deno.test("set_() refuses what does not fit, and changes nothing", async () => {
  const x = zeros(2, 3), whole = zeros([2], { dtype: "int32" });
  assertThrows(
    () => x.set_([2], 1),
    RangeError,
    "set_: index 2 is outside of dimension 0 of size 2 in [2, 3]",
  );
  assertThrows(() => x.set_([0, 0, 0], 1), RangeError, "set_: 3 indices for a tensor of 2 dimensions");
  assertThrows(() => x.set_([[0, 2, 0]], 1), RangeError, "set_: a range [start, end, step?] needs");
  assertThrows(() => x.set_([0], [1, 2]), RangeError, "set_: a value of shape [2] does not fit into");
  assertThrows(() => x.set_([0, [0, 1]], [1, 2]), RangeError, "set_: a value of shape [2] does not fit into");
  assertThrows(() => x.set_([0], ones(2, 3)), RangeError, "set_: a value of shape [2, 3] does not fit into");
  // deno-lint-ignore no-explicit-any
  assertThrows(() => x.set_(0 as any, 1), TypeError, "set_: the index is a list, as in set_([0], 9), not 0");
  assertThrows(() => whole.set_([0], tensor(0.5)), TypeError, "set_: the value is float32, which does not");
  assertThrows(() => whole.set_([0], 0.5), RangeError, "0.5 is not an int32");
  assertEquals([await x.array(), await whole.array()], [[[0, 0, 0], [0, 0, 0]], [0, 0]]);
});

Deno.test("a change in place of a tensor that no gradient reads is no error", async () => {
  const x = leaf([1, 2]);
  const y = x.mul(2), z = y.add(1);
  y.add_(100);
  z.sum().backward();
  assertEquals(await x.grad!.array(), [2, 2]);
});

Deno.test("an operation in place refuses what does not fit, and changes nothing", async () => {
  const x = tensor([1, 2]), whole = tensor([1, 2], { dtype: "int32" });
  assertThrows(() => x.add_(ones(2, 2)), RangeError, "add_: a result of shape [2, 2]");
  assertThrows(() => x.copy_(ones(3)), RangeError, "copy_");
  assertThrows(() => whole.add_(0.5), TypeError, "add_: the result is float32");
  assertThrows(() => whole.div_(2), TypeError, "div_: the result is float32");
  assertEquals(await x.array(), [1, 2]);
  assertEquals(await whole.add_(2).array(), [3, 4]);
});
