/** NumPy's files, written by NumPy: tools/fixtures/files.py. */
import { FileFormatError, readNpy, readNpz, type Tensor } from "descent";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { onEachDevice } from "../devices.ts";
import deflated from "../fixtures/io/numpy/deflated.npz" with { type: "bytes" };
import stored from "../fixtures/io/numpy/stored.npz" with { type: "bytes" };
import v1 from "../fixtures/io/numpy/v1.npy" with { type: "bytes" };
import v2 from "../fixtures/io/numpy/v2.npy" with { type: "bytes" };
import v3 from "../fixtures/io/numpy/v3.npy" with { type: "bytes" };
import state from "../fixtures/io/torch-2.13/state.pth" with { type: "bytes" };
import { npy } from "./npy.ts";

/** 0, 1, … 23 as [2, 3, 4]; booleans count modulo 2. */
async function assertCounts(tensor: Tensor, name: string): Promise<void> {
  assertEquals(tensor.shape, [2, 3, 4], name);
  const isBool = name.startsWith("b1");
  assertEquals(tensor.dtype, isBool ? "bool" : name.startsWith("f") ? "float32" : "int32", name);
  assertEquals([...await tensor.data()], Array.from({ length: 24 }, (_, i) => isBool ? i % 2 : i), name);
}

onEachDevice(
  "readNpz() reads every kind of numbers in both orders of bytes and of dimensions, deflated",
  async () => {
    const { scalar, empty, one, ...arrays } = await readNpz(deflated);
    assertEquals(Object.keys(arrays).length, 12 * 2 * 2);
    for (const [name, tensor] of Object.entries(arrays)) await assertCounts(tensor, name);
    assertEquals([scalar.shape, await scalar.item()], [[], 3.5]);
    assertEquals([empty.shape, empty.dtype], [[0, 3], "float32"]);
    assertEquals([one.dtype, await one.array()], ["int32", [7]]);
  },
);

Deno.test("readNpz() reads what is stored, under the names that numpy.savez() gave", async () => {
  const arrays = await readNpz(stored);
  assertEquals(Object.keys(arrays).sort(), ["arr_0", "f8", "scalar"]);
  await assertCounts(arrays.arr_0, "f4");
  await assertCounts(arrays.f8, "f8");
});

Deno.test("readNpz() reads only the arrays that are asked for", async () => {
  assertEquals(Object.keys(await readNpz(deflated, { names: ["one", "one"] })), ["one"]);
  assertEquals(await readNpz(deflated, { names: [] }), {});
  await assertRejects(() => readNpz(stored, { names: ["arr_1"] }), RangeError, 'did you mean "arr_0"?');
});

onEachDevice("readNpy() reads the three versions of the format", async () => {
  for (const file of [v1, v2, v3]) await assertCounts(await readNpy(file), "f4");
});

Deno.test("float16 and float64 of NumPy become the float32 nearest, and no other", async () => {
  const all = new Uint16Array(65536).map((_, i) => i);
  const read = await (await readNpy(npy("<f2", "(65536,)", new Uint8Array(all.buffer)))).data();
  const halves = new Float16Array(all.buffer);
  for (let i = 0; i < all.length; i++) if (!Object.is(read[i], halves[i])) assertEquals(read[i], halves[i]);
  const doubles = new Float64Array([0.1, -0, 1 + 2 ** -24, 1 + 3 * 2 ** -24, NaN, -Infinity, 2 ** -149]);
  const rounded = await (await readNpy(npy("<f8", "(7,)", new Uint8Array(doubles.buffer)))).data();
  assertEquals([...rounded], [...doubles].map(Math.fround));
});

Deno.test("a number that its dtype here cannot hold is refused by name and value", async () => {
  const wrong: [string, Uint8Array<ArrayBuffer>, string][] = [
    ["<i8", new Uint8Array(new BigInt64Array([1n, -(2n ** 31n) - 1n]).buffer), "-2147483649"],
    [">i8", new Uint8Array([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]), "4294967296"],
    ["<u8", new Uint8Array(new BigUint64Array([1n, 2n ** 64n - 1n]).buffer), "18446744073709551615"],
    ["<u4", new Uint8Array(new Uint32Array([1, 2 ** 31]).buffer), "2147483648"],
    ["<f8", new Uint8Array(new Float64Array([1, -1e300]).buffer), "-1e+300"],
  ];
  for (const [dtype, bytes, value] of wrong) {
    const message = `readNpy: the Uint8Array holds ${value} in "the array", which no ${
      dtype === "<f8" ? "float32" : "int32"
    } can hold`;
    await assertRejects(() => readNpy(npy(dtype, "(2,)", bytes)), FileFormatError, message);
  }
});

Deno.test("readNpy() reads large arrays piece by piece, with no gap between the pieces", async () => {
  const numbers = new Int16Array(3 * 2 ** 19 + 5).map((_, i) => i % 10007);
  const bytes = new Uint8Array(numbers.buffer);
  const tensor = await readNpy(npy("<i2", `(${numbers.length},)`, bytes));
  assertEquals(await tensor.data(), Int32Array.from(numbers));
  const matrix = await readNpy(npy("<i2", `(${numbers.length},)`, bytes).slice());
  assert(matrix.size === numbers.length);
});

Deno.test("readNpy() refuses what is no plain array, or no array of NumPy's, in a sentence", async () => {
  const one = new Uint8Array(4),
    refused: [Uint8Array<ArrayBuffer>, string][] = [
      [
        npy("<c8", "(1,)", new Uint8Array(8)),
        'elements of dtype "<c8"; only floats, integers and booleans are read',
      ],
      [npy("|O", "(1,)", one), 'elements of dtype "|O"'],
      [npy("<U1", "(1,)", one), 'elements of dtype "<U1"'],
      [npy("|f4", "(1,)", one), 'dtype "|f4" does not say the order of bytes'],
      [npy("<f4", "(2,)", one), 'is cut short: [2] numbers of dtype "<f4" take 8 bytes, and there are 4'],
      [npy("<f4", "()", new Uint8Array(5)), "has more in it than an array"],
      [npy("<f4", "(1)", one), "its header is not one of NumPy's"],
      [npy("<f4", "(-1,)", one), "its header is not one of NumPy's"],
      [npy("<f4", "(1e9,)", one), "its header is not one of NumPy's"],
      [npy("<f4", "(9007199254740993, 9007199254740993, 0)", one), "a shape that no file holds"],
      [npy("<f4", `(${"1,".repeat(65)})`, one), "a shape that no file holds"],
      [v1.slice(0, 9), "is no NumPy array"],
      [v1.slice(0, 100), "ends within its header"],
      [v1.with(6, 9), "is of version 9.0"],
      [state, "is no NumPy array; it is a zip"],
      [new Uint8Array(), "is no NumPy array"],
    ];
  for (const [file, message] of refused) await assertRejects(() => readNpy(file), FileFormatError, message);
  await assertRejects(() => readNpz(state), FileFormatError, "torch.save() wrote it: readPth() reads it");
  await assertRejects(
    () => readNpz(v1),
    FileFormatError,
    "is no zip; it is a NumPy array, which readNpy() reads",
  );
});
