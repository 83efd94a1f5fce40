import { arange, ones, tensor, zeros } from "descent";
import { assertEquals } from "@std/assert";

Deno.test("format() writes four digits behind the point", async () => {
  assertEquals(await tensor([1.5, 2.25]).format(), "[1.5000, 2.2500]");
  assertEquals(await tensor(Math.PI).format(), "3.1416");
  assertEquals(await tensor([1 / 3]).format({ digits: 2 }), "[0.33]");
});

Deno.test("format() writes whole numbers with a point, integers without", async () => {
  assertEquals(await tensor([1, 2, 10]).format(), "[ 1.,  2., 10.]");
  assertEquals(await tensor([1, -2], { dtype: "int32" }).format(), "[ 1, -2]");
  assertEquals(await tensor([true, false]).format(), "[true, false]");
  assertEquals(await tensor([-0, 0]).format(), "[0., 0.]");
});

Deno.test("format() aligns columns of nested brackets", async () => {
  assertEquals(
    await tensor([[1.5, -20.25], [100, 0]]).format(),
    "[[  1.5000, -20.2500],\n [100.0000,   0.0000]]",
  );
  assertEquals(
    await tensor([[[1, 2]], [[3, 4]]]).format(),
    "[[[1., 2.]],\n\n [[3., 4.]]]",
  );
});

Deno.test("format() writes nan and inf", async () => {
  assertEquals(await tensor([NaN, Infinity, -Infinity, 1.5]).format(), "[   nan,    inf,   -inf, 1.5000]");
  assertEquals(await tensor([NaN, 1]).format(), "[nan,  1.]");
  assertEquals(await tensor(NaN).format(), "nan");
});

Deno.test("format() writes very large, very small and very different numbers with exponents", async () => {
  assertEquals(await tensor([1e-5, 2e-5]).format(), "[1.0000e-05, 2.0000e-05]");
  assertEquals(await tensor([123456.5]).format(), "[1.2346e+05]");
  assertEquals(await tensor([1e10, 1e-10]).format(), "[1.0000e+10, 1.0000e-10]");
  assertEquals(await tensor([1e20]).format({ digits: 1 }), "[1.0e+20]");
});

Deno.test("format() shortens long tensors, and only those", async () => {
  assertEquals(await arange(1001).format(), "[   0.,    1.,    2., ...,  998.,  999., 1000.]");
  assertEquals((await arange(1000).format()).split(",").length, 1000);
  assertEquals(await ones(200, 6).format({ edge: 1 }), "[[1., ..., 1.],\n ...,\n [1., ..., 1.]]");
});

Deno.test("format() of nothing names the shape", async () => {
  assertEquals(await zeros(0).format(), "[] of shape [0]");
  assertEquals(await zeros(2, 0).format(), "[] of shape [2, 0]");
});

Deno.test("format() follows the reader's order of dimensions", async () => {
  assertEquals(await tensor([[1, 2], [3, 4]]).t().format(), "[[1., 3.],\n [2., 4.]]");
});

Deno.test("console.log shows what a tensor is, and where its numbers are", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const hint = "(await .array() gives its numbers, await .format() a text)";
  assertEquals(Deno.inspect(x), `Tensor [2] float32 cpu, requires grad ${hint}`);
  assertEquals(Deno.inspect(x.mul(2)), `Tensor [2] float32 cpu, by mul() ${hint}`);
  assertEquals(Deno.inspect(zeros(2, 3)), `Tensor [2, 3] float32 cpu ${hint}`);
});
