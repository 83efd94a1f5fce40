import { arange, ones, type Tensor, tensor, zeros } from "descent";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { onEachDevice } from "../devices.ts";

onEachDevice("reductions go over the reader's dimensions, whatever the order in storage", async () => {
  const plain = arange(24).reshape(2, 3, 4);
  const moved = plain.permute(2, 0, 1).reshape(4, 2, 3).permute(1, 2, 0);
  for (const dims of [0, 1, -1, [0, 1], [2, 0], [-1, -2], undefined]) {
    for (const keepdim of [false, true]) {
      for (const name of ["sum", "mean", "var", "std", "prod", "any", "all", "max", "min"] as const) {
        const [a, b] = [plain, moved].map((x): Tensor => x[name as "sum"](dims, { keepdim }));
        assertEquals(b.shape, a.shape);
        assertEquals(await b.array(), await a.array(), `${name} over ${dims}`);
      }
    }
  }
  for (const dim of [0, 1, 2]) {
    assertEquals(await moved.argmax(dim).array(), await plain.argmax(dim).array());
    assertEquals(await moved.softmax(dim).array(), await plain.softmax(dim).array());
  }
  assertEquals(await moved.argmax().item(), 23);
});

onEachDevice("argmax() takes the first of equals", async () => {
  const x = tensor([[1, 3, 3], [2, 2, 1]]);
  assertEquals(await x.argmax(1).array(), [1, 0]);
  assertEquals(await x.argmax(0).array(), [1, 0, 0]);
  assertEquals(await x.argmax().item(), 1);
  assertEquals(await x.argmax(1, { keepdim: true }).array(), [[1], [0]]);
  assertEquals(await ones(5).argmax().item(), 0);
  assertEquals(await ones(300).argmax(0).item(), 0);
  assertEquals(x.argmax(1).dtype, "int32");
  assertEquals(await tensor([3, 7, 7], { dtype: "int32" }).argmax().item(), 1);
});

onEachDevice("sums, means and variances of few and of no numbers", async () => {
  assertEquals(await zeros(0).sum().item(), 0);
  assertEquals(await zeros(2, 0).sum(1).array(), [0, 0]);
  assertEquals(await zeros(0).mean().item(), NaN);
  assertEquals(await zeros(0, 2).mean(0).array(), [NaN, NaN]);
  assertEquals(await tensor([5]).var().item(), NaN);
  assertEquals(await tensor([5]).var(0, { unbiased: false }).item(), 0);
  assertEquals(await tensor(5).sum().item(), 5);
  assertEquals(await tensor([1, 2, 3]).var().item(), 1);
});

onEachDevice("a sum over no dimension is the tensor itself", async () => {
  assertEquals(await tensor([1, 2]).sum([]).array(), [1, 2]);
  assertEquals(await tensor([1, 2]).max([]).array(), [1, 2]);
});

onEachDevice("NaN and infinities go through reductions", async () => {
  assertEquals(await tensor([1, NaN, 2]).sum().item(), NaN);
  assertEquals(await tensor([1, Infinity]).max().item(), Infinity);
  assertEquals(await tensor([-Infinity, 1]).min().item(), -Infinity);
});

onEachDevice("softmax(), logSoftmax() and logsumexp() do not overflow", async () => {
  const x = tensor([[1000, 1000], [-1000, 0]]);
  assertEquals(await x.softmax(1).array(), [[0.5, 0.5], [0, 1]]);
  const log = await x.logSoftmax(1).data();
  [Math.log(0.5), Math.log(0.5), -1000, 0].forEach((right, i) => assertAlmostEquals(log[i], right, 1e-4));
  const sums = await x.logsumexp(1).data();
  [1000 + Math.log(2), 0].forEach((right, i) => assertAlmostEquals(sums[i], right, 1e-4));
  assertEquals(await tensor([-Infinity, -Infinity]).logsumexp(0).item(), -Infinity);
  assertEquals(await tensor([-Infinity, 1]).softmax(0).array(), [0, 1]);
});

onEachDevice("a long sum keeps its digits", async () => {
  const sum = await ones(100_000).mul(0.1).sum().item();
  assert(Math.abs(sum - 10_000) < 0.01, `${sum}`);
  const variance = await arange(1000).add(1000).var().item();
  assert(Math.abs(variance / 83_416.666 - 1) < 1e-5, `${variance}`);
});
