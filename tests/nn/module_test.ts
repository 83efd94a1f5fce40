import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  currentDevice,
  evaluate,
  F,
  nn,
  noGrad,
  ones,
  optim,
  predict,
  randn,
  steps,
  type Tensor,
  tensor,
  zeros,
} from "descent";
import { onEachDevice } from "../devices.ts";
import { settled } from "../memory.ts";

class Block extends nn.Module {
  norm = new nn.BatchNorm1d(2);
  linear = new nn.Linear(2, 2, { bias: false });
  override forward(x: Tensor): Tensor {
    return this.linear.forward(this.norm.forward(x)).relu();
  }
}

class Net extends nn.Module {
  stages = [new Block(), new Block()];
  heads = { small: new nn.Linear(2, 1), none: null };
  scale = new nn.Parameter(ones(1));
  offset = zeros(2);
  note = "not a tensor";
  override forward(x: Tensor): Tensor {
    const y = this.stages.reduce((signal, stage) => stage.forward(signal), x.add(this.offset));
    return this.heads.small.forward(y).mul(this.scale);
  }
}

Deno.test("a module finds parameters, buffers and modules in its fields, lists and objects", () => {
  const net = new Net();
  assertEquals(net.namedParameters().map(([name]) => name), [
    "scale",
    "stages.0.norm.weight",
    "stages.0.norm.bias",
    "stages.0.linear.weight",
    "stages.1.norm.weight",
    "stages.1.norm.bias",
    "stages.1.linear.weight",
    "heads.small.weight",
    "heads.small.bias",
  ]);
  assertEquals(Object.keys(net.stateDict()).slice(0, 7), [
    "scale",
    "offset",
    "stages.0.norm.weight",
    "stages.0.norm.bias",
    "stages.0.norm.running_mean",
    "stages.0.norm.running_var",
    "stages.0.norm.num_batches_tracked",
  ]);
  assertEquals(net.namedModules().map(([name]) => name), [
    "",
    "stages.0",
    "stages.0.norm",
    "stages.0.linear",
    "stages.1",
    "stages.1.norm",
    "stages.1.linear",
    "heads.small",
  ]);
  assertEquals(net.children().length, 3);
  assertEquals(net.buffers().length, 1 + 2 * 3);
});

Deno.test("a parameter that two modules share is learned once and saved under both names", () => {
  class Tied extends nn.Module {
    a = new nn.Linear(2, 2, { bias: false });
    b = new nn.Linear(2, 2, { bias: false });
    again = this.a;
    constructor() {
      super();
      Object.assign(this.b, { weight: this.a.weight });
    }
    override forward(x: Tensor): Tensor {
      return this.b.forward(this.a.forward(x));
    }
  }
  const net = new Tied();
  assertEquals(net.namedParameters().map(([name]) => name), ["a.weight"]);
  assertEquals(Object.keys(net.stateDict()), ["a.weight", "b.weight", "again.weight"]);
  assertEquals(net.modules().length, 3);
});

Deno.test("a field that holds a result is no buffer", () => {
  class Nosy extends nn.Module {
    linear = new nn.Linear(2, 2);
    seen: Tensor | null = null;
    override forward(x: Tensor): Tensor {
      return this.seen = this.linear.forward(x);
    }
  }
  const net = new Nosy();
  net.forward(randn(1, 2));
  assertEquals(Object.keys(net.stateDict()), ["linear.weight", "linear.bias"]);
});

Deno.test("train() and eval() reach every module inside", () => {
  const net = new Net();
  assert(net.modules().every((module) => module.training));
  assertEquals(net.eval(), net);
  assert(net.modules().every((module) => !module.training));
  net.train();
  assert(net.modules().every((module) => module.training));
});

Deno.test("zeroGrad() forgets gradients, requiresGrad_(false) keeps new ones from coming", () => {
  const net = new nn.Linear(3, 1);
  net.forward(ones(2, 3)).sum().backward();
  assert(net.weight.grad !== null);
  net.zeroGrad();
  assertEquals(net.weight.grad, null);
  net.requiresGrad_(false);
  assertEquals(net.forward(ones(2, 3)).requiresGrad, false);
  net.requiresGrad_();
  assertEquals(net.forward(ones(2, 3)).requiresGrad, true);
});

Deno.test("stateDict() is what the module is now, and loadStateDict() copies", async () => {
  const a = new nn.Linear(2, 1), b = new nn.Linear(2, 1), first = await a.weight.array();
  const state = a.stateDict();
  assertEquals(state.weight.requiresGrad, false);
  b.loadStateDict(state);
  noGrad(() => a.weight.fill_(7));
  const optimizer = new optim.SGD(b.parameters(), { lr: 1 });
  b.forward(ones(1, 2)).sum().backward();
  optimizer.step();
  assertEquals(await state.weight.array(), first);
  assert((await b.weight.array()).toString() !== String(first));
  a.loadStateDict(a.stateDict());
  assertEquals(await a.weight.array(), [[7, 7]]);
  a.loadStateDict(state);
  assertEquals(await a.weight.array(), first);
  assert(a.weight.requiresGrad && a.weight.isLeaf);
});

Deno.test("the best state of a training is there after it", async () => {
  const net = new nn.Linear(1, 1), optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
  let best: nn.StateDict = {}, weight: unknown;
  for await (const { index } of steps(5, { progress: false })) {
    if (index === 1) [best, weight] = [net.stateDict(), await net.weight.array()];
    optimizer.zeroGrad();
    net.forward(ones(1, 1)).square().sum().backward();
    optimizer.step();
  }
  assertEquals(await best.weight.array(), weight);
});

Deno.test("loadStateDict() keeps the layout that convolutions compute in", async () => {
  const conv = new nn.Conv2d(2, 3, 2);
  const weight = randn(3, 2, 2, 2);
  const { order } = conv.weight.value.buffer.storage;
  conv.loadStateDict({ weight, bias: zeros(3) });
  assertEquals(conv.weight.value.buffer.storage.order, order);
  assertEquals(await conv.weight.array(), await weight.array());
});

Deno.test("loadStateDict() changes nothing when one entry is wrong, and names all that are", async () => {
  const net = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
  const before = await net.at(0).parameters()[0].array();
  const good = Object.fromEntries(
    Object.entries(net.stateDict()).map((
      [name, entry],
    ) => [name, entry.dtype === "int32" ? entry : entry.add(1)]),
  );
  const attempt = (changes: Record<string, unknown>, type: typeof RangeError | typeof TypeError) => {
    const state = { ...good, ...changes } as nn.StateDict;
    for (const [name, value] of Object.entries(changes)) if (value === undefined) delete state[name];
    return assertThrows(() => net.loadStateDict(state), type).message;
  };
  assertEquals(
    attempt({ "1.weight": undefined, "1.bias": zeros(2), extra: zeros(1) }, RangeError),
    "loadStateDict: the state for Sequential is missing 1.weight; it has extra, which the module has not; " +
      "it has misshapen 1.bias ([2] instead of [3]); nothing was changed",
  );
  assertStringIncludes(
    attempt({ "1.num_batches_tracked": tensor(0) }, TypeError),
    "1.num_batches_tracked (float32 instead of int32)",
  );
  assertStringIncludes(attempt({ "0.bias": [1, 2, 3] }, TypeError), "a tensor is needed, not [1, 2, 3]");
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`x${i}`, zeros(1)]));
  assertStringIncludes(attempt(many, RangeError), "x0, x1, x2, x3 and 5 more");
  assertEquals(await net.at(0).parameters()[0].array(), before);
  net.loadStateDict(good);
});

Deno.test("loadStateDict({ strict: false }) takes what fits and says what did not come", async () => {
  const net = new nn.Linear(2, 1);
  const left = net.loadStateDict({ weight: ones(1, 2), more: zeros(3) }, { strict: false });
  assertEquals(left, { missing: ["bias"], unexpected: ["more"] });
  assertEquals(await net.weight.array(), [[1, 1]]);
  assertThrows(() => net.loadStateDict({ weight: ones(2) }, { strict: false }), RangeError, "misshapen");
});

Deno.test("a module is printed as a tree of the calls that make it", () => {
  const net = new nn.Sequential(
    new nn.Conv2d(1, 8, 3, { stride: 2, padding: [1, 0], groups: 1, bias: false }),
    new nn.BatchNorm2d(8, { momentum: null }),
    new nn.Sequential({ drop: new nn.Dropout(0.2), pool: new nn.MaxPool2d(2) }),
  );
  assertEquals(
    String(net),
    `Sequential(
  (0): Conv2d(1, 8, 3, { stride: 2, padding: [1, 0], bias: false })
  (1): BatchNorm2d(8, { momentum: null })
  (2): Sequential(
    (drop): Dropout(0.2)
    (pool): MaxPool2d(2)
  )
)`,
  );
  assertEquals(Deno.inspect(net), String(net));
});

Deno.test("Parameter starts from a tensor, which stays as it is, and refuses integers", async () => {
  const data = zeros(2);
  const parameter = new nn.Parameter(data);
  noGrad(() => parameter.add_(1));
  assertEquals([await parameter.array(), await data.array()], [[1, 1], [0, 0]]);
  assertThrows(() => new nn.Parameter(tensor([1], { dtype: "int32" })), TypeError, "not int32 [1]");
  // deno-lint-ignore no-explicit-any
  assertThrows(() => new nn.Parameter([1, 2] as any), TypeError, "the data must be a tensor, not [1, 2]");
});

Deno.test("Sequential can be indexed, iterated, lengthened, and named", () => {
  const net = new nn.Sequential({ first: new nn.Linear(1, 2) });
  net.append(new nn.ReLU()).addModule("last", new nn.Linear(2, 1));
  assertEquals(net.length, 3);
  assertEquals(net.namedChildren().map(([name]) => name), ["first", "1", "last"]);
  assert(net.at(-1) instanceof nn.Linear);
  assertEquals([...net].length, 3);
  assertThrows(() => net.at(3), RangeError, "no module 3 among 3");
  assertThrows(() => net.addModule("last", new nn.ReLU()), RangeError, '"last"');
  assertThrows(() => net.addModule("a.b", new nn.ReLU()), RangeError, '"a.b"');
});

Deno.test("Sequential says which entry is no module", () => {
  // deno-lint-ignore no-explicit-any
  const anything = (...entries: any[]) => () => new nn.Sequential(...entries);
  assertThrows(
    anything(new nn.ReLU(), nn.ReLU),
    TypeError,
    'entry "1" must be a module, not the class ReLU',
  );
  assertThrows(anything([new nn.ReLU()]), TypeError, "spread it");
  assertThrows(anything(undefined), TypeError, 'entry "0" must be a module, not undefined');
  assertEquals(new nn.Sequential().forward(ones(2)).shape, [2]);
});

Deno.test("under noGrad a Sequential holds two layers' outputs at a time", () => {
  const size = 64 * 1024;
  const layers = Array.from({ length: 12 }, () => new nn.Tanh());
  const net = new nn.Sequential(...layers);
  const x = zeros(size);
  const device = currentDevice();
  const before = device.memory().bytes;
  device.resetPeak();
  const y = noGrad(() => net.forward(x));
  assertEquals(device.memory().bytes - before, 4 * size);
  assertEquals(device.memory().peakBytes - before, 2 * 4 * size);
  assertEquals(y.shape, [size]);
});

Deno.test("a Sequential keeps for the gradient only what its layers saved", async () => {
  const size = 64 * 1024;
  const x = zeros([size], { requiresGrad: true });
  const net = new nn.Sequential(
    new nn.LeakyReLU(2),
    new nn.Identity(),
    new nn.ReLU(),
    new nn.Flatten(0),
    new nn.Tanh(),
  );
  const device = currentDevice();
  const before = device.memory().bytes;
  const y = net.forward(x.add(1));
  y.sum().backward();
  assert(device.memory().bytes - before <= 4 * 4 * size);
  assertEquals((await y.data()).length, size);
  assertEquals((await x.grad!.data()).length, size);
});

Deno.test("what forward makes inside and does not return says so when it is read", async () => {
  let inner: Tensor | undefined;
  class Leaky extends nn.Module {
    override forward(x: Tensor): Tensor {
      inner = x.add(1);
      return inner.mul(2);
    }
  }
  noGrad(() => new Leaky().forward(ones(3)));
  const message = await inner!.data().catch((error: Error) => error.message);
  assertStringIncludes(String(message), "inside Leaky");
  assertStringIncludes(String(message), "keep()");
});

class Encoder extends nn.Module {
  linear = new nn.Linear(64, 64);
  override forward(x: Tensor, k: number): [Tensor, Tensor, number] {
    const h = this.linear.forward(x).tanh();
    return [h.mul(k), h.exp(), k];
  }
}

class Holder {
  constructor(readonly logits: Tensor, readonly self: unknown[] = []) {
    this.self.push(this);
  }
}

class Everything extends nn.Module {
  encoder = new Encoder();
  override forward(x: Tensor, { k }: { k: number }) {
    const [a, b] = this.encoder.forward(x, k);
    const unused = this.encoder.forward(x, k);
    return {
      list: [a, { deep: b }] as const,
      map: new Map([["c", a.add(1)]]),
      set: new Set([a.add(2)]),
      held: new Holder(b.mul(unused[0])),
      none: null,
    };
  }
}

onEachDevice("forward takes anything, and tensors anywhere in its result outlive it, no others", async () => {
  const net = new Everything(), x = ones(4, 64);
  const run = () => noGrad(() => net.forward(x, { k: 3 }));
  run();
  const before = (await settled()).tensors;
  const { list: [a, { deep }], map, set, held } = run();
  assertEquals(currentDevice().memory().tensors, before + 5);
  const all = [a, deep, map.get("c")!, ...set, held.logits];
  const [va, vdeep, vc, vset, vheld] = await Promise.all(all.map(async (one) => (await one.data())[0]));
  assertAlmostEquals(vc, va + 1, 1e-5);
  assertAlmostEquals(vset, va + 2, 1e-5);
  assertAlmostEquals(vheld, va * vdeep, 1e-4);
});

onEachDevice("a network of several results learns in steps(), and leaves no memory", async () => {
  const net = new Everything(), x = ones(4, 64), optimizer = new optim.SGD(net.parameters(), { lr: 0.01 });
  const uses: number[] = [];
  let first = 0, last = 0;
  for await (const { index } of steps(8, { progress: false })) {
    uses.push(currentDevice().memory().tensors);
    const { list, held } = net.forward(x, { k: 2 });
    const loss = list[0].square().mean().add(held.logits.square().mean());
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    if (index === 0) first = await loss.item();
    last = await loss.item();
  }
  assert(last < first, `${last} is no less than ${first}`);
  assert(uses.at(-1)! <= uses[4], uses.join(" "));
});

Deno.test("evaluate() measures a network of several results by what is told to it", async () => {
  class Twice extends nn.Module {
    override forward(x: Tensor): [Tensor, { half: Tensor }] {
      return [x.mul(2), { half: x.div(2) }];
    }
  }
  const batches = [[ones(3, 2), ones(3, 2)], [zeros(1, 2), ones(1, 2)]] as const;
  const found = await evaluate(new Twice(), batches, {
    criterion: ([twice], target) => F.mseLoss(twice, target),
    metrics: { half: ([, { half }]) => half.mean() },
  });
  assertEquals(found, { loss: 1, half: 0.375 });
  await assertRejects(
    () => evaluate(new Twice(), batches),
    TypeError,
    "evaluate: Twice returned an array of 2, and cross-entropy and accuracy take one tensor",
  );
  const net: nn.Module = new Twice();
  await assertRejects(() => predict(net, batches), TypeError, "what Twice returns must be a tensor");
});

Deno.test("Sequential says which of its modules does not return one tensor", () => {
  class Two extends nn.Module {
    override forward(x: Tensor): [Tensor, Tensor] {
      return [x, x];
    }
  }
  // deno-lint-ignore no-explicit-any
  const net = (...modules: any[]) => new nn.Sequential(...modules);
  const message = 'Sequential: entry "1", a Two, returned an array of 2, and each must return one tensor';
  assertThrows(() => net(new nn.ReLU(), new Two(), new nn.ReLU()).forward(ones(2)), TypeError, message);
  assertThrows(() => net(new nn.ReLU(), new Two()).forward(ones(2)), TypeError, message);
});
