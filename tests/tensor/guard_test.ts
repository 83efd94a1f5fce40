/** What JavaScript would do to a tensor without a word ends in a sentence, and what it may do still works. */
import { assertEquals, assertThrows } from "@std/assert";
import { nn, ones, Tensor, tensor } from "descent";

// Scripts are not checked by the compiler, which would refuse all this.
// deno-lint-ignore no-explicit-any
const x: any = tensor([[1, 2], [3, 4]]), y: any = ones(2, 2);

Deno.test("an operator between tensors says which method is meant", () => {
  for (
    const wrong of [
      () => x + y,
      () => x - 1,
      () => 2 * x,
      () => -x,
      () => x > 0,
      () => x <= y,
      () => x == 1,
      () => Math.max(x, 1),
      () => Number(x),
      () => "the loss is " + x,
    ]
  ) {
    assertThrows(
      wrong,
      TypeError,
      "operators do not compute with tensors; write x.add(y), x.mul(2), x.gt(0)",
    );
  }
});

Deno.test("a tensor in brackets says at(), also where it is written to", () => {
  assertThrows(() => x[0], TypeError, "Tensor: x[0] is not there; x.at(0) is Python's x[0]");
  assertThrows(() => x[-1], TypeError, "x.at(-1)");
  assertThrows(() => x[[0, 1] as unknown as string], TypeError, "x.at(0, 1)");
  assertThrows(() => x[":"], TypeError, "x.at(null, 0) is Python's x[:, 0]");
  assertThrows(
    () => x[x.gt(1)],
    TypeError,
    "x.at(y) picks by indices and by a mask, x.where(y, 0) chooses by a condition",
  );
  assertThrows(
    () => x[0] = 1,
    TypeError,
    "Tensor: x[0] = … writes nothing; x.set_([0], …) is Python's x[0] = …",
  );
  assertThrows(() => x[x.gt(1)] = 0, TypeError, "Tensor: x[y] = … writes nothing; x.set_([y], …) does");
  assertThrows(() => new nn.Parameter(y)[0 as unknown as "shape"], TypeError, "x.at(0)");
});

Deno.test("a name that a tensor has elsewhere says the one that it has here", () => {
  assertThrows(() => x.viewAs, TypeError, "Tensor: there is no x.viewAs; it is x.reshape(...y.shape)");
  assertThrows(() => x.view(4), TypeError, "Tensor: there is no x.view; it is x.reshape(…)");
  assertThrows(
    () => x.length,
    TypeError,
    "Tensor: there is no x.length; it is x.shape[0], of all numbers x.size",
  );
  assertThrows(() => x.cuda(), TypeError, 'it is await x.to("webgpu")');
});

Deno.test("a tensor is neither run through nor written as JSON", () => {
  const run = "Tensor: a tensor is not run through; await x.array() gives its numbers";
  assertThrows(() => [...x], TypeError, run);
  assertThrows(() => Array.from(x), TypeError, run);
  assertThrows(() => new Set(x), TypeError, run);
  assertThrows(
    () => {
      for (const row of x) void row;
    },
    TypeError,
    run,
  );
  const json = "Tensor: JSON holds numbers, not tensors; await x.array() gives them";
  assertThrows(() => JSON.stringify(x), TypeError, json);
  assertThrows(() => JSON.stringify({ step: 1, loss: x }), TypeError, json);
});

Deno.test("what a tensor is cannot be set, and it says what is written instead", () => {
  assertThrows(
    () => x.shape = [4],
    TypeError,
    "Tensor: shape cannot be set; x.reshape(…) is a tensor of another shape",
  );
  assertThrows(() => x.dtype = "int32", TypeError, "Tensor: dtype cannot be set; x.to(…)");
  assertThrows(() => x.device = "webgpu", TypeError, "Tensor: device cannot be set; await x.to");
  for (const name of ["size", "ndim", "isLeaf"]) {
    assertThrows(() => x[name] = 1, TypeError, `Tensor: ${name} cannot be set`);
  }
});

Deno.test("new Tensor() says how tensors are made", () => {
  const Made = Tensor as unknown as new (data: unknown) => Tensor;
  assertThrows(() => new Made([1, 2]), TypeError, "Tensor: tensor(…) makes one from numbers");
  assertThrows(() => new Made(undefined), TypeError, "Tensor: tensor(…) makes one from numbers");
});

Deno.test("what programs ask of any object has its answer", async () => {
  assertEquals(`${x}`, "Tensor [2, 2] float32 cpu");
  assertEquals([x].join(), "Tensor [2, 2] float32 cpu");
  assertEquals([0 in x, Symbol.iterator in x, "add" in x], [false, false, true]);
  assertEquals(Object.keys({ ...x }), ["value"]);
  assertEquals([x.then, x.foo, x[Symbol.toStringTag]], [undefined, undefined, undefined]);
  assertEquals(await x, x);
  assertEquals([x === x, x == null, x == y], [true, false, false]);
  assertEquals(Deno.inspect({ x }).includes("Tensor [2, 2] float32 cpu"), true);
  assertEquals(x instanceof nn.Parameter, false);
  const z = Object.assign(tensor(1), { note: "mine" });
  assertEquals(z.note, "mine");
});

Deno.test("grad can be set to null and to what could be a gradient, and to nothing else", async () => {
  const w = tensor([1, 2], { requiresGrad: true });
  w.square().sum().backward();
  assertEquals(await w.grad!.array(), [2, 4]);
  w.grad = null;
  assertEquals(w.grad, null);
  w.grad = tensor([5, 6]);
  assertEquals(await w.grad!.array(), [5, 6]);
  assertThrows(() => w.grad = 3 as unknown as null, TypeError, "grad: can be set to null, which forgets it");
  assertThrows(
    () => w.grad = y,
    RangeError,
    "grad: a gradient of shape [2] cannot become one of shape [2, 2]",
  );
});
