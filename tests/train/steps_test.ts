import { nn, noGrad, ones, optim, steps, type Tensor, tensor, zeros } from "descent";
import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { current } from "../../lib/autograd/context.ts";
import { Running } from "../../lib/train/running.ts";

const quiet = { progress: false };

Deno.test("steps() counts from 0 and knows how many there will be", async () => {
  const seen: number[][] = [];
  for await (const { index, total } of steps(3, quiet)) seen.push([index, total]);
  assertEquals(seen, [[0, 3], [1, 3], [2, 3]]);
  for await (const _ of steps(0, quiet)) throw new Error("no iteration was asked for");
});

Deno.test("steps() frees the tensors of an iteration with the next one", async () => {
  const made: Tensor[] = [];
  for await (const { index } of steps(5, quiet)) {
    if (index > 0) assertEquals(await made[index - 1].array(), [index - 1, index - 1]);
    if (index > 1) {
      await assertRejects(() => made[index - 2].data(), Error, `after iteration ${index - 2}`);
    }
    made.push(zeros(2).add(index));
    assertEquals(await made[index].array(), [index, index]);
  }
});

Deno.test("steps() leaves what was made outside, what keep() was called on, and their gradients", async () => {
  const x = tensor([1, 2], { requiresGrad: true }), kept: Tensor[] = [];
  for await (const _ of steps(2, quiet)) {
    const y = x.mul(3).keep();
    kept.push(y);
    y.sum().backward();
  }
  assertEquals(await x.grad!.array(), [6, 6]);
  assertEquals(await x.array(), [1, 2]);
  assertEquals(await Promise.all(kept.map((y) => y.array())), [[3, 6], [3, 6]]);
});

Deno.test("steps() leaves a tensor that was made outside and changed in place", async () => {
  const sum = zeros(2);
  for await (const { index } of steps(4, quiet)) sum.add_(tensor([index, 1]));
  assertEquals(await sum.array(), [6, 4]);
});

Deno.test("what the last iteration made lives on behind the loop, after a break as well", async () => {
  const made: Tensor[] = [], all: Tensor[] = [];
  for await (const { index } of steps(5, quiet)) {
    made.push(zeros(1).add(index));
    if (index === 2) break;
  }
  for await (const { index } of steps(3, quiet)) all.push(zeros(1).add(index));
  assertEquals(current().scope, null);
  assertEquals([await made[2].item(), await all[2].item()], [2, 2]);
  await assertRejects(() => made[1].data(), Error, "was freed after iteration 1 of steps()");
  await assertRejects(() => all[1].data(), Error, "was freed after iteration 1 of steps()");
});

Deno.test("an exception closes the scope and goes through", async () => {
  const made: Tensor[] = [];
  await assertRejects(
    async () => {
      for await (const { index } of steps(5, quiet)) {
        made.push(zeros(1).add(1));
        if (index === 1) throw new Error("inside the loop");
      }
    },
    Error,
    "inside the loop",
  );
  assertEquals(current().scope, null);
  await assertRejects(() => made[0].data(), Error, "was freed");
  assertEquals(await made[1].item(), 1);
});

Deno.test("a loop inside a loop frees its own tensors and no others", async () => {
  const before: Tensor[] = [];
  for await (const _ of steps(2, quiet)) {
    const outer = zeros(1).add(1), inner: Tensor[] = [];
    for await (const { index } of steps(3, quiet)) inner.push(outer.add(index));
    assertEquals(await outer.array(), [1]);
    await assertRejects(() => inner[1].data(), Error, "was freed");
    assertEquals(await inner[2].item(), 3);
    before.push(inner[2]);
  }
  await assertRejects(() => before[0].data(), Error, "was freed after iteration 0 of steps()");
  assertEquals(current().scope, null);
});

Deno.test("a break out of two loops closes both scopes", async () => {
  const made: Tensor[] = [];
  outer: for await (const _ of steps(2, quiet)) {
    made.push(zeros(1));
    for await (const _ of steps(2, quiet)) {
      made.push(zeros(1));
      break outer;
    }
  }
  assertEquals(current().scope, null);
  for (const one of made) assertEquals(await one.item(), 0);
});

Deno.test("a tensor that was logged is read before its iteration ends", async () => {
  for await (const step of steps(5, quiet)) step.log({ loss: tensor([1]).mul(2).sum(), rate: 0.1 });
});

Deno.test("what steps log is told in their order, even where an earlier number takes longer to read", async () => {
  const told: number[] = [];
  const display = { expect() {}, step() {}, print() {}, end() {}, log: (step: number) => told.push(step) };
  const running = new Running(display, { step() {}, epoch() {}, end() {} }, null, "");
  for (const index of [0, 1, 2]) {
    const loss = tensor([index]);
    // As on a device that first takes back what was forgotten.
    loss.item = () => new Promise((resolve) => setTimeout(() => resolve(index), 6 - 3 * index));
    running.step(index, 3).log({ loss });
  }
  await running.settle();
  await running.end({});
  assertEquals(told, [1, 2, 3]);
});

Deno.test("logging a tensor of many numbers ends the loop with a sentence", async () => {
  let last = -1;
  const error = await assertRejects(async () => {
    for await (const step of steps(50, quiet)) {
      last = step.index;
      step.log({ loss: zeros(3) });
    }
  }, RangeError);
  assert(error.message.includes("a tensor of one element is needed, not one of shape [3]"), error.message);
  assert(last < 5, `noticed after iteration ${last}`);
  assertEquals(current().scope, null);
});

Deno.test("a step logs numbers and tensors of one element by name, and says at once what is none", async () => {
  const cases: [unknown[], typeof TypeError, string][] = [
    [[{ loss: "x" }], TypeError, 'step.log: loss must be a number or a tensor of one element, not "x"'],
    [[{ loss: undefined }], TypeError, "step.log: loss must be a number or a tensor of one element"],
    [[{ loss: Promise.resolve(1) }], TypeError, "not a Promise; await it first"],
    [[tensor([1])], TypeError, "step.log: values stand in one object such as { loss }, not Tensor [1]"],
    [
      ["loss", 1],
      TypeError,
      "step.log: takes one argument, and was given 1 beyond; values stand in one object",
    ],
    [
      [{ loss: zeros(2) }],
      RangeError,
      "step.log: loss: a tensor of one element is needed, not one of shape [2]",
    ],
  ];
  let seen = 0;
  for await (const step of steps(1, quiet)) {
    const loose = step as unknown as { log(...values: unknown[]): void; print(line: unknown): void };
    for (const [values, Kind, message] of cases) assertThrows(() => loose.log(...values), Kind, message);
    assertThrows(() => loose.print(0.5), TypeError, "step.print: the line must be text, not 0.5");
    seen++;
  }
  assertEquals(seen, 1);
});

Deno.test("steps() says at once what it does not take, and that a loop without await is none", () => {
  const loose = steps as unknown as (...given: unknown[]) => Iterable<unknown>;
  assertThrows(() => loose("5"), TypeError, 'steps: the number of iterations must be a number, not "5"');
  assertThrows(
    () => loose(5, "AlexNet"),
    TypeError,
    "steps: options stand in one object such as { label: … }",
  );
  assertThrows(() => loose(5, { lable: "AlexNet" }), TypeError, "did you mean label?");
  assertThrows(() => loose(5, { progress: 0 }), TypeError, "steps: progress must be true or false, not 0");
  const write = "steps: the iterations must be waited for; write for await (const step of steps(…))";
  assertThrows(() => [...loose(5)], TypeError, write);
});

Deno.test("what is handed on from step to step lives on, and the best of all is kept", async () => {
  const net = new nn.Linear(3, 2), optimizer = new optim.Adam(net.parameters(), { lr: 0.1 });
  let average = zeros(2, 3), hidden = zeros(4, 2), best: Tensor | undefined;
  let saved: { net: ReturnType<typeof net.stateDict>; optimizer: ReturnType<typeof optimizer.stateDict> };
  for await (const { index } of steps(20, quiet)) {
    const loss = net.forward(ones(4, 3)).square().mean();
    loss.backward();
    optimizer.step();
    optimizer.zeroGrad();
    average = noGrad(() => average.mul(0.9).add(net.weight.mul(0.1)));
    hidden = noGrad(() => net.forward(ones(4, 3)).add(hidden).tanh());
    if (index !== 5) continue;
    saved = { net: net.stateDict(), optimizer: optimizer.stateDict() };
    best = net.weight.clone().keep();
  }
  assertEquals((await average.data()).length + (await hidden.data()).length, 6 + 8);
  assertNotEquals(await net.weight.data(), await best!.data());
  net.loadStateDict(saved!.net);
  optimizer.loadStateDict(saved!.optimizer);
  assertEquals(await net.weight.data(), await best!.data());
});
