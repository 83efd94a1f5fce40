import { arange, cat, ones, stack, type Tensor, tensor, zeros } from "descent";
import { assertEquals, assertThrows } from "@std/assert";
import { onEachDevice } from "../devices.ts";

/** [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]] */
const table = () => arange(12).reshape(3, 4);

/** The same, stored by columns. */
const byColumns = () => table().t().reshape(4, 3).t();

for (const [how, make] of [["", table], [" of a transposed tensor", byColumns]] as const) {
  onEachDevice(`at() takes parts${how}`, async () => {
    const cases: [Parameters<Tensor["at"]>, unknown][] = [
      [[1], [4, 5, 6, 7]],
      [[-1, -2], 10],
      [[null, 1], [1, 5, 9]],
      [[[0, 2]], [[0, 1, 2, 3], [4, 5, 6, 7]]],
      [[null, [1, 3]], [[1, 2], [5, 6], [9, 10]]],
      [[[1, 3], [0, 4, 2]], [[4, 6], [8, 10]]],
      [[null, [-3, -1]], [[1, 2], [5, 6], [9, 10]]],
      [[[0, 3, 2], 3], [3, 11]],
      [[[1, Infinity]], [[4, 5, 6, 7], [8, 9, 10, 11]]],
      [[[0, 100], 0], [0, 4, 8]],
      [[[2, 1]], []],
      [[0, [3, 4, 5]], [3]],
      [[], [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]],
      [[null, null], [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]],
    ];
    for (const [index, numbers] of cases) {
      assertEquals(await make().at(...index).array(), numbers as number[], JSON.stringify(index));
    }
  });

  onEachDevice(`gather() picks along either dimension${how}`, async () => {
    assertEquals(await make().gather(1, [[3, 3], [0, 1]]).array(), [[3, 3], [4, 5]]);
    assertEquals(await make().gather(0, [[2, 0, 1, 2]]).array(), [[8, 1, 6, 11]]);
    assertEquals(await make().gather(-1, tensor([[0], [1], [2]], { dtype: "int32" })).array(), [[0], [5], [
      10,
    ]]);
  });

  onEachDevice(`pad() puts a border around${how}`, async () => {
    assertEquals(await make().at([0, 2], [0, 2]).pad([[1, 0], [0, 2]], 9).array(), [
      [9, 9, 9, 9],
      [0, 1, 9, 9],
      [4, 5, 9, 9],
    ]);
    assertEquals(await make().pad([[0, 0], [0, 0]]).array(), await table().array());
  });

  onEachDevice(`reshape(), flatten(), squeeze() and unsqueeze() keep the reader's order${how}`, async () => {
    assertEquals(await make().reshape(2, 6).array(), [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]);
    assertEquals(await make().reshape([-1, 2]).at(1).array(), [2, 3]);
    assertEquals(await make().flatten().array(), Array.from({ length: 12 }, (_, i) => i));
    assertEquals(make().unsqueeze(1).shape, [3, 1, 4]);
    assertEquals(await make().unsqueeze(-1).squeeze(2).array(), await table().array());
    assertEquals(make().unsqueeze(0).unsqueeze(2).squeeze().shape, [3, 4]);
    assertEquals(make().unsqueeze(0).squeeze(1).shape, [1, 3, 4]);
    assertEquals(await make().expand(2, 3, 4).at(1).array(), await table().array());
    assertEquals(await make().at(null, [0, 1]).expand(-1, 2).array(), [[0, 0], [4, 4], [8, 8]]);
  });
}

onEachDevice("permute(), transpose() and t() reorder dimensions, there and back", async () => {
  const x = arange(24).reshape(2, 3, 4);
  assertEquals(x.permute(2, 0, 1).shape, [4, 2, 3]);
  assertEquals(await x.permute(2, 0, 1).at(1, 1, 2).item(), 21);
  assertEquals(await x.permute(2, 0, 1).permute(1, 2, 0).array(), await x.array());
  assertEquals(await x.transpose(0, -1).transpose(2, 0).array(), await x.array());
  assertEquals(await tensor([1, 2]).t().array(), [1, 2]);
  assertEquals(await tensor(1).t().array(), 1);
});

Deno.test("permute(), t() and detach() copy nothing", () => {
  const x = arange(24).reshape(2, 3, 4);
  const dataOf = (t: typeof x) => t.value.buffer.storage.dataId;
  for (const view of [x.permute(2, 0, 1), x.transpose(0, 1), x.detach(), x.unsqueeze(0).reshape(6, 4).t()]) {
    assertEquals(dataOf(view) === dataOf(x), true);
  }
  const image = arange(24).reshape(1, 2, 3, 4).permute(0, 3, 1, 2);
  assertEquals(dataOf(image.squeeze(0).unsqueeze(1)) === dataOf(image), true);
});

onEachDevice("cat() and stack() take tensors stored in different orders", async () => {
  const x = tensor([[1, 2], [3, 4]]), y = tensor([[5, 7], [6, 8]]).t();
  assertEquals(await cat([x, y], 0).array(), [[1, 2], [3, 4], [5, 6], [7, 8]]);
  assertEquals(await cat([y, x], 1).array(), [[5, 6, 1, 2], [7, 8, 3, 4]]);
  assertEquals(await stack([x, y]).array(), [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]);
  assertEquals(await stack([y, x], -1).array(), [[[5, 1], [6, 2]], [[7, 3], [8, 4]]]);
  assertEquals(await stack([y, x], 1).array(), [[[5, 6], [1, 2]], [[7, 8], [3, 4]]]);
});

onEachDevice("cat() of empty tensors, of one, and of several dtypes", async () => {
  assertEquals(await cat([zeros(0, 2), ones(1, 2), zeros(0, 2)]).array(), [[1, 1]]);
  assertEquals(cat([zeros(0, 2), zeros(0, 2)]).shape, [0, 2]);
  assertEquals(await cat([tensor([1, 2])]).array(), [1, 2]);
  const mixed = cat([tensor([true]), tensor([2], { dtype: "int32" }), tensor([0.5])]);
  assertEquals([mixed.dtype, await mixed.array()], ["float32", [1, 2, 0.5]]);
  const whole = cat([tensor([true, false]), tensor([7], { dtype: "int32" })]);
  assertEquals([whole.dtype, await whole.array()], ["int32", [1, 0, 7]]);
  assertEquals(await cat([tensor([true]), tensor([false])]).array(), [true, false]);
});

Deno.test("cat() of one tensor is another tensor", async () => {
  const x = tensor([1, 2]);
  const y = cat([x]);
  y.add_(1);
  assertEquals(await x.array(), [1, 2]);
});

Deno.test("a part of a tensor is a tensor of its own", async () => {
  const x = tensor([[1, 2], [3, 4]]);
  x.at(0).add_(10);
  x.at([0, 1]).add_(10);
  assertEquals(await x.array(), [[1, 2], [3, 4]]);
});

for (const values of [tensor([1, 2]), tensor([1, 2], { dtype: "int32" }), tensor([true, false])]) {
  Deno.test(`gather() of ${values.dtype} refuses an index that is out of range, and names its place`, () => {
    for (const index of [2, -1, 2 ** 31 - 1]) {
      for (const list of [[0, index], tensor([0, index], { dtype: "int32" })]) {
        assertThrows(
          () => values.gather(0, list),
          RangeError,
          `gather: index ${index} at [1] is out of range: it must be from 0 to 1`,
        );
      }
    }
    assertThrows(() => values.gather(0, [0.5]), RangeError, "gather: 0.5 is not an int32");
  });
}

Deno.test("gather() names the first index out of range as its index lies before the reader", () => {
  const index = tensor([[0, 1, 9], [0, 0, 0], [7, 0, 8]], { dtype: "int32" }).t();
  assertThrows(
    () => zeros(3, 3).gather(0, index),
    RangeError,
    "gather: index 7 at [0, 2] is out of range: it must be from 0 to 2",
  );
  assertThrows(
    () => zeros(0).gather(0, [0]),
    RangeError,
    "index 0 at [0] is out of range: there is nothing to",
  );
});
