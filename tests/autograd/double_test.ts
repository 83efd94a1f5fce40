/**
 * Gradients with a history: who keeps what, and for how long. That their numbers are right say tests/autograd/rules_test.ts by
 * differences and tests/parity/double_test.ts by PyTorch.
 */
import { F, type MemoryUse, nn, noGrad, ones, optim, rand, randn, steps, type Tensor, tensor } from "descent";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { onEachDevice } from "../devices.ts";
import { assertNoMore, settled } from "../memory.ts";

const createGraph = { createGraph: true };
const leaf = (data: number | number[] | number[][]) => tensor(data, { requiresGrad: true });
const grads = async (...tensors: Tensor[]) => await Promise.all(tensors.map((one) => one.grad!.array()));

/** The gradient of y's sum with its history; the leaf starts anew. */
function slope(y: Tensor, x: Tensor): Tensor {
  y.sum().backward(undefined, createGraph);
  const grad = x.grad!;
  x.zeroGrad();
  return grad;
}

onEachDevice("a gradient has a history with createGraph, and only then", async () => {
  const x = leaf([1, -2]);
  const loss = x.pow(3).sum();
  loss.backward(undefined, { retainGraph: true });
  assertEquals([x.grad!.requiresGrad, x.grad!.isLeaf], [false, true]);
  assertThrows(() => x.grad!.sum().backward(), Error, "backward: this tensor does not require a gradient");
  x.zeroGrad();
  loss.backward(undefined, createGraph);
  assertEquals([x.grad!.requiresGrad, x.grad!.isLeaf], [true, false]);
  assertEquals(await grads(x), [[3, 12]]);
});

onEachDevice("the gradient of a function of the first degree is a constant, and has no history", async () => {
  const x = leaf([1, 2]), y = leaf([3, 4]);
  x.mul(3).sum().backward(undefined, createGraph);
  assertEquals([x.grad!.requiresGrad, await x.grad!.array()], [false, [3, 3]]);
  x.zeroGrad();
  // Of a product it is the other factor.
  x.mul(y).sum().backward(undefined, createGraph);
  assertEquals([x.grad!.requiresGrad, await x.grad!.array()], [true, [3, 4]]);
  const sum = x.grad!.sum();
  y.zeroGrad();
  sum.backward();
  assertEquals([await x.grad!.array(), await y.grad!.array()], [[3, 4], [1, 1]]);
});

onEachDevice("createGraph keeps the graph for any number of backward()", async () => {
  const x = leaf([1, 2]);
  const loss = x.pow(3).sum();
  loss.backward(undefined, createGraph);
  loss.backward(undefined, createGraph);
  loss.backward(undefined, createGraph);
  assertEquals(await grads(x), [[9, 36]]);
  loss.backward();
  assertEquals(await grads(x), [[12, 48]]);
  assertThrows(() => loss.backward(undefined, createGraph), Error, "was freed by an earlier backward()");
  assertEquals(await grads(x), [[12, 48]]);
});

onEachDevice("a gradient is differentiated once, or with retainGraph as often as one likes", async () => {
  const x = leaf([1, 2]);
  const loss = x.pow(3).sum(), gradient = slope(x.pow(3), x);
  gradient.backward([1, 10], { retainGraph: true });
  gradient.backward([1, 10]);
  assertEquals(await grads(x), [[12, 240]]);
  assertThrows(() => gradient.backward([1, 1]), Error, "was freed by an earlier backward()");
  // Of another graph nothing is gone.
  x.zeroGrad();
  loss.backward();
  assertEquals(await grads(x), [[3, 12]]);
});

onEachDevice("a gradient with a history is added to one without, and its history goes on", async () => {
  const x = leaf([1, 2]);
  x.square().sum().backward();
  x.pow(3).sum().backward(undefined, createGraph);
  assertEquals(await grads(x), [[2 + 3, 4 + 12]]);
  const sum = x.grad!.sum();
  x.zeroGrad();
  sum.backward();
  assertEquals(await grads(x), [[6, 12]]);
});

onEachDevice(
  "a gradient without a history is added to one with, which stays as it is where it is used",
  async () => {
    const x = leaf([1, 2]);
    x.pow(3).sum().backward(undefined, createGraph);
    const gradient = x.grad!, penalty = gradient.square().sum();
    x.square().sum().backward();
    assertEquals([await gradient.array(), await x.grad!.array()], [[3, 12], [5, 16]]);
    assertEquals(x.grad!.requiresGrad, false);
    penalty.backward(); // 2 · 3x² · 6x
    assertEquals(await grads(x), [[5 + 36, 16 + 288]]);
  },
);

onEachDevice("two gradients with histories are added, and the sum has both", async () => {
  const x = leaf([1, 2]);
  x.pow(3).sum().backward(undefined, createGraph);
  x.square().sum().backward(undefined, createGraph);
  const sum = x.grad!;
  assertEquals(await sum.array(), [5, 16]);
  x.zeroGrad();
  sum.sum().backward();
  assertEquals(await grads(x), [[6 + 2, 12 + 2]]);
});

onEachDevice("zeroGrad() of a gradient with a history leaves the graph that uses it whole", async () => {
  const x = leaf([1, 2]);
  x.pow(3).sum().backward(undefined, createGraph);
  const penalty = x.grad!.square().sum();
  x.zeroGrad();
  assertEquals(x.grad, null);
  penalty.backward();
  assertEquals(await grads(x), [[36, 288]]);
});

onEachDevice("leaves that get the same gradient have it each for itself", async () => {
  const x = leaf([1, 2]), y = leaf([3, 4]), seed = tensor([1, 1]);
  x.add(y).backward(seed, createGraph);
  noGrad(() => x.grad!.mul_(5));
  assertEquals([...await grads(x, y), await seed.array()], [[5, 5], [1, 1], [1, 1]]);
  y.mul(2).sum().backward();
  assertEquals([...await grads(x, y), await seed.array()], [[5, 5], [3, 3], [1, 1]]);
  x.zeroGrad();
  y.zeroGrad();
  assertEquals(await seed.array(), [1, 1]);
  x.add(y).square().sum().backward(undefined, createGraph);
  const [first, second] = [x.grad!.retainGrad(), y.grad!.retainGrad()];
  first.add(second.mul(3)).sum().backward();
  assertEquals(await grads(first, second), [[1, 1], [3, 3]]);
});

onEachDevice("the gradient with which backward() begins can be differentiated by, too", async () => {
  const x = leaf([1, 2]), seed = leaf([10, 20]);
  x.square().backward(seed, createGraph); // 2 · seed · x
  const gradient = x.grad!;
  assertEquals(await gradient.array(), [20, 80]);
  x.zeroGrad();
  gradient.backward([1, 1]);
  assertEquals(await grads(x, seed), [[20, 40], [2, 4]]);
  // A leaf's gradient is the seed, with the seed's history.
  const other = leaf([0, 0]);
  seed.zeroGrad();
  other.backward(seed, createGraph);
  other.grad!.square().sum().backward();
  assertEquals(await grads(other, seed), [[10, 20], [20, 40]]);
});

onEachDevice("retainGrad() keeps the gradient of a tensor inside the graph with its history", async () => {
  const x = leaf([1, 2]);
  const y = x.square().retainGrad();
  y.square().sum().backward(undefined, createGraph);
  assertEquals([y.grad!.requiresGrad, await y.grad!.array()], [true, [2, 8]]); // 2y = 2x²
  const gradient = y.grad!;
  x.zeroGrad();
  y.zeroGrad();
  gradient.sum().backward();
  assertEquals(await grads(x, y), [[4, 8], [2, 2]]);
});

onEachDevice("retainGrad() keeps the gradient of a gradient", async () => {
  const x = leaf([1, 2]);
  const gradient = slope(x.pow(3), x).retainGrad();
  gradient.square().sum().backward();
  assertEquals(await grads(x, gradient), [[36, 288], [6, 24]]);
});

onEachDevice("detach() of a gradient ends its history", async () => {
  const x = leaf([1, 2]);
  const gradient = slope(x.pow(3), x);
  assertEquals(gradient.detach().requiresGrad, false);
  gradient.mul(gradient.detach()).sum().backward();
  assertEquals(await grads(x), [[18, 144]]);
});

onEachDevice("a Hessian-vector product of a quadratic form is its matrix times the vector", async () => {
  const x = leaf([[1], [2], [-1]]), a = tensor([[2, 1, 0], [1, 3, -1], [0, -1, 4]]);
  const gradient = slope(x.t().matmul(a).matmul(x).div(2), x);
  assertEquals(await gradient.array(), [[4], [8], [-6]]);
  gradient.backward([[1], [0], [2]]);
  assertEquals(await grads(x), [[[2], [-1], [8]]]);
});

onEachDevice("inside noGrad() nothing is recorded but what createGraph asks for", async () => {
  const x = leaf([1, 2]), sentence = "or it was computed inside noGrad()";
  const unrecorded = noGrad(() => x.pow(3).sum());
  assertThrows(() => unrecorded.backward(undefined, createGraph), Error, sentence);
  const loss = x.pow(3).sum();
  noGrad(() => loss.backward(undefined, createGraph));
  assertEquals([x.grad!.requiresGrad, await x.grad!.array()], [true, [3, 12]]);
  const first = x.grad!;
  x.zeroGrad();
  first.sum().backward();
  assertEquals(await x.grad!.array(), [6, 12]);
  // The graph is there.
  x.zeroGrad();
  const gradient = slope(loss, x), penalty = noGrad(() => gradient.square().sum());
  assertThrows(() => penalty.backward(), Error, sentence);
  gradient.square().sum().backward();
  assertEquals(await grads(x), [[36, 288]]);
});

onEachDevice(
  "what changes in place between the two backward() does not reach the second",
  async () => {
    const x = leaf([1, 2]), w = leaf([3, 4]);
    const gradient = slope(x.mul(w).square(), x);
    w.zeroGrad();
    const penalty = gradient.square().sum();
    noGrad(() => w.sub_(1));
    x.zeroGrad();
    penalty.backward();
    // g = 2xw², and the penalty Σ g²: 8xw⁴ by x, 16x²w³ by w.
    assertEquals(await grads(x, w), [[648, 4096], [432, 4096]]);
    assertEquals(await gradient.array(), [18, 64]);
    assertEquals(await w.array(), [2, 3]);
  },
);

/** Shows what it makes inside. */
class Bent extends nn.Module {
  inner?: Tensor;

  override forward(x: Tensor): Tensor {
    this.inner = x.tanh();
    return this.inner.square();
  }
}

onEachDevice("what a module makes inside lives until the second backward()", async () => {
  const x = leaf([0.5, -1]), bent = new Bent();
  const loss = bent.forward(x).sum();
  const inner = bent.inner!, tanh = await inner.data();
  loss.backward(undefined, createGraph);
  const penalty = x.grad!.square().sum();
  x.zeroGrad();
  assertEquals(await inner.data(), tanh);
  // The loss with it: its own part of the graph would keep what it saved.
  loss.add(penalty).backward();
  await assertRejects(
    () => inner.data(),
    Error,
    "was freed by backward(), with the rest of what the module made",
  );
  const found = await x.grad!.data();
  tanh.forEach((t, i) => {
    const first = 2 * t * (1 - t * t), second = (2 - 6 * t * t) * (1 - t * t);
    assert(Math.abs(found[i] - first - 2 * first * second) < 1e-5);
  });
});

onEachDevice("a module may take a gradient inside its forward, and hand it out", async () => {
  class Slope extends nn.Module {
    override forward(x: Tensor): Tensor {
      x.pow(3).sum().backward(undefined, createGraph);
      return x.grad!.square();
    }
  }
  const x = leaf([1, 2]);
  const squared = new Slope().forward(x);
  x.zeroGrad();
  squared.sum().backward();
  assertEquals(await grads(x), [[36, 288]]);
});

/** A critic and its optimizer, with a penalty for slopes other than 1 (Gulrajani et al. 2017). */
class Training {
  readonly critic = new nn.Sequential(
    new nn.Conv2d(1, 3, 3, { padding: 1 }),
    new nn.LeakyReLU(0.2),
    new nn.Conv2d(3, 3, 3, { stride: 2 }),
    new nn.BatchNorm2d(3),
    new nn.Tanh(),
    new nn.MaxPool2d(2),
    new nn.Dropout(0.2),
    new nn.Flatten(),
    new nn.Linear(3, 2),
  );
  readonly optimizer = new optim.Adam(this.critic.parameters(), { lr: 0.01 });

  step(): Tensor {
    const x = randn(3, 1, 7, 7);
    x.requiresGrad = true;
    const classes = tensor([0, 1, 1], { dtype: "int32" });
    F.crossEntropy(this.critic.forward(x), classes).backward(undefined, createGraph);
    const penalty = x.grad!.flatten(1).square().sum(1).sqrt().sub(1).square().mean();
    this.optimizer.zeroGrad();
    F.crossEntropy(this.critic.forward(x), classes).add(penalty).backward();
    this.optimizer.step();
    return penalty;
  }
}

/** How many steps; a software adapter is slow. */
const STEPS = { cpu: 100, webgpu: 20 };

onEachDevice("a training loop with a gradient penalty in steps() leaves what it found", async (device) => {
  const training = new Training();
  for await (const _ of steps(3, { progress: false })) training.step();
  training.optimizer.zeroGrad();
  const before = await settled();
  for await (const step of steps(STEPS[device], { progress: false })) step.log({ penalty: training.step() });
  training.optimizer.zeroGrad();
  await assertNoMore(before);
});

onEachDevice("memory comes back from gradients of gradients in a bare loop", async (device) => {
  const training = new Training();
  let early: MemoryUse | undefined;
  for (let i = 0; i < STEPS[device]; i++) {
    await training.step().item();
    if (i === 4) early = await settled();
  }
  await assertNoMore(early!);
});

onEachDevice("a gradient penalty teaches: the slope of a function comes to 1", async (device) => {
  const w = leaf([[3], [-2]]), x = rand([4, 2], { requiresGrad: true });
  const optimizer = new optim.SGD([w], { lr: 0.2 });
  for await (const _ of steps(device === "cpu" ? 60 : 30, { progress: false })) {
    x.matmul(w).backward(ones(4, 1), createGraph);
    const penalty = x.grad!.square().sum(1).sqrt().sub(1).square().mean();
    x.zeroGrad();
    optimizer.zeroGrad();
    penalty.backward();
    optimizer.step();
  }
  const [a, b] = await w.data();
  assert(Math.abs(Math.hypot(a, b) - 1) < 1e-3, `${a}, ${b}`);
});
