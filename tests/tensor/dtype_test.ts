import { F, ones, type Tensor, tensor, where } from "descent";
import { assertEquals } from "@std/assert";
import { onEachDevice } from "../devices.ts";

const whole = (...numbers: number[]) => tensor(numbers, { dtype: "int32" });
const bool = (...values: boolean[]) => tensor(values);

async function assertTensor(x: Tensor, dtype: string, numbers: unknown): Promise<void> {
  assertEquals([x.dtype, await x.array()], [dtype, numbers]);
}

onEachDevice("two dtypes become the one that holds both", async () => {
  await assertTensor(whole(1, 2).add(whole(3, 4)), "int32", [4, 6]);
  await assertTensor(whole(1, 2).mul(tensor([0.5, 2])), "float32", [0.5, 4]);
  await assertTensor(whole(1, 2).sub(bool(true, false)), "int32", [0, 2]);
  await assertTensor(bool(true, true).add(bool(true, false)), "int32", [2, 1]);
  await assertTensor(tensor([1.5]).add(bool(true)), "float32", [2.5]);
  await assertTensor(whole(7, 5).maximum(whole(6, 6)), "int32", [7, 6]);
});

onEachDevice("a plain number is an int32 where that fits, else a float32", async () => {
  await assertTensor(whole(1, 2).add(1), "int32", [2, 3]);
  await assertTensor(whole(1, 2).mul(0.5), "float32", [0.5, 1]);
  await assertTensor(whole(1, 2).add([1, 1]), "float32", [2, 3]);
  await assertTensor(tensor([1, 2]).add(1), "float32", [2, 3]);
});

onEachDevice("a quotient and a power are float32", async () => {
  await assertTensor(whole(1, 3).div(whole(2, 2)), "float32", [0.5, 1.5]);
  await assertTensor(whole(4).div(2), "float32", [2]);
  await assertTensor(whole(2, 3).pow(2), "float32", [4, 9]);
  await assertTensor(whole(2).pow(-1), "float32", [0.5]);
});

onEachDevice("functions of integers and booleans", async () => {
  await assertTensor(whole(-1, 2).neg(), "int32", [1, -2]);
  await assertTensor(whole(-1, 2).abs(), "int32", [1, 2]);
  await assertTensor(whole(-3).square(), "int32", [9]);
  await assertTensor(whole(0).exp(), "float32", [1]);
  await assertTensor(whole(-2, 2).relu(), "float32", [0, 2]);
  await assertTensor(bool(true).neg(), "int32", [-1]);
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
