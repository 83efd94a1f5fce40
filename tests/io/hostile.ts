/**
 * Files that were damaged in every way that chance finds, some outside and some inside: their JSON, their pickle, their arrays,
 * with all that is around them in order. `deno run --v8-flags=--expose-gc tests/io/hostile.ts 10000` tries so many of each;
 * the test tries a few, always the same.
 *
 * @module
 */
import fc from "fast-check";
import {
  currentDevice,
  FileFormatError,
  inspectSafetensors,
  readNpy,
  readNpz,
  readPth,
  readSafetensors,
} from "descent";
import { tensorsIn } from "../../lib/tensor/inside.ts";
import deflated from "../fixtures/io/numpy/deflated.npz" with { type: "bytes" };
import stored from "../fixtures/io/numpy/stored.npz" with { type: "bytes" };
import v1 from "../fixtures/io/numpy/v1.npy" with { type: "bytes" };
import v3 from "../fixtures/io/numpy/v3.npy" with { type: "bytes" };
import calls from "../fixtures/io/refused/calls.pth" with { type: "bytes" };
import kindsFile from "../fixtures/io/safetensors/kinds.safetensors" with { type: "bytes" };
import own from "../fixtures/io/safetensors/own.safetensors" with { type: "bytes" };
import layouts113 from "../fixtures/io/torch-1.13/layouts.pth" with { type: "bytes" };
import state113 from "../fixtures/io/torch-1.13/state.pth" with { type: "bytes" };
import checkpoint213 from "../fixtures/io/torch-2.13/checkpoint.pth" with { type: "bytes" };
import protocol213 from "../fixtures/io/torch-2.13/protocol4.pth" with { type: "bytes" };
import { archive, op, pickle, tensorCodes } from "./pickles.ts";
import { safetensors } from "./safetensors.ts";
import { joined, zip } from "./zip.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A kind of file. */
interface Kind {
  name: string;
  /** Damaged files. */
  files: fc.Arbitrary<Bytes | Promise<Bytes>>;
  read(bytes: Bytes): Promise<unknown>;
}

/** Numbers that decide. */
const WILD = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** A change of some bytes. */
type Change = (bytes: Bytes) => Bytes;

/** Any of the ways to change bytes. Places count from the front or from the end, where zips have what decides. */
const change: fc.Arbitrary<Change> = (() => {
  const place = fc.oneof(fc.nat(64), fc.nat(64).map((n) => -1 - n), fc.nat(1 << 16));
  const at = (bytes: Bytes, n: number) =>
    n < 0 ? Math.max(0, bytes.length + n) : bytes.length === 0 ? 0 : n % bytes.length;
  const put = (width: 1 | 2 | 4 | 8) =>
    fc.tuple(place, fc.oneof(fc.constantFrom(...WILD), fc.nat())).map(([n, value]): Change => (bytes) => {
      const copy = bytes.slice(),
        from = at(copy, n),
        number = BigInt(value) * (width === 8 ? 0x100000001n : 1n);
      for (let i = 0; i < width && from + i < copy.length; i++) {
        copy[from + i] = Number(number >> BigInt(8 * i) & 255n);
      }
      return copy;
    });
  const range = fc.tuple(place, fc.nat(40));
  return fc.oneof(
    put(1),
    put(1),
    put(2),
    put(4),
    put(8),
    place.map((n): Change => (bytes) => bytes.slice(0, at(bytes, n))),
    range.map(([n, length]): Change => (bytes) => {
      const from = at(bytes, n);
      return joined(bytes.subarray(0, from), bytes.subarray(from + length));
    }),
    fc.tuple(place, fc.uint8Array({ maxLength: 20 })).map(([n, more]): Change => (bytes) =>
      joined(bytes.subarray(0, at(bytes, n)), more, bytes.subarray(at(bytes, n)))
    ),
    fc.tuple(place, range).map(([to, [n, length]]): Change => (bytes) => {
      const from = at(bytes, n), target = at(bytes, to);
      return joined(bytes.subarray(0, target), bytes.subarray(from, from + length), bytes.subarray(target));
    }),
  );
})();

/** Bytes after some changes. */
export function changed(bytes: Bytes): fc.Arbitrary<Bytes> {
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((all) =>
    all.reduce((before, one) => one(before), bytes)
  );
}

const anyOf = (...files: Bytes[]) => fc.constantFrom(...files).chain(changed);

/** The bytes of the pickle of a file of torch.save(), which stands there as it is, up to its last stop. */
function pickleOf(file: Bytes): Bytes {
  const text = new TextDecoder("latin1").decode(file), from = text.indexOf("\x80", text.indexOf("data.pkl"));
  return file.slice(from, text.indexOf("PK", from)).subarray(0, text.slice(from).indexOf("PK"));
}

/** The storages that changed pickles speak of. */
const storages = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [String(i), 16 * i]));

/** Programs for the pickle machine, of all opcodes that it has and some that it has not. */
const program = (() => {
  const number = fc.oneof(fc.constantFrom(-1, 0, 1, 2, 4, 2 ** 31, 2 ** 40, 2 ** 52), fc.nat(8));
  const sizes = fc.array(number, { maxLength: 3 });
  const plain = [
    op.mark,
    op.none,
    op.emptyList,
    op.emptyTuple,
    op.emptyDict,
    op.append,
    op.appends,
    op.setItem,
    op.setItems,
    op.tuple,
    op.tuple1,
    op.tuple2,
    op.tuple3,
    op.pop,
    op.dup,
    op.reduce,
    op.build,
    op.newObj,
    op.persid,
    op.stackGlobal,
    op.memoize,
  ];
  const name = fc.constantFrom(
    ["os", "system"],
    ["torch", "Size"],
    ["torch", "FloatStorage"],
    ["torch", "float16"],
    ["torch._utils", "_rebuild_tensor_v2"],
    ["torch._utils", "_rebuild_tensor_v3"],
    ["torch._utils", "_rebuild_parameter"],
    ["collections", "OrderedDict"],
    ["collections", "Counter"],
  );
  const tensor = fc.record({
    type: fc.constantFrom("FloatStorage", "LongStorage", "BoolStorage", "ByteStorage", "HalfStorage"),
    key: fc.constantFrom("0", "1", "3", "x"),
    count: number,
    start: number,
    shape: sizes,
    strides: sizes,
  }).map(tensorCodes);
  const code = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...plain) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.nat(4), fc.boolean()).map(([i, put]) => put ? op.put(i) : op.get(i)),
    },
    { weight: 1, arbitrary: fc.constantFrom("a", "storage", "0", "__proto__").map(op.text) },
    { weight: 1, arbitrary: number.map(op.int) },
    { weight: 1, arbitrary: name.map(([module, name]) => op.global(module, name)) },
    { weight: 2, arbitrary: tensor },
    { weight: 1, arbitrary: fc.nat(255).map((byte) => [byte]) },
  );
  return fc.array(code, { maxLength: 24 }).map((codes) => pickle(...codes));
})();

/** A safetensors header, of which some is changed as JSON. */
const header = (() => {
  const size = fc.oneof(fc.nat(20), fc.constantFrom(-1, 0.5, 1e300, 2 ** 53, 2 ** 32, "1", null));
  const info = fc.record({
    dtype: fc.constantFrom("F32", "F16", "I64", "U8", "BOOL", "F4", "F8_E4M3", "x", 1),
    shape: fc.oneof(fc.array(size, { maxLength: 3 }), fc.constant(7)),
    data_offsets: fc.array(size, { minLength: 1, maxLength: 3 }),
  }, { requiredKeys: ["dtype"] });
  const good = fc.array(fc.nat(6), { maxLength: 5 }).map((sizes) => {
    let at = 0;
    const infos = sizes.map((
      size,
      i,
    ) => [`t${i}`, { dtype: "U8", shape: [size], data_offsets: [at, at += size] }]);
    return Object.fromEntries(infos);
  });
  return fc.tuple(
    good,
    fc.dictionary(fc.constantFrom("t0", "t1", "x", "__metadata__", "__proto__"), info, { maxKeys: 2 }),
  )
    .chain(([good, bad]) => fc.nat(30).map((data) => safetensors({ ...good, ...bad }, data)));
})();

/** The header of a .npy file in other words. */
const npyHeader = fc.record({
  descr: fc.constantFrom("'<f4'", "'>i8'", "'|b1'", "'|O'", "'<f4", "[('a', '<f4')]", "'<V8'", "None"),
  order: fc.constantFrom("True", "False", "1", "{}"),
  shape: fc.oneof(
    fc.array(fc.oneof(fc.nat(4), fc.constantFrom(-1, 2 ** 40, 1e21)), { maxLength: 4 }).map((s) =>
      `(${s.join(", ")},)`
    ),
    fc.constantFrom("()", "(,)", "3", "(3)", "((3,),)", `(${"9".repeat(5000)},)`, `(${"1, ".repeat(3000)})`),
  ),
  key: fc.constantFrom("shape", "descr", "x"),
  data: fc.nat(100),
}).map(({ descr, order, shape, key, data }) => {
  const text = new TextEncoder().encode(
    `{'descr': ${descr}, 'fortran_order': ${order}, '${key}': ${shape}, }\n`,
  );
  const start = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8 & 255];
  return joined(Uint8Array.from(start), text, new Uint8Array(data));
});

export const kinds: Kind[] = [
  {
    name: "safetensors",
    files: fc.oneof(anyOf(own, kindsFile), header),
    read: (bytes) => readSafetensors(bytes),
  },
  {
    name: "safetensors header",
    files: fc.oneof(anyOf(own, kindsFile), header),
    read: (bytes) => inspectSafetensors(bytes),
  },
  {
    name: ".pth",
    files: anyOf(state113, layouts113, checkpoint213, protocol213, calls),
    read: (bytes) => readPth(bytes),
  },
  {
    name: "pickle",
    files: fc.oneof(
      anyOf(...[state113, layouts113, checkpoint213, protocol213, calls].map(pickleOf)),
      program,
      program.chain(changed),
    ).map((bytes) => archive(bytes, storages)),
    read: (bytes) => readPth(bytes),
  },
  {
    name: ".npy",
    files: fc.oneof(anyOf(v1, v3), npyHeader, npyHeader.chain(changed)),
    read: (bytes) => readNpy(bytes),
  },
  { name: ".npz", files: anyOf(stored, deflated), read: (bytes) => readNpz(bytes) },
  {
    name: "zipped .npy",
    files: fc.tuple(fc.oneof(anyOf(v1), npyHeader), fc.boolean(), fc.option(fc.constantFrom(...WILD))).map(
      ([data, deflate, size]) =>
        zip([{ name: "x.npy", data: data, deflate, said: size === null ? {} : { size, crc: size } }]),
    ),
    read: (bytes) => readNpz(bytes),
  },
];

/** The longest sentence. */
const LONGEST = 500;
/** No file takes longer, in milliseconds. */
const SLOWEST = 2_000;

/** What came of reading damaged files. */
interface Findings {
  whole: number;
  refused: number;
  /** Milliseconds. */
  slowest: number;
  /** The sentences, by their words without names and numbers: how often. */
  sentences: Map<string, number>;
}

/**
 * Reads damaged files of a kind.
 *
 * @throws {Error} if one ends in anything but tensors or a sentence, takes long, or leaves tensors behind: with the file.
 */
export async function attack({ files, read }: Kind, numRuns: number, seed = 1): Promise<Findings> {
  const found: Findings = { whole: 0, refused: 0, slowest: 0, sentences: new Map() };
  await fc.assert(
    fc.asyncProperty(files, async (made) => {
      const bytes = await made, start = performance.now(), { tensors } = currentDevice().memory();
      try {
        for (const { value } of tensorsIn(await read(bytes))) value.buffer.free("by the test");
        found.whole++;
      } catch (error) {
        const { message } = error as Error;
        if (!(error instanceof FileFormatError) || !/^\w+: the Uint8Array[ :]/.test(message)) throw error;
        if (message.length > LONGEST) throw new Error(`says too much: ${message}`);
        const kind = message.replaceAll(/"[^"]*"|\[[^\]]*\]|\d+/g, "…");
        found.sentences.set(kind, (found.sentences.get(kind) ?? 0) + 1);
        found.refused++;
      }
      found.slowest = Math.max(found.slowest, performance.now() - start);
      if (found.slowest > SLOWEST) throw new Error(`takes ${found.slowest} ms`);
      if (currentDevice().memory().tensors !== tensors) throw new Error("leaves tensors behind");
    }),
    { seed, numRuns, endOnFailure: true },
  );
  return found;
}

if (import.meta.main) {
  const [runs = 10_000, seed = 1] = Deno.args.map(Number);
  for (const kind of kinds) {
    const { whole, refused, slowest, sentences } = await attack(kind, runs, seed);
    const rss = Math.round(Deno.memoryUsage().rss / 1e6);
    console.log(
      `${kind.name}: ${whole} read, ${refused} refused in ${sentences.size} sentences, ` +
        `slowest ${slowest.toFixed(1)} ms, ${rss} MB`,
    );
  }
}
