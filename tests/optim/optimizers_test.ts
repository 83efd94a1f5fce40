/** Optimizers against their formulas; the runs of tests/fixtures compare twenty steps of each with PyTorch's. */
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { nn, noGrad, optim, randn, steps, type Tensor, tensor, zeros } from "descent";
import { onEachDevice } from "../devices.ts";

/** A parameter whose gradient is what is said. */
function leaf(values: number[]): Tensor {
  return tensor(values, { requiresGrad: true });
}

function setGradient(param: Tensor, gradient: number[]): void {
  param.zeroGrad();
  param.mul(tensor(gradient)).sum().backward();
}

async function close(found: Tensor, expected: number[], error = 1e-6): Promise<void> {
  (await found.data()).forEach((value, i) => assertAlmostEquals(value, expected[i], error));
}

onEachDevice("SGD subtracts lr times the gradient", async () => {
  const w = leaf([1, 2]);
  const optimizer = new optim.SGD([w], { lr: 0.5 });
  setGradient(w, [1, -4]);
  optimizer.step();
  await close(w, [0.5, 4]);
});

onEachDevice("SGD with momentum approaches lr / (1 − momentum) times a constant gradient", async () => {
  const w = leaf([0]);
  const optimizer = new optim.SGD([w], { lr: 0.1, momentum: 0.5 });
  let velocity = 0, position = 0;
  for (let step = 0; step < 6; step++) {
    setGradient(w, [1]);
    optimizer.step();
    velocity = 0.5 * velocity + 1;
    position -= 0.1 * velocity;
  }
  await close(w, [position]);
});

onEachDevice("Adam's first step is lr against the sign of the gradient, however large that is", async () => {
  const w = leaf([0, 0, 0]);
  const optimizer = new optim.Adam([w], { lr: 0.01 });
  setGradient(w, [1e-3, -5, 1e4]);
  optimizer.step();
  await close(w, [-0.01, 0.01, -0.01], 1e-6);
});

onEachDevice("AdamW decays weights whatever the gradient, Adam's decay is a part of it", async () => {
  const a = leaf([10]), b = leaf([10]);
  const adamW = new optim.AdamW([a], { lr: 0.1, weightDecay: 0.5 });
  const adam = new optim.Adam([b], { lr: 0.1, weightDecay: 0.5 });
  setGradient(a, [1]);
  setGradient(b, [1]);
  adamW.step();
  adam.step();
  await close(a, [10 * (1 - 0.05) - 0.1], 1e-5);
  await close(b, [10 - 0.1], 1e-5);
});

onEachDevice("RMSprop divides by the root of the mean square", async () => {
  const w = leaf([0]);
  const optimizer = new optim.RMSprop([w], { lr: 0.1, alpha: 0.75 });
  setGradient(w, [4]);
  optimizer.step();
  await close(w, [-0.1 * 4 / Math.sqrt(0.25 * 16)]);
});

Deno.test("step() passes over parameters without a gradient, and counts their steps on their own", async () => {
  const a = leaf([1]), b = leaf([1]);
  const optimizer = new optim.Adam([a, b], { lr: 0.1 });
  setGradient(a, [1]);
  optimizer.step();
  assertEquals(await b.array(), [1]);
  setGradient(b, [1]);
  optimizer.step();
  const { state } = optimizer.stateDict();
  assertEquals([state[0].step, state[1].step], [2, 1]);
  optimizer.zeroGrad();
  assertEquals([a.grad, b.grad], [null, null]);
});

Deno.test("groups have hyper-parameters of their own; lr sets all of them", async () => {
  const a = leaf([0]), b = leaf([0]), c = leaf([0]);
  const optimizer = new optim.SGD([{ params: [a] }, { params: [b], lr: 1 }], { lr: 0.1 });
  optimizer.addParamGroup({ params: [c], lr: 10 });
  for (const w of [a, b, c]) setGradient(w, [1]);
  optimizer.step();
  await close(a, [-0.1]);
  await close(b, [-1]);
  await close(c, [-10]);
  assertEquals(optimizer.lr, 0.1);
  optimizer.lr = 0.5;
  assertEquals(optimizer.paramGroups.map((group) => group.lr), [0.5, 0.5, 0.5]);
});

onEachDevice("an update reaches no other tensor, and no graph that was computed before it", async () => {
  for (
    const make of [
      (w: Tensor) => new optim.SGD([w], { lr: 1 }),
      (w: Tensor) => new optim.AdamW([w], { lr: 1 }),
      (w: Tensor) => new optim.RMSprop([w], { lr: 1 }),
    ]
  ) {
    const w = leaf([2]), x = leaf([3]);
    const product = w.mul(x).sum(), before = w.detach();
    const optimizer = make(w);
    setGradient(w, [1]);
    optimizer.step();
    product.backward();
    assertEquals(await x.grad!.array(), [2]);
    assertEquals(await before.array(), [2]);
    assert(await w.item() < 2);
  }
});

Deno.test("an update copies nothing where nobody else has the parameter's numbers", () => {
  const w = leaf(Array(300).fill(1)), optimizer = new optim.Adam([w]);
  const train = () => {
    w.zeroGrad();
    w.square().sum().backward();
    optimizer.step();
  };
  train();
  const { dataId } = w.value.buffer.storage;
  train();
  assertEquals(w.value.buffer.storage.dataId, dataId);
});

Deno.test("stateDict() of an optimizer is what it remembers now", async () => {
  const w = leaf([2]), optimizer = new optim.SGD([w], { momentum: 0.5 });
  setGradient(w, [1]);
  optimizer.step();
  const { momentumBuffer } = optimizer.stateDict().state[0] as Record<string, Tensor>;
  optimizer.step();
  assertEquals(await momentumBuffer.array(), [1]);
  momentumBuffer.zero_();
  const now = optimizer.stateDict().state[0] as Record<string, Tensor>;
  assertEquals(await now.momentumBuffer.array(), [1.5]);
});

Deno.test("a saved optimizer goes on as if it had not been interrupted", async () => {
  for (
    const make of [
      (w: Tensor) => new optim.SGD([w], { lr: 0.1, momentum: 0.9 }),
      (w: Tensor) => new optim.Adam([w], { lr: 0.1, amsgrad: true }),
      (w: Tensor) => new optim.RMSprop([w], { lr: 0.1, centered: true, momentum: 0.5 }),
    ]
  ) {
    const w = leaf([1, -1]), v = leaf([1, -1]);
    const first = make(w), second = make(v);
    const train = (optimizer: { step(): void }, param: Tensor, steps: number) => {
      for (let step = 0; step < steps; step++) {
        param.zeroGrad();
        param.square().sum().backward();
        optimizer.step();
      }
    };
    train(first, w, 3);
    const saved = first.stateDict();
    second.loadStateDict(saved);
    noGrad(() => v.copy_(w));
    train(first, w, 3);
    train(second, v, 3);
    assertEquals(await v.array(), await w.array());
    first.loadStateDict(first.stateDict());
  }
});

Deno.test("the state of a convolution's weights is laid out as they are, and shown in their shape", async () => {
  const conv = new nn.Conv2d(2, 3, 2);
  const optimizer = new optim.Adam(conv.parameters());
  conv.forward(randn(1, 2, 3, 3)).sum().backward();
  optimizer.step();
  const { expAvg } = optimizer.stateDict().state[0] as Record<string, Tensor>;
  assertEquals(expAvg.shape, [3, 2, 2, 2]);
  const expected = conv.weight.grad!.mul(0.1);
  await close(expAvg, [...await expected.data()]);
});

Deno.test("loadStateDict() of an optimizer changes nothing when the state does not fit", () => {
  const make = () => new optim.Adam([leaf([1, 2])], { lr: 0.1 });
  const optimizer = make(), other = make();
  setGradient(other.paramGroups[0].params[0], [1, 1]);
  other.step();
  const good = other.stateDict();
  const [group] = good.paramGroups;
  // deno-lint-ignore no-explicit-any
  const load = (state: any) => () => optimizer.loadStateDict(state);
  assertThrows(load(null), TypeError, "{ state, paramGroups }");
  assertThrows(load({ ...good, paramGroups: [] }), RangeError, "hold [] parameters, this optimizer's [1]");
  assertThrows(load({ ...good, paramGroups: [{ ...group, lr: NaN }] }), RangeError, "Adam: lr must be");
  assertThrows(
    load({ ...good, paramGroups: [{ params: [0], lr: 1, momentum: 0 }] }),
    TypeError,
    "another optimizer",
  );
  assertThrows(load({ ...good, state: { 3: { step: 1 } } }), RangeError, "no parameter 3 among 1");
  assertThrows(load({ ...good, state: { 0: { step: 0.5 } } }), RangeError, "0.5");
  assertThrows(
    load({ ...good, state: { 0: { ...good.state[0], expAvg: zeros(3) } } }),
    RangeError,
    "nothing was changed",
  );
  assertThrows(
    load({ ...good, state: { 0: { ...good.state[0], momentumBuffer: zeros(2) } } }),
    TypeError,
    "momentumBuffer",
  );
  assertEquals(optimizer.stateDict().state, {});
  assertEquals(optimizer.lr, 0.1);
});

Deno.test("optimizers refuse hyper-parameters that make no sense", () => {
  const w = () => [leaf([1])];
  const cases: [() => unknown, string][] = [
    [() => new optim.SGD(w(), { lr: -1 }), "SGD: lr must be a finite number ≥ 0, not -1"],
    [() => new optim.SGD(w(), { lr: NaN }), "not NaN"],
    [() => new optim.SGD(w(), { momentum: Infinity }), "SGD: momentum"],
    [() => new optim.SGD(w(), { weightDecay: -0.1 }), "SGD: weightDecay"],
    [() => new optim.SGD(w(), { nesterov: true }), "SGD: nesterov needs a momentum > 0"],
    [() => new optim.SGD(w(), { nesterov: true, momentum: 0.9, dampening: 0.1 }), "no dampening"],
    [() => new optim.Adam(w(), { betas: [0.9, 1] }), "Adam: betas[1] must be in [0, 1), not 1"],
    [() => new optim.AdamW(w(), { betas: [-0.1, 0.9] }), "AdamW: betas[0]"],
    [() => new optim.Adam(w(), { eps: -1 }), "Adam: eps"],
    [() => new optim.RMSprop(w(), { alpha: NaN }), "RMSprop: alpha"],
  ];
  for (const [make, message] of cases) assertThrows(make, RangeError, message);
  // deno-lint-ignore no-explicit-any
  const loose = optim as any;
  const kinds: [() => unknown, string][] = [
    [() => new loose.SGD(w(), { lr: "0.1" }), 'SGD: lr must be a number, not "0.1"'],
    [() => new loose.SGD(w(), { nesterov: 1 }), "SGD: nesterov must be true or false, not 1"],
    [
      () => new loose.Adam(w(), { betas: 0.9 }),
      "Adam: betas must be two numbers such as [0.9, 0.999], not 0.9",
    ],
    [() => new loose.Adam(w(), { betas: ["0.9", 1] }), 'Adam: betas[0] must be a number, not "0.9"'],
    [() => new loose.RMSprop(w(), { centered: "yes" }), "RMSprop: centered must be true or false"],
    [() => new loose.SGD(w(), {}, 0.1), "SGD: takes at most 2 arguments, and was given 0.1 beyond"],
  ];
  for (const [make, message] of kinds) assertThrows(make, TypeError, message);
  assertEquals(new optim.SGD(w(), { lr: undefined }).lr, 1e-3);
  const optimizer = new optim.SGD(w());
  assertThrows(() => optimizer.lr = NaN, RangeError, "lr");
});

Deno.test("optimizers refuse what cannot be optimized", () => {
  const w = leaf([1]);
  // deno-lint-ignore no-explicit-any
  const make = (params: any, options = {}) => () => new optim.SGD(params, options);
  assertThrows(make([]), RangeError, "the list of parameters is empty");
  assertThrows(make(new nn.ReLU().parameters()), RangeError, "the list of parameters is empty");
  assertThrows(make(new nn.Linear(1, 1)), TypeError, "pass its parameters()");
  assertThrows(make(w), TypeError, "put it in brackets");
  assertThrows(make([w, w]), RangeError, "entry 1, Tensor [1] float32 cpu, is there twice");
  assertThrows(make([{ params: [w] }, { params: [w] }]), RangeError, "twice");
  assertThrows(make([{ params: [] }]), RangeError, "a group has no parameters");
  assertThrows(make([{ params: w }]), TypeError, "put it in brackets");
  assertThrows(
    make([{ params: new nn.Linear(1, 1).parameters }]),
    TypeError,
    "did you mean net.parameters()?",
  );
  assertThrows(make([w, 3]), TypeError, "entry 1 of the parameters is no tensor, but 3");
  assertThrows(make([w.mul(2)]), TypeError, "was computed from other tensors");
  assertThrows(make([zeros(2)]), TypeError, "requires no gradient");
  assertThrows(
    make([w], { weight_decay: 0.1 }),
    TypeError,
    'SGD: there is no option "weight_decay"; did you mean weightDecay?',
  );
  const net = new nn.Linear(1, 1);
  assertThrows(make(net.parameters), TypeError, "not a function; did you mean net.parameters()?");
  assertThrows(make(net.stateDict()), TypeError, "not an object { weight, bias }");
  assertThrows(make([w], 0.1), TypeError, "SGD: options stand in one object such as { lr: … }, not 0.1");
  assertThrows(make([{ params: [w], learningRate: 1 }]), TypeError, 'no option "learningRate"; there are lr');
  const optimizer = new optim.SGD([w]);
  assertThrows(() => optimizer.addParamGroup({ params: [w] }), RangeError, "twice");
  assertEquals(optimizer.paramGroups.length, 1);
});

Deno.test("step() with a hyper-parameter that makes no sense updates nothing", async () => {
  const a = leaf([1]), b = leaf([1]);
  const optimizer = new optim.SGD([{ params: [a] }, { params: [b] }], { lr: 0.1 });
  optimizer.paramGroups[1].lr = NaN;
  setGradient(a, [1]);
  assertThrows(() => optimizer.step(), RangeError, "lr");
  optimizer.paramGroups[1].lr = 0.1;
  Object.assign(optimizer.paramGroups[1], { weight_decay: 0.1 });
  assertThrows(() => optimizer.step(), TypeError, "did you mean weightDecay?");
  assertEquals(await a.array(), [1]);
});

Deno.test("a network with frozen layers is optimized where it is not frozen", async () => {
  const net = new nn.Sequential(new nn.Linear(2, 2).requiresGrad_(false), new nn.Linear(2, 1));
  const frozen = await net.at(0).parameters()[0].array();
  const optimizer = new optim.Adam(net.parameters(), { lr: 0.1 });
  net.forward(randn(3, 2)).sum().backward();
  optimizer.step();
  assertEquals(await net.at(0).parameters()[0].array(), frozen);
});

onEachDevice(
  "state made inside steps() outlives the iteration; memory stays what it was after the first",
  async (device) => {
    const net = new nn.Linear(300, 4);
    const optimizer = new optim.Adam(net.parameters(), { amsgrad: true });
    const used: number[] = [];
    for await (const _ of steps(4, { progress: false })) {
      net.forward(randn(2, 300)).square().sum().backward();
      optimizer.step();
      optimizer.zeroGrad();
      used.push(net.weight.device.memory().tensors);
    }
    if (device === "webgpu") assertEquals(used[3], used[1]);
    const { maxExpAvgSq } = optimizer.stateDict().state[0] as Record<string, Tensor>;
    assert((await maxExpAvgSq.data()).length === 1200);
  },
);

Deno.test("an optimizer is printed with its groups", () => {
  assertStringIncludes(Deno.inspect(new optim.SGD([leaf([1])], { lr: 0.25 })), "SGD {\n  lr: 0.25,");
});

Deno.test("betas that are changed in place are those of one group", () => {
  const optimizer = new optim.Adam([{ params: [leaf([1])] }, { params: [leaf([1])] }]);
  const saved = optimizer.stateDict();
  (optimizer.paramGroups[0].betas as [number, number])[0] = 0.5;
  assertEquals(optimizer.paramGroups[1].betas, [0.9, 0.999]);
  assertEquals(new optim.Adam([leaf([1])]).paramGroups[0].betas, [0.9, 0.999]);
  optimizer.loadStateDict(saved);
  (optimizer.paramGroups[0].betas as [number, number])[0] = 0.5;
  assertEquals(saved.paramGroups[0].betas, [0.9, 0.999]);
});
