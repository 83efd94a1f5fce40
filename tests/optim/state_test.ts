/** What a saved optimizer must be: all of it is checked before any of it is written. */
import { assertEquals, assertThrows } from "@std/assert";
import { nn, noGrad, optim, randn, steps, type Tensor, tensor, zeros } from "descent";

type Saved = optim.OptimizerState;
type Kind = (params: Tensor[]) => optim.Optimizer<optim.HasRate>;

const KINDS: Record<string, Kind> = {
  SGD: (params) => new optim.SGD(params, { lr: 0.1, momentum: 0.9 }),
  "SGD without momentum": (params) => new optim.SGD(params, { lr: 0.1 }),
  Adam: (params) => new optim.Adam(params, { lr: 0.1 }),
  "Adam, amsgrad": (params) => new optim.Adam(params, { lr: 0.1, amsgrad: true }),
  AdamW: (params) => new optim.AdamW(params, { lr: 0.1 }),
  Adagrad: (params) => new optim.Adagrad(params, { lr: 0.1, lrDecay: 0.1, initialAccumulatorValue: 0.5 }),
  Adamax: (params) => new optim.Adamax(params, { lr: 0.1 }),
  NAdam: (params) => new optim.NAdam(params, { lr: 0.1 }),
  RAdam: (params) => new optim.RAdam(params, { lr: 0.1, betas: [0.9, 0.9] }),
  RMSprop: (params) => new optim.RMSprop(params, { lr: 0.1, centered: true, momentum: 0.5 }),
};

const leaf = (values: number[]) => tensor(values, { requiresGrad: true });

/** An optimizer that took some steps, with the loss that it walks down. */
function walked(kind: Kind, times = 3) {
  const params = [leaf([1, 2]), leaf([3]), leaf([4])];
  const optimizer = kind(params);
  const walk = (n: number) => {
    for (let i = 0; i < n; i++) {
      optimizer.zeroGrad();
      // The third never has a gradient.
      params[0].square().sum().add(params[1].square().sum()).backward();
      optimizer.step();
    }
  };
  walk(times);
  return { params, optimizer, walk };
}

const numbers = (params: Tensor[]) => Promise.all(params.map((param) => param.array()));

/** The state with one thing changed at a path; undefined takes it away. */
function changed(saved: Saved, path: string, value: unknown): Saved {
  const copy = (at: unknown): unknown =>
    Array.isArray(at)
      ? at.map(copy)
      : Object.getPrototypeOf(at) === Object.prototype
      ? Object.fromEntries(Object.entries(at as object).map(([key, one]) => [key, copy(one)]))
      : at;
  // deno-lint-ignore no-explicit-any
  const root = copy(saved) as any, names = path.split("."), last = names.pop()!;
  const place = names.reduce((at, name) => at[name], root);
  if (value === undefined) delete place[last];
  else place[last] = value;
  return root;
}

for (const [name, kind] of Object.entries(KINDS)) {
  Deno.test(`the state of ${name} is taken up whole: the next steps are the same to the last bit`, async () => {
    const first = walked(kind), second = walked(kind, 1);
    second.optimizer.loadStateDict(first.optimizer.stateDict());
    noGrad(() => first.params.forEach((param, i) => second.params[i].copy_(param)));
    first.walk(3);
    second.walk(3);
    assertEquals(await numbers(second.params), await numbers(first.params));
    assertEquals(Object.keys(first.optimizer.stateDict().state), ["0", "1"]);
  });

  Deno.test(`every part of the state of ${name} is missed, and refused as what it is not`, async () => {
    const { optimizer, params } = walked(kind), other = walked(kind, 5).optimizer.stateDict();
    const before = optimizer.stateDict(),
      tensors = Object.values(before.state[0]).filter((x) => typeof x === "object");
    const values = await numbers(tensors as Tensor[]);
    const paths = [
      "state",
      "paramGroups",
      "paramGroups.0.params",
      ...Object.keys(other.paramGroups[0]).filter((key) => key !== "params").map((key) =>
        `paramGroups.0.${key}`
      ),
      ...Object.keys(other.state[0]).map((key) => `state.0.${key}`),
    ];
    for (const path of paths) {
      for (const odd of [undefined, "x", [1, 2], new Float32Array(2), {}, { 0: 1, 1: 2 }, NaN, -1, [null]]) {
        const isRate = path.endsWith("dampening") && odd === -1;
        if (isRate || path === "state" && typeof odd === "object" && Object.keys(odd).length === 0) continue;
        const error = assertThrows(() => optimizer.loadStateDict(changed(other, path, odd)));
        const kinds = [RangeError, TypeError].some((Kind) => error instanceof Kind);
        assertEquals([
          kinds,
          /^(loadStateDict|SGD|Adagrad|Adam(W|ax)?|[NR]Adam|RMSprop): /.test((error as Error).message),
        ], [
          true,
          true,
        ]);
      }
    }
    assertEquals(optimizer.stateDict().state[0].step, 3);
    assertEquals(optimizer.lr, 0.1);
    assertEquals(await numbers(tensors as Tensor[]), values);
    assertEquals(params[2].grad, null);
  });
}

Deno.test("loadStateDict() of an optimizer says what is wrong with a state", async () => {
  const { optimizer } = walked(KINDS.Adam), good = walked(KINDS.Adam, 5).optimizer.stateDict();
  const sgd = walked(KINDS.SGD).optimizer.stateDict();
  let freed = zeros(2);
  for await (const step of steps(3, { progress: false })) if (step.index === 0) freed = zeros(2).add(1);
  const cases: [unknown, typeof TypeError, string][] = [
    [
      undefined,
      TypeError,
      "an object { state, paramGroups } is needed, as stateDict() returns it, not undefined",
    ],
    [optimizer, TypeError, "not an Adam"],
    [
      { state: good.state, param_groups: good.paramGroups },
      TypeError,
      "not an object { state, param_groups }",
    ],
    [sgd, TypeError, "the state is of another optimizer: momentum is not in both it and Adam"],
    [changed(good, "state.0.expAvgSq", undefined), TypeError, "the state of parameter 0 has no expAvgSq"],
    [
      changed(good, "state.0.expAvgSq", null),
      TypeError,
      "expAvgSq of parameter 0 must be a tensor, not null",
    ],
    [changed(good, "state.1.expAvg", [1]), TypeError, "expAvg of parameter 1 must be a tensor, not [1]"],
    [
      changed(good, "state.1.expAvg", {}),
      TypeError,
      "expAvg of parameter 1 must be a tensor, not an empty object",
    ],
    [
      changed(good, "state.0.expAvg", zeros(3)),
      RangeError,
      "expAvg of parameter 0 is Tensor [3] float32 cpu",
    ],
    [changed(good, "state.0.expAvg", freed), TypeError, "expAvg of parameter 0 was freed"],
    [changed(good, "state.0.momentumBuffer", zeros(2)), TypeError, "Adam remembers no momentumBuffer"],
    [
      changed(good, "state.0.step", "5"),
      RangeError,
      'the step of parameter 0 is "5", not a whole number ≥ 0',
    ],
    [changed(good, "state.7", good.state[0]), RangeError, "there is no parameter 7 among 3"],
    [
      changed(good, "state.0", null),
      TypeError,
      "the state of parameter 0 must be an object { step, … }, not null",
    ],
    [changed(good, "paramGroups.0", "x"), TypeError, "group 0 must be an object { params, … }"],
    [changed(good, "paramGroups.0.params", [0, 1]), RangeError, "hold [2] parameters, this optimizer's [3]"],
    [changed(good, "paramGroups.0.params", [0, 1, 1]), RangeError, "different whole numbers; group 0 has 1"],
    [
      changed(good, "paramGroups.0.initialLr", "1"),
      RangeError,
      'initialLr of group 0 must be a finite number ≥ 0, not "1"',
    ],
  ];
  for (const [state, Kind, message] of cases) {
    const error = assertThrows(() => optimizer.loadStateDict(state as Saved), Kind, message);
    assertEquals(error.message.endsWith("; nothing was changed"), true);
  }
  assertThrows(
    () => optimizer.loadStateDict(changed(good, "paramGroups.0.lr", "0.1")),
    TypeError,
    "Adam: lr must be",
  );
});

Deno.test("a state goes on after a hyper-parameter was turned on, before it was ever used", () => {
  for (
    const [kind, name, value, memory] of [
      ["SGD without momentum", "momentum", 0.9, "momentumBuffer"],
      ["Adam", "amsgrad", true, "maxExpAvgSq"],
    ] as const
  ) {
    const first = walked(KINDS[kind]), second = walked(KINDS[kind], 1);
    Object.assign(first.optimizer.paramGroups[0], { [name]: value });
    const saved = first.optimizer.stateDict();
    assertEquals(saved.state[0][memory], null);
    second.optimizer.loadStateDict(saved);
    second.walk(1);
    assertEquals(second.optimizer.stateDict().state[0].step, 4);
  }
});

Deno.test("parameters are matched by the numbers that the saved groups give them", async () => {
  const { optimizer } = walked(KINDS.Adam), saved = walked(KINDS.Adam, 5).optimizer.stateDict();
  const [{ params: _, ...group }] = saved.paramGroups;
  const renamed = { state: { 10: saved.state[0] }, paramGroups: [{ ...group, params: [10, 20, 30] }] };
  optimizer.loadStateDict(renamed as Saved);
  const { state } = optimizer.stateDict();
  assertEquals(Object.keys(state), ["0"]);
  assertEquals(await (state[0].expAvg as Tensor).array(), await (saved.state[0].expAvg as Tensor).array());
});

Deno.test("a network's optimizer goes on after its own state", () => {
  const net = new nn.Linear(3, 2), optimizer = new optim.Adam(net.parameters());
  net.forward(randn(4, 3)).sum().backward();
  optimizer.step();
  optimizer.loadStateDict(optimizer.stateDict());
  assertEquals(optimizer.stateDict().state[1].step, 1);
});

Deno.test("a state from before there was a schedule takes the rate that a schedule started from away", () => {
  const { optimizer } = walked(KINDS.SGD), before = optimizer.stateDict();
  new optim.lr.ExponentialLR(optimizer, { gamma: 0.5 });
  assertEquals(optimizer.paramGroups[0].initialLr, 0.1);
  optimizer.loadStateDict(before);
  assertEquals("initialLr" in optimizer.paramGroups[0], false);
});
