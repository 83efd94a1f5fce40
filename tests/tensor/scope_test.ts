/**
 * A scope frees what was made in it and not returned, and nothing else.
 */
import { currentDevice, nn, noGrad, ones, optim, randn, scope, steps, type Tensor, zeros } from "descent";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { onEachDevice } from "../devices.ts";
import { useStorage } from "../../lib/autograd/context.ts";
import { plainStorage } from "../../lib/host/async.ts";

/** Larger than what the cpu leaves to JavaScript, so that it counts. */
const SHAPE = [20, 20];
const inUse = () => currentDevice().memory().tensors;

onEachDevice("scope() frees what is made in it and hands on what it returns", async () => {
  const x = ones(SHAPE);
  let inner: Tensor | undefined;
  const body = () => {
    inner = x.mul(x);
    return inner.add(x).sub(x);
  };
  const before = inUse();
  const y = scope(body);
  assertEquals(inUse(), before + 1);
  assertEquals(await y.at(0, 0).item(), 1);
  const { a, list: [b] } = scope(() => ({ a: x.mul(5), list: [x.mul(7)], number: 1 }));
  assertEquals([await a.at(0, 0).item(), await b.at(0, 0).item()], [5, 7]);
  await assertRejects(() => inner!.data(), Error, "was freed at the end of the scope() that it was made in");
});

onEachDevice("a returned loss can still send its gradient back, and frees what that needed", async () => {
  const w = randn(SHAPE, { requiresGrad: true }), x = randn(SHAPE);
  const loss = () => x.matmul(w).tanh().square().mean();
  loss().backward();
  const expected = await w.grad!.data();
  w.zeroGrad();
  const before = inUse();
  const returned = scope(loss);
  scope(() => void loss());
  returned.backward();
  assertEquals(await w.grad!.data(), expected);
  w.zeroGrad();
  const left = inUse() - before;
  assert(left <= 1, `${left} arrays are left, and only the loss should be`);
});

onEachDevice("parameters, gradients, an optimizer's state and kept tensors outlive a scope", async () => {
  let best: Tensor | undefined;
  const { net, optimizer } = scope(() => {
    const net = new nn.Linear(20, 20);
    const optimizer = new optim.Adam(net.parameters(), { lr: 0.1 });
    return { net, optimizer };
  });
  for (let i = 0; i < 3; i++) {
    scope(() => {
      const loss = net.forward(ones(SHAPE)).square().mean();
      loss.backward();
      optimizer.step();
      best = loss.detach().keep();
    });
  }
  assert(Number.isFinite(await best!.item()));
  assertEquals(net.weight.grad!.shape, [20, 20]);
  assert((await net.weight.data()).every(Number.isFinite));
});

onEachDevice("a leaf that a scope returns has its gradient with it", async () => {
  const w = scope(() => {
    const w = ones(SHAPE, { requiresGrad: true });
    w.square().sum().backward();
    return w;
  });
  assertEquals(await w.grad!.at(0, 0).item(), 2);
});

onEachDevice(
  "an asynchronous scope lasts until its promise settles, and other flows know nothing of it",
  async () => {
    let mine: Tensor | undefined, other: Tensor | undefined;
    const slow = scope(async () => {
      mine = ones(SHAPE);
      await mine.at(0, 0).item();
      const more = mine.mul(2);
      await more.at(0, 0).item();
      return more;
    });
    const beside = (async () => {
      await Promise.resolve();
      other = ones(SHAPE);
    })();
    const [more] = await Promise.all([slow, beside]);
    assertEquals(await more.at(0, 0).item(), 2);
    assertEquals(await other!.at(0, 0).item(), 1);
    await assertRejects(() => mine!.data(), Error, "was freed at the end of the scope()");
    // Nothing is counted: while this test waits, the collector may free what tests before it have left.
    for (const [kept, value] of [[more, 2], [other!, 1]] as const) {
      assertEquals((await kept.data()).every((x) => x === value), true);
    }
  },
);

Deno.test("a scope that fails frees what it has made, and passes the error on", async () => {
  let made: Tensor | undefined;
  const fail = () => {
    made = ones(SHAPE);
    throw new Error("on purpose");
  };
  assertThrows(() => scope(fail), Error, "on purpose");
  await assertRejects(() => made!.data(), Error, "was freed");
  await assertRejects(() => scope(async () => (await Promise.resolve(), fail())), Error, "on purpose");
  await assertRejects(() => made!.data(), Error, "was freed");
});

Deno.test("where flows cannot be told apart, an asynchronous scope frees nothing, and any other all", async () => {
  const before = useStorage(plainStorage());
  try {
    let made: Tensor | undefined;
    await scope(async () => {
      made = ones(SHAPE);
      await made.data();
    });
    assertEquals((await made!.data()).length, 400);
    scope(() => void (made = ones(SHAPE)));
    await assertRejects(() => made!.data(), Error, "was freed");
  } finally {
    useStorage(before);
  }
});

Deno.test("scopes stand in scopes, in noGrad() and in steps()", async () => {
  let kept: Tensor | undefined;
  for await (const _ of steps(3, { progress: false })) {
    const outer = scope(() => {
      const inner = scope(() => noGrad(() => ones(SHAPE).mul(2)));
      kept = inner;
      return inner.mul(3);
    });
    assertEquals(await outer.at(0, 0).item(), 6);
    await assertRejects(() => kept!.data(), Error, "was freed");
  }
});

Deno.test("a loop that awaits nothing runs as long as it likes in scopes", () => {
  const w = randn([1024, 1024], { requiresGrad: true });
  // 16 MB a turn: in the end twice of what the cpu can hold.
  for (let i = 0; i < 500; i++) {
    scope(() => {
      w.square().mean().backward();
      noGrad(() => w.sub_(w.grad!.mul(10)));
      w.zeroGrad();
    });
  }
  assertEquals(w.shape, [1024, 1024]);
});

Deno.test("what the last iteration of steps() made lives on", async () => {
  const losses: Tensor[] = [];
  for await (const { index } of steps(4, { progress: false })) losses.push(zeros(SHAPE).add(index));
  assertEquals(await losses[3].at(0, 0).item(), 3);
  await assertRejects(() => losses[1].data(), Error, "was freed after iteration 1 of steps()");
});

Deno.test("scope() wants a function", () => {
  // deno-lint-ignore no-explicit-any
  const loose = scope as any;
  assertThrows(() => loose(ones(2)), TypeError, "scope: body must be a function such as");
  assertThrows(() => loose(() => 1, 2), TypeError, "scope: takes one argument");
});
