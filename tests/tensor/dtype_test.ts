import { arange, cat, F, full, ones, type Tensor, tensor, where } from "descent";
import { assertEquals, assertThrows } from "@std/assert";
import { onEachDevice } from "../devices.ts";

const whole = (...numbers: number[]) => tensor(numbers, { dtype: "int32" });
const bool = (...values: boolean[]) => tensor(values);

async function assertTensor(x: Tensor, dtype: string, numbers: unknown): Promise<void> {
  assertEquals([x.dtype, await x.array()], [dtype, numbers]);
}

onEachDevice("two dtypes become the one that holds both", async () => {
  await assertTensor(whole(1, 2).add(whole(3, 4)), "int32", [4, 6]);
  await assertTensor(whole(1, 2).mul(tensor([0.5, 2])), "float32", [0.5, 4]);
  await assertTensor(whole(1, 2).add(bool(true, false)), "int32", [2, 2]);
  await assertTensor(bool(true, true).add(bool(true, false)), "bool", [true, true]);
  await assertTensor(tensor([1.5]).add(bool(true)), "float32", [2.5]);
  await assertTensor(whole(7, 5).maximum(whole(6, 6)), "int32", [7, 6]);
});

onEachDevice("a plain whole number beside a tensor is an integer, any other a float32", async () => {
  await assertTensor(whole(1, 2).add(1), "int32", [2, 3]);
  await assertTensor(whole(1, 2).mul(2.0), "int32", [2, 4]);
  await assertTensor(whole(1, 2).mul(0.5), "float32", [0.5, 1]);
  await assertTensor(whole(1, 2).add([1, 1]), "int32", [2, 3]);
  await assertTensor(whole(1, 2).add([[1], [0.5]]), "float32", [[2, 3], [1.5, 2.5]]);
  await assertTensor(whole(1, 2).add([true, false]), "int32", [2, 2]);
  await assertTensor(whole(1, 2).add(new Float32Array([1, 1])), "float32", [2, 3]);
  await assertTensor(tensor([1, 2]).add(1), "float32", [2, 3]);
  await assertTensor(bool(true).add(1), "int32", [2]);
  await assertTensor(bool(true).add(true), "bool", [true]);
});

onEachDevice("a whole number that is no int32 is a float32, and compares as one", async () => {
  await assertTensor(whole(1, 2).add(2 ** 31), "float32", [2 ** 31, 2 ** 31]);
  await assertTensor(whole(1, 2).lt(3e9), "bool", [true, true]);
  await assertTensor(whole(1, 2).minimum(-1e10), "float32", [-1e10, -1e10]);
  await assertTensor(whole(1, 2).lt(Infinity), "bool", [true, true]);
  await assertTensor(whole(2 ** 31 - 1).add(1), "int32", [-(2 ** 31)]);
});

onEachDevice("a quotient of integers is float32, a power of integers an integer", async () => {
  await assertTensor(whole(1, 3).div(whole(2, 2)), "float32", [0.5, 1.5]);
  await assertTensor(whole(4).div(2), "float32", [2]);
  await assertTensor(whole(1).div(-0), "float32", [-Infinity]);
  await assertTensor(whole(2, 3).pow(2), "int32", [4, 9]);
  await assertTensor(whole(4, 16).pow(0.5), "float32", [2, 4]);
  assertThrows(() => whole(2).pow(-1), RangeError, "pow: an integer to the power of -1 is no integer");
});

onEachDevice("products of integers keep the digits that float32 has not", async () => {
  const x = tensor([[2 ** 24 + 1, 1], [0, 3]], { dtype: "int32" });
  await assertTensor(x.matmul(tensor([[1, 0], [0, 1]], { dtype: "int32" })), "int32", await x.array());
  await assertTensor(x.matmul([1, 1]), "int32", [2 ** 24 + 2, 3]);
  await assertTensor(x.matmul([0.5, 1]), "float32", [2 ** 23 + 1, 3]);
});

Deno.test("booleans are not subtracted, and the error says what is meant", () => {
  for (
    const wrong of [
      () => bool(true).sub(bool(false)),
      () => bool(true).sub(1),
      () => tensor([1.5]).sub(true),
      () => whole(1).sub(bool(true)),
    ]
  ) assertThrows(wrong, TypeError, "sub: booleans are not subtracted; ne() tells where two differ");
  assertThrows(() => whole(1).sub_(true), TypeError, "sub_: booleans are not subtracted");
  assertThrows(() => bool(true).neg(), TypeError, "neg: booleans have no negative");
});

Deno.test("an operation in place is refused before anything is computed, where the result would not fit", async () => {
  const x = whole(1, 2), y = bool(true, false);
  assertThrows(
    () => x.add_(0.5),
    TypeError,
    "add_: the result is float32, which does not fit into this int32 tensor",
  );
  assertThrows(() => x.div_(2), TypeError, "div_: the result is float32");
  assertThrows(
    () => y.add_(1),
    TypeError,
    "add_: the result is int32, which does not fit into this bool tensor",
  );
  assertThrows(() => x.fill_(0.5), RangeError, "fill_: 0.5 is not an int32");
  assertThrows(() => x.pad([[1, 1]], 2 ** 31), RangeError, "pad: 2147483648 is not an int32");
  await assertTensor(x, "int32", [1, 2]);
  await assertTensor(y.mul_(true).add_([false, true]), "bool", [true, true]);
});

onEachDevice("a bool holds only 0 and 1, wherever its numbers come from", async () => {
  const zeros = async (x: Tensor) => {
    assertEquals(x.dtype, "bool");
    const values = await x.data();
    assertEquals(values, Uint8Array.from(values, (value) => Number(value !== 0)));
    return [...values];
  };
  const x = bool(true, false);
  assertEquals(await zeros(x.pad([[1, 1]], 2)), [1, 1, 0, 1]);
  assertEquals(await zeros(x.pad([[0, 1]], -0.5)), [1, 0, 1]);
  assertEquals(await zeros(full([2], 2, { dtype: "bool" })), [1, 1]);
  assertEquals(await zeros(full([2], NaN, { dtype: "bool" })), [1, 1]);
  assertEquals(await zeros(tensor([2, 0, -0, 0.5, NaN], { dtype: "bool" })), [1, 0, 0, 1, 1]);
  for (const Kind of [Uint8Array, Uint8ClampedArray, Int32Array, Uint32Array, Float32Array, Float64Array]) {
    assertEquals(await zeros(tensor(Kind.of(0, 2, 3), { dtype: "bool" })), [0, 1, 1], Kind.name);
  }
  assertEquals(await zeros(tensor(BigInt64Array.of(0n, 2n), { dtype: "bool" })), [0, 1]);
  assertEquals(await zeros(x.clone().copy_([0, 2])), [0, 1]);
  assertEquals(await zeros(x.clone().fill_(3)), [1, 1]);
  assertEquals(await zeros(x.expand(2, 2)), [1, 0, 1, 0]);
  assertEquals(await zeros(x.gather(0, [1, 0])), [0, 1]);
  assertEquals(await zeros(cat([x, x.add(true)])), [1, 0, 1, 1]);
  assertEquals(await zeros(where(x, true, x)), [1, 0]);
  assertEquals(await zeros(arange(0, 3, 1, { dtype: "bool" })), [0, 1, 1]);
});

onEachDevice("functions of integers and booleans", async () => {
  await assertTensor(whole(-1, 2).neg(), "int32", [1, -2]);
  await assertTensor(whole(-1, 2).abs(), "int32", [1, 2]);
  await assertTensor(whole(-3).square(), "int32", [9]);
  await assertTensor(whole(0).exp(), "float32", [1]);
  await assertTensor(whole(-2, 2).relu(), "int32", [0, 2]);
  await assertTensor(whole(-2, 2, 2 ** 24 + 1).clamp({ min: 0 }), "int32", [0, 2, 2 ** 24 + 1]);
  await assertTensor(whole(-2, 2).clamp({ max: 0.5 }), "float32", [-2, 0.5]);
  await assertTensor(whole(-2, 2).clamp({ min: 0, max: 3e9 }), "float32", [0, 2]);
  await assertTensor(bool(true, false).mean(), "float32", 0.5);
  await assertTensor(bool(true, true).sum(), "int32", 2);
  await assertTensor(whole(1, 2).sum(), "int32", 3);
  await assertTensor(whole(1, 2).max(), "int32", 2);
  await assertTensor(whole(1, 2).mean(), "float32", 1.5);
});

onEachDevice("to() changes the dtype", async () => {
  await assertTensor(tensor([1.9, -1.9, 0]).to("int32"), "int32", [1, -1, 0]);
  await assertTensor(tensor([0.5, -2, 0]).to("bool"), "bool", [true, true, false]);
  await assertTensor(whole(0, 3).to("bool"), "bool", [false, true]);
  await assertTensor(bool(true, false).to("float32"), "float32", [1, 0]);
  await assertTensor(bool(true, false).to("int32"), "int32", [1, 0]);
  await assertTensor(tensor([[1, 2], [3, 4]]).t().to("int32"), "int32", [[1, 3], [2, 4]]);
});

onEachDevice("comparisons broadcast, and answer in bool", async () => {
  const x = tensor([1, 2, 3]);
  const cases: [Tensor, boolean[]][] = [
    [x.eq(2), [false, true, false]],
    [x.ne(2), [true, false, true]],
    [x.gt(2), [false, false, true]],
    [x.lt(2), [true, false, false]],
    [x.ge(2), [false, true, true]],
    [x.le([3, 2, 1]), [true, true, false]],
    [whole(1, 2, 3).eq(x), [true, true, true]],
    [x.eq(NaN), [false, false, false]],
    [x.ne(NaN), [true, true, true]],
    [bool(true, false, true).eq(bool(true, true, false)), [true, false, false]],
    [whole(1, 2, 3).gt(1.5), [false, true, true]],
  ];
  for (const [answer, right] of cases) await assertTensor(answer, "bool", right);
  await assertTensor(tensor([[1], [2]]).lt([1.5, 2.5]), "bool", [[true, true], [false, true]]);
  await assertTensor(tensor([[1, 2], [3, 4]]).t().gt([[0, 3], [5, 0]]), "bool", [[true, false], [
    false,
    true,
  ]]);
});

onEachDevice("where() takes the dtype of both branches, and any condition", async () => {
  await assertTensor(where(bool(true, false), whole(1, 2), whole(3, 4)), "int32", [1, 4]);
  await assertTensor(where(bool(true, false), whole(1, 2), tensor([0.5, 0.5])), "float32", [1, 0.5]);
  await assertTensor(where(tensor([0, 2]), tensor([1, 1]), 5), "float32", [5, 1]);
  await assertTensor(where(bool(true), bool(false), bool(true)), "bool", [false]);
  await assertTensor(where(bool(true, false), 0, whole(1, 2)), "int32", [0, 2]);
  await assertTensor(where(bool(true, false), 0.5, whole(1, 2)), "float32", [0.5, 2]);
  await assertTensor(where(bool(true, false), 1, 0), "int32", [1, 0]);
  await assertTensor(where([true, false], [true, true], false), "bool", [true, false]);
  await assertTensor(where([NaN, 0], 1, 2), "int32", [1, 2]);
});

onEachDevice("layers take integers for numbers", async () => {
  await assertTensor(F.linear(ones(1, 2), tensor([[1, 2]], { dtype: "int32" }), whole(3)), "float32", [[6]]);
  const image = ones([1, 1, 2, 2], { dtype: "int32" });
  await assertTensor(F.conv2d(image, ones(1, 1, 2, 2), { bias: whole(3) }).flatten(), "float32", [7]);
  await assertTensor(F.maxPool2d(image, 2).flatten(), "float32", [1]);
  await assertTensor(F.oneHot(tensor([[1], [0]], { dtype: "int32" }), 2), "float32", [[[0, 1]], [[1, 0]]]);
  const codes = tensor([[0, 1], [1, 0]], { dtype: "int32" }).t();
  await assertTensor(F.oneHot(codes, 2).at(1), "float32", [[0, 1], [1, 0]]);
});
