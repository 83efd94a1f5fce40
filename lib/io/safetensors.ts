/**
 * Safetensors, read: named arrays in one file, which says of itself where each of them is. Nothing in it is ever run.
 *
 * Source: github.com/huggingface/safetensors, README.md, section "Format".
 *
 * @module
 */
import type { Tensor } from "../tensor/tensor.ts";
import { checkNames } from "./names.ts";
import { checkOptions, describe, surplus } from "../text/arguments.ts";
import { type Kind, KINDS } from "./kinds.ts";
import { type Layout, loadAll } from "./load.ts";
import { readHeader, type SafetensorsHeader } from "./safetensors_header.ts";
import { type FileSource, openSource, type Source } from "./source.ts";

/** A safetensors file, open. */
export class SafetensorsFile {
  /** What it says of itself. */
  readonly header: SafetensorsHeader;
  #source: Source;

  /**
   * Opens it and reads the header.
   *
   * @param caller The function that its user called.
   */
  constructor(caller: string, source: FileSource) {
    this.#source = openSource(caller, source);
    try {
      this.header = readHeader(this.#source);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Reads tensors, in the order of the names.
   *
   * @param names Which: all by default.
   */
  read(names: Iterable<string> = this.header.tensors.keys()): Record<string, Tensor> {
    const wanted = [...names],
      tensors = loadAll(this.#source, wanted.map((name) => layoutOf(this.#source, this.header, name)));
    return Object.fromEntries(wanted.map((name, i) => [name, tensors[i]]));
  }

  /** Closes the file. */
  close(): void {
    this.#source.close();
  }
}

/**
 * Where the numbers of a tensor stand in a file.
 *
 * @throws {FileFormatError} if they are of a kind that is not read.
 */
export function layoutOf(source: Source, { tensors }: SafetensorsHeader, name: string): Layout {
  const { dtype, shape, offset } = tensors.get(name)!;
  if (!Object.hasOwn(KINDS, dtype)) {
    throw source.fault(
      `holds ${
        describe(name)
      } as ${dtype}, which has no place here; in Python, tensor.float() makes float32 of it`,
    );
  }
  return { name, kind: dtype as Kind, shape, strides: null, offset, bigEndian: false };
}

/**
 * Reads a safetensors file.
 *
 * F32, F16, BF16 and F64 become float32, which holds the first three exactly and rounds F64; I64, I32, I16, I8, U64, U32, U16
 * and U8 become int32, BOOL bool. Each tensor is read from its place in the file straight into the device's memory.
 *
 * @param source The file's path, a file: URL, or its bytes.
 * @param options.names Only these tensors; the rest of the file is not read.
 * @returns The tensors by name, on the current device, as `loadStateDict()` takes them.
 * @throws {FileFormatError} if the file is damaged or no safetensors file; if it holds an integer that no int32 holds, or a
 * float64 beyond all float32; if the dtype is F8 or another that has no place here. No tensor is left behind.
 * @throws {FileError} if there is no such file, or it may not be read.
 * @throws {RangeError} if a name is not in the file, or the device has no room.
 * @throws {TypeError} if an argument is of the wrong kind.
 * @example
 * ```ts
 * import { readSafetensors, tensor, writeSafetensors } from "descent";
 * import { assertEquals } from "@std/assert";
 * const file = `${Deno.makeTempDirSync()}/net.safetensors`;
 * await writeSafetensors(file, { "fc.weight": tensor([[1, 2], [3, 4]]), "fc.bias": tensor([5, 6]) });
 * const state = await readSafetensors(file); // net.loadStateDict(state)
 * assertEquals(await state["fc.weight"].array(), [[1, 2], [3, 4]]);
 * assertEquals(Object.keys(await readSafetensors(file, { names: ["fc.bias"] })), ["fc.bias"]);
 * ```
 */
// deno-lint-ignore require-await -- an error is the promise's
export async function readSafetensors(
  source: FileSource,
  options: { names?: readonly string[] } = {},
): Promise<Record<string, Tensor>> {
  if (arguments.length > 2) surplus("readSafetensors", arguments, 2);
  checkOptions("readSafetensors", options, ["names"]);
  const file = new SafetensorsFile("readSafetensors", source);
  try {
    return file.read(checkNames("readSafetensors", options.names, file.header.tensors));
  } finally {
    file.close();
  }
}

/** What a safetensors file holds. */
export interface SafetensorsInfo {
  /** What its writer noted, texts by name. */
  metadata: Record<string, string>;
  /** The tensors by name: the kind of their numbers in the format's words ("F32", "BF16", "I64"), and their shape. */
  tensors: Record<string, { dtype: string; shape: number[] }>;
}

/**
 * What a safetensors file holds, of which nothing but the header is read.
 *
 * @param source The file's path, a file: URL, or its bytes.
 * @returns Its metadata, and what each tensor is.
 * @throws {FileFormatError} if the file is damaged or no safetensors file.
 * @throws {FileError} if there is no such file, or it may not be read.
 * @throws {TypeError} if the argument is of the wrong kind.
 * @example
 * ```ts
 * import { inspectSafetensors, writeSafetensors, zeros } from "descent";
 * import { assertEquals } from "@std/assert";
 * const file = `${Deno.makeTempDirSync()}/net.safetensors`;
 * await writeSafetensors(file, { weight: zeros(2, 3) }, { metadata: { epoch: "5" } });
 * const { metadata, tensors } = await inspectSafetensors(file);
 * assertEquals(metadata, { epoch: "5" });
 * assertEquals(tensors, { weight: { dtype: "F32", shape: [2, 3] } });
 * ```
 */
// deno-lint-ignore require-await -- an error is the promise's
export async function inspectSafetensors(source: FileSource): Promise<SafetensorsInfo> {
  if (arguments.length > 1) surplus("inspectSafetensors", arguments, 1);
  const file = new SafetensorsFile("inspectSafetensors", source);
  file.close();
  const { metadata, tensors } = file.header;
  const infos = [...tensors].map(([name, { dtype, shape }]) => [name, { dtype, shape }] as const);
  return { metadata, tensors: Object.fromEntries(infos) };
}
