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
  type Tensor,
  tensor,
  type TensorData,
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

onEachDevice("every typed array gives the dtype that holds its numbers", async () => {
  const cases: [TensorData, string, number[]][] = [
    [Int16Array.of(-300), "int32", [-300]],
    [Uint16Array.of(65535), "int32", [65535]],
    [Uint8ClampedArray.of(255), "int32", [255]],
    [Uint32Array.of(2 ** 31 - 1), "int32", [2 ** 31 - 1]],
    [BigInt64Array.of(-(2n ** 31n)), "int32", [-(2 ** 31)]],
    [BigUint64Array.of(7n), "int32", [7]],
    [Float64Array.of(0.1), "float32", [Math.fround(0.1)]],
  ];
  // Not every host has it.
  if (typeof Float16Array === "function") cases.push([Float16Array.of(0.5, -2), "float32", [0.5, -2]]);
  for (const [data, dtype, numbers] of cases) {
    const x = tensor(data);
    assertEquals([x.dtype, await x.array()], [dtype, numbers]);
    assertEquals(await tensor(data, { dtype: "float32" }).array(), numbers.map(Math.fround));
  }
  assertThrows(() => tensor(Uint32Array.of(2 ** 31)), RangeError, "tensor: 2147483648 is not an int32");
  assertThrows(
    () => tensor(BigInt64Array.of(2n ** 53n)),
    RangeError,
    "tensor: 9007199254740992 is not an int32",
  );
  assertEquals(await tensor(Uint32Array.of(2 ** 31), { dtype: "float32" }).array(), [2 ** 31]);
});

onEachDevice("arrays of typed arrays are rows, and mixed kinds become the one that holds all", async () => {
  const cases: [TensorData, string, unknown][] = [
    [[Float32Array.of(1, 2), Float32Array.of(3, 4)], "float32", [[1, 2], [3, 4]]],
    [[Int32Array.of(1), Int32Array.of(2)], "int32", [[1], [2]]],
    [[[Uint8Array.of(1, 2)], [Uint8Array.of(3, 4)]], "int32", [[[1, 2]], [[3, 4]]]],
    [[Int32Array.of(1), Float64Array.of(0.5)], "float32", [[1], [0.5]]],
    [[Int32Array.of(1, 2), [0.5, 3]], "float32", [[1, 2], [0.5, 3]]],
    [[Int8Array.of(1, 0), [true, false]], "int32", [[1, 0], [1, 0]]],
    [[true, 2], "float32", [1, 2]],
    [[1.5, true], "float32", [1.5, 1]],
    [[[true], [false]], "bool", [[true], [false]]],
    [[new Float32Array(0), new Float32Array(0)], "float32", [[], []]],
  ];
  for (const [data, dtype, numbers] of cases) {
    const x = tensor(data);
    assertEquals([x.dtype, await x.array()], [dtype, numbers]);
  }
});

Deno.test("what is no data is refused in a sentence that says what to do", () => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const cases: [unknown, string][] = [
    [new ArrayBuffer(8), "not an ArrayBuffer; say what its bytes are: new Float32Array(buffer)"],
    [new DataView(new ArrayBuffer(8)), "not a DataView; say what its bytes are: new Float32Array(buffer)"],
    [new Set([1]), "not a Set; Array.from(…) makes an array of it"],
    [7n, "not the bigint 7n; Number(…) makes a number of it"],
    [Promise.resolve(1), "not a Promise; await it first"],
    [tensor(1), "stack() and cat() join tensors, clone() copies one"],
    [[tensor(1)], "expected at data[0], not Tensor [] float32 cpu; stack() and cat() join tensors"],
    [[[1, 2], [3, 4n]], "expected at data[1][1], not the bigint 4n"],
    [[[1], new Float32Array(2)], "ragged: data[1] has 2 entries, its siblings 1"],
    [[[[1]], new Float32Array(1)], "ragged: data[1] has numbers, its siblings arrays"],
    [[1, new Float32Array(1)], "expected at data[1], not Float32Array(1)"],
    [[[1], "2"], 'an array is expected at data[1], not "2"'],
    [[1, , 3], "expected at data[1]"],
    [cyclic, "nested more than 64 deep"],
  ];
  for (const [data, sentence] of cases) {
    const error = assertThrows(() => tensor(data as TensorData), Error, sentence);
    assert(error instanceof TypeError || error instanceof RangeError);
    assert(error.message.startsWith("tensor: "), error.message);
  }
});

Deno.test("a step of the wrong sign is refused, however long it is", () => {
  for (
    const [from, to, step] of [[0, -1, 5], [0, 5, -1], [0, -1, 1], [0, 1, 0], [0, NaN, 1], [0, Infinity, 1], [
      0,
      1,
      Infinity,
    ]]
  ) {
    assertThrows(() => arange(from, to, step), RangeError, `arange: a step of ${step} does not lead`);
  }
  for (const [from, to, step] of [[0, 0, 5], [0, 0, -5], [2, 2, 1]]) {
    assertEquals(arange(from, to, step).shape, [0]);
  }
  assertEquals(arange(0, -1, -5).shape, [1]);
});

onEachDevice("integers and booleans of many numbers are made as floats are", async () => {
  const n = 1000;
  for (const dtype of ["float32", "int32", "bool"] as const) {
    const holds = async (x: Tensor, value: (i: number) => number) => {
      assertEquals([x.dtype, x.size], [dtype, n]);
      assert((await x.data()).every((number, i) => number === value(i)), dtype);
    };
    await holds(zeros([n], { dtype }), () => 0);
    await holds(ones([10, 100], { dtype }), () => 1);
    await holds(full([n], dtype === "bool" ? 1 : 7, { dtype }), () => dtype === "bool" ? 1 : 7);
    await holds(tensor(new Int32Array(n).fill(1), { dtype }), () => 1);
    await holds(tensor(Array.from({ length: n }, (_, i) => i % 2), { dtype }), (i) => i % 2);
    await holds(arange(0, n, 1, { dtype }), (i) => dtype === "bool" ? Math.min(i, 1) : i);
    await holds(eye(10, 100, { dtype }), (i) => i % 101 === 0 ? 1 : 0);
  }
  manualSeed(3);
  const drawn = await randint(-5, 5, [n]).data();
  manualSeed(3);
  const uniform = await rand(n).data();
  assertEquals(drawn, Int32Array.from(uniform, (u) => Math.floor(u * 10) - 5));
  assertThrows(
    () => randint(2 ** 31 - 1, 2 ** 31 + 1, [1]),
    RangeError,
    "randint: [low, high) must be int32",
  );
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
