import {
  accuracy,
  currentDevice,
  evaluate,
  F,
  nn,
  predict,
  randn,
  steps,
  type Tensor,
  tensor,
  zeros,
} from "descent";
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { current } from "../../lib/autograd/context.ts";

const classes = (labels: number[]) => tensor(labels, { dtype: "int32" });

Deno.test("accuracy() is the share of samples whose largest logit is that of the right class", async () => {
  const logits = tensor([[1, 5, 2], [9, 0, 1], [0, 0, 7], [3, 2, 1]], { requiresGrad: true });
  const share = accuracy(logits, classes([1, 0, 1, 0]));
  assertEquals([await share.item(), share.shape, share.requiresGrad], [0.75, [], false]);
  assertEquals(await accuracy(logits, [1, 0, 2, 0]).item(), 1);
  // A class for each pixel.
  assertEquals(await accuracy(zeros(2, 3, 4, 4), zeros(2, 4, 4).to("int32")).item(), 1);
});

Deno.test("accuracy() frees what it makes on the way", async () => {
  const logits = randn(4, 3), labels = classes([0, 1, 2, 0]);
  for await (const step of steps(3, { progress: false })) {
    const before = currentDevice().memory().tensors;
    const share = accuracy(logits, labels);
    assert(currentDevice().memory().tensors <= before + 1);
    step.log({ share });
  }
});

Deno.test("accuracy() says what does not fit", () => {
  assertThrows(
    () => accuracy(zeros(4, 3), classes([1, 2])),
    RangeError,
    "logits [4, 3] need labels [4], not [2]",
  );
  assertThrows(() => accuracy(zeros(4), classes([1, 2, 3, 4])), RangeError, "have shape [4]");
  assertThrows(() => accuracy(zeros(2, 3), zeros(2)), TypeError, "labels must be int32 classes, not float32");
});

Deno.test("evaluate() gives means over samples, in evaluation mode, and leaves every module's mode", async () => {
  const net = new nn.Sequential(
    new nn.Linear(3, 4),
    new nn.Dropout(0.9),
    new nn.BatchNorm1d(4),
    new nn.Linear(4, 2),
  );
  const [, , frozen] = net.children();
  frozen.eval();
  const inputs = randn(10, 3), labels = classes([0, 1, 0, 1, 1, 1, 0, 0, 1, 0]);
  const part = (from: number, to: number) => [inputs.at([from, to]), labels.at([from, to])] as const;
  const state = await net.stateDict()["2.num_batches_tracked"].item();
  const got = await evaluate(net, [part(0, 4), part(4, 8), part(8, 10)]);
  assertEquals(net.modules().map(({ training }) => training), [true, true, true, false, true]);
  assertEquals(await net.stateDict()["2.num_batches_tracked"].item(), state);
  net.eval();
  const logits = net.forward(inputs);
  assertAlmostEquals(got.loss, await F.crossEntropy(logits, labels).item(), 1e-6);
  assertAlmostEquals(got.accuracy, await accuracy(logits, labels).item(), 1e-6);
});

Deno.test("evaluate() takes another criterion and other metrics", async () => {
  const net = new nn.Linear(2, 1), x = randn(6, 2), y = randn(6, 1), batches = [[x, y] as const];
  const far = (outputs: Tensor, targets: Tensor) => outputs.sub(targets).abs().max();
  for (const criterion of [F.mseLoss, new nn.MSELoss()]) {
    const got = await evaluate(net, batches, { criterion, metrics: { far } });
    assertEquals(Object.keys(got), ["loss", "far"]);
    assertAlmostEquals(got.loss, await F.mseLoss(net.forward(x), y).item(), 1e-6);
  }
  assertEquals(Object.keys(await evaluate(net, batches, { criterion: F.mseLoss, metrics: {} })), ["loss"]);
  await assertRejects(
    () => evaluate(net, batches, { criterion: F.mseLoss }),
    TypeError,
    "labels must be int32",
  );
});

Deno.test("evaluate() frees each batch, inside of a loop and outside, and records nothing", async () => {
  const net = new nn.Linear(64, 10), labels = classes(Array(16).fill(1)), made: Tensor[] = [];
  const loader = {
    length: 50,
    async *[Symbol.asyncIterator]() {
      for (let i = 0; i < 50; i++) {
        made.push(randn(16, 64));
        yield [made.at(-1)!, labels] as const;
      }
    },
  };
  const outputs: Tensor[] = [];
  const metrics = {
    seen: (logits: Tensor) => {
      outputs.push(logits);
      assert(!logits.requiresGrad);
      return logits.mean();
    },
  };
  await evaluate(net, loader, { metrics });
  await assertRejects(() => made[10].data(), Error, "was freed after batch 10 of evaluate()");
  await assertRejects(() => outputs[10].data(), Error, "was freed after batch 10 of evaluate()");
  for await (const _ of steps(1, { progress: false })) {
    await evaluate(net, loader, { metrics });
    await assertRejects(() => outputs[60].data(), Error, "was freed after batch 10 of evaluate()");
  }
  assertEquals(current(), { recording: true, scope: null });
});

Deno.test("predict() gives logits, probabilities, predictions and labels of all samples in order", async () => {
  const net = new nn.Sequential(new nn.Linear(3, 4), new nn.Dropout(0.9)), x = randn(5, 3);
  const labels = classes([3, 2, 1, 0, 3]);
  const got = await predict(net, [[x.at([0, 3]), labels.at([0, 3])], [x.at([3, 5]), labels.at([3, 5])]]);
  net.eval();
  const logits = net.forward(x);
  assertEquals(await got.logits.data(), await logits.data());
  assertEquals(await got.probabilities.data(), await logits.softmax(1).data());
  assertEquals(await got.predictions.data(), await logits.argmax(1).data());
  assertEquals(await got.labels.data(), await labels.data());
  assertEquals([got.logits.requiresGrad, got.predictions.dtype], [false, "int32"]);
});

Deno.test("evaluate() and predict() say what is no batch and no network", async () => {
  const net = new nn.Linear(2, 2);
  // deno-lint-ignore no-explicit-any
  const loose = [evaluate, predict] as any[];
  for (const ask of loose) {
    const { name } = ask;
    await assertRejects(() => ask(net, []), RangeError, `${name}: the loader has no batches`);
    await assertRejects(
      () => ask(net, [[1, 2]]),
      TypeError,
      `${name}: a batch must be a list of two tensors`,
    );
    await assertRejects(() => ask(net.forward, []), TypeError, `${name}: the network must be a module`);
    await assertRejects(() => ask(net, 3), TypeError, `${name}: the loader must hand out batches`);
  }
});
