/**
 * Files that were damaged in every way that chance finds. `deno run tests/data/hostile.ts 10000 1` tries so many of each, by that seed; the test tries
 * a few, always the same.
 *
 * @module
 */
import fc from "fast-check";
import { parseCifar10 } from "../../lib/data/cifar10.ts";
import { parseIdx } from "../../lib/data/idx.ts";
import { FileFormatError } from "../../lib/host/format_error.ts";
import { decodePicture } from "../../lib/data/picture/mod.ts";
import pictures from "../fixtures/pictures.json" with { type: "json" };

/** A kind of file. */
interface Kind {
  name: string;
  /** Files that are whole. */
  good: Uint8Array[];
  /** Reads one; says what is wrong with the result, or null. What it throws must be a sentence. */
  read(bytes: Uint8Array<ArrayBuffer>): Promise<string | null> | string | null;
  /** Makes a damaged file look whole. */
  mend?(bytes: Uint8Array): void;
  /** What a sentence about it begins with. */
  says: string;
}

/** The bytes of an IDX file of unsigned bytes. */
export function idx(shape: number[], data: number[], type = 8): Uint8Array<ArrayBuffer> {
  const sizes = shape.flatMap((n) => [0, 0, n >> 8, n & 255]);
  return new Uint8Array([0, 0, type, shape.length, ...sizes, ...data]);
}

/** A file of CIFAR-10's with some records. */
export function cifar10File(labels: number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(3073 * labels.length);
  for (const [record, label] of labels.entries()) {
    bytes.fill(record, 3073 * record, 3073 * (record + 1));
    bytes[3073 * record] = label;
  }
  return bytes;
}

/** Each chunk of a PNG ends with the CRC-32 of its name and its bytes. */
function mendChecksums(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > bytes.length) return;
    let crc = 0xffffffff;
    for (const byte of bytes.subarray(at + 4, end)) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = crc >>> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    view.setUint32(end, ~crc >>> 0);
  }
}

function picturesOf(kind: "PNG" | "JPEG"): Kind {
  return {
    name: kind,
    good: pictures.read.filter(({ name }) => name.startsWith(kind)).map(({ file }) =>
      Uint8Array.fromBase64(file)
    ),
    says: "get: the file ",
    async read(bytes) {
      const { data, shape } = await decodePicture("get", "the file", bytes, 3);
      return shape[0] === 3 && data.length === shape[0] * shape[1] * shape[2]
        ? null
        : `has the shape [${shape}]`;
    },
  };
}

export const kinds: Kind[] = [
  {
    name: "IDX",
    good: [idx([2, 3], [1, 2, 3, 4, 5, 6]), idx([3, 1, 2, 1], [9, 8, 7, 6, 5, 4])],
    says: "parseIdx: the file ",
    read(bytes) {
      const { shape, data } = parseIdx(bytes, "the file");
      const size = shape.reduce((product, one) => product * one, 1);
      return data.length === size && size === bytes.length - 4 - 4 * shape.length ? null : `holds [${shape}]`;
    },
  },
  {
    name: "CIFAR-10",
    good: [cifar10File([0, 9, 4])],
    says: "cifar10: ",
    read(bytes) {
      const labels = new Uint8Array(3);
      parseCifar10(bytes, "the file", new Uint8Array(3 * 3072), labels);
      return labels.every((label) => label < 10) ? null : `has the labels ${labels}`;
    },
  },
  picturesOf("PNG"),
  // With a checksum that is wrong nothing behind it is looked at.
  { ...picturesOf("PNG"), name: "PNG with right checksums", mend: mendChecksums },
  picturesOf("JPEG"),
];

/** The longest sentence. */
const LONGEST = 300;
/** No file takes longer, in milliseconds. */
const SLOWEST = 10_000;

/** Files cut short, lengthened, with bytes changed, and with wild numbers in the place of others. */
function damaged(good: Uint8Array[]): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const wild = fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff);
  // Most of what decides is at the beginning.
  const place = fc.oneof(fc.nat(40), fc.nat(1 << 16));
  return fc.record({
    file: fc.constantFrom(...good),
    cut: fc.option(place, { freq: 1 }),
    bytes: fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 4 }),
    words: fc.array(fc.tuple(place, wild), { maxLength: 2 }),
    more: fc.oneof(fc.constant(new Uint8Array()), fc.uint8Array({ maxLength: 8 })),
  }).map(({ file, cut, bytes, words, more }) => {
    const kept = file.subarray(0, cut === null ? file.length : cut % (file.length + 1));
    const damaged = Uint8Array.from([...kept, ...more]), view = new DataView(damaged.buffer);
    if (damaged.length > 0) { for (const [at, byte] of bytes) damaged[at % damaged.length] = byte; }
    if (damaged.length > 4) {
      for (const [at, word] of words) view.setUint32(at % (damaged.length - 3), word);
    }
    return damaged;
  });
}

/**
 * Reads damaged files of a kind.
 *
 * @returns How many were read as if nothing were wrong, how many ended in a sentence, and the slowest's milliseconds.
 * @throws {Error} if one ends in anything else, with the file.
 */
export async function attack(
  { good, read, says, mend }: Kind,
  numRuns: number,
  seed = 1,
): Promise<{ whole: number; refused: number; slowest: number }> {
  let whole = 0, refused = 0, slowest = 0;
  await fc.assert(
    fc.asyncProperty(damaged(good), async (bytes) => {
      mend?.(bytes);
      const start = performance.now();
      try {
        const wrong = await read(bytes);
        if (wrong !== null) throw new Error(`is taken for whole, and ${wrong}`);
        whole++;
      } catch (error) {
        const { message } = error as Error;
        const isSentence = error instanceof FileFormatError || error instanceof RangeError ||
          error instanceof TypeError;
        if (!isSentence || !message.startsWith(says) || message.length > LONGEST) throw error;
        refused++;
      }
      slowest = Math.max(slowest, performance.now() - start);
      if (slowest > SLOWEST) throw new Error(`takes ${slowest} ms`);
    }),
    { seed, numRuns, endOnFailure: true },
  );
  return { whole, refused, slowest };
}

if (import.meta.main) {
  for (const kind of kinds) {
    const { whole, refused, slowest } = await attack(
      kind,
      Number(Deno.args[0] ?? 10_000),
      Number(Deno.args[1] ?? 1),
    );
    const rss = Math.round(Deno.memoryUsage().rss / 1e6);
    console.log(
      `${kind.name}: ${whole} read, ${refused} refused, slowest ${slowest.toFixed(1)} ms, ${rss} MB`,
    );
  }
}
