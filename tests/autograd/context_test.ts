/**
 * What is current is each flow's own: programs that run side by side compute what they compute one after the other, free
 * nothing of each other, and leave nothing behind.
 */
import { manualSeed, nn, noGrad, optim, type Step, steps, type Tensor, tensor, zeros } from "descent";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { current, useStorage } from "../../lib/autograd/context.ts";
import { plainStorage } from "../../lib/host/async.ts";
import { onEachDevice } from "../devices.ts";
import { assertNoMore, settled } from "../memory.ts";

const quiet = { progress: false };
const sleep = (milliseconds = 1) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** A network of its own, and data that need no random numbers, of which all flows draw from one sequence. */
class Task {
  readonly net: nn.Sequential;
  readonly optimizer: optim.Adam;

  constructor(seed: number) {
    manualSeed(seed);
    this.net = new nn.Sequential(
      new nn.Linear(3, 8),
      new nn.GELU(),
      new nn.BatchNorm1d(8),
      new nn.Linear(8, 2),
    );
    this.optimizer = new optim.Adam(this.net.parameters(), { lr: 0.05 });
  }

  batch(index: number): Tensor {
    const numbers = Float32Array.from({ length: 12 }, (_, i) => Math.sin(index * 12 + i));
    return tensor(numbers, { shape: [4, 3] }).mul(2);
  }

  /** The training step that makes the loss of a batch. */
  learn(batch: Tensor): Tensor {
    const loss = this.net.forward(batch).sub(0.5).square().mean();
    this.optimizer.zeroGrad();
    loss.backward();
    this.optimizer.step();
    return loss;
  }

  /** Trains; waits here and there, so that others come in between. */
  async train(count: number, wait: (index: number) => Promise<unknown> = () => sleep()): Promise<number[]> {
    const losses: number[] = [];
    for await (const { index } of steps(count, quiet)) {
      const batch = this.batch(index);
      await wait(index);
      assert(current().recording);
      const loss = this.learn(batch);
      await wait(index);
      losses.push(await loss.item());
    }
    this.optimizer.zeroGrad();
    return losses;
  }

  /** Evaluates; what waits is held over many awaits. */
  async evaluate(count: number): Promise<number[]> {
    const found: number[] = [];
    const x = this.batch(1);
    for (let i = 0; i < count; i++) {
      await sleep();
      const y = this.net.eval().forward(x);
      await sleep();
      assert(!current().recording && !y.requiresGrad);
      found.push(await y.sum().item());
    }
    return found;
  }
}

/** Runs a program twice, the first time to make what is made once, and asserts that the second leaves no memory. */
async function leavesNothing(program: () => Promise<void>): Promise<void> {
  await program();
  const before = await settled();
  await program();
  await assertNoMore(before);
  assertEquals(current(), { recording: true, scope: null });
}

/** Runs a body where the host does not tell flows apart. */
async function withoutHost(body: () => Promise<void>): Promise<void> {
  const before = useStorage(plainStorage());
  try {
    await body();
  } finally {
    useStorage(before);
  }
}

onEachDevice("two training loops under Promise.all learn what they learn one after the other", async () => {
  await leavesNothing(async () => {
    const alone = [await new Task(1).train(6), await new Task(2).train(9)];
    const together = await Promise.all([new Task(1).train(6), new Task(2).train(9)]);
    assertEquals(together, alone);
  });
});

onEachDevice("two training loops that wait for different times free nothing of each other", async () => {
  await leavesNothing(async () => {
    const alone = [await new Task(1).train(4), await new Task(2).train(12)];
    const slow = new Task(1).train(4, () => sleep(7)), fast = new Task(2).train(12, () => Promise.resolve());
    assertEquals(await Promise.all([slow, fast]), alone);
  });
});

onEachDevice("an evaluation under noGrad() beside a training loop disturbs neither", async () => {
  await leavesNothing(async () => {
    const other = new Task(2);
    const alone = [await new Task(1).train(8), await noGrad(() => other.evaluate(6))];
    const task = new Task(1);
    assertEquals(await Promise.all([task.train(8), noGrad(() => other.evaluate(6))]), alone);
    assertEquals(
      await Promise.all([noGrad(() => other.evaluate(6)), new Task(1).train(8)]),
      alone.toReversed(),
    );
  });
});

onEachDevice("an evaluation that an iteration starts and does not await outlives it", async () => {
  await leavesNothing(async () => {
    const other = new Task(2);
    const alone = await noGrad(() => other.evaluate(4));
    const evaluations: Promise<number[]>[] = [];
    for await (const { index } of steps(6, quiet)) {
      if (index % 2 === 0) evaluations.push(noGrad(() => other.evaluate(4)));
      zeros(2).add(index);
    }
    assertEquals(await Promise.all(evaluations), [alone, alone, alone]);
  });
});

const loaders: Record<string, (task: Task, index: number) => Promise<Tensor>> = {
  // deno-lint-ignore require-await
  "without an await": async (task, index) => task.batch(index),
  "with awaits": async (task, index) => {
    await Promise.resolve();
    const batch = task.batch(index);
    await sleep(index % 3);
    return batch.add(0);
  },
};

for (const [how, load] of Object.entries(loaders)) {
  for (const [words, ahead] of [["one iteration", 1], ["three iterations", 3]] as const) {
    onEachDevice(`a batch prepared ${words} ahead ${how} is there when it is used`, async () => {
      await leavesNothing(async () => {
        const alone = await new Task(1).train(8);
        const task = new Task(1), losses: number[] = [];
        const queue = Array.from({ length: ahead }, (_, i) => load(task, i));
        for await (const { index } of steps(8, quiet)) {
          const batch = await queue.shift()!;
          const prepare = () => load(task, index + ahead);
          // What is to outlive the next iteration belongs to none.
          queue.push(ahead === 1 ? prepare() : noGrad(prepare));
          losses.push(await task.learn(batch).item());
        }
        task.optimizer.zeroGrad();
        await Promise.all(queue);
        assertEquals(losses, alone);
      });
    });
  }
}

onEachDevice("a flow that outlives its iteration goes on in the scope around", async () => {
  await leavesNothing(async () => {
    const late = async () => {
      await sleep(5);
      const made = zeros(2).add(3);
      await sleep(5);
      return made.mul(2);
    };
    let first: Promise<Tensor> | undefined, inner: Promise<Tensor> | undefined;
    for await (const { index } of steps(3, quiet)) first ??= late().then((y) => y.add(index));
    assertEquals(await (await first!).array(), [6, 6]);
    for await (const _ of steps(1, quiet)) {
      for await (const _ of steps(2, quiet)) inner ??= late();
      assertEquals(await (await inner!).array(), [6, 6]);
    }
  });
});

onEachDevice("what runs while a loop is under way, as a cell of a notebook, is outside of it", async () => {
  await leavesNothing(async () => {
    const alone = await new Task(1).train(8);
    const cell = async () => {
      assertEquals(current(), { recording: true, scope: null });
      const y = zeros(3).add(1);
      await sleep(12);
      return await y.array();
    };
    const cells: Promise<unknown>[] = [];
    const timer = setInterval(() => cells.push(cell()), 2);
    assertEquals(await new Task(1).train(8), alone);
    clearInterval(timer);
    assert(cells.length > 0);
    for (const found of await Promise.all(cells)) assertEquals(found, [1, 1, 1]);
  });
});

Deno.test("who calls a function with a loop in it, and awaits something else, is not inside the loop", async () => {
  let going = true;
  const loop = (async () => {
    for await (const _ of steps(1e6, quiet)) {
      assert(current().scope !== null);
      await sleep();
      if (!going) break;
    }
  })();
  await sleep(3);
  assertEquals(current().scope, null);
  const y = zeros(1).add(1);
  await sleep(5);
  assertEquals(await y.array(), [1]);
  going = false;
  await loop;
  assertEquals([await y.array(), current().scope], [[1], null]);
});

Deno.test("steps() in steps() under Promise.all: break, return and throw leave each flow where it was", async () => {
  const within = async (how: "break" | "return" | "throw", pause: number): Promise<string> => {
    outer: for await (const { index } of steps(3, quiet)) {
      const scope = current().scope, x = zeros(1).add(index);
      try {
        for await (const step of steps(4, quiet)) {
          assert(current().scope?.parent === scope);
          await sleep(pause);
          if (step.index < 2) continue;
          if (index === 2 && how === "break") break outer;
          if (index === 2 && how === "return") return how;
          if (index === 2) throw new Error(how);
          break;
        }
      } catch (error) {
        assertEquals([current().scope, await x.array()], [scope, [2]]);
        throw error;
      }
      assertEquals([current().scope, await x.array()], [scope, [index]]);
    }
    assertEquals(current().scope, null);
    return how;
  };
  const thrown = within("throw", 2).catch((error: Error) => {
    assertEquals(current().scope, null);
    return `caught ${error.message}`;
  });
  assertEquals(await Promise.all([within("break", 1), thrown, within("return", 3)]), [
    "break",
    "caught throw",
    "return",
  ]);
  assertEquals(current().scope, null);
});

Deno.test("a loop inside noGrad() is not recorded, and what comes after it inside is not", async () => {
  const x = tensor([1], { requiresGrad: true });
  const found = await noGrad(async () => {
    const seen: boolean[] = [];
    for await (const _ of steps(2, quiet)) {
      await sleep();
      seen.push(x.mul(2).requiresGrad);
    }
    await sleep();
    return [...seen, x.mul(2).requiresGrad];
  });
  assertEquals([...found, x.mul(2).requiresGrad], [false, false, false, true]);
});

Deno.test("a throw inside noGrad() of an asynchronous function ends it, and disturbs no other", async () => {
  const x = tensor([1], { requiresGrad: true });
  const failing = noGrad(async () => {
    await sleep();
    assert(!x.mul(2).requiresGrad);
    throw new Error("inside");
  });
  const going = noGrad(async () => {
    await sleep(6);
    return x.mul(2).requiresGrad;
  });
  assertEquals(x.mul(2).requiresGrad, true);
  await assertRejects(() => failing, Error, "inside");
  assertEquals([x.mul(2).requiresGrad, await going, x.mul(2).requiresGrad], [true, false, true]);
});

Deno.test("noGrad() inside a module's forward is not recorded, asynchronous or not, and the module is", async () => {
  let late: Promise<boolean> | undefined;
  class Watched extends nn.Module {
    override forward(x: Tensor): Tensor {
      late = noGrad(async () => {
        const now = x.mul(2).requiresGrad;
        await sleep();
        return now || x.mul(2).requiresGrad;
      });
      const fixed = noGrad(() => x.mul(2));
      assertEquals([fixed.requiresGrad, current().recording], [false, true]);
      return x.mul(fixed);
    }
  }
  const x = tensor([3], { requiresGrad: true });
  const y = new Watched().forward(x);
  assertEquals([y.requiresGrad, await y.array(), await late], [true, [18], false]);
});

Deno.test("iterations that are asked for by hand are scopes of those who read their values", async () => {
  const loop = steps(3, quiet);
  const first = await loop.next();
  assertEquals(current().scope, null);
  assert(!first.done && first.value.index === 0 && first.value.total === 3);
  const made = zeros(1).add(1);
  assertEquals([current().scope !== null, await made.array()], [true, [1]]);
  const second = loop.next();
  assertEquals(current().scope, null);
  await second;
  assertEquals(await made.array(), [1]);
  assertEquals(await loop.return(), { done: true, value: undefined });
  assertEquals([(await second).value!.index, current().scope], [1, null]);
  const thrown = steps(3, quiet);
  assertEquals((await thrown.next()).value!.index, 0);
  await assertRejects(() => thrown.throw(new Error("by hand")), Error, "by hand");
  assertEquals(current().scope, null);
});

Deno.test("who runs through a generator that hands steps on is outside of them, and loses nothing", async () => {
  async function* handedOn(): AsyncGenerator<Step> {
    yield* steps(2, quiet);
    for await (const step of steps(2, quiet)) yield step;
  }
  const made: Tensor[] = [];
  for await (const { index } of handedOn()) {
    await sleep();
    made.push(zeros(1).add(index));
  }
  assertEquals(await Promise.all(made.map((one) => one.array())), [[0], [1], [0], [1]]);
  assertEquals(current().scope, null);
});

onEachDevice("without the host's help nothing is freed too early, and memory comes back", async () => {
  await withoutHost(() =>
    leavesNothing(async () => {
      const other = new Task(3);
      const alone = [await new Task(1).train(6), await new Task(2).train(9)];
      const evaluated = await noGrad(() => other.evaluate(3));
      assertEquals(await Promise.all([new Task(1).train(6), new Task(2).train(9)]), alone);
      let next = other.batch(0);
      for await (const { index } of steps(3, quiet)) {
        const batch = next;
        next = other.batch(index + 1);
        assertEquals((await batch.data()).length, 12);
      }
      assertEquals(await noGrad(() => other.evaluate(3)), evaluated);
    })
  );
});

Deno.test("without the host's help nothing is recorded until the last noGrad() has settled", async () => {
  await withoutHost(async () => {
    const x = tensor([1], { requiresGrad: true });
    const recorded = () => x.mul(2).requiresGrad;
    const short = noGrad(() => sleep(2)), long = noGrad(() => sleep(10));
    assertEquals([recorded(), noGrad(recorded)], [false, false]);
    await short;
    assertEquals(recorded(), false);
    await long;
    assertEquals(recorded(), true);
    await assertRejects(() => noGrad(() => Promise.reject(new Error("later"))), Error, "later");
    assertEquals(recorded(), true);
  });
});

Deno.test("without the host's help a module's forward still frees what it made inside", async () => {
  await withoutHost(async () => {
    let inside: Tensor | undefined;
    class Leaky extends nn.Module {
      override forward(x: Tensor): Tensor {
        inside = x.mul(2);
        return inside.add(1);
      }
    }
    assertEquals(await noGrad(() => new Leaky().forward(tensor([1]))).array(), [3]);
    await assertRejects(() => inside!.data(), Error, "when the forward of Leaky returned without it");
  });
});
