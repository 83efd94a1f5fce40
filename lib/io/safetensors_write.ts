/** Safetensors, written: byte for byte what the reference implementation writes, one tensor in memory at a time. */
import type { DType, Storage, Values } from "../device/storage.ts";
import { sizeOf } from "../device/shape.ts";
import { type Path, writeFile } from "../host/files.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkChoice, checkOptions, describe, isPlain, surplus } from "../text/arguments.ts";
import { crc32 } from "./checksum.ts";
import { halve, truncate } from "./narrow.ts";
import { LONGEST_HEADER, METADATA } from "./safetensors_header.ts";

/** Settings of {@linkcode writeSafetensors}. */
export interface SafetensorsOptions {
  /** What is to be noted in the file: texts by name. */
  metadata?: Record<string, string>;
  /**
   * What the numbers are in the file: float32 as "F32" (by default), or in half the room as "F16" or "BF16", rounded to the
   * nearest, ties to even; int32 as "I32", or as "I64", PyTorch's integers.
   */
  dtypes?: { float32?: "F32" | "F16" | "BF16"; int32?: "I32" | "I64" };
}

/** The kinds that are written, those of the widest elements first: the reference's order, by which all are aligned. */
const WRITTEN = ["I64", "F32", "I32", "BF16", "F16", "U8", "BOOL"] as const;
type WrittenKind = typeof WRITTEN[number];

/** Bytes of an element. */
const WIDTH: Record<WrittenKind, number> = { I64: 8, F32: 4, I32: 4, BF16: 2, F16: 2, U8: 1, BOOL: 1 };

const CHOICES = { float32: ["F32", "F16", "BF16"], int32: ["I32", "I64"] } as const;

/** What the header says of a tensor. */
interface WrittenTensor {
  name: string;
  kind: WrittenKind;
  shape: readonly number[];
}

/** A tensor that is to be written. */
interface Entry extends WrittenTensor {
  tensor: Tensor;
}

/**
 * Writes tensors to a safetensors file: what Python's safetensors and torch open, and `readSafetensors()` reads.
 *
 * The file is there whole or not at all: it is written beside the place and takes the name at last. The numbers are those of
 * the moment of the call, whatever becomes of the tensors meanwhile. A folder that is missing is made.
 *
 * @param path Where: a path or a file: URL.
 * @param tensors The tensors by name, such as `net.stateDict()`. Written in row-major order, however they lie in memory.
 * @param options What to note, and what the numbers are to be in the file.
 * @returns When the file is on the disk.
 * @throws {TypeError} if an argument is of the wrong kind.
 * @throws {RangeError} if a name is "__metadata__" or no Unicode text, or there is no such dtype.
 * @throws {FileError} if it cannot be written; what was there before is untouched.
 * @throws {Error} if a tensor was freed.
 * @example
 * ```ts
 * import { nn, readSafetensors, writeSafetensors } from "descent";
 * import { assertEquals } from "@std/assert";
 * const net = new nn.Linear(3, 2), file = `${Deno.makeTempDirSync()}/net.safetensors`;
 * await writeSafetensors(file, net.stateDict(), { metadata: { epoch: "5" }, dtypes: { float32: "BF16" } });
 * assertEquals(net.loadStateDict(await readSafetensors(file)).missing, []);
 * ```
 */
export async function writeSafetensors(
  path: Path,
  tensors: Record<string, Tensor>,
  options: SafetensorsOptions = {},
): Promise<void> {
  if (arguments.length > 3) surplus("writeSafetensors", arguments, 3);
  await writeTensors("writeSafetensors", path, tensors, options);
}

/**
 * What {@linkcode writeSafetensors} does, for a function of another name.
 *
 * @param name The function that its user called.
 */
export async function writeTensors(
  name: string,
  path: Path,
  tensors: Record<string, Tensor>,
  options: SafetensorsOptions,
): Promise<void> {
  const image = new SafetensorsImage(name, tensors, options);
  try {
    await writeFile(name, path, image.chunks());
  } finally {
    image.free();
  }
}

/** A file that is to be written: what tensors are now, whatever becomes of them. */
export class SafetensorsImage {
  readonly #header: Uint8Array;
  readonly #entries: Entry[];
  readonly #storages: Storage[];
  readonly #summed: boolean;

  /**
   * @param name The function that its user called.
   * @param checksum The name of a last tensor, U8 [4]: the CRC-32 of all bytes before it, little-endian. null: there is none.
   */
  constructor(
    name: string,
    tensors: Record<string, Tensor>,
    options: SafetensorsOptions,
    checksum: string | null = null,
  ) {
    checkOptions(name, options, ["metadata", "dtypes"]);
    const { metadata, dtypes = {} } = options;
    checkMetadata(name, metadata);
    this.#entries = checkTensors(name, tensors, checkDtypes(name, dtypes));
    this.#summed = checksum !== null;
    const last: WrittenTensor[] = checksum === null ? [] : [{ name: checksum, kind: "U8", shape: [4] }];
    this.#header = headerOf(name, [...this.#entries, ...last], metadata);
    // Numbers that others refer to are copied before they change: this is a copy of all, and costs nothing.
    const storages = this.#entries.map(({ tensor }) => tensor.value.buffer.storage);
    this.#storages = storages.map((storage, i) => this.#entries[i].tensor.device.share(storage));
  }

  /** Its bytes from front to back, once. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    let sum = 0;
    const counted = (bytes: Uint8Array) => {
      if (this.#summed) sum = crc32(bytes, sum);
      return bytes;
    };
    yield counted(this.#header);
    for (const [i, { kind, tensor: { device } }] of this.#entries.entries()) {
      const storage = this.#storages[i];
      // Looked at where that can be: copies pile up until JavaScript collects them.
      yield counted(encode(kind, device.peek(storage) ?? await device.read(storage)));
    }
    if (this.#summed) yield new Uint8Array(new Uint32Array([sum]).buffer);
  }

  /** Gives the numbers back; a second time does nothing. */
  free(): void {
    this.#storages.forEach((storage, i) => this.#entries[i].tensor.device.free(storage));
  }
}

function checkMetadata(name: string, metadata: unknown): void {
  if (metadata === undefined) return;
  if (isPlain(metadata)) {
    const odd = Object.entries(metadata).find(([, value]) => typeof value !== "string");
    if (odd === undefined) return;
    throw new TypeError(
      `${name}: metadata are texts by name; ${describe(odd[0])} is ${
        describe(odd[1])
      }, of which String(…) makes one`,
    );
  }
  throw new TypeError(
    `${name}: metadata are texts by name such as { epoch: "5" }, not ${describe(metadata)}`,
  );
}

/** What each dtype is in the file. */
function checkDtypes(name: string, dtypes: unknown): Record<DType, WrittenKind> {
  if (!isPlain(dtypes)) {
    throw new TypeError(
      `${name}: dtypes stand in an object such as { float32: "BF16" }, not ${describe(dtypes)}`,
    );
  }
  checkOptions(name, dtypes, Object.keys(CHOICES));
  const { float32 = "F32", int32 = "I32" } = dtypes;
  return {
    float32: checkChoice(name, "dtypes.float32", float32, CHOICES.float32),
    int32: checkChoice(name, "dtypes.int32", int32, CHOICES.int32),
    bool: "BOOL",
  };
}

/** The tensors in the order of the file. */
function checkTensors(name: string, tensors: unknown, kinds: Record<DType, WrittenKind>): Entry[] {
  if (!isPlain(tensors)) {
    throw new TypeError(
      `${name}: tensors stand in an object by name, as stateDict() returns it, not ${describe(tensors)}`,
    );
  }
  const entries = Object.entries(tensors).map(([key, tensor]) => {
    if (!(tensor instanceof Tensor)) {
      throw new TypeError(`${name}: ${describe(key)} must be a tensor, not ${describe(tensor)}`);
    }
    if (key === METADATA || !key.isWellFormed()) {
      throw new RangeError(`${name}: no tensor can be called ${describe(key)} in a safetensors file`);
    }
    return { name: key, kind: kinds[tensor.dtype], shape: tensor.shape, tensor };
  });
  const bytes = new Map(entries.map(({ name }) => [name, new TextEncoder().encode(name)]));
  return entries.sort((a, b) =>
    WRITTEN.indexOf(a.kind) - WRITTEN.indexOf(b.kind) || compare(bytes.get(a.name)!, bytes.get(b.name)!)
  );
}

/** The order of bytes, which is that of Rust's strings; JavaScript's own is by UTF-16. */
function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

/**
 * The first bytes of a file: everything but the numbers, which follow in the order of the entries.
 *
 * @param name The function that its user called.
 */
function headerOf(
  name: string,
  entries: readonly WrittenTensor[],
  metadata: Record<string, string> | undefined,
): Uint8Array {
  let at = 0;
  // Put together by hand: an object would move names that are numbers to the front.
  const infos = entries.map(({ name, kind, shape }) => {
    const begin = at;
    at += sizeOf(shape) * WIDTH[kind];
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype: kind, shape, data_offsets: [begin, at] })}`;
  });
  if (metadata !== undefined) infos.unshift(`"${METADATA}":${JSON.stringify(metadata)}`);
  const json = new TextEncoder().encode(`{${infos.join(",")}}`);
  // Spaces, so that the numbers begin at a multiple of eight.
  const header = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  if (header.length - 8 > LONGEST_HEADER) {
    throw new RangeError(
      `${name}: names and metadata take ${json.length} bytes; no reader takes more than ${LONGEST_HEADER}`,
    );
  }
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true);
  header.set(json, 8);
  return header;
}

/** Numbers as they stand in a file. */
function encode(kind: WrittenKind, values: Values): Uint8Array {
  switch (kind) {
    case "F16":
      return halve(values);
    case "BF16":
      return truncate(values);
    case "I64":
      return widened(values);
    default:
      return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
}

function widened(values: Values): Uint8Array {
  const halves = new Int32Array(2 * values.length);
  for (let i = 0; i < values.length; i++) {
    halves[2 * i] = values[i];
    halves[2 * i + 1] = values[i] >> 31;
  }
  return new Uint8Array(halves.buffer);
}
