import { noGrad, ones, optim, type Tensor, tensor, zeros } from "descent";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { onEachDevice } from "../devices.ts";

const leaf = (data: number[] | number[][]) => tensor(data, { requiresGrad: true });

onEachDevice("operations in place change the tensor itself and return it", async () => {
  const x = tensor([1, 2, 3]);
  assert(x.add_(1) === x);
  assertEquals(await x.array(), [2, 3, 4]);
  assertEquals(await x.sub_([1, 1, 2]).array(), [1, 2, 2]);
  assertEquals(await x.mul_(tensor([2])).array(), [2, 4, 4]);
  assertEquals(await x.div_(4).array(), [0.5, 1, 1]);
  assertEquals(await x.fill_(7).array(), [7, 7, 7]);
  assertEquals(await x.zero_().array(), [0, 0, 0]);
  assertEquals(await x.copy_([4, 5, 6]).array(), [4, 5, 6]);
  assertEquals(await x.copy_(tensor(2)).array(), [2, 2, 2]);
});

onEachDevice("operations in place reach detach(), and no tensor that was computed from it", async () => {
  const x = tensor([[1, 2], [3, 4]]), turned = x.t(), same = x.detach();
  turned.add_([[10, 20], [30, 40]]);
  assertEquals(await x.array(), [[1, 2], [3, 4]]);
  same.mul_(2);
  assertEquals(await x.array(), [[2, 4], [6, 8]]);
  assertEquals(await turned.array(), [[11, 23], [32, 44]]);
  x.copy_(turned);
  turned.zero_();
  assertEquals(await x.array(), [[11, 23], [32, 44]]);
});

onEachDevice("an optimizer's step reaches no tensor that was computed from the parameter", async () => {
  const w = leaf([1, 2]), shown = noGrad(() => w.unsqueeze(0));
  const optimizer = new optim.SGD([w], { lr: 1 });
  w.sum().backward();
  optimizer.step();
  assertEquals(await w.array(), [0, 1]);
  assertEquals(await shown.array(), [[1, 2]]);
});

onEachDevice("copy_() copies: later changes of the source do not arrive", async () => {
  const source = tensor([1, 2]), target = zeros(2);
  target.copy_(source);
  source.add_(5);
  assertEquals(await target.array(), [1, 2]);
  assertEquals(await source.array(), [6, 7]);
  assertEquals(await zeros([2], { dtype: "int32" }).copy_(tensor([1.9, -1.9])).array(), [1, -1]);
});

onEachDevice("an operation in place on a tensor inside the graph has its gradient", async () => {
  const x = leaf([1, 2]), shift = leaf([1, 1]);
  const y = x.mul(2);
  y.mul_([3, 4]);
  y.add_(shift);
  y.sum().backward();
  assertEquals(await y.array(), [7, 17]);
  assertEquals(await x.grad!.array(), [6, 8]);
  assertEquals(await shift.grad!.array(), [1, 1]);
});

Deno.test("an operation in place joins a tensor that needed no gradient to the graph", async () => {
  const sum = zeros(2), x = leaf([1, 2]);
  sum.add_(x.mul(3)).add_(x);
  assertEquals(sum.requiresGrad, true);
  sum.sum().backward();
  assertEquals(await x.grad!.array(), [4, 4]);
});

Deno.test("fill_() and zero_() cut the history", async () => {
  const x = leaf([1, 2]);
  const y = x.mul(2);
  y.zero_();
  assertEquals(y.requiresGrad, false);
  y.add_(x);
  y.sum().backward();
  assertEquals(await x.grad!.array(), [1, 1]);
});

Deno.test("a leaf that requires a gradient does not change in place while operations are recorded", async () => {
  const x = leaf([1, 2]);
  const attempts: [string, () => Tensor][] = [
    ["add_", () => x.add_(1)],
    ["sub_", () => x.sub_(1)],
    ["mul_", () => x.mul_(2)],
    ["div_", () => x.div_(2)],
    ["zero_", () => x.zero_()],
    ["fill_", () => x.fill_(1)],
    ["copy_", () => x.copy_([3, 4])],
  ];
  for (const [name, attempt] of attempts) {
    assertThrows(attempt, Error, `${name}: a leaf that requires a gradient cannot change in place`);
  }
  assertEquals(await x.array(), [1, 2]);
  noGrad(() => x.add_(1).mul_(2));
  assertEquals(await x.array(), [4, 6]);
  assertEquals([x.requiresGrad, x.isLeaf], [true, true]);
});

Deno.test("a tensor that was saved for a gradient and then changed is an error at backward()", async () => {
  const x = leaf([1, 2]);
  const y = x.mul(1);
  const product = y.square();
  y.add_(1);
  assertThrows(
    () => product.sum().backward(),
    Error,
    "backward: square() saved a tensor [2] for its gradient, and it was changed in place afterwards",
  );
  assertEquals(x.grad, null);

  const z = x.exp();
  z.add_(1);
  assertThrows(() => z.sum().backward(), Error, "exp() saved a tensor [2]");
  assertEquals(x.grad, null);

  const w = leaf([3, 4]);
  const loss = x.mul(w).sum();
  noGrad(() => w.sub_(1));
  assertThrows(() => loss.backward(), Error, "mul() saved a tensor [2]");
  assertEquals([x.grad, w.grad], [null, null]);
  assertEquals(await w.array(), [2, 3]);
});

Deno.test("backward() that ends with an error has added to no gradient", async () => {
  const x = leaf([1, 2]);
  const y = x.square();
  const late = leaf([3, 4]); // Its gradient would be collected before the error was met.
  const loss = y.exp().mul(late).sum();
  noGrad(() => x.add_(1));
  assertThrows(() => loss.backward(), Error, "square() saved a tensor [2]");
  assertEquals([x.grad, late.grad], [null, null]);
  assertEquals((await loss.data()).length, 1);
});

Deno.test("a change in place of a tensor that no gradient reads is no error", async () => {
  const x = leaf([1, 2]);
  const y = x.mul(2), z = y.add(1);
  y.add_(100);
  z.sum().backward();
  assertEquals(await x.grad!.array(), [2, 2]);
});

Deno.test("an operation in place refuses what does not fit, and changes nothing", async () => {
  const x = tensor([1, 2]), whole = tensor([1, 2], { dtype: "int32" });
  assertThrows(() => x.add_(ones(2, 2)), RangeError, "add_: a result of shape [2, 2]");
  assertThrows(() => x.copy_(ones(3)), RangeError, "copy_");
  assertThrows(() => whole.add_(0.5), TypeError, "add_: the result is float32");
  assertThrows(() => whole.div_(2), TypeError, "div_: the result is float32");
  assertEquals(await x.array(), [1, 2]);
  assertEquals(await whole.add_(2).array(), [3, 4]);
});
