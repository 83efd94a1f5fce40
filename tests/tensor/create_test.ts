import {
  arange,
  eye,
  full,
  linspace,
  manualSeed,
  ones,
  rand,
  randint,
  randn,
  tensor,
  type TensorOptions,
  zeros,
} from "descent";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { devices, onDevice, onEachDevice } from "../devices.ts";

onEachDevice("tensor() takes numbers, nested arrays and typed arrays", async () => {
  const cases = [
    [tensor(3), [], "float32", 3],
    [tensor([1, 2]), [2], "float32", [1, 2]],
    [tensor([[1], [2]]), [2, 1], "float32", [[1], [2]]],
    [tensor([]), [0], "float32", []],
    [tensor([[], []]), [2, 0], "float32", [[], []]],
    [tensor([true, false]), [2], "bool", [true, false]],
    [tensor([1, 2, 3, 4], { shape: [2, 2] }), [2, 2], "float32", [[1, 2], [3, 4]]],
    [tensor(new Float32Array([0.5, 1])), [2], "float32", [0.5, 1]],
    [tensor(new Float64Array([0.5])), [1], "float32", [0.5]],
    [tensor(new Int8Array([-1])), [1], "int32", [-1]],
    [tensor(new Uint8Array([255])), [1], "int32", [255]],
    [tensor(new Int32Array([7, 8]), { shape: [1, 2] }), [1, 2], "int32", [[7, 8]]],
    [tensor([1, 0, 2], { dtype: "bool" }), [3], "bool", [true, false, true]],
    [tensor([true, false], { dtype: "int32" }), [2], "int32", [1, 0]],
    [tensor([true, false], { dtype: "float32" }), [2], "float32", [1, 0]],
    [tensor([-0, NaN, Infinity, -Infinity]), [4], "float32", [-0, NaN, Infinity, -Infinity]],
  ] as const;
  for (const [x, shape, dtype, numbers] of cases) {
    assertEquals(x.shape, [...shape]);
    assertEquals(x.dtype, dtype);
    assertEquals(await x.array(), numbers as unknown);
  }
});

onEachDevice("data() gives a typed array of the dtype", async () => {
  assert(await tensor([1, 2]).data() instanceof Float32Array);
  assert(await tensor([1, 2], { dtype: "int32" }).data() instanceof Int32Array);
  assert(await tensor([true]).data() instanceof Uint8Array);
});

Deno.test("a tensor does not change with the array it was made from", async () => {
  const data = new Float32Array([1, 2]);
  const x = tensor(data);
  data[0] = 9;
  const read = await x.data();
  read[1] = 9;
  assertEquals(await x.array(), [1, 2]);
});

Deno.test("a tensor knows its shape, size and dimensions", () => {
  const x = zeros(2, 0, 3);
  assertEquals([x.shape, x.size, x.ndim, x.isLeaf, x.requiresGrad, x.grad], [
    [2, 0, 3],
    0,
    3,
    true,
    false,
    null,
  ]);
  x.shape.push(7);
  assertEquals(x.shape, [2, 0, 3]);
  assertEquals(`${x}`, "Tensor [2, 0, 3] float32 cpu");
});

Deno.test("item() is the only number", async () => {
  assertEquals(await tensor([[7]]).item(), 7);
  assertEquals(await tensor(7, { dtype: "int32" }).item(), 7);
});

onEachDevice("zeros(), ones() and full() fill a shape", async () => {
  assertEquals(await zeros(2, 1).array(), [[0], [0]]);
  assertEquals(await zeros([2], { dtype: "bool" }).array(), [false, false]);
  assertEquals(await ones([1, 2], { dtype: "int32" }).array(), [[1, 1]]);
  assertEquals(await full([2], -0.5).array(), [-0.5, -0.5]);
  assertEquals(await full([], 3).array(), 3);
  assertEquals(await zeros().array(), 0);
  assertEquals(zeros([3], { requiresGrad: true }).requiresGrad, true);
});

onEachDevice("arange(), linspace() and eye() count", async () => {
  assertEquals(await arange(4).array(), [0, 1, 2, 3]);
  assertEquals(await arange(0).array(), []);
  assertEquals(await arange(1, 2, 0.25).array(), [1, 1.25, 1.5, 1.75]);
  assertEquals(await arange(3, -2, -2).array(), [3, 1, -1]);
  assertEquals((await arange(0, 3, 1, { dtype: "int32" }).data()).constructor, Int32Array);
  assertEquals(await linspace(-1, 1, 3).array(), [-1, 0, 1]);
  assertEquals(await linspace(2, 5, 1).array(), [2]);
  assertEquals(await eye(2, 3).array(), [[1, 0, 0], [0, 1, 0]]);
  assertEquals(await eye(0).array(), []);
});

onEachDevice("the same seed gives the same random numbers", async () => {
  for (const make of [() => rand(37), () => randn(37), () => randint(0, 100, [37])]) {
    manualSeed(11);
    const first = await make().array(), second = await make().array();
    manualSeed(11);
    assertEquals(await make().array(), first);
    assertEquals(await make().array(), second);
    manualSeed(12);
    assert(JSON.stringify(await make().array()) !== JSON.stringify(first));
  }
});

Deno.test({
  name: "the same seed gives the same random numbers on the cpu and on webgpu",
  ignore: devices.length === 1,
  fn: async () => {
    const draw = async () => {
      manualSeed(2 ** 40 + 5);
      const tensors = [rand(1001), randint(-5, 5, [33]), randn(2, 501)];
      return await Promise.all(tensors.map((one) => one.data()));
    };
    const [uniform, whole, normal] = await onDevice("cpu", draw);
    const [uniform2, whole2, normal2] = await onDevice("webgpu", draw);
    assertEquals(uniform2, uniform);
    assertEquals(whole2, whole);
    // Normal numbers go through logarithms and cosines, whose last bits are the device's own.
    normal.forEach((x, i) =>
      assert(Math.abs(x - normal2[i]) <= 1e-5 + 1e-4 * Math.abs(x), `${x} and ${normal2[i]}`)
    );
  },
});

onEachDevice("random numbers are spread as they should be", async () => {
  manualSeed(1);
  const moments = async (values: ArrayLike<number>) => {
    const list = Array.from(values), mean = list.reduce((a, b) => a + b) / list.length;
    return await Promise.resolve([mean, list.reduce((a, b) => a + (b - mean) ** 2, 0) / list.length]);
  };
  const n = 20_000;
  const uniform = await rand(n).data(),
    normal = await randn(n).data(),
    whole = await randint(3, 7, [n]).data();
  assert(uniform.every((x) => x >= 0 && x < 1));
  assertEquals([...new Set(whole)].sort(), [3, 4, 5, 6]);
  const [[m1, v1], [m2, v2]] = [await moments(uniform), await moments(normal)];
  assert(Math.abs(m1 - 0.5) < 0.01 && Math.abs(v1 - 1 / 12) < 0.005, `uniform: ${m1}, ${v1}`);
  assert(Math.abs(m2) < 0.03 && Math.abs(v2 - 1) < 0.05, `normal: ${m2}, ${v2}`);
});

Deno.test("options of a new tensor are those of TensorOptions", () => {
  const options: TensorOptions = { requiresGrad: true };
  for (const x of [rand([2], options), randn([2], options), eye(2, 2, options), linspace(0, 1, 3, options)]) {
    assertEquals([x.requiresGrad, x.isLeaf], [true, true]);
  }
  assertThrows(() => eye(2, 2, { dtype: "int32", requiresGrad: true }), TypeError, "only float32");
});
