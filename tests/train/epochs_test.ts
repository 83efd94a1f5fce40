import { accuracy, epochs, evaluate, F, nn, optim, randn, steps, type Tensor, tensor, zeros } from "descent";
import { currentDevice, manualSeed } from "descent";
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { current } from "../../lib/autograd/context.ts";

const quiet = { progress: false };

/** Batches that are made as they are asked for, each of its number. */
function counting(length: number, made: Tensor[] = []) {
  return {
    length,
    async *[Symbol.asyncIterator]() {
      for (let i = 0; i < length; i++) {
        await Promise.resolve();
        const one = zeros(2).add(i);
        made.push(one);
        yield [one, i] as const;
      }
    },
  };
}

Deno.test("epochs() runs through all batches again and again, and counts steps over all of them", async () => {
  const seen: unknown[] = [];
  for await (const { index, total, epoch, batch } of epochs(2, ["a", "b", "c"], quiet)) {
    seen.push([index, total, epoch, batch]);
  }
  assertEquals(seen, [
    [0, 6, 1, "a"],
    [1, 6, 1, "b"],
    [2, 6, 1, "c"],
    [3, 6, 2, "a"],
    [4, 6, 2, "b"],
    [5, 6, 2, "c"],
  ]);
  for await (const _ of epochs(0, [1], quiet)) throw new Error("no epoch was asked for");
});

Deno.test("an epoch's values are means over its samples: a smaller last batch counts less", async () => {
  const batches = [zeros(4, 1), zeros(4, 1), zeros(2, 1)];
  const run = epochs(2, batches, quiet);
  for await (const { log, index, batch } of run) {
    log({ loss: tensor([index]), size: batch.shape[0] });
    if (index === 1) log({ odd: 3 });
  }
  assertEquals(run.history.length, 2);
  const [first, second] = run.history;
  assertAlmostEquals(first.loss, (4 * 0 + 4 * 1 + 2 * 2) / 10);
  assertAlmostEquals(second.loss, (4 * 3 + 4 * 4 + 2 * 5) / 10);
  assertAlmostEquals(first.size, (16 + 16 + 4) / 10);
  assertEquals([first.odd, "odd" in second, first.epoch, second.epoch], [3, false, 1, 2]);
  assert(first.seconds >= 0 && first.seconds < 5);
});

Deno.test("what a test measures stands in the row under its name with test in front", async () => {
  let calls = 0;
  const run = epochs(2, [1, 2], {
    ...quiet,
    test: () => ({ loss: tensor([++calls]), accuracy: 0.5, top5: 1 }),
  });
  for await (const step of run) step.log({ loss: 1 });
  assertEquals(Object.keys(run.history[1]).sort(), [
    "epoch",
    "loss",
    "seconds",
    "testAccuracy",
    "testLoss",
    "testTop5",
  ]);
  assertEquals([run.history[1].testLoss, run.best?.epoch, run.stopped], [2, 1, ""]);
});

Deno.test("epochs() frees what an iteration made, its batch included, and nothing that the loader brought along", async () => {
  const made: Tensor[] = [], own: Tensor[] = [], outside = [zeros(1), zeros(1)];
  let index = 0;
  for await (const { batch: [x] } of epochs(2, counting(3, made), quiet)) {
    assertEquals(await x.array(), [index % 3, index % 3]);
    own.push(x.mul(2));
    if (index > 0) await made[index - 1].data();
    if (index > 1) {
      await assertRejects(() => made[index - 2].data(), Error, `after iteration ${index - 2} of epochs()`);
      await assertRejects(() => own[index - 2].data(), Error, "of epochs()");
    }
    index++;
  }
  for await (const _ of epochs(3, outside, quiet));
  assertEquals(await outside[0].item(), 0);
  assertEquals(current(), { recording: true, scope: null });
});

Deno.test("a loader may remember tensors of its own from batch to batch", async () => {
  const loader = {
    length: 4,
    *[Symbol.iterator]() {
      const mean = zeros(1).add(5);
      for (let i = 0; i < 4; i++) yield mean.add(i);
    },
  };
  const seen: number[] = [];
  for await (const { batch } of epochs(2, loader, quiet)) seen.push(await batch.item());
  assertEquals(seen, [5, 6, 7, 8, 5, 6, 7, 8]);
});

// All of them where time matters less: in CI, which may start programs.
const long = Deno.permissions.querySync({ name: "run" }).state === "granted" ? 10_000 : 1000;
Deno.test(`${long} batches take no more memory than some`, async () => {
  const net = new nn.Linear(64, 10), optimizer = new optim.SGD(net.parameters(), { lr: 0.01 });
  const loader = {
    length: long / 4,
    *[Symbol.iterator]() {
      for (let i = 0; i < long / 4; i++) yield randn(16, 64);
    },
  };
  const use: number[] = [];
  for await (
    const { index, batch, log } of epochs(4, loader, { ...quiet, test: () => ({ x: zeros(64).sum() }) })
  ) {
    const loss = net.forward(batch).square().mean();
    loss.backward();
    optimizer.step();
    optimizer.zeroGrad();
    log({ loss });
    if (index % (long / 10) === long / 10 - 1) use.push(currentDevice().memory().tensors);
  }
  assert(Math.max(...use) <= use[0] + 20, `${use}`);
});

Deno.test("epochs() stops when no epoch was better for as long as patience, and says so", async () => {
  const losses = [3, 2, 2.5, 1.9, 2, 2.2, 1];
  let at = 0;
  const run = epochs(7, [0], { ...quiet, patience: 2, test: () => ({ loss: losses[at++] }) });
  let turns = 0;
  for await (const _ of run) turns++;
  assertEquals([turns, run.history.length, run.best!.epoch], [6, 6, 4]);
  assertEquals(run.stopped, "no better test loss in 2 epochs");
});

Deno.test("an accuracy should rise, all else fall, and mode says otherwise", async () => {
  const values = [0.1, 0.3, 0.2];
  const best = async (name: string, options: { mode?: "min" | "max"; monitor?: string }) => {
    let at = 0;
    const run = epochs(3, [0], { ...quiet, ...options, test: () => ({ loss: 0, [name]: values[at++] }) });
    for await (const step of run) step.log({ loss: 1 });
    return run.best!.epoch;
  };
  assertEquals(await best("accuracy", { monitor: "testAccuracy" }), 2);
  assertEquals(await best("error", { monitor: "testError" }), 1);
  assertEquals(await best("f1", { monitor: "testF1", mode: "max" }), 2);
  assertEquals(await best("accuracy", { monitor: "testAccuracy", mode: "min" }), 1);
});

Deno.test("minDelta is what an epoch must be better by, to patience; the best is the best all the same", async () => {
  const losses = [1, 0.95, 0.9, 0.85, 0.8];
  let at = 0;
  const test = () => ({ loss: losses[at++] });
  const run = epochs(5, [0], { ...quiet, patience: 2, minDelta: 0.11, test });
  for await (const _ of run);
  assertEquals([run.history.length, run.best!.epoch], [3, 3]);
});

Deno.test("restoreBest leaves the network with the weights of its best epoch", async () => {
  const net = new nn.Linear(1, 1), losses = [3, 1, 2];
  let at = 0;
  const seen: number[] = [];
  const run = epochs(3, [0], {
    ...quiet,
    restoreBest: net,
    test: async () => {
      seen.push(await net.weight.item());
      return { loss: losses[at++] };
    },
  });
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
  for await (const _ of run) {
    net.forward(tensor([[1]])).sum().backward();
    optimizer.step();
    optimizer.zeroGrad();
  }
  assertEquals(await net.weight.item(), seen[1]);
  assert(seen[1] !== seen[2]);
});

Deno.test("a break ends the run; its history has whole epochs only", async () => {
  const run = epochs(5, [1, 2, 3], quiet);
  for await (const step of run) {
    step.log({ loss: 1 });
    if (step.index === 4) break;
  }
  assertEquals(run.history.map(({ epoch }) => epoch), [1]);
  assertEquals(current().scope, null);
});

Deno.test("a loader that hands out another number of batches than it says ends in a sentence", async () => {
  const runs = async (length: number, each: number[]) => {
    let at = 0;
    const loader = { length, [Symbol.iterator]: () => Array(each[at++]).fill(0)[Symbol.iterator]() };
    for await (const _ of epochs(2, loader, quiet));
  };
  await runs(2, [2, 2]);
  await assertRejects(() => runs(2, [3, 3]), RangeError, "the loader's length is 2, and it handed out more");
  await assertRejects(
    () => runs(2, [2, 1]),
    RangeError,
    "the loader's length is 2, and it handed out 1 of them",
  );
  await assertRejects(() => runs(2, [2, 0]), RangeError, "can it be run through only once?");
  assertThrows(() => epochs(1, []), RangeError, "epochs: the loader has no batches");
  await epochs(0, []).next();
});

Deno.test("what a test returns is looked at, and what it throws goes through", async () => {
  const run = async (test: () => unknown) => {
    for await (const _ of epochs(1, [0], { ...quiet, test: test as () => Record<string, number> }));
  };
  await assertRejects(() => run(() => 0.5), TypeError, "epochs: test: values stand in one object");
  await assertRejects(
    () => run(() => ({ loss: "x" })),
    TypeError,
    "epochs: test: loss must be a number or a tensor",
  );
  await assertRejects(() => run(() => Promise.reject(new Error("no disk"))), Error, "no disk");
  await assertRejects(
    async () => {
      for await (const step of epochs(1, [0], { ...quiet, monitor: "testLoss" })) step.log({ loss: 1 });
    },
    RangeError,
    'epochs: monitor is "testLoss", and an epoch ends with loss',
  );
});

Deno.test("epochs() says that it must be awaited, and what is no loader", () => {
  const loose = epochs as unknown as (...given: unknown[]) => Iterable<unknown>;
  assertThrows(() => [...loose(5, [1])], TypeError, "write for await (const step of epochs(…))");
  assertThrows(
    () => loose(5, 5),
    TypeError,
    "epochs: the loader must hand out batches, such as a DataLoader",
  );
  assertThrows(() => loose(5, Promise.resolve([])), TypeError, "await it first");
  assertThrows(() => loose(5, new Set([1])), TypeError, "must say in its length how many batches it has");
});

Deno.test("a network learns over epochs, tested on what it was not trained on, beside another loop", async () => {
  manualSeed(1);
  const centers = tensor([[2, 0], [-2, 0], [0, 3]]);
  const draw = (n: number) => {
    const labels = tensor(Int32Array.from({ length: n }, (_, i) => i % 3));
    return [randn(n, 2).add(F.oneHot(labels, 3).matmul(centers)), labels] as const;
  };
  const train = [draw(30), draw(30), draw(12)], unseen = [draw(30), draw(9)];
  const net = new nn.Sequential(
    new nn.Linear(2, 8),
    new nn.BatchNorm1d(8),
    new nn.ReLU(),
    new nn.Linear(8, 3),
  );
  const optimizer = new optim.Adam(net.parameters(), { lr: 0.05 });
  const run = epochs(4, train, { ...quiet, test: () => evaluate(net, unseen) });
  const other = (async () => {
    for await (const step of steps(20, quiet)) {
      assertEquals((await evaluate(net, unseen)).accuracy <= 1, true);
      step.log({ x: zeros(1).sum() });
    }
  })();
  for await (const step of run) {
    const [inputs, labels] = step.batch;
    assert(net.training);
    const logits = net.forward(inputs), loss = F.crossEntropy(logits, labels);
    loss.backward();
    optimizer.step();
    optimizer.zeroGrad();
    step.log({ loss, accuracy: accuracy(logits, labels) });
    await new Promise((resolve) => setTimeout(resolve));
  }
  await other;
  assert(run.history[3].loss < run.history[0].loss);
  assert(run.history[3].testAccuracy > 0.8, `${run.history[3].testAccuracy}`);
});
