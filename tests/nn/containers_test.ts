/** Modules and parameters in lists and dictionaries, and what is registered by name. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { nn, noGrad, ones, randn, type Tensor, tensor, zeros } from "descent";

const linear = (n: number) => new nn.Linear(n, n);
/** The names of a state by PyTorch's rules. */
const names = (module: nn.Module) => Object.keys(module.stateDict());

Deno.test("a ModuleList is indexed, gone through, lengthened and cut, its modules named by their numbers", () => {
  const [a, b, c, d] = [1, 2, 3, 4].map(linear);
  const list = new nn.ModuleList([a, c]);
  assertEquals([list.length, list[0], list[-1], list.at(1)], [2, a, c, c]);
  assertEquals(list.insert(1, b).append(d), list);
  assertEquals([...list], [a, b, c, d]);
  assertEquals(list.namedChildren().map(([name]) => name), ["0", "1", "2", "3"]);
  assertEquals(list.pop(), d);
  assertEquals(list.pop(0), a);
  assertEquals(list.extend([d, a]).insert(4, a).insert(-1, c).length, 6);
  assertEquals([...list], [b, c, d, a, c, a]);
  list[0] = a;
  assertEquals([...list.slice(0, 2)], [a, c]);
  assertEquals([...list.slice(-1)], [a]);
  assertEquals(names(new nn.ModuleList([a, b])), ["0.weight", "0.bias", "1.weight", "1.bias"]);
  assertEquals(String(new nn.ModuleList([a])), "ModuleList(\n  (0): Linear(1, 1)\n)");
  assertEquals([...new nn.ModuleList(list)], [...list]);
});

Deno.test("a ModuleList says what it does not take, and changes nothing then", () => {
  const list = new nn.ModuleList([linear(1)]);
  // deno-lint-ignore no-explicit-any
  const loose = list as any;
  assertThrows(() => loose.append(3), TypeError, "ModuleList: entry 1 must be a module, not 3");
  assertThrows(
    () => loose.extend([linear(1), nn.ReLU]),
    TypeError,
    "ModuleList: entry 2 must be a module, not the class",
  );
  assertThrows(() => loose[0] = null, TypeError, "ModuleList: entry 0 must be a module, not null");
  assertThrows(
    () => list[1],
    RangeError,
    "ModuleList: there is no module 1 among 1; append(module) adds one",
  );
  assertThrows(() => list.insert(3, linear(1)), RangeError, "insert: there is no place 3 among 1");
  assertThrows(() => new nn.ModuleList([]).pop(), RangeError, "there is no module -1 among 0");
  assertThrows(
    () => new nn.ModuleList(linear(1) as never),
    TypeError,
    "ModuleList: a list is needed, not a Linear",
  );
  assertThrows(() => list.forward(), TypeError, "ModuleList: has no forward; go through it");
  assertEquals(list.length, 1);
});

Deno.test("Sequential takes in, gives out and is cut as PyTorch's", () => {
  const [a, b, c] = [1, 1, 1].map(linear), net = new nn.Sequential(a, c);
  net.insert(1, b).extend([new nn.ReLU()]);
  assertEquals(names(net).filter((name) => name.endsWith("weight")), ["0.weight", "1.weight", "2.weight"]);
  assertEquals([net.pop(-1) instanceof nn.ReLU, net.pop(0), [...net]], [true, a, [b, c]]);
  assertEquals(names(net), ["0.weight", "0.bias", "1.weight", "1.bias"]);
  // A part keeps the names of the whole.
  assertEquals(names(net.slice(1)), ["1.weight", "1.bias"]);
  assertEquals(net.slice(0, -1).forward(ones(2, 1)).shape, [2, 1]);
  const named = new nn.Sequential({ first: a, second: b });
  assertThrows(
    () => named.insert(0, c),
    RangeError,
    "insert: what is in it has names of its own, first, second",
  );
  assertEquals([named.pop(), named.length], [b, 1]);
});

Deno.test("a ModuleDict has its modules by name, and one that is not there says which are", () => {
  const heads = new nn.ModuleDict({ a: linear(1), b: new nn.ReLU() });
  assertEquals([heads.size, heads.keys(), heads.has("a"), heads.has("c")], [2, ["a", "b"], true, false]);
  assertEquals(names(heads), ["a.weight", "a.bias"]);
  const other = linear(2);
  heads.set("a", other);
  heads.update({ b: new nn.ReLU() });
  assertEquals([heads.get("a"), heads.values()[0], [...heads][0]], [other, other, ["a", other]]);
  assertEquals([heads.delete("b"), heads.delete("b"), heads.size], [true, false, 1]);
  // deno-lint-ignore no-explicit-any
  const loose = heads as any;
  assertThrows(() => loose.get("c"), RangeError, 'get: ModuleDict has no module "c"; there is a');
  assertThrows(() => loose.set("c.d", other), RangeError, 'set: a name is needed that has no dot, not "c.d"');
  assertThrows(
    () => loose.update({ c: other, d: 1 }),
    TypeError,
    'ModuleDict: entry "d" must be a module, not 1',
  );
  assertEquals(heads.size, 1);
});

Deno.test("ParameterList and ParameterDict hold what is learned, and make parameters of tensors", () => {
  const own = new nn.Parameter(ones(2));
  const list = new nn.ParameterList([own, zeros(3)]);
  assertEquals([list[0], list.length, list[1] instanceof nn.Parameter], [own, 2, true]);
  list.append(new nn.Parameter(ones(1)));
  assertEquals([names(list), list.parameters().length], [["0", "1", "2"], 3]);
  const dict = new nn.ParameterDict({ left: own, right: zeros(3) });
  assertEquals([names(dict), dict.get("left"), dict.get("right").requiresGrad], [
    ["left", "right"],
    own,
    true,
  ]);
  assertThrows(
    () => new nn.ParameterList([tensor([1], { dtype: "int32" })]),
    TypeError,
    "Parameter: only float32 tensors can be learned",
  );
  assertThrows(() => dict.forward(), TypeError, "ParameterDict: has no forward");
});

Deno.test("a buffer that is not persistent is a buffer, and no part of the state", () => {
  class Masked extends nn.Module {
    mask = this.registerBuffer("mask", ones(2, 2), { persistent: false });
    steps = this.registerBuffer("steps", tensor(0, { dtype: "int32" }));
    declare later: Tensor | null;
    override forward(x: Tensor): Tensor {
      return x.mul(this.mask);
    }
  }
  const net = new nn.Sequential(new Masked());
  assertEquals(net.namedBuffers().map(([name]) => name), ["0.mask", "0.steps"]);
  assertEquals(names(net), ["0.steps"]);
  assertEquals(net.loadStateDict({ "0.steps": tensor(3, { dtype: "int32" }) }), {
    missing: [],
    unexpected: [],
  });
  const masked = net[0] as Masked;
  assertEquals(masked.registerBuffer("later", null), null);
  masked.later = zeros(1);
  assertEquals(names(net), ["0.steps", "0.later"]);
  assertEquals(names(net.deepCopy()), ["0.steps", "0.later"]);
  assertThrows(
    () => masked.registerBuffer("mask", zeros(1)),
    RangeError,
    'that Masked does not have yet, and without a dot, not "mask"',
  );
  assertThrows(
    () => masked.registerBuffer("forward", zeros(1)),
    RangeError,
    "registerBuffer: a name is needed",
  );
});

Deno.test("what is registered by name is found as what is set", () => {
  class Net extends nn.Module {
    override forward(x: Tensor): Tensor {
      return x;
    }
  }
  const net = new Net(), head = net.registerModule("head", linear(2));
  const scale = net.registerParameter("scale", new nn.Parameter(ones(1)));
  net.registerParameter("none", null);
  assertEquals(names(net), ["scale", "head.weight", "head.bias"]);
  assertEquals([net.parameters()[0], net.children()[0]], [scale, head]);
  const sequence = new nn.Sequential(linear(1));
  sequence.registerModule("last", linear(1));
  assertEquals([sequence.length, names(sequence).at(-1)], [2, "last.bias"]);
  assertThrows(
    () => sequence.registerModule("last", linear(1)),
    RangeError,
    "registerModule: a name is needed",
  );
});

Deno.test("apply() goes through inner modules first, and each once", () => {
  const shared = linear(1), seen: nn.Module[] = [];
  const net = new nn.Sequential(shared, new nn.Sequential(shared, new nn.ReLU()));
  assertEquals(net.apply((module) => void seen.push(module)), net);
  assertEquals(seen.length, 4);
  assert(seen.indexOf(shared) < seen.indexOf(net[1]) && seen.at(-1) === net);
  net.apply((module) => {
    if (module instanceof nn.Linear) nn.init.zeros_(module.weight);
  });
  assertEquals(noGrad(() => net.forward(randn(3, 1))).shape, [3, 1]);
});
