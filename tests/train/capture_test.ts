import {
  capture,
  currentDevice,
  manualSeed,
  nn,
  noGrad,
  optim,
  randn,
  steps,
  type Tensor,
  tensor,
  zeros,
} from "descent";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { onEachDevice } from "../devices.ts";

/** How often a function is to run that has been called so often. */
const expected = (onGpu: number, calls: number) => currentDevice().name === "cpu" ? calls : onGpu;

/** A line that learns, without a module: y = w x + b. */
function line() {
  const w = tensor([2], { requiresGrad: true }), b = tensor([0], { requiresGrad: true });
  const learn = (x: Tensor, y: Tensor) => {
    const loss = x.mul(w).add(b).sub(y).square().mean();
    loss.backward();
    noGrad(() => {
      for (const p of [w, b]) p.sub_(p.grad!.mul(0.1));
    });
    return loss;
  };
  return { w, b, learn };
}

const xs = [[1, 2, 3], [0, -1, 4], [2, 2, 1], [5, 0.5, 1], [-2, 1, 1], [3, 3, 0]];

onEachDevice(
  "a captured step is the written one, bit for bit, and its gradients stay to be read",
  async () => {
    const results: unknown[] = [];
    for (const captured of [false, true]) {
      const { w, b, learn } = line(), step = captured ? capture(learn) : learn;
      const seen: unknown[] = [];
      for (const values of xs) {
        const x = tensor(values);
        seen.push(await step(x, x.mul(3)).item(), await w.array(), await b.array(), await w.grad!.array());
        for (const p of [w, b]) p.zeroGrad();
      }
      results.push(seen);
      if (captured) assertEquals((step as ReturnType<typeof capture>).recordings, expected(2, 6));
    }
    assertEquals(results[1], results[0]);
  },
);

onEachDevice("gradients add up over captured steps, and go where the function forgets them", async () => {
  const results: unknown[] = [];
  for (const captured of [false, true]) {
    const w = tensor([1, 2], { requiresGrad: true }), seen: unknown[] = [];
    const wrap = <F extends (x: Tensor) => Tensor>(f: F) =>
      captured ? capture(f as (x: Tensor) => Tensor) : f;
    const add = wrap((x) => {
      const y = x.mul(w).sum();
      y.backward();
      return y;
    });
    const clear = wrap((x) => {
      w.zeroGrad();
      return x.mul(2);
    });
    for (const values of [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]]) {
      add(tensor(values));
      seen.push(await w.grad!.array());
    }
    for (let i = 0; i < 4; i++) {
      add(tensor([i, 1]));
      seen.push(await w.grad!.array(), await clear(tensor([i])).array(), w.grad);
    }
    results.push(seen);
  }
  assertEquals(results[1], results[0]);
});

onEachDevice(
  "what a step changes in place is where it was, and starts from there the next time",
  async () => {
    const total = zeros(2), seen: unknown[] = [];
    const step = capture((x: Tensor) => {
      total.mul_(0.5).add_(x);
      return { mean: total.mean(), twice: [total.mul(2), 7] as const };
    });
    const { value } = total;
    for (let i = 1; i <= 5; i++) {
      const { mean, twice: [twice, seven] } = step(tensor([i, 2 * i]));
      seen.push([await mean.item(), await twice.array(), seven, await total.array()]);
      assert(total.value === value);
    }
    let [a, b] = [0, 0];
    const plain: unknown[] = [];
    for (let i = 1; i <= 5; i++) {
      [a, b] = [a / 2 + i, b / 2 + 2 * i];
      plain.push([(a + b) / 2, [2 * a, 2 * b], 7, [a, b]]);
    }
    assertEquals(seen, plain);
    assertEquals(step.recordings, expected(2, 5));
  },
);

onEachDevice(
  "what changes from outside is noticed: shapes, numbers given, modes, other parameters, a checkpoint",
  async () => {
    const layer = new nn.Linear(2, 2), dropout = new nn.Dropout(1);
    const step = capture((x: Tensor, by: number) => dropout.forward(x.matmul(layer.weight.t())).mul(by));
    const plain = (x: Tensor, by: number) => dropout.forward(x.matmul(layer.weight.t())).mul(by);
    const same = async (x: Tensor, by = 1) =>
      assertEquals(await step(x, by).array(), await plain(x, by).array());
    for (let i = 0; i < 4; i++) await same(tensor([[i, 1]]));
    for (let i = 0; i < 3; i++) await same(tensor([[i, 1], [2, 3]]));
    for (let i = 0; i < 3; i++) await same(tensor([[i, 1]]), 3);
    dropout.eval();
    for (let i = 0; i < 3; i++) await same(tensor([[i, 1]]));
    dropout.train();
    await same(tensor([[1, 1]]));
    dropout.eval();
    layer.loadStateDict({ weight: tensor([[1, 2], [3, 4]]), bias: tensor([0, 0]) });
    for (let i = 0; i < 3; i++) await same(tensor([[i, 1]]));
    const kept = layer.stateDict();
    noGrad(() => layer.weight.mul_(2));
    for (let i = 0; i < 3; i++) await same(tensor([[i, 1]]));
    assertEquals(await kept.weight.array(), [[1, 2], [3, 4]]);
    layer.weight = new nn.Parameter(tensor([[5, 6], [7, 8]]));
  },
);

onEachDevice("a checkpoint between captured steps is not changed by them", async () => {
  const layer = new nn.Linear(2, 1),
    learn = capture((x: Tensor) => {
      const loss = layer.forward(x).square().sum();
      loss.backward();
      noGrad(() => {
        layer.weight.sub_(layer.weight.grad!.mul(0.01));
      });
      layer.zeroGrad();
      return loss;
    });
  const x = tensor([[1, 2]]);
  for (let i = 0; i < 8; i++) {
    const before = await layer.weight.array(), kept = i % 3 === 2 ? layer.stateDict() : null;
    learn(x);
    if (kept !== null) assertEquals(await kept.weight.array(), before);
    assert(String(await layer.weight.array()) !== String(before));
  }
});

onEachDevice("a step that does not do the same twice is refused, and says what is other", async () => {
  let count = 0;
  const counting = capture((x: Tensor) => x.add(++count));
  const often = () => {
    for (let i = 0; i < 8; i++) counting(tensor([1]));
  };
  if (currentDevice().name === "cpu") return often();
  assertThrows(often, Error, "capture: the function does something else in each call: a number that");
  const values = capture((x: Tensor) => x.mul(tensor([++count, 1])));
  assertThrows(
    () => {
      for (let i = 0; i < 8; i++) values(tensor([1]));
    },
    Error,
    "a number, or a tensor that is made inside of JavaScript's numbers, is another in the next call",
  );
  const kept: Tensor[] = [];
  const keeping = capture((x: Tensor) => {
    kept.push(x.mul(2).keep());
    return x;
  });
  assertThrows(
    () => {
      for (let i = 0; i < 8; i++) keeping(tensor([1]));
    },
    Error,
    "it leaves a tensor behind that it does not return",
  );
  assertEquals(await kept[0].array(), [2]);
});

onEachDevice("nothing can be read or waited for inside, and a failing step changes nothing", async () => {
  const w = tensor([1], { requiresGrad: true }), sum = zeros(1);
  const waiting = capture(async (x: Tensor) => await x.array());
  assertThrows(() => waiting(tensor([1])), TypeError, "the function returned a promise");
  const failing = capture((x: Tensor) => {
    sum.add_(x);
    x.mul(w).sum().backward();
    return x.add(zeros(3, 2)).reshape(5);
  });
  if (currentDevice().name === "webgpu") {
    const reading = capture((x: Tensor) => {
      x.mul(2).item().catch(() => {});
      return x;
    });
    assertThrows(() => reading(tensor([1])), Error, "capture: a tensor is read inside of it");
    assertThrows(() => failing(tensor([1])), RangeError, "reshape");
    assertEquals([await sum.array(), w.grad], [[0], null]);
  } else assertThrows(() => failing(tensor([1])), RangeError, "reshape");
  assertEquals(await tensor([1]).add(1).array(), [2]);
});

onEachDevice("captured steps hold what they need once, and give it back", async () => {
  const step = capture((x: Tensor) => x.mul(2).exp().sum());
  const x = zeros(100, 100), device = currentDevice(), before = device.memory();
  for await (const { index } of steps(30, { progress: false })) {
    const y = step(x);
    if (index === 10 || index === 29) await y.item();
  }
  const after = device.memory();
  assert(after.bytes - before.bytes <= 3 * 4 * x.size + 2000, `${after.bytes - before.bytes}`);
  step.free();
  await x.mul(1).array();
  assert(device.memory().bytes - before.bytes <= 2 * 4 * x.size, `${device.memory().bytes - before.bytes}`);
  assertEquals(await step(x).item(), 10000);
});

onEachDevice(
  "what a captured function makes and does not return is freed when it returns, and its result has no history",
  async () => {
    const w = tensor([3], { requiresGrad: true }), made: Tensor[] = [];
    const step = capture((x: Tensor) => {
      made.push(x.mul(w));
      return made[0].add(1);
    });
    const y = step(tensor([2]));
    assertEquals([await y.array(), y.requiresGrad], [[7], false]);
    await assertRejects(
      () => made[0].array(),
      Error,
      "was freed when the captured function returned without it",
    );
  },
);

onEachDevice("what a step changes may be saved by a graph outside that was only looked at", async () => {
  const results: unknown[] = [];
  for (const captured of [false, true]) {
    const norm = new nn.BatchNorm1d(2), x = tensor([[1, 2], [3, 5], [4, 9]]);
    const sgd = new optim.SGD(norm.parameters(), { lr: 0.1 });
    const looked = norm.forward(x).square().sum();
    const written = () => {
      const y = norm.forward(x).pow(3).sum();
      y.backward();
      sgd.step();
      sgd.zeroGrad();
      return y;
    };
    const step = captured ? capture(written) : written, seen: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      seen.push(await step().item(), await norm.runningMean!.array(), await norm.weight!.array());
    }
    results.push([...seen, await norm.numBatchesTracked!.item(), await looked.item()]);
  }
  assertEquals(results[1], results[0]);
});

onEachDevice(
  "two captured steps of one program may add to the same gradients, as those of a GAN do",
  async () => {
    const results: unknown[] = [];
    for (const captured of [false, true]) {
      manualSeed(4);
      const maker = new nn.Linear(3, 2),
        judge = new nn.Sequential(new nn.Linear(2, 4), new nn.Tanh(), new nn.Linear(4, 1));
      const [ofMaker, ofJudge] = [maker, judge].map((net) => new optim.Adam(net.parameters(), { lr: 0.01 }));
      const wrap = <A extends Tensor[]>(f: (...x: A) => Tensor) => captured ? capture(f) : f;
      const judging = wrap((real: Tensor, noise: Tensor) => {
        ofJudge.zeroGrad();
        const loss = judge.forward(real).sub(judge.forward(maker.forward(noise).detach())).square().mean();
        loss.backward();
        ofJudge.step();
        return loss;
      });
      const making = wrap((noise: Tensor) => {
        ofMaker.zeroGrad();
        const loss = judge.forward(maker.forward(noise)).mean();
        loss.backward();
        ofMaker.step();
        return loss;
      });
      const seen: unknown[] = [];
      for (let i = 0; i < 7; i++) {
        seen.push(await judging(randn(5, 2), randn(5, 3)).item(), await making(randn(5, 3)).item());
        seen.push(await judge.parameters()[0].grad!.array());
      }
      results.push(seen);
      if (captured) {
        const ran = [judging, making].map((step) => (step as ReturnType<typeof capture>).recordings);
        assert(currentDevice().name === "cpu" || ran.every((count) => count <= 3), `recorded ${ran} times`);
      }
    }
    assertEquals(results[1], results[0]);
  },
);

onEachDevice(
  "a step that is captured in the middle of others adds up gradients, and is recorded no more in the end",
  async () => {
    const results: unknown[] = [];
    for (const captured of [false, true]) {
      const w = tensor([1, -2], { requiresGrad: true }), sgd = new optim.SGD([w], { lr: 0.1 });
      const f = (x: Tensor) => {
        const loss = x.mul(w).square().sum();
        loss.backward();
        return loss;
      };
      const add = captured ? capture(f) : f, seen: unknown[] = [];
      let recorded = 0;
      for (let i = 0; i < 24; i++) {
        if (i === 12 && captured) recorded = (add as ReturnType<typeof capture>).recordings;
        seen.push(await add(tensor([i % 5, 1])).item());
        if (i % 3 !== 2) continue;
        seen.push(await w.grad!.array());
        sgd.step();
        sgd.zeroGrad();
      }
      results.push(seen, await w.array());
      if (captured && currentDevice().name === "webgpu") {
        assertEquals((add as ReturnType<typeof capture>).recordings, recorded);
      }
    }
    assertEquals(results.slice(2), results.slice(0, 2));
  },
);

onEachDevice("what was recorded of a function that is forgotten goes with it", async () => {
  const device = currentDevice(), x = zeros(512, 512), before = device.memory().bytes;
  for (let i = 0; i < 8; i++) {
    const step = capture((x: Tensor) => x.exp().sqrt().sum());
    for (let j = 0; j < 4; j++) await step(x).item();
  }
  for (let i = 0; i < 3; i++) await device.pressure.relieve();
  const more = device.memory().bytes - before;
  assert(more <= 4 * 4 * x.size, `${more} bytes are left`);
});
