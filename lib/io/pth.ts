/**
 * PyTorch's files, read: what torch.save() writes since 1.6, a zip of a pickle and the numbers of every storage. Of the pickle
 * only data is understood, and nothing in it is ever run: lib/io/pickle.ts.
 *
 * @module
 */
import type { Tensor } from "../tensor/tensor.ts";
import { sizeOf } from "../device/shape.ts";
import { checkOptions, checkText, describe, surplus } from "../text/arguments.ts";
import { nearest } from "../text/nearest.ts";
import { KINDS } from "./kinds.ts";
import { type Layout, loadAll } from "./load.ts";
import { type Pickled, PickledDict, PickledList, PickledName, unpickle } from "./pickle.ts";
import { type FileSource, hint, openSource, type Source } from "./source.ts";
import { StoredTensor, TorchMaker } from "./torch_names.ts";
import { dataOf, readDirectory, type ZipEntry } from "./zip.ts";

/** What a file of torch.save() may hold: tensors, numbers, texts, and lists and objects of them. */
export type PthValue =
  | Tensor
  | number
  | bigint
  | string
  | boolean
  | null
  | PthValue[]
  | { [name: string]: PthValue };

/** A pickle is read as a whole; that of any network takes much less. */
const LONGEST_PICKLE = 2 ** 26;
/** How deep lists and dictionaries may be nested. */
const DEEPEST = 64;
/**
 * Tensors share storages, lists are in several lists, so that a small file can ask for much: so many times what is in it is
 * enough, and of tensors so many bytes more.
 */
const MOST_TIMES = 4, MOST_MORE = 2 ** 26;

/**
 * Reads a file of PyTorch's torch.save(): a state_dict, or a checkpoint of several with numbers and texts beside them.
 *
 * Dictionaries become plain objects, lists and tuples arrays, None null; integers beyond 2⁵³ bigint; a Parameter its values.
 * float16, bfloat16, float32 and float64 become float32, all integers int32, bool bool. Tensors that are one in the file are one
 * here. The file's pickle is not run: what it wants beyond tensors, numbers, texts, lists and dictionaries is refused by name.
 *
 * @typeParam T What is in the file, as far as its reader knows.
 * @param source The file's path, a file: URL, or its bytes.
 * @param options.part The name of a part of a checkpoint, such as "model": only its tensors are read.
 * @returns What was saved, tensors on the current device.
 * @throws {FileFormatError} if the file is damaged, or none of torch.save() of PyTorch 1.6 or newer; if its pickle wants anything
 * that is no data; if it holds numbers that have no place here. No tensor is left behind.
 * @throws {FileError} if there is no such file, or it may not be read.
 * @throws {RangeError} if there is no such part, or the device has no room.
 * @throws {TypeError} if an argument is of the wrong kind.
 * @example
 * ```ts
 * import { nn, readPth, type Tensor } from "descent";
 *
 * async function restore(net: nn.Module, file: string) {
 *   net.loadStateDict(await readPth(file)); // torch.save(net.state_dict(), file)
 * }
 * async function resume(net: nn.Module, file: string) {
 *   // torch.save({"model": net.state_dict(), "epoch": 3}, file)
 *   const saved = await readPth<{ model: Record<string, Tensor>; epoch: number }>(file);
 *   net.loadStateDict(saved.model);
 *   return saved.epoch;
 * }
 * ```
 */
// deno-lint-ignore require-await -- an error is the promise's
export async function readPth<T = Record<string, Tensor>>(
  source: FileSource,
  options: { part?: string } = {},
): Promise<T> {
  if (arguments.length > 2) surplus("readPth", arguments, 2);
  checkOptions("readPth", options, ["part"]);
  const { part } = options;
  if (part !== undefined) checkText("readPth", "part", part);
  const file = openSource("readPth", source);
  try {
    const archive = openArchive(file);
    let saved = unpickle(archive.pickle, new TorchMaker((text) => file.fault(text)));
    if (part !== undefined) saved = partOf(saved, part);
    return new Reader(file, archive).read(saved) as T;
  } finally {
    file.close();
  }
}

/** The parts of a file of torch.save(). */
interface Archive {
  pickle: Uint8Array;
  /** The numbers of a storage. */
  storage(key: string): ZipEntry | undefined;
  bigEndian: boolean;
}

function openArchive(file: Source): Archive {
  refuseLegacy(file);
  const entries = readDirectory(file);
  // All is in one folder, which is called after the file, or "archive".
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickles.length !== 1) {
    throw file.fault(
      `is no file of torch.save(): ${pickles.length === 0 ? "no" : "more than one"} data.pkl is in the zip`,
    );
  }
  const folder = pickles[0].slice(0, -"data.pkl".length);
  if (entries.has(`${folder}constants.pkl`)) {
    throw file.fault(
      "is a program, of torch.jit.save(); in Python, torch.save(torch.jit.load(path).state_dict(), path) saves its tensors",
    );
  }
  const whole = (name: string, most: number) => {
    const entry = entries.get(folder + name);
    if (entry === undefined) return null;
    if (entry.deflated) throw compressed(file, entry);
    if (entry.size > most) {
      throw file.fault(`is refused: its ${name} has ${entry.size} bytes, and ${most} are enough`);
    }
    return file.bytes(dataOf(file, entry), entry.size);
  };
  // Since torch 2.1; before, all was little-endian.
  const order = new TextDecoder().decode(whole("byteorder", 16) ?? new TextEncoder().encode("little"));
  if (order !== "little" && order !== "big") {
    throw file.fault(`is damaged: its byteorder is ${describe(order)}`);
  }
  return {
    pickle: whole("data.pkl", LONGEST_PICKLE)!,
    storage: (key) => entries.get(`${folder}data/${key}`),
    bigEndian: order === "big",
  };
}

function compressed(file: Source, { name }: ZipEntry) {
  return file.fault(
    `holds ${describe(name)} compressed, as torch.save() never does; zip it anew without (zip -0)`,
  );
}

/** Files of PyTorch before 1.6 are pickles one after the other: first a number by which they are known. */
function refuseLegacy(file: Source): void {
  const magic = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
  const start = file.bytes(0, Math.min(magic.length, file.size));
  if (magic.every((byte, i) => start[i] === byte)) {
    throw file.fault(
      "is of the form before PyTorch 1.6; in Python, torch.save(torch.load(path), path) with a newer torch writes it anew",
    );
  }
  if (start[0] !== 0x50 || start[1] !== 0x4b) throw file.fault(`is no file of torch.save()${hint(file)}`);
}

function partOf(saved: Pickled, part: string): Pickled {
  const pairs = saved instanceof PickledDict ? saved.pairs : [];
  const names = pairs.filter((_, i) => i % 2 === 0).map(String);
  const at = names.lastIndexOf(part);
  if (at >= 0) return pairs[2 * at + 1];
  const guess = nearest(part, names);
  throw new RangeError(
    `readPth: there is no part ${describe(part)} in the file${
      guess === undefined
        ? `; it has ${describe(names.slice(0, 8).join(", "))}`
        : `; did you mean ${describe(guess)}?`
    }`,
  );
}

/** What was pickled as JavaScript's values: first all but the numbers of tensors, so that what is wrong ends before they are read. */
class Reader {
  readonly #layouts: Layout[] = [];
  /** By what tells tensors apart: which of the layouts it is. */
  readonly #known = new Map<string, number>();
  /** What becomes of each tensor when it is there. */
  readonly #places: { holder: PthValue[] | Record<string, PthValue>; key: string | number; which: number }[] =
    [];
  #bytes = 0;
  #things = 0;

  constructor(readonly file: Source, readonly archive: Archive) {}

  read(saved: Pickled): PthValue {
    const root: PthValue[] = [];
    this.#put(root, 0, saved, "");
    const tensors = loadAll(this.file, this.#layouts);
    for (const { holder, key, which } of this.#places) define(holder, key, tensors[which]);
    return root[0];
  }

  /** @param path What leads to it, for sentences. */
  #put(
    holder: PthValue[] | Record<string, PthValue>,
    key: string | number,
    value: Pickled,
    path: string,
    depth = 0,
  ): void {
    // A list that holds itself has no end, and one that holds the same many times has more of it than memory.
    if (depth > DEEPEST) throw this.file.fault(`is refused: its lists are nested more than ${DEEPEST} deep`);
    if (++this.#things > MOST_TIMES * this.archive.pickle.length) {
      throw this.file.fault("is refused: its lists repeat beyond measure");
    }
    if (value instanceof StoredTensor) {
      const which = this.#layout(value, path);
      this.#places.push({ holder, key, which });
      // Holds the place, so that names keep their order.
      define(holder, key, null);
    } else if (value instanceof PickledList) {
      const list: PthValue[] = [];
      define(holder, key, list);
      value.items.forEach((item, i) => this.#put(list, i, item, joined(path, i), depth + 1));
    } else if (value instanceof PickledDict) {
      const object: Record<string, PthValue> = {};
      define(holder, key, object);
      for (let i = 0; i < value.pairs.length; i += 2) {
        const name = this.#name(value.pairs[i], object, path);
        this.#put(object, name, value.pairs[i + 1], joined(path, name), depth + 1);
      }
    } else if (value instanceof PickledName) {
      // A dtype among settings, as its name.
      define(holder, key, value.name);
    } else if (value !== null && typeof value === "object") {
      throw this.file.fault(`holds ${describe(path)}, which is numbers without a tensor`);
    } else define(holder, key, value);
  }

  #name(key: Pickled, object: Record<string, PthValue>, path: string): string {
    if (typeof key !== "string" && typeof key !== "number") {
      throw this.file.fault(
        `holds a dictionary ${describe(path)} with a key that is neither text nor number`,
      );
    }
    const name = String(key);
    if (!Object.hasOwn(object, name)) return name;
    throw this.file.fault(`is damaged: ${describe(joined(path, name))} is in it twice`);
  }

  /** Which of the layouts a tensor is: one that was there before, if they are the same numbers. */
  #layout({ storage, kind, start, shape, strides }: StoredTensor, path: string): number {
    const same = JSON.stringify([storage.key, kind, start, shape, strides]), known = this.#known.get(same);
    if (known !== undefined) return known;
    const { file, archive } = this, entry = archive.storage(storage.key);
    if (entry === undefined) {
      throw file.fault(
        `is damaged: the numbers of ${describe(path)}, data/${storage.key}, are not in the zip`,
      );
    }
    if (entry.deflated) throw compressed(file, entry);
    if (entry.size !== storage.bytes) {
      throw file.fault(
        `is damaged: the numbers of ${
          describe(path)
        } should take ${storage.bytes} bytes, and ${entry.name} has ${entry.size}`,
      );
    }
    this.#bytes += sizeOf(shape) * KINDS[kind].bytes;
    if (this.#bytes > MOST_TIMES * file.size + MOST_MORE) {
      throw file.fault(
        `is refused: its tensors repeat the numbers in it beyond measure, up to ${describe(path)}`,
      );
    }
    const offset = dataOf(file, entry) + start * KINDS[kind].bytes;
    this.#known.set(same, this.#layouts.length);
    return this.#layouts.push({ name: path, kind, shape, strides, offset, bigEndian: archive.bigEndian }) - 1;
  }
}

function joined(path: string, name: string | number): string {
  return path === "" ? String(name) : `${path}.${name}`;
}

/** Sets an own property, "__proto__" too. */
function define(holder: PthValue[] | Record<string, PthValue>, key: string | number, value: PthValue): void {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}
