/**
 * NumPy's files: .npy holds one array, .npz several by name, as a zip.
 *
 * Source: numpy.org, "NEP 1: A simple file format for NumPy arrays", and numpy/lib/_format_impl.py.
 *
 * @module
 */
import type { Tensor } from "../tensor/tensor.ts";
import { sizeOf, text } from "../device/shape.ts";
import { checkOptions, describe, surplus } from "../text/arguments.ts";
import { openEntry } from "./inflate.ts";
import { type Kind, KINDS } from "./kinds.ts";
import { countOf, type Layout, loadAll } from "./load.ts";
import { checkNames } from "./names.ts";
import { type FileSource, hint, openSource, type Source } from "./source.ts";
import { readDirectory } from "./zip.ts";

/** NumPy's own limit: the header of an array of numbers takes a hundred bytes. */
const LONGEST_HEADER = 10_000;

/** NumPy's letters, behind the order of the bytes. */
const DTYPES: Record<string, Kind> = {
  f8: "F64",
  f4: "F32",
  f2: "F16",
  i8: "I64",
  i4: "I32",
  i2: "I16",
  i1: "I8",
  u8: "U64",
  u4: "U32",
  u2: "U16",
  u1: "U8",
  b1: "BOOL",
};

/**
 * Reads a NumPy array, a .npy file of numpy.save().
 *
 * float16, float32 and float64 become float32, which holds the first two exactly and rounds the third; all integers int32;
 * bool bool. Both byte orders and both orders of dimensions are read.
 *
 * @param source The file's path, a file: URL, or its bytes.
 * @returns The array as a tensor on the current device.
 * @throws {FileFormatError} if the file is damaged or no .npy file; if it holds an integer that no int32 holds, or a float64
 * beyond all float32; if its numbers are complex, or no numbers.
 * @throws {FileError} if there is no such file, or it may not be read.
 * @throws {RangeError} if the device has no room.
 * @throws {TypeError} if the argument is of the wrong kind.
 * @example
 * ```ts
 * import { readNpy } from "descent";
 * import { assertEquals } from "@std/assert";
 * // What numpy.save() writes for np.array([1, 2, 3], dtype=np.uint8).
 * const header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }".padEnd(117) + "\n";
 * const bytes = new Uint8Array([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0, ...new TextEncoder().encode(header), 1, 2, 3]);
 * assertEquals(await (await readNpy(bytes)).array(), [1, 2, 3]);
 * ```
 */
// deno-lint-ignore require-await -- an error is the promise's
export async function readNpy(source: FileSource): Promise<Tensor> {
  if (arguments.length > 1) surplus("readNpy", arguments, 1);
  const file = openSource("readNpy", source);
  try {
    return loadAll(file, [layoutOf(file, "the array")])[0];
  } finally {
    file.close();
  }
}

/**
 * Reads NumPy arrays by name, a .npz file of numpy.savez() or numpy.savez_compressed(). What each array becomes says
 * {@linkcode readNpy}.
 *
 * @param source The file's path, a file: URL, or its bytes.
 * @param options.names Only these arrays; the rest of the file is not read.
 * @returns The arrays as tensors on the current device, by name.
 * @throws {FileFormatError} if the file or an array in it is damaged, or is none that can be had here. No tensor is left behind.
 * @throws {FileError} if there is no such file, or it may not be read.
 * @throws {RangeError} if a name is not in the file, or the device has no room.
 * @throws {TypeError} if an argument is of the wrong kind.
 * @example
 * ```ts
 * import { readNpz } from "descent";
 * import { assertEquals } from "@std/assert";
 * const emptyZip = new Uint8Array([0x50, 0x4b, 5, 6, ...new Array(18).fill(0)]); // numpy.savez(file)
 * assertEquals(await readNpz(emptyZip), {});
 * ```
 */
export async function readNpz(
  source: FileSource,
  options: { names?: readonly string[] } = {},
): Promise<Record<string, Tensor>> {
  if (arguments.length > 2) surplus("readNpz", arguments, 2);
  checkOptions("readNpz", options, ["names"]);
  const file = openSource("readNpz", source), tensors = new Map<string, Tensor>();
  try {
    const arrays = new Map([...readDirectory(file).values()].map((entry) => {
      if (entry.name.endsWith(".npy")) return [entry.name.slice(0, -4), entry] as const;
      const torch = entry.name.endsWith("data.pkl") ? "; torch.save() wrote it: readPth() reads it" : "";
      throw file.fault(`is no .npz file: ${describe(entry.name)} in it is no array${torch}`);
    }));
    for (const name of checkNames("readNpz", options.names, arrays)) {
      const array = await openEntry(file, arrays.get(name)!, (start) => layoutOf(start, name));
      tensors.set(name, loadAll(array, [layoutOf(array, name)])[0]);
    }
    return Object.fromEntries(tensors);
  } catch (error) {
    for (const { value } of tensors.values()) value.buffer.free("as readNpz() failed");
    throw error;
  } finally {
    file.close();
  }
}

/** What the header says, checked against the file's size. */
function layoutOf(source: Source, name: string): Layout {
  const start = source.bytes(0, Math.min(12, source.size));
  if (start.length < 12 || ![0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59].every((byte, i) => start[i] === byte)) {
    throw source.fault(`is no NumPy array${hint(source)}`);
  }
  const [major, minor] = start.subarray(6), view = new DataView(start.buffer);
  if (major < 1 || major > 3 || minor !== 0) {
    throw source.fault(`is of version ${major}.${minor} of NumPy's format; 1.0, 2.0 and 3.0 are read`);
  }
  const [from, length] = major === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  if (length > LONGEST_HEADER) {
    throw source.fault(
      `has a header of ${length} bytes; an array of numbers needs no more than ${LONGEST_HEADER}`,
    );
  }
  const offset = from + length;
  if (offset > source.size) {
    throw source.fault(`is cut short: it ends within its header, which takes ${offset} bytes`);
  }
  const header = new TextDecoder(major === 3 ? "utf-8" : "latin1").decode(source.bytes(from, length));
  const { descr, fortran, shape } = parse(source, header);
  const [, order, type] = /^([<>=|])(\w+)$/.exec(descr) ?? [];
  if (!Object.hasOwn(DTYPES, type ?? "")) {
    throw source.fault(
      `holds elements of dtype ${describe(descr)}; only floats, integers and booleans are read`,
    );
  }
  const kind = DTYPES[type], { bytes } = KINDS[kind];
  if (order === "|" && bytes > 1) {
    throw source.fault(`is damaged: dtype ${describe(descr)} does not say the order of bytes`);
  }
  const count = countOf(shape);
  if (count === null) throw source.fault(`is damaged: it has a shape that no file holds, ${describe(shape)}`);
  const found = source.size - offset;
  if (found !== count * bytes) {
    const how = found < count * bytes ? "is cut short" : "has more in it than an array";
    throw source.fault(
      `${how}: ${text(shape)} numbers of dtype ${describe(descr)} take ${
        count * bytes
      } bytes, and there are ${found}`,
    );
  }
  const strides = fortran ? shape.map((_, d) => sizeOf(shape.slice(0, d))) : null;
  return { name, kind, shape, strides, offset, bigEndian: order === ">" };
}

/** A dictionary in Python's words: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }. */
function parse(source: Source, header: string): { descr: string; fortran: boolean; shape: number[] } {
  const wrong = () =>
    source.fault(`is damaged: its header is not one of NumPy's: ${describe(header.trim())}`);
  const found: Record<string, string> = {};
  // Every value ends before the next comma that is not in brackets.
  const entry =
    /\s*(['"])(descr|fortran_order|shape)\1\s*:\s*('[^']*'|"[^"]*"|True|False|\([^()]*\)|\[)\s*(?:,\s*|(?=\}))/y;
  const body = header.trim();
  entry.lastIndex = 1;
  let end = 1;
  for (let match; (match = entry.exec(body)) !== null; end = entry.lastIndex) {
    if (match[2] in found) throw wrong();
    found[match[2]] = match[3];
  }
  if (/'descr'\s*:\s*\[/.test(body)) {
    throw source.fault("holds records of several fields; only plain arrays are read");
  }
  const { descr, fortran_order: fortran, shape } = found;
  if (
    body[0] !== "{" || body.slice(end) !== "}" || !/^['"]/.test(descr ?? "") || !/^[TF]/.test(fortran ?? "")
  ) throw wrong();
  // Python 2 wrote long integers as 3L; a tuple of one ends in a comma.
  const sizes = /^\((.*)\)$/.exec(shape ?? "")?.[1].split(",").map((size) => size.trim());
  if (sizes === undefined || sizes.length === 1 && sizes[0] !== "") throw wrong();
  if (sizes.at(-1) === "") sizes.pop();
  if (!sizes.every((size) => /^\d{1,16}L?$/.test(size))) throw wrong();
  return {
    descr: descr.slice(1, -1),
    fortran: fortran === "True",
    shape: sizes.map((size) => parseInt(size)),
  };
}
