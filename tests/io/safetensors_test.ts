/** Safetensors files: those of the Python package (tools/fixtures/files.py), and those written here. */
import {
  currentDevice,
  FileFormatError,
  inspectSafetensors,
  randn,
  readSafetensors,
  type Tensor,
  tensor,
  zeros,
} from "descent";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { SafetensorsImage } from "../../lib/io/safetensors_write.ts";
import { onEachDevice } from "../devices.ts";
import expected from "../fixtures/io/expected.json" with { type: "json" };
import float8 from "../fixtures/io/safetensors/float8.safetensors" with { type: "bytes" };
import kinds from "../fixtures/io/safetensors/kinds.safetensors" with { type: "bytes" };
import own from "../fixtures/io/safetensors/own.safetensors" with { type: "bytes" };
import state from "../fixtures/io/torch-2.13/state.pth" with { type: "bytes" };
import { assertTensor, bitsOf } from "./expected.ts";
import { safetensors } from "./safetensors.ts";

type Options = ConstructorParameters<typeof SafetensorsImage>[2];

/** The file that writeSafetensors() would write. */
async function written(tensors: Record<string, Tensor>, options: Options = {}): Promise<Uint8Array> {
  const image = new SafetensorsImage("writeSafetensors", tensors, options), parts: BlobPart[] = [];
  for await (const chunk of image.chunks()) parts.push(chunk.slice());
  image.free();
  return new Blob(parts).bytes();
}

/** A float32 tensor of the numbers with these bits. */
const ofBits = (...bits: number[]) => tensor(new Float32Array(new Uint32Array(bits).buffer));

onEachDevice("readSafetensors() reads every kind of numbers that the Python package wrote", async () => {
  const tensors = await readSafetensors(kinds);
  assertEquals(Object.keys(tensors).sort(), Object.keys(expected.safetensors).sort());
  for (const [name, { tensor }] of Object.entries(expected.safetensors)) {
    await assertTensor(tensors[name], tensor, name);
  }
  const bits = [0, 0x80000000, 1, 0x7f7fffff, 0x7fc00001, 0xffc12345, 0x7f800000, 0x3dcccccd];
  assertEquals(await bitsOf(tensors.float32), bits);
});

Deno.test("inspectSafetensors() says what is in a file, that which cannot be read too", async () => {
  const { metadata, tensors } = await inspectSafetensors(kinds);
  assertEquals(metadata, { format: "pt" });
  assertEquals(tensors.bool, { dtype: "BOOL", shape: [2, 2] });
  assertEquals(tensors.empty, { dtype: "F32", shape: [0, 3] });
  assertEquals((await inspectSafetensors(float8)).tensors.w, { dtype: "F8_E4M3", shape: [2] });
});

Deno.test("readSafetensors() reads only the tensors that are asked for, and so passes by those that it cannot", async () => {
  assertEquals(await (await readSafetensors(float8, { names: ["b"] })).b.array(), [1, 1]);
  await assertRejects(
    () => readSafetensors(float8),
    FileFormatError,
    'holds "w" as F8_E4M3, which has no place here',
  );
  assertEquals(await readSafetensors(kinds, { names: [] }), {});
  await assertRejects(
    () => readSafetensors(kinds, { names: ["int31"] }),
    RangeError,
    'did you mean "int32"?',
  );
});

onEachDevice("writeSafetensors() writes byte for byte what the Python package writes", async () => {
  const tensors = {
    'é\n"': tensor([true, false]),
    "😀": tensor(-0),
    "\ufffd": zeros(0, 2),
    "2": tensor(new Int32Array([0, 1, 2])),
    "10": tensor([[0, 1, 2], [3, 4, 5]]),
  };
  assertEquals(await written(tensors, { metadata: { epoch: "5" } }), own);
});

onEachDevice("what is written and read again is the same, bit for bit", async () => {
  const tensors = {
    floats: ofBits(0, 0x80000000, 1, 0x807fffff, 0x7f800001, 0x7fc00001, 0xffffffff, 0x7f7fffff, 0xff800000),
    transposed: tensor([[1, 2, 3], [4, 5, 6]]).t(),
    images: randn(2, 3, 5, 4).permute(0, 2, 3, 1),
    large: randn(70, 90),
    ints: tensor(new Int32Array([-(2 ** 31), -1, 0, 2 ** 31 - 1])),
    bools: tensor([[true], [false]]),
    scalar: tensor(7),
    none: zeros(3, 0),
    __proto__x: tensor([1]),
  };
  const read = await readSafetensors(await written(tensors));
  assertEquals(Object.keys(read).sort(), Object.keys(tensors).sort());
  for (const [name, one] of Object.entries(tensors)) {
    assertEquals([read[name].shape, read[name].dtype], [one.shape, one.dtype], name);
    if (one.dtype === "float32") assertEquals(await bitsOf(read[name]), await bitsOf(one), name);
    else assertEquals(await read[name].data(), await one.data(), name);
  }
});

Deno.test("float16 and bfloat16 are rounded to the nearest, ties to even, and every one of them comes back", async () => {
  const every = Uint16Array.from({ length: 65536 }, (_, i) => i), halves = new Float16Array(every.buffer);
  const isNaN16 = (bits: number) => (bits & 0x7fff) > 0x7c00;
  // As float32 and back, NaNs become quiet.
  const file = await written({ x: tensor(Float32Array.from(halves)) }, { dtypes: { float32: "F16" } });
  const back = new Uint16Array(file.slice(-131072).buffer);
  every.forEach((bits, i) =>
    isNaN16(bits) ? isNaN16(back[i]) || assertEquals(back[i], bits) : assertEquals(back[i], bits)
  );
  // Between two neighbours, at the tie, and a bit beside it.
  const numbers = new Float32Array(20_000), bits = new Uint32Array(numbers.buffer);
  for (let i = 0; i < bits.length; i++) {
    bits[i] = Math.imul(i + 1, 0x9e3779b1);
    if (i % 2) bits[i] = bits[i] & 0xffffe000 | 0x1000 + i % 3 - 1;
    if (i % 8 < 4) bits[i] = bits[i] & 0x8fffffff | 0x30000000;
  }
  const half = await readSafetensors(await written({ x: tensor(numbers) }, { dtypes: { float32: "F16" } }));
  assertEquals(await half.x.data(), numbers.map(Math.f16round));
  const brain = await readSafetensors(await written({ x: tensor(numbers) }, { dtypes: { float32: "BF16" } }));
  const read = await brain.x.data();
  numbers.forEach((x, i) => {
    if (Number.isNaN(x)) return assertEquals(read[i], NaN);
    // The bfloat16 below and the one above; the nearer one, or the even one.
    const down = new Float32Array(new Uint32Array([bits[i] & 0xffff0000]).buffer)[0];
    const up = new Float32Array(new Uint32Array([(bits[i] & 0xffff0000) + 0x10000]).buffer)[0];
    const far = bits[i] & 0xffff, isUp = far > 0x8000 || far === 0x8000 && (bits[i] & 0x10000) !== 0;
    assertEquals(read[i], isUp ? up : down);
  });
});

Deno.test("int32 are written as int64 where PyTorch's integers are wanted", async () => {
  const file = await written({ step: tensor(new Int32Array([41, -1])) }, { dtypes: { int32: "I64" } });
  assertEquals((await inspectSafetensors(file)).tensors.step, { dtype: "I64", shape: [2] });
  assertEquals(await (await readSafetensors(file)).step.array(), [41, -1]);
});

onEachDevice(
  "what is written is what the tensors were at the call, whatever changes them meanwhile",
  async () => {
    const weight = tensor([1, 2]), large = zeros(300, 300);
    const image = new SafetensorsImage("writeSafetensors", { weight, large }, {}), parts: BlobPart[] = [];
    weight.add_(10);
    large.fill_(3);
    for await (const chunk of image.chunks()) parts.push(chunk.slice());
    image.free();
    image.free();
    const read = await readSafetensors(await new Blob(parts).bytes());
    assertEquals(await read.weight.array(), [1, 2]);
    assertEquals(await read.large.max().item(), 0);
    assertEquals(await weight.array(), [11, 12]);
  },
);

onEachDevice("writing takes no memory of the device's, and gives back what it held", () => {
  const weight = zeros(300, 300), before = currentDevice().memory();
  const image = new SafetensorsImage("writeSafetensors", { weight, again: weight }, {});
  assertEquals(currentDevice().memory(), before);
  image.free();
  image.free();
  assertEquals(currentDevice().memory(), before);
});

Deno.test("writeSafetensors() refuses names that the format has no room for, and what is no tensor", () => {
  const make = (tensors: unknown, options: unknown = {}) => () =>
    new SafetensorsImage("writeSafetensors", tensors as Record<string, Tensor>, options as Options);
  assertThrows(make({ __metadata__: zeros(1) }), RangeError, 'no tensor can be called "__metadata__"');
  assertThrows(make({ "\ud800": zeros(1) }), RangeError, "no tensor can be called");
  assertThrows(make({ a: 1 }), TypeError, 'writeSafetensors: "a" must be a tensor, not 1');
  assertThrows(make({}, { metadata: { epoch: 5 } }), TypeError, '"epoch" is 5, of which String(…) makes one');
  assertThrows(
    make({}, { dtypes: { float32: "F64" } }),
    RangeError,
    'dtypes.float32 must be one of "F32", "F16", "BF16"',
  );
  assertThrows(make({}, { dtypes: { bool: "U8" } }), TypeError, 'there is no option "bool"');
});

Deno.test("readSafetensors() refuses what the reference implementation refuses, in a sentence", async () => {
  const info = (begin: number, end: number, shape = [end - begin]) => ({
    dtype: "U8",
    shape,
    data_offsets: [begin, end],
  });
  const refused: [Uint8Array<ArrayBuffer>, string][] = [
    [new Uint8Array(7), "is no safetensors file: it has 7 bytes"],
    [
      new Uint8Array(8).fill(255),
      "its header should have 18446744073709551615 bytes, and no more than 100000000",
    ],
    [new Uint8Array([0, 0, 1, 0, 0, 0, 0, 0]), "its header should end at byte 65544, the file at 8"],
    [state, "; it is a zip: readPth() reads those of torch.save()"],
    [safetensors("{", 0), "its header is not JSON"],
    [safetensors(" {}", 0), 'does not begin with "{"'],
    [safetensors("{}", 1), "by its header it has 10 bytes, and it has 11"],
    [safetensors(new Uint8Array([0x7b, 0xff, 0x7d]), 0), "its header is not UTF-8"],
    [
      safetensors({ a: info(0, 4), b: info(2, 6) }, 6),
      'tensor "b", from byte 2 of the data, overlaps the tensor before it',
    ],
    [
      safetensors({ a: info(0, 4), b: info(5, 6) }, 6),
      'tensor "b", from byte 5 of the data, leaves a hole from byte 4',
    ],
    [safetensors({ a: info(1, 4) }, 4), "leaves a hole from byte 0"],
    [safetensors({ a: info(0, 4) }, 3), "is cut short: by its header it has"],
    [
      safetensors({ a: info(0, 4, [3]) }, 4),
      'tensor "a" of shape [3] and dtype U8 takes 3 bytes, not those of data_offsets',
    ],
    [safetensors({ a: info(4, 0, [4]) }, 4), "takes 4 bytes, not those of data_offsets [4, 0]"],
    [safetensors({ a: info(0, 0, [2 ** 40, 2 ** 40, 0]) }, 0), "a shape that no file holds"],
    [
      safetensors({ a: { dtype: "F128", shape: [], data_offsets: [0, 16] } }, 16),
      'a dtype that there is not: "F128"',
    ],
    [
      safetensors({ a: { dtype: "constructor", shape: [], data_offsets: [0, 1] } }, 1),
      "a dtype that there is not",
    ],
    [safetensors({ a: { dtype: "F4", shape: [1], data_offsets: [0, 1] } }, 1), "takes 0.5 bytes"],
    [
      safetensors({ a: { dtype: "U8", shape: [1.5], data_offsets: [0, 1] } }, 1),
      "should have a dtype, a shape and data_offsets",
    ],
    [safetensors({ a: null }, 0), 'tensor "a" should have a dtype, a shape and data_offsets, and has null'],
    [safetensors({ a: [] }, 0), "should have a dtype"],
    [
      safetensors('{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"\\u0061":0}', 1),
      'its header says "a" twice',
    ],
    [
      safetensors('{"a":{"dtype":"U8","dtype":"I8","shape":[],"data_offsets":[0,1]}}', 1),
      'its header says "dtype" twice',
    ],
    [safetensors({ __metadata__: { a: 1 } }, 0), "its __metadata__ are not texts by name"],
    [safetensors(`{"a":${"[".repeat(200)}${"]".repeat(200)}}`, 0), "nested more than 128 deep"],
    [safetensors(`{"a":[${"[],".repeat(500_001)}0]}`, 0), "more than 500000 entries"],
    [safetensors(":".repeat(1000), 0), 'does not begin with "{"'],
    [safetensors(`{${":".repeat(1000)}`, 0), "its header is not JSON"],
  ];
  for (const [file, message] of refused) {
    await assertRejects(() => readSafetensors(file), FileFormatError, message);
  }
});

Deno.test("a name such as __proto__ is one like others", async () => {
  const file = safetensors('{"__proto__":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}', 1);
  const read = await readSafetensors(file);
  assertEquals(Object.keys(read), ["__proto__"]);
  assertEquals(Object.getPrototypeOf(read), Object.prototype);
});
