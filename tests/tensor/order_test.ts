/** What goes along one dimension, or folds several, is PyTorch 2.13's; and what only the library has to keep. */
import { arange, rand, type Tensor, tensor, zeros } from "descent";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { onEachDevice } from "../devices.ts";
import fixtures from "../fixtures/order.json" with { type: "json" };
import type { Case } from "../parity/case.ts";
import { checkAll } from "../parity/check_all.ts";
import { order } from "../parity/order.ts";
import { checkSequence } from "../parity/sequences.ts";

const cases = fixtures as unknown as Case[];

onEachDevice(`the ${cases.length} cases of order have PyTorch's values and gradients`, () => {
  // Side by side: a device's answers take their time.
  const checks = new Map(cases.map((one) => [one, checkSequence(one, order).catch((error: Error) => error)]));
  return checkAll(cases, async (one) => {
    const error = await checks.get(one);
    if (error) throw error;
  });
});

Deno.test("every operation of the table of order is met by a fixture", () => {
  const met = new Set(cases.map((one) => one.op));
  assertEquals(Object.keys(order).filter((name) => !met.has(name)), []);
});

onEachDevice("of equals the first come first, whichever way one sorts", async () => {
  const x = tensor([[2, 1, 2, 1, 2], [0, -0, 0, -0, 1]]);
  const places = async (found: { indices: Tensor }) => await found.indices.array();
  assertEquals(await places(x.sort()), [[1, 3, 0, 2, 4], [0, 1, 2, 3, 4]]);
  assertEquals(await places(x.sort(1, { descending: true })), [[0, 2, 4, 1, 3], [4, 0, 1, 2, 3]]);
  assertEquals(await places(x.topk(2)), [[0, 2], [4, 0]]);
  assertEquals(await places(x.topk(2, { largest: false })), [[1, 3], [0, 1]]);
  assertEquals(await places(x.max(1, { indices: true })), [0, 4]);
  assertEquals(await places(x.kthvalue(2, 1)), [3, 1]);
  assertEquals(await places(x.cummax(1)), [[0, 0, 2, 2, 4], [0, 1, 2, 3, 4]]);
});

onEachDevice("a sort keeps the bits of zeros and of what is not a number", async () => {
  const values = await tensor([NaN, 0, -0, -1, NaN, -Infinity]).sort().values.data();
  assertEquals([...values].map((x) => Object.is(x, -0) ? "-0" : `${x}`), [
    ...["-Infinity", "-1", "0", "-0", "NaN", "NaN"],
  ]);
});

onEachDevice("sums and products of integers wrap on their way", async () => {
  const x = tensor([2 ** 30, 2 ** 30, 2 ** 30, 3], { dtype: "int32" });
  assertEquals(await x.cumsum(0).array(), [2 ** 30, -(2 ** 31), -(2 ** 30), 3 - 2 ** 30]);
  assertEquals(await x.cumprod(0).array(), [2 ** 30, 0, 0, 0]);
  assertEquals(await tensor([46341, 46341], { dtype: "int32" }).prod().item(), 46341 * 46341 - 2 ** 32);
  const edges = tensor([-(2 ** 31), 2 ** 31 - 1, 0], { dtype: "int32" });
  assertEquals(await edges.sort(0, { descending: true }).indices.array(), [1, 2, 0]);
  assertEquals([await edges.argmin().item(), await edges.argmax().item()], [0, 1]);
});

onEachDevice("the gradient of a product goes around zeros, and that of this gradient, too", async () => {
  for (
    const [x, first, second] of [
      [[2, 0, 3], [0, 6, 0], [3, 0, 2]],
      // The product of the others, differentiated again.
      [[2, 0, 0], [0, 0, 0], [0, 2, 2]],
    ]
  ) {
    for (const product of [(x: Tensor) => x.prod(), (x: Tensor) => x.cumprod(0).at(-1)]) {
      const leaf = tensor(x, { requiresGrad: true });
      product(leaf).backward(undefined, { createGraph: true });
      const slope = leaf.grad!;
      assertEquals(await slope.array(), first);
      leaf.zeroGrad();
      // d/dx of Σ w · slope with w = e₁, or e₁ alone where the slope itself has but one part.
      slope.at(1).mul(1).backward();
      assertEquals(await leaf.grad!.array(), [
        first[1] === 0 ? 0 : second[0],
        0,
        first[1] === 0 ? 2 : second[2],
      ]);
    }
  }
});

onEachDevice("a single number is a line of one, as in PyTorch", async () => {
  const x = tensor(3);
  for (const name of ["sum", "mean", "prod", "max", "min", "cumsum", "cumprod", "logcumsumexp"] as const) {
    const y = x[name as "sum"](0);
    assertEquals([y.shape, await y.item()], [[], 3], name);
  }
  assertEquals(await x.sort(-1).indices.item(), 0);
  assertEquals(await x.argmax(0).item(), 0);
  assertEquals(await x.softmax(-1).item(), 1);
  assertThrows(() => x.sum(1), RangeError, "sum: dimension 1 does not exist");
});

Deno.test("what has no answer is refused in a sentence", async () => {
  const x = zeros(2, 3), none = zeros(0, 3);
  assertThrows(
    () => x.topk(4),
    RangeError,
    "topk: there are no 4 elements along dimension -1 of shape [2, 3]",
  );
  assertThrows(
    () => x.kthvalue(4),
    RangeError,
    "kthvalue: k must be from 1 to 3, the size of dimension -1, not 4",
  );
  assertThrows(() => none.median(0), RangeError, "median: there is nothing to choose from in shape [0, 3]");
  assertThrows(() => none.max(0, { indices: true }), RangeError, "max: there is nothing to choose from");
  assertThrows(() => none.norm(Infinity, 0), RangeError, "norm: there is nothing to choose from");
  assertThrows(() => x.std(0, { unbiased: true, correction: 1 }), TypeError, "one of the two is said");
  assertThrows(
    () => (x.max as (dim: unknown, options: unknown) => Tensor)([0, 1], { indices: true }),
    TypeError,
    "max: indices are those along one dimension, as in max(1, { indices: true }), not [0, 1]",
  );
  assertThrows(
    () => (x.sort as (dim: unknown) => unknown)({ descending: true }),
    TypeError,
    "sort: a dimension is a number, not an object { descending }; options come behind it",
  );
  assertThrows(
    () => x.searchsorted([1, 2]),
    RangeError,
    "searchsorted: numbers of shape [2, 3] are searched",
  );
  assertThrows(() => x.histc(4, { min: 1, max: 0 }), RangeError, "histc: max must not be less than min");
  await assertRejects(
    () => tensor([1, -2], { dtype: "int32" }).bincount(),
    RangeError,
    "bincount: numbers from 0 on are counted, and there is -2",
  );
  await assertRejects(() => tensor([1.5]).bincount(), TypeError, 'not float32; use to("int32")');
});

onEachDevice("long lines that lie across memory are sorted and added up", async () => {
  const x = rand(3000, 2), along = x.t().reshape(2, 3000);
  assertEquals(await x.sort(0).values.t().array(), await along.sort(1).values.array());
  assertEquals(await arange(3000).reshape(1000, 3).cumsum(0).at(-1).array(), [1498500, 1499500, 1500500]);
});
