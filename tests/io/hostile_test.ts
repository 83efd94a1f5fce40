/** Files that were made to harm, one kind of harm each; tests/io/hostile.ts makes more of them by chance. */
import { currentDevice, FileFormatError, readNpz, readPth, type Tensor } from "descent";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { attack, kinds } from "./hostile.ts";
import { npy } from "./npy.ts";
import { archive, op, pickle, tensorCodes } from "./pickles.ts";
import { type Member, zip } from "./zip.ts";
import { settled } from "../memory.ts";

const RUNS = 150;

for (const kind of kinds) {
  Deno.test(`a damaged ${kind.name} file ends in a sentence, or is whole, and leaves no tensor behind`, async () => {
    const { whole, refused } = await attack(kind, RUNS);
    assert(refused > RUNS / 4, `${refused} refused`);
    assertEquals(whole + refused, RUNS);
  });
}

/** Reads a pickle in a file of torch.save(). */
const read = async (...codes: readonly (readonly number[])[]) =>
  await readPth(await archive(pickle(...codes)));

Deno.test("a pickle calls nothing: what it wants of Python is refused by name", async () => {
  const command = op.text("touch pwned");
  const wants: [number[][], string][] = [
    [[op.global("os", "system"), command, op.tuple1, op.reduce], '"os.system"'],
    [[op.global("posix", "system"), command, op.tuple1, op.reduce], '"posix.system"'],
    [
      [op.text("builtins"), op.text("eval"), op.stackGlobal, command, op.tuple1, op.reduce],
      '"builtins.eval"',
    ],
    [[op.global("torch", "load"), command, op.tuple1, op.reduce], '"torch.load"'],
    [[op.global("torch", "Size.__class__"), op.emptyTuple, op.reduce], '"torch.Size.__class__"'],
    [[op.global("torch.Size", "constructor"), op.emptyTuple, op.reduce], '"torch.Size.constructor"'],
    [[op.global("", "__proto__"), op.emptyTuple, op.reduce], '".__proto__"'],
    [[op.none, op.text("x"), op.stackGlobal], '"null.x"'],
  ];
  for (const [codes, name] of wants) {
    await assertRejects(
      () => read(...codes),
      FileFormatError,
      `readPth: the Uint8Array wants Python's ${name}`,
    );
  }
});

Deno.test("a pickle that calls what is no function, builds, or has opcodes of classes is refused", async () => {
  const refused: [number[][], string][] = [
    [[op.text("eval"), op.emptyTuple, op.reduce], "it calls what is no function"],
    [[op.emptyDict, op.emptyTuple, op.reduce], "it calls what is no function"],
    [
      [op.global("torch", "FloatStorage"), op.emptyTuple, op.reduce],
      'it calls "torch.FloatStorage" as no file of tensors does',
    ],
    [
      [op.global("torch._utils", "_rebuild_parameter"), op.none, op.tuple1, op.reduce],
      'it calls "torch._utils._rebuild_parameter" as no file of tensors does',
    ],
    [[tensorCodes(), op.emptyDict, op.build], "it changes the attributes of what is no dictionary"],
    [[op.emptyDict, op.none, op.build], "it changes the attributes of what is no dictionary"],
    [[op.global("torch", "Size"), op.emptyTuple, op.newObj], "it has opcode 0x81"],
    [[op.mark, op.global("torch", "Size"), [0x6f]], "it has opcode 0x6f"],
    [[op.mark, [0x69], [...new TextEncoder().encode("os\nsystem\n")]], "it has opcode 0x69"],
    [[[0x82, 1]], "it has opcode 0x82"],
    [[[0x50, 0x31, 0x0a]], "it has opcode 0x50"],
    [[op.text("0"), op.persid], "it refers to something that is no storage of numbers"],
    [[op.emptyTuple, op.none, op.append], "it appends to what is no list"],
    [[op.emptyList, op.none, op.none, op.setItem], "it sets entries of what is no dictionary"],
    [[op.emptyDict, op.mark, op.none, op.setItems], "it sets entries of what is no dictionary"],
    [[op.append], "it takes from an empty stack"],
    [[op.none, op.append], "it takes from an empty stack"],
    [[op.mark, op.pop, op.pop], "it takes from an empty stack"],
    [[op.none, op.tuple], "it takes from an empty stack"],
    [[op.get(3)], "it takes number 3 out of a memory in which there is none"],
    [[op.mark], "it should leave one thing behind"],
    [[op.none, op.none], "it should leave one thing behind"],
    [[], "it should leave one thing behind"],
    [[[0x8a, 255]], "it has an integer of 255 bytes"],
    [[[0x8d, 255, 255, 255, 255, 255, 255, 255, 127]], "it is cut short"],
    [[[0x58, 255, 255, 255, 255]], "it is cut short"],
    [[[0x8c, 1, 0xff]], "it has a text that is not UTF-8"],
    [[[0x63, 0x61]], "it is cut short"],
  ];
  for (const [codes, message] of refused) {
    await assertRejects(() => read(...codes), FileFormatError, `of its pickle, ${message}`);
  }
  const whole = pickle(op.none);
  await assertRejects(
    async () => readPth(await archive(whole.slice(0, 2))),
    FileFormatError,
    "it is cut short",
  );
  await assertRejects(
    async () => readPth(await archive(whole.with(1, 0))),
    FileFormatError,
    "it is of protocol 0",
  );
  await assertRejects(
    async () => readPth(await archive(whole.with(0, 0x28))),
    FileFormatError,
    "it does not begin as",
  );
  await assertRejects(
    async () => readPth(await archive(Uint8Array.from([...whole, 0]))),
    FileFormatError,
    "it goes on behind its end",
  );
});

Deno.test("lists that hold themselves, are nested without end, or repeat beyond measure are refused", async () => {
  const itself = [op.emptyList, op.put(0), op.get(0), op.append];
  await assertRejects(() => read(...itself), FileFormatError, "its lists repeat beyond measure");
  const inDict = [op.emptyDict, op.put(0), op.text("a"), op.get(0), op.setItem];
  await assertRejects(
    () => read(...inDict, op.text("longer".repeat(20)), op.pop),
    FileFormatError,
    "nested more than 64 deep",
  );
  const deep = Array.from({ length: 20_000 }, () => op.emptyList), up = deep.slice(1).map(() => op.append);
  await assertRejects(
    () => read(deep.flat(), up.flat()),
    FileFormatError,
    "its lists are nested more than 64 deep",
  );
  const tuples = [op.emptyTuple, ...Array.from({ length: 20_000 }, () => op.tuple1)];
  await assertRejects(() => read(tuples.flat()), FileFormatError, "its lists are nested more than 64 deep");
  // Each list holds the one before ten times: ten to the thirtieth power at the end.
  const laughs = Array.from({ length: 30 }, (_, i) => [
    ...op.emptyList,
    ...op.put(i),
    ...op.mark,
    ...Array.from({ length: 10 }, () => i === 0 ? op.text("lol") : op.get(i - 1)).flat(),
    ...op.appends,
  ]);
  const nested = [...laughs.slice(0, -1).flatMap((codes) => [codes, op.pop]), laughs.at(-1)!];
  await assertRejects(() => read(...nested), FileFormatError, "its lists repeat beyond measure");
  const twice = [op.emptyDict, op.mark, op.text("1"), op.none, op.int(1), op.none, op.setItems];
  await assertRejects(() => read(...twice), FileFormatError, 'is damaged: "1" is in it twice');
  const odd = [op.emptyDict, op.none, op.none, op.setItem];
  await assertRejects(() => read(...odd), FileFormatError, "a key that is neither text nor number");
});

Deno.test("a pickle that only fills the memory is stopped before", async () => {
  const files: [codes: number[], message: string][] = [
    [[...op.emptyTuple, ...op.pop], "it makes more than 500000 things"],
    [op.mark, "its stack holds more than 500000 things"],
    [op.memoize, "it remembers more than 500000 things"],
  ];
  for (const [codes, message] of files) {
    const bytes = new Uint8Array(1_100_000).map((_, i) => codes[i % codes.length]);
    bytes.set([...op.proto(2), ...op.none]);
    const file = await archive(bytes);
    await assertRejects(() => readPth(file), FileFormatError, message);
  }
});

Deno.test("a pickle that asks for the same long work again and again is done soon", async () => {
  const many = (codes: readonly number[]) => Array.from({ length: 100_000 }, () => codes).flat();
  const start = performance.now();
  // A dictionary of 50,000 entries, and 50,000 counters of it.
  const entries = [...op.mark, ...many(op.none), ...op.setItems],
    calls = [...op.get(1), ...op.get(0), ...op.reduce, ...op.pop];
  const counters = await archive(pickle(
    [
      ...op.emptyDict,
      ...entries,
      ...op.tuple1,
      ...op.put(0),
      ...op.global("collections", "Counter"),
      ...op.put(1),
    ],
    [...many(calls), ...op.pop],
  ));
  await assertRejects(() => readPth(counters), FileFormatError, "a key that is neither text nor number");
  // Tensors of 100,000 dimensions.
  const shape = [...op.mark, ...many([0x4b, 1]), ...op.tuple, ...op.put(0), ...op.pop];
  const storage = tensorCodes().slice(0, tensorCodes().indexOf(0x51) + 1);
  const tensors = await archive(pickle(shape, storage, op.int(0), op.get(0), op.get(0), op.tuple, op.reduce));
  await assertRejects(() => readPth(tensors), FileFormatError, "as no file of tensors does");
  assert(performance.now() - start < 2000);
});

Deno.test("tensors that are not inside of their storage, or are larger than any file, are refused", async () => {
  const wrong: [Parameters<typeof tensorCodes>[0], string][] = [
    [{ shape: [5] }, 'is not inside of storage "0", which has 16 bytes'],
    [{ start: 1 }, "is not inside of storage"],
    [{ shape: [2, 2], strides: [3, 1] }, "is not inside of storage"],
    [{ shape: [2], strides: [2 ** 52] }, "is not inside of storage"],
    [{ start: -1 }, "as no file of tensors does"],
    [{ strides: [-1] }, "as no file of tensors does"],
    [{ shape: [-4] }, "as no file of tensors does"],
    [{ shape: [2, 2] }, "as no file of tensors does"],
    [{ shape: [2 ** 40, 2 ** 40], strides: [0, 0] }, "is more than a file can hold"],
    [{ shape: new Array(65).fill(1), strides: new Array(65).fill(1) }, "as no file of tensors does"],
    [{ shape: [2 ** 32], strides: [0] }, "its tensors repeat the numbers in it beyond measure"],
    [{ shape: [3, 2], strides: [1, 1] }, "has elements that overlap"],
    [{ count: 5 }, 'the numbers of "" should take 20 bytes, and archive/data/0 has 16'],
    [{ count: 2 ** 60 }, "it refers to something that is no storage"],
    [{ count: -1 }, "it refers to something that is no storage"],
    [{ key: "../data.pkl" }, "data/../data.pkl, are not in the zip"],
    [{ type: "QInt8Storage" }, `wants Python's "torch.QInt8Storage"`],
  ];
  for (const [tensor, message] of wrong) {
    await assertRejects(() => read(tensorCodes(tensor)), FileFormatError, message);
  }
  assertEquals(
    (await read(tensorCodes({ shape: [2, 3, 2], strides: [2, 0, 1] })) as unknown as Tensor).shape,
    [2, 3, 2],
  );
});

Deno.test("of a file whose last tensor is wrong, no tensor is left behind", async () => {
  const part = (i: number, codes: number[]) => [...op.text(`${i}`), ...codes];
  const good = Array.from({ length: 9 }, (_, i) => part(i, tensorCodes({ start: i % 4, shape: [1] })));
  const large = tensorCodes({ type: "LongStorage", key: "1", count: 300, shape: [300] });
  const file = await archive(pickle(op.emptyDict, op.mark, ...good, part(9, large), op.setItems), {
    "0": 16,
    "1": 2400,
  });
  const before = await settled();
  await assertRejects(() => readPth(file), FileFormatError, 'in "9", which no int32 can hold');
  assertEquals(currentDevice().memory().tensors, before.tensors);
  assertEquals(currentDevice().memory().bytes, before.bytes);
});

const array = npy("<f4", "(300,)", new Uint8Array(1200));
const x: Member = { name: "x.npy", data: array };

Deno.test("zips whose directory and entries do not agree are refused", async () => {
  const y: Member = { name: "y.npy", data: array };
  const refused: [Uint8Array<ArrayBuffer>, string][] = [
    [(await zip([x])).slice(0, 400), "is cut short: the zip's directory, at its end, is missing"],
    [await zip([x], { count: 2 }), "the zip's directory should have 2 entries, and ends after 1"],
    [await zip([x], { count: 0 }), "bytes beyond its 0 entries"],
    [await zip([x], { offset: 2 ** 32 - 1 }), "the zip's directory should end at byte"],
    [await zip([x], { size: 2 ** 32 - 1 }), "the zip's directory should end at byte"],
    [await zip([x, x]), '"x.npy" is in it twice'],
    [await zip([x, { ...y, absent: true, said: { header: 0 } }]), "runs into what follows"],
    [await zip([{ ...x, said: { header: 2 ** 31 } }]), "runs into what follows"],
    [await zip([{ ...x, said: { packed: 2 ** 32 - 2, size: 2 ** 32 - 2 } }]), "runs into what follows"],
    [await zip([{ ...x, localName: "z.npy" }]), "is not what the directory says"],
    [await zip([{ ...x, said: { size: 10 } }]), 'is damaged: "x.npy" is stored in'],
    [await zip([{ ...x, said: { crc: 1 } }]), "the Uint8Array: x.npy is damaged: its checksum"],
    [await zip([{ ...x, deflate: true, said: { crc: 1 } }]), "its checksum"],
    [await zip([{ ...x, said: { flags: 1 } }]), '"x.npy" cannot be read'],
    [await zip([{ ...x, said: { method: 12 } }]), "compressed by method 12"],
    [await zip([{ ...x, deflate: true, said: { size: 2 ** 30 } }]), "packed bytes become 1073741824"],
    [await zip([{ ...x, deflate: true, said: { size: array.length + 1 } }]), "should unpack to"],
    [await zip([{ ...x, deflate: true, said: { size: array.length - 1 } }]), "it unpacks to more than its"],
    [await zip([{ ...x, said: { method: 8 } }]), "cannot be unpacked"],
    [await zip([{ name: "notes.txt", data: array }]), '"notes.txt" in it is no array'],
  ];
  for (const [file, message] of refused) await assertRejects(() => readNpz(file), FileFormatError, message);
});

Deno.test("a zip of more than 4 GB says so in fields of 64 bits, which are read, and wild ones refused", async () => {
  const y: Member = { name: "y.npy", data: array, deflate: true };
  const read = await readNpz(await zip([x, y], {}, { is64: true }));
  assertEquals([read.x.shape, read.y.shape], [[300], [300]]);
  const refused: [Uint8Array<ArrayBuffer>, string][] = [
    [await zip([x], { offset: 2 ** 62 }, { is64: true }), "the zip's directory should end at byte"],
    [await zip([x], { count: 2 ** 62 }, { is64: true }), "more than 200000 entries"],
    [await zip([{ ...x, said: { header: 2 ** 62 } }], {}, { is64: true }), "runs into what follows"],
    [
      await zip([{ ...x, said: { packed: 2 ** 62, size: 2 ** 62 } }], {}, { is64: true }),
      "runs into what follows",
    ],
    [
      await zip([{ ...y, said: { size: 2 ** 62 } }], {}, { is64: true }),
      "packed bytes become 4611686018427388000",
    ],
  ];
  for (const [file, message] of refused) await assertRejects(() => readNpz(file), FileFormatError, message);
});

Deno.test("a zip bomb is stopped by its array's header and by the directory, before it is unpacked", async () => {
  const bomb = new Uint8Array(2 ** 22);
  bomb.set(npy("<f4", "(300,)", new Uint8Array()));
  const more = await zip([{ name: "x.npy", data: bomb, deflate: true }]);
  const said = await zip([{ name: "x.npy", data: bomb, deflate: true, said: { size: array.length } }]);
  assert(more.length < 6_000);
  const start = performance.now();
  await assertRejects(() => readNpz(more), FileFormatError, "has more in it than an array: [300] numbers");
  await assertRejects(
    () => readNpz(said),
    FileFormatError,
    `it unpacks to more than its ${array.length} bytes`,
  );
  assert(performance.now() - start < 1000);
});

Deno.test("the entries of a file of torch.save() are not compressed, and there is one pickle", async () => {
  const none = pickle(op.none),
    refused: [Member[], string][] = [
      [[{ name: "a/data.pkl", data: none, deflate: true }], 'holds "a/data.pkl" compressed'],
      [[{ name: "a/data.pkl", data: none }, { name: "b/data.pkl", data: none }], "more than one data.pkl"],
      [[{ name: "data.pkl", data: none }], "no data.pkl"],
      [[{ name: "a/data.pkl", data: none }, { name: "a/byteorder", data: none }], "its byteorder is"],
    ];
  for (const [members, message] of refused) {
    const file = await zip(members);
    await assertRejects(() => readPth(file), FileFormatError, message);
  }
});
