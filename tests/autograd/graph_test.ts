import { cat, gradCheck, noGrad, ones, type Tensor, tensor } from "descent";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { onEachDevice } from "../devices.ts";

const leaf = (data: number | number[] | number[][]) => tensor(data, { requiresGrad: true });
const grads = async (...tensors: Tensor[]) => await Promise.all(tensors.map((one) => one.grad!.array()));

onEachDevice("backward() adds to gradients that are there", async () => {
  const x = leaf([1, 2]);
  x.square().sum().backward();
  assertEquals(await grads(x), [[2, 4]]);
  x.square().sum().backward();
  assertEquals(await grads(x), [[4, 8]]);
  x.zeroGrad();
  assertEquals(x.grad, null);
  x.mul(3).sum().backward();
  assertEquals(await grads(x), [[3, 3]]);
});

onEachDevice("backward() adds up all ways from a leaf to the result", async () => {
  const x = leaf([3, -1]);
  const left = x.mul(2), right = x.square();
  left.mul(right).add(left).sum().backward(); // 2x³ + 2x
  assertEquals(await grads(x), [[6 * 9 + 2, 6 + 2]]);
});

onEachDevice("x.mul(x) has the gradient 2x, x.sub(x) and x.div(x) have none", async () => {
  const x = leaf([3, -4]);
  x.mul(x).sum().backward();
  assertEquals(await grads(x), [[6, -8]]);
  x.zeroGrad();
  x.sub(x).sum().backward();
  assertEquals(await grads(x), [[0, 0]]);
  x.zeroGrad();
  x.div(x).sum().backward();
  assertEquals(await grads(x), [[0, 0]]);
});

onEachDevice("a tensor that is several times in cat() gets the sum of the gradients", async () => {
  const x = leaf([[1, 2], [3, 4]]);
  const joined = cat([x, x, x.t()], 0);
  joined.backward([[1, 2], [3, 4], [10, 20], [30, 40], [100, 200], [300, 400]]);
  assertEquals(await grads(x), [[[111, 322], [233, 444]]]);
});

onEachDevice("equals share a gradient evenly", async () => {
  const x = leaf([2, 5, 5, 1]), a = leaf([1, 2]), b = leaf([1, 3]);
  x.max().backward();
  assertEquals(await grads(x), [[0, 0.5, 0.5, 0]]);
  a.maximum(b).sum().backward();
  assertEquals(await grads(a, b), [[0.5, 0], [0.5, 1]]);
  a.zeroGrad();
  b.zeroGrad();
  a.minimum(b).sum().backward();
  assertEquals(await grads(a, b), [[0.5, 1], [0.5, 0]]);
});

onEachDevice("functions with a kink have the field's slopes there", async () => {
  for (
    const [name, fn, slope] of [
      ["relu", (x: Tensor) => x.relu(), 0],
      ["abs", (x: Tensor) => x.abs(), 0],
      ["leakyRelu", (x: Tensor) => x.leakyRelu(0.25), 0.25],
      ["clamp", (x: Tensor) => x.clamp({ min: 0, max: 1 }), 1],
      ["pow", (x: Tensor) => x.pow(3), 0],
    ] as const
  ) {
    const x = leaf([0]);
    fn(x).sum().backward();
    assertEquals(await grads(x), [[slope]], name);
  }
});

onEachDevice("backward() takes the gradient of a result of several numbers", async () => {
  const x = leaf([[1, 2, 3], [4, 5, 6]]);
  x.t().mul(2).backward(tensor([[1, 2], [3, 4], [5, 6]]));
  assertEquals(await grads(x), [[[2, 6, 10], [4, 8, 12]]]);
  x.zeroGrad();
  x.mul(2).backward([[1, 0, 0], [0, 0, 1]]);
  assertEquals(await grads(x), [[[2, 0, 0], [0, 0, 2]]]);
});

onEachDevice("backward() of a transposed tensor of transposed numbers", async () => {
  const x = leaf([[1, 2], [3, 4]]), seed = tensor([[1, 2], [3, 4]]);
  x.t().mul(1).backward(seed.t());
  assertEquals(await grads(x), [[[1, 2], [3, 4]]]);
  assertEquals(await seed.array(), [[1, 2], [3, 4]]);
});

onEachDevice("backward() of a leaf gives ones", async () => {
  const x = leaf(3);
  x.backward();
  x.backward();
  assertEquals(await grads(x), [2]);
});

onEachDevice("the numbers of all tensors can be read after backward()", async () => {
  const x = leaf([1, 2]);
  const y = x.exp(), loss = y.sum();
  loss.backward();
  assertEquals((await y.data()).length, 2);
  assert(await loss.item() > 10);
});

Deno.test("retainGraph lets backward() go the same way again", async () => {
  const x = leaf([1, 2, 3]);
  const loss = x.square().sum();
  loss.backward(undefined, { retainGraph: true });
  loss.backward(undefined, { retainGraph: true });
  loss.backward();
  assertEquals(await grads(x), [[6, 12, 18]]);
  assertThrows(() => loss.backward(), Error, "was freed by an earlier backward()");
  assertEquals(await grads(x), [[6, 12, 18]]);
});

Deno.test("backward() through a part of a freed graph says which operation, and changes nothing", async () => {
  const x = leaf([1, 2]), w = leaf([1, 1]);
  const shared = x.square();
  shared.sum().backward();
  const other = shared.mul(w).sum();
  assertThrows(
    () => other.backward(),
    Error,
    "the graph through square() was freed by an earlier backward()",
  );
  assertEquals(await grads(x), [[2, 4]]);
  assertEquals(w.grad, null);
});

Deno.test("retainGrad() keeps the gradient of a tensor inside the graph", async () => {
  const x = leaf([1, 2]);
  const y = x.mul(3).retainGrad(), unasked = y.square();
  unasked.sum().backward();
  assertEquals(await grads(x, y), [[18, 36], [6, 12]]);
  assertEquals(unasked.grad, null);
  assertThrows(() => tensor([1]).retainGrad(), Error, "retainGrad: this tensor does not require a gradient");
});

Deno.test("detach() stops gradients, and has its numbers to itself", async () => {
  const x = leaf([1, 2]);
  const y = x.mul(2), still = y.detach();
  assertEquals([still.requiresGrad, still.isLeaf, y.isLeaf], [false, true, false]);
  y.mul(still).sum().backward();
  assertEquals(await grads(x), [[4, 8]]);
  x.detach().add_(10);
  assertEquals(await x.array(), [1, 2]);
});

onEachDevice("the gradient that retainGrad() keeps is that of what the tensor is in the end", async () => {
  const x = leaf([1, 2]);
  const y = x.mul(2).retainGrad(), early = y.mul(7);
  y.mul_(3);
  y.mul(5).add(early).sum().backward();
  assertEquals(await grads(x, y), [[44, 44], [5, 5]]);
  y.zeroGrad();
  const cleared = x.mul(2).retainGrad();
  cleared.zero_().mul(3).sum().backward();
  assertEquals(await grads(cleared), [[3, 3]]);
});

Deno.test("a leaf that was frozen since collects no gradient; one that learns again does", async () => {
  for (const createGraph of [false, true]) {
    const x = leaf([1, 2]), w = leaf([3, 4]);
    x.requiresGrad = false;
    const constant = x.mul(w).sum();
    x.requiresGrad = true;
    const product = x.mul(w).sum(), again = x.mul(w).sum();
    x.requiresGrad = false;
    product.backward(undefined, { createGraph });
    assertEquals(x.grad, null);
    assertEquals(await grads(w), [[1, 2]]);
    x.requiresGrad = true;
    again.backward(undefined, { createGraph });
    constant.backward();
    assertEquals(await grads(x, w), [[3, 4], [3, 6]]);
  }
});

Deno.test("requiresGrad can be set on a leaf, on and off", async () => {
  const x = tensor([1, 2]);
  x.requiresGrad = true;
  x.square().sum().backward();
  assertEquals(await grads(x), [[2, 4]]);
  x.requiresGrad = false;
  assertEquals(x.square().requiresGrad, false);
  assertEquals(await grads(x), [[2, 4]]);
  x.requiresGrad = true;
  const y = x.square();
  y.requiresGrad = true;
  assertThrows(() => y.requiresGrad = false, Error, "use detach()");
  assertThrows(() => tensor([1], { dtype: "int32" }).requiresGrad = true, TypeError, "int32");
});

Deno.test("a view of a leaf has the same gradient", async () => {
  const x = leaf([[1, 2], [3, 4]]);
  x.t().mul([[1, 10], [100, 1000]]).sum().backward();
  assertEquals(await grads(x), [[[1, 100], [10, 1000]]]);
});

Deno.test("a leaf that nothing depends on keeps a gradient of null", () => {
  const used = leaf([1]), unused = leaf([2]);
  unused.mul(2);
  used.mul(2).sum().backward();
  assertEquals(unused.grad, null);
  used.gt(0).to("float32");
  assertEquals(used.gt(0).to("float32").requiresGrad, false);
});

Deno.test("noGrad() records nothing, also nested, and recording goes on afterwards", () => {
  const x = leaf([1]);
  noGrad(() => {
    assertEquals(x.mul(2).requiresGrad, false);
    noGrad(() => assertEquals(x.mul(2).requiresGrad, false));
    assertEquals(x.mul(2).requiresGrad, false);
  });
  assertEquals(x.mul(2).requiresGrad, true);
  assertEquals(noGrad(() => 7), 7);
});

Deno.test("noGrad() lets an exception through and records again", () => {
  const x = leaf([1]);
  assertThrows(
    () =>
      noGrad(() => {
        throw new Error("inside");
      }),
    Error,
    "inside",
  );
  assertEquals(x.mul(2).requiresGrad, true);
});

Deno.test("noGrad() of an asynchronous function lasts until its promise settles", async () => {
  const x = leaf([1]);
  const inside = await noGrad(async () => {
    await Promise.resolve();
    return x.mul(2).requiresGrad;
  });
  assertEquals([inside, x.mul(2).requiresGrad], [false, true]);
  await assertRejects(
    () =>
      noGrad(async () => {
        await Promise.resolve();
        throw new Error("later");
      }),
    Error,
    "later",
  );
  assertEquals(x.mul(2).requiresGrad, true);
});

Deno.test("backward() needs a gradient to compute", () => {
  assertThrows(() => tensor([1]).sum().backward(), Error, "does not require a gradient");
  const x = leaf([1, 2]);
  assertThrows(() => x.mul(2).backward(), RangeError, "call sum() or mean() first");
  assertThrows(() => x.mul(2).backward([1, 2, 3]), RangeError, "the gradient has shape [3], the tensor [2]");
  assertEquals(x.grad, null);
});

Deno.test("gradients of zero-size tensors are zero-size, and the zeros of an empty sum arrive", async () => {
  const x = leaf([]), y = leaf([1, 2]);
  x.sum().add(y.sum()).backward();
  assertEquals(await grads(x, y), [[], [1, 1]]);
});

Deno.test("gradients flow through a long expression as finite differences say", async () => {
  const x = tensor([[0.3, -0.7], [1.1, 0.4]]), w = tensor([[0.5, -0.2], [0.1, 0.9]]);
  const error = await gradCheck(
    (x, w) => {
      const h = x.matmul(w).tanh();
      const attention = h.matmul(h.t()).softmax(-1);
      return cat([attention.matmul(x), h.t()], 1).logsumexp(0).mul(x.mean(0).sum()).sum();
    },
    [x, w],
  );
  assert(error < 1e-3);
  assertEquals(ones(1).requiresGrad, false);
});
