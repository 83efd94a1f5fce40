/** Deep copies of modules, and weights that are one in two places. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { currentDevice, nn, noGrad, ones, optim, randn, steps, type Tensor, zeros } from "descent";
import { nnRoom } from "../arguments/nn.ts";
import { onEachDevice } from "../devices.ts";
import { assertNoMore, settled } from "../memory.ts";

const state = async (net: nn.Module) =>
  await Promise.all(Object.entries(net.stateDict()).map(async ([name, one]) => [name, await one.array()]));

onEachDevice("a copy computes the same, and shares nothing", async () => {
  const net = new nn.Sequential(
    new nn.Linear(3, 4),
    new nn.BatchNorm1d(4),
    new nn.Sequential({ act: new nn.GELU(), drop: new nn.Dropout(0.5) }),
    new nn.Linear(4, 2, { bias: false }),
  );
  net.forward(randn(8, 3));
  net.eval();
  net[0].requiresGrad_(false);
  const copy = net.deepCopy(), x = randn(2, 3), before = await state(net);
  assert(copy instanceof nn.Sequential && copy[0] instanceof nn.Linear && copy[0] !== net[0]);
  assertEquals(String(copy), String(net));
  assertEquals(
    copy.parameters().map((one) => one.requiresGrad),
    net.parameters().map((one) => one.requiresGrad),
  );
  assertEquals(copy.modules().map((one) => one.training), net.modules().map((one) => one.training));
  assertEquals(await copy.forward(x).array(), await net.forward(x).array());
  copy.train().requiresGrad_();
  const optimizer = new optim.SGD(copy.parameters(), { lr: 1 });
  copy.forward(randn(8, 3)).square().sum().backward();
  optimizer.step();
  assertEquals(await state(net), before);
  assertEquals(net.parameters().map((one) => one.grad), [null, null, null, null, null]);
  const after = await state(copy);
  after.forEach(([name, values], i) =>
    assert(String(values) !== String(before[i][1]), `${name} is as it was`)
  );
});

onEachDevice(
  "a copy costs no memory until one of the two changes, and is freed when it is forgotten",
  async () => {
    const net = new nn.Linear(64, 64);
    // Makes what is made once, such as a constant.
    noGrad(() => net.deepCopy().weight.add_(1));
    const before = await settled();
    const bytes = before.bytes;
    let copy: nn.Linear | null = net.deepCopy();
    assertEquals(currentDevice().memory().bytes, bytes);
    noGrad(() => copy!.weight.add_(1));
    assert(currentDevice().memory().bytes >= bytes + 4 * 64 * 64);
    copy = null;
    await assertNoMore(before);
  },
);

onEachDevice(
  "weights are tied by assignment: learned once, saved twice, loaded, and tied in a copy",
  async () => {
    class Model extends nn.Module {
      embed = new nn.Linear(4, 4, { bias: false });
      head = new nn.Linear(4, 4);
      constructor() {
        super();
        this.head.weight = this.embed.weight;
      }
      override forward(x: Tensor): Tensor {
        return this.head.forward(this.embed.forward(x));
      }
    }
    const net = new Model(), copy = net.deepCopy();
    for (const one of [net, copy]) {
      assertEquals(one.namedParameters().map(([name]) => name), ["embed.weight", "head.bias"]);
      assertEquals(Object.keys(one.stateDict()), ["embed.weight", "head.weight", "head.bias"]);
      assert(one.head.weight === one.embed.weight);
    }
    assert(copy.embed.weight !== net.embed.weight);
    const given = net.stateDict(), fives = ones(4, 4).mul(5);
    copy.loadStateDict({ ...given, "embed.weight": fives, "head.weight": fives });
    assertEquals(await copy.embed.weight.at(0).array(), [5, 5, 5, 5]);
    const optimizer = new optim.SGD(copy.parameters(), { lr: 0.1 });
    copy.forward(ones(1, 4)).sum().backward();
    optimizer.step();
    assertEquals(await copy.head.weight.array(), await copy.embed.weight.array());
    // Both places count: 0.1 · (Σ of a column of the one + an output of the other) = 0.1 · (20 + 20).
    assertEquals(await copy.embed.weight.at(0).array(), [1, 1, 1, 1]);
  },
);

Deno.test("a copy has its own lists, buffers and modules in fields, the same functions, and hooks", async () => {
  const calls: nn.Module[] = [];
  class Net extends nn.Module {
    layers = [new nn.Linear(2, 2), new nn.Linear(2, 2)];
    again = this.layers[0];
    settings = { sizes: [1, 2], map: new Map([["a", new nn.Parameter(ones(1))]]) };
    set = new Set([this.layers[1]]);
    offset = zeros(2);
    frozen = new Float32Array([1, 2]);
    date = new Date(0);
    act = (x: Tensor) => x.relu();
    self: unknown[] = [];
    override forward(x: Tensor): Tensor {
      return this.act(this.again.forward(x).add(this.offset));
    }
  }
  const net = new Net();
  net.self.push(net.self);
  net.registerForwardHook((module) => void calls.push(module));
  const copy = net.deepCopy();
  assert(copy.again === copy.layers[0] && copy.again !== net.again && copy.set.has(copy.layers[1]));
  assert(copy.self[0] === copy.self && copy.self !== net.self);
  copy.settings.sizes.push(3);
  copy.frozen[0] = 9;
  noGrad(() => copy.settings.map.get("a")!.add_(1));
  copy.offset.add_(1);
  assertEquals([net.settings.sizes, net.frozen[0]], [[1, 2], 1]);
  assertEquals([await net.settings.map.get("a")!.array(), await net.offset.array()], [[1], [0, 0]]);
  assert(copy.date === net.date && copy.act === net.act);
  copy.forward(ones(1, 2));
  assertEquals(calls, [copy]);
  assert(copy instanceof Net);
});

Deno.test("every module of the library can be copied", async () => {
  for (const [name, receiver] of Object.entries(nnRoom.receivers!)) {
    const module = receiver();
    if (!(module instanceof nn.Module)) continue;
    const copy = module.deepCopy();
    assertEquals([String(copy), copy.constructor], [String(module), module.constructor], name);
    assertEquals(await state(copy), await state(module), name);
    assertEquals(copy.parameters().filter((one) => module.parameters().includes(one)), [], name);
  }
});

Deno.test("a class with fields that begin with # says that it must copy itself, and is asked where it does", () => {
  class Hidden extends nn.Module {
    readonly #seen: number[] = [];
    linear = new nn.Linear(1, 1);
    override forward(x: Tensor): Tensor {
      this.#seen.push(x.size);
      return this.linear.forward(x);
    }
  }
  class Own extends Hidden {
    override deepCopy(): this {
      const copy = new Own();
      copy.loadStateDict(this.stateDict());
      return copy as this;
    }
  }
  class Commented extends nn.Module {
    /* # 1, #two */ note = "#three"; // #four
    override forward(x: Tensor): Tensor {
      return x;
    }
  }
  const message = "deepCopy: Hidden has #seen, which only Hidden itself can copy; give it a method";
  assertThrows(() => new Hidden().deepCopy(), TypeError, message);
  assertThrows(() => new nn.Sequential(new Hidden()).deepCopy(), TypeError, message);
  const copy = new nn.Sequential(new Own(), new Commented()).deepCopy();
  assertEquals(copy.forward(ones(1, 1)).shape, [1, 1]);
});

onEachDevice("the copy of a teacher outlives the iteration that it was made in", async () => {
  class Shifted extends nn.Module {
    linear = new nn.Linear(32, 32);
    shift = zeros(32, 32);
    override forward(x: Tensor): Tensor {
      return this.linear.forward(x).add(this.shift);
    }
  }
  const net = new Shifted();
  let teacher = net.deepCopy();
  for await (const { index } of steps(4, { progress: false })) if (index === 0) teacher = net.deepCopy();
  assertEquals(await teacher.forward(ones(1, 32)).array(), await net.forward(ones(1, 32)).array());
});
