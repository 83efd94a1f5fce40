/** What a reader writes wrongly with modules ends in a sentence, and what looks wrong but is right works. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { nn, ones, optim, summary, type Tensor, zeros } from "descent";

// What deno run and notebooks let through.
// deno-lint-ignore no-explicit-any
const loose = nn as any;

class Echo extends nn.Module {
  override forward(x: Tensor): Tensor {
    return x;
  }
}

Deno.test("what PyTorch takes by position or by another name is refused, with the name that is meant", () => {
  const cases: [() => unknown, string][] = [
    [() => new loose.Conv2d(1, 8, 3, 1, 1), "Conv2d: takes at most 4 arguments, and was given 1 beyond"],
    [
      () => new loose.Conv2d(1, 8, 3, 1),
      "Conv2d: options stand in one object such as { stride: … }, not 1",
    ],
    [() => new loose.Conv2d(1, 8), "Conv2d: kernel size must be"],
    [() => new loose.Conv2d(1, 8, { kernelSize: 3 }), "not an object { kernelSize }"],
    [() => new loose.Conv2d(1, 8, 3, { biass: false }), 'no option "biass"; did you mean bias?'],
    [() => new loose.Conv2d(1, 8, 3, { device: "cpu" }), 'Conv2d: there is no option "device"'],
    [() => new loose.Conv2d(1, 8, 3, { padding_mode: "zeros" }), "did you mean paddingMode?"],
    [() => new loose.Conv2d(1, 8, 3, { stride: "2" }), "Conv2d: stride must be"],
    [() => new loose.Conv2d(1, 8, 3, { bias: 0 }), "Conv2d: bias must be true or false, not 0"],
    [
      () => new loose.Linear(3, 2, false),
      "Linear: options stand in one object such as { bias: … }, not false",
    ],
    [() => new loose.Linear(3, 2, { Bias: false }), "did you mean bias?"],
    [() => new loose.ReLU(true), "ReLU: takes no argument, and was given true beyond"],
    [() => new loose.BatchNorm2d(8, { track_running_stats: false }), "did you mean trackRunningStats?"],
    [() => new loose.MaxPool2d(3, 2), "MaxPool2d: options stand in one object such as { stride: … }, not 2"],
    [() => new loose.CrossEntropyLoss({ label_smoothing: 0.1 }), "did you mean labelSmoothing?"],
    [() => new loose.CrossEntropyLoss({ labelSmoothing: "0.1" }), "labelSmoothing must be a number"],
    [
      () => new loose.CrossEntropyLoss({ weight: [1, 2, 3] }),
      "CrossEntropyLoss: weight must be a tensor, not [1, 2, 3]; tensor(…) makes one",
    ],
    [() => new loose.CrossEntropyLoss(ones(3)), "CrossEntropyLoss: options stand in one object"],
    [
      () => new loose.MSELoss({ weight: ones(1) }),
      'MSELoss: there is no option "weight"; there is reduction',
    ],
    [() => new loose.Parameter(ones(1), false), "Parameter: takes one argument, and was given false beyond"],
    [() => loose.Conv2d(1, 8, 3), "Class constructor Conv2d cannot be invoked without 'new'"],
    [() => loose.init.uniform_(zeros(2), -1, 1), "uniform_: takes at most 2 arguments"],
    [() => loose.init.normal_(zeros(2), 0.01), "normal_: options stand in one object such as { mean: … }"],
    [() => loose.init.zeros_(), "zeros_: the first argument must be a tensor, not undefined"],
    [
      () => new loose.ReLU().forward([1, 2]),
      "ReLU.forward: the input must be a tensor, not [1, 2]; tensor(…)",
    ],
    [() => new loose.Linear(2, 1).forward(ones(2), 3), "Linear.forward: takes one argument"],
    [() => new loose.Linear(2, 1).train(0), "train: on must be true or false, not 0"],
    [() => new loose.Linear(2, 1).parameters(true), "parameters: takes no argument"],
  ];
  for (const [make, message] of cases) assertThrows(make, TypeError, message);
});

Deno.test("modules in maps, sets and nested lists are found by name and number, as those in lists", () => {
  class Net extends Echo {
    heads = new Map<string | number, nn.Module>([["a", new nn.Linear(1, 1)], [7, new nn.Linear(1, 1)]]);
    layers = new Set([new nn.Linear(1, 1), new nn.ReLU()]);
    deep = [[new nn.Linear(1, 1)], { inner: [new nn.Parameter(ones(1))] }];
    numbers = new Map([[{}, 1]]);
  }
  const net = new Net();
  assertEquals(net.namedParameters().map(([name]) => name), [
    "deep.1.inner.0",
    ...["heads.a", "heads.7", "layers.0", "deep.0.0"].flatMap((n) => [`${n}.weight`, `${n}.bias`]),
  ]);
  assertEquals(net.train(false).modules().filter((module) => module.training), []);
});

Deno.test("a list that lies in itself is looked through once", () => {
  class Net extends Echo {
    layers: unknown[] = [new nn.Linear(1, 1)];
    settings: Record<string, unknown> = {};
  }
  const net = new Net();
  net.layers.push(net.layers);
  net.settings.self = net.settings;
  assertEquals(net.parameters().length, 2);
});

Deno.test("what a module holds where it cannot be found is refused, with the ways out", () => {
  class Plain {
    linear = new nn.Linear(1, 1);
  }
  class Holder extends Echo {
    head = new Plain();
  }
  const hidden = "Holder.head: a Plain is no module, so that a Linear in its field linear would not be found";
  assertThrows(() => new Holder().parameters(), TypeError, hidden);
  assertThrows(() => new Holder().stateDict(), TypeError, "let its class extend nn.Module");
  class Cache extends Echo {
    by = new Map([[{ key: 1 }, new nn.Linear(1, 1)]]);
  }
  assertThrows(() => new Cache().train(), TypeError, "Cache.by: a Linear stands under an object { key }");
  class Private extends Echo {
    readonly #head = new Plain();
    peek = () => this.#head;
    optimizer = new optim.SGD([new nn.Parameter(ones(1))], { lr: 1 });
    date = new Date();
  }
  assertEquals(new Private().parameters(), []);
});

Deno.test("a module that holds its parent is told so wherever it is walked through, by its path", () => {
  class Head extends Echo {
    linear = new nn.Linear(1, 1);
    constructor(readonly parent: nn.Module) {
      super();
    }
  }
  class Body extends Echo {
    head: Head = new Head(this);
  }
  class Net extends Echo {
    body = new Body();
  }
  const net = new Net();
  const message =
    "Net: body.head.parent is body, which is around it; a module that holds its parent holds itself. " +
    "Keep it in a field whose name begins with #, #parent, which is not looked at";
  for (
    const walk of [
      () => net.parameters(),
      () => net.modules(),
      () => net.buffers(),
      () => net.stateDict(),
      () => net.loadStateDict({}),
      () => net.train(),
      () => net.zeroGrad(),
      () => net.requiresGrad_(false),
      () => summary(net, [1, 1]),
      () => new optim.SGD(net.parameters()),
    ]
  ) assertThrows(walk, TypeError, message);
  assertThrows(() => new Body().eval(), TypeError, "Body: head.parent is that module itself");
  assertStringIncludes(Deno.inspect(net), "(parent): Body, which is around this");
  assertEquals(net.forward(ones(1)).shape, [1]);
});

Deno.test("a module without forward, and a forward that returns nothing or a promise, are told so", () => {
  class Empty extends loose.Module {}
  class Silent extends loose.Module {
    forward(x: Tensor) {
      x.relu();
    }
  }
  class Slow extends loose.Module {
    async forward(x: Tensor) {
      return x.mul(await x.sum().item());
    }
  }
  // deno-lint-ignore no-explicit-any
  const call = (Net: any) => () => new Net().forward(ones(2));
  assertThrows(call(Empty), TypeError, "Empty: has no method forward(x)");
  assertThrows(call(Silent), TypeError, "Silent: forward returned nothing; end it with return …");
  assertThrows(call(Slow), TypeError, "Slow: forward returned a promise");
  // A class without a constructor hands its arguments on.
  // deno-lint-ignore no-explicit-any
  assertThrows(() => new (Empty as any)(3), TypeError, "Empty: takes no argument, and was given 3 beyond");
});

Deno.test("net[1] = head puts a module into a Sequential's place, as in PyTorch", () => {
  const net = new nn.Sequential({
    hidden: new nn.Linear(2, 3),
    act: new nn.ReLU(),
    out: new nn.Linear(3, 4),
  });
  const tanh = new nn.Tanh(), head = new nn.Linear(3, 7);
  net[1] = tanh;
  net[-1] = head;
  assertEquals([net[1], net[2], net.at(1), net[-3]], [tanh, head, tanh, net.at(0)]);
  assertEquals(net.namedChildren().map(([name]) => name), ["hidden", "act", "out"]);
  assertEquals(net.forward(ones(1, 2)).shape, [1, 7]);
  assertEquals(Object.keys(net), ["training"]);
  // deno-lint-ignore no-explicit-any
  const any = net as any;
  assertThrows(() => any[3] = head, RangeError, "there is no module 3 among 3; append(module) adds one");
  assertThrows(() => net[1.5], RangeError, "an index must be a whole number, not 1.5");
  assertThrows(() => net[-4], RangeError, "there is no module -4 among 3");
  assertThrows(() => any[0] = nn.ReLU, TypeError, 'entry "hidden" must be a module, not the class ReLU');
  assertEquals(net.length, 3);
});

Deno.test("a class that extends Sequential has fields and methods of its own", () => {
  class Block extends nn.Sequential {
    scale = new nn.Parameter(ones(1));
    note = "";
    constructor() {
      super(new nn.Linear(2, 2), new nn.ReLU());
      this.note = "a field, set later";
    }
    override forward(x: Tensor): Tensor {
      return super.forward(x).mul(this.scale);
    }
  }
  const block = new Block();
  assert(block instanceof nn.Sequential && block instanceof nn.Module && block[0] instanceof nn.Linear);
  assertEquals([block.note, block.parameters().length, block.length], ["a field, set later", 3, 2]);
  assertEquals(block.forward(ones(1, 2)).shape, [1, 2]);
});

Deno.test("Sequential refuses names that would be confused, and what is no module", () => {
  assertThrows(() => new nn.Sequential({ "a.b": new nn.ReLU() }), RangeError, 'has no dot, not "a.b"');
  assertThrows(() => new nn.Sequential({ "": new nn.ReLU() }), RangeError, "Sequential: a name is needed");
  assertThrows(() => new loose.Sequential(new Map()), TypeError, 'entry "0" must be a module, not a Map');
  const net = new nn.Sequential();
  assertThrows(() => net.append(net).parameters(), TypeError, "Sequential: 0 is that module itself");
});

Deno.test("loadStateDict() of a module takes nothing but tensors by name", () => {
  const a = new nn.Linear(2, 1), b = new nn.Linear(2, 1);
  // deno-lint-ignore no-explicit-any
  const load = (state: any, options?: any) => () => b.loadStateDict(state, options);
  for (const odd of [null, [], new Map(), a, ones(1), "x", Promise.resolve({})]) {
    assertThrows(
      load(odd, { strict: false }),
      TypeError,
      "loadStateDict: an object of tensors by name is needed",
    );
  }
  assertThrows(load(a.stateDict(), false), TypeError, "loadStateDict: options stand in one object");
  assertThrows(load(a.stateDict(), { strict: 0 }), TypeError, "strict must be true or false, not 0");
  assertThrows(
    load({ weight: [[1, 2]], bias: {} }),
    TypeError,
    "bias (a tensor is needed, not an empty object)",
  );
});
