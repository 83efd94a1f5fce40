/**
 * The directory of a zip file, and where its entries' bytes are: as strict as the two programs' files allow that are read here,
 * torch.save() and numpy.savez(). No two entries share bytes, none reaches into the directory, no name stands there twice.
 *
 * Source: PKWARE, "APPNOTE.TXT: .ZIP File Format Specification" 6.3.10, sections 4.3 and 4.5.3 (zip64).
 *
 * @module
 */
import { describe } from "../text/arguments.ts";
import { hint, type Source } from "./source.ts";

/** A file in a zip. */
export interface ZipEntry {
  name: string;
  /** Whether its bytes are compressed; else they stand there as they are. */
  deflated: boolean;
  /** How many bytes it takes in the zip. */
  packed: number;
  /** How many it has. */
  size: number;
  /** The checksum of its bytes. */
  crc: number;
  /** Where what comes before its bytes begins. */
  header: number;
  /** Where the next entry begins, or the directory. */
  limit: number;
}

/** The signatures of the records: "PK" and two numbers. */
const LOCAL = 0x04034b50, CENTRAL = 0x02014b50, END = 0x06054b50, END64 = 0x06064b50, LOCATOR64 = 0x07064b50;
/** Bytes of a record without what has a length of its own. */
const LOCAL_BYTES = 30, CENTRAL_BYTES = 46, END_BYTES = 22, END64_BYTES = 56, LOCATOR64_BYTES = 20;
/** A field that says: the number stands in a field of 64 bits. */
const IN_64 = 0xffffffff;
/** Directories of more entries are refused: each takes room. */
const MOST_ENTRIES = 200_000;

const ENCRYPTED = 1, DEFLATED = 8;

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** A number of 64 bits; beyond 2⁵³ it is not exact, and wrong in any case. */
const get64 = (view: DataView, at: number) => Number(view.getBigUint64(at, true));

/**
 * Reads a zip's directory.
 *
 * @returns Its entries by name, without folders.
 * @throws {FileFormatError} if it is no zip, or a damaged one.
 */
export function readDirectory(source: Source): Map<string, ZipEntry> {
  const { count, size, offset } = findDirectory(source);
  if (count > MOST_ENTRIES) throw source.fault(`is refused: it has more than ${MOST_ENTRIES} entries`);
  const bytes = source.bytes(offset, size), view = viewOf(bytes);
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > size || view.getUint32(at, true) !== CENTRAL) {
      throw source.fault(`is damaged: the zip's directory should have ${count} entries, and ends after ${i}`);
    }
    const [nameBytes, extraBytes, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const end = at + CENTRAL_BYTES + nameBytes + extraBytes + comment;
    if (end > size) throw source.fault("is damaged: the zip's directory is cut short");
    const from = at + CENTRAL_BYTES, name = textOf(source, bytes.subarray(from, from + nameBytes));
    entries.push(entryOf(source, name, view, at, from + nameBytes, extraBytes));
    at = end;
  }
  if (at !== size) {
    throw source.fault(`is damaged: the zip's directory has ${size - at} bytes beyond its ${count} entries`);
  }
  return checkPlaces(source, entries, offset);
}

/** What the end of the file says of the directory. */
function findDirectory(source: Source): { count: number; size: number; offset: number } {
  const tail = source.bytes(
    Math.max(0, source.size - END_BYTES - 0xffff),
    Math.min(source.size, END_BYTES + 0xffff),
  );
  const view = viewOf(tail);
  let at = tail.length - END_BYTES;
  // A comment may follow, which says how long it is.
  const isEnd = () =>
    view.getUint32(at, true) === END && view.getUint16(at + 20, true) === tail.length - at - END_BYTES;
  while (at >= 0 && !isEnd()) at--;
  if (at < 0) {
    const begins = source.size >= 4 && viewOf(source.bytes(0, 4)).getUint32(0, true) === LOCAL;
    throw source.fault(
      begins ? "is cut short: the zip's directory, at its end, is missing" : `is no zip${hint(source)}`,
    );
  }
  let count = view.getUint16(at + 10, true), size = view.getUint32(at + 12, true);
  let offset = view.getUint32(at + 16, true), end = source.size - tail.length + at;
  const disks = view.getUint16(at + 4, true) | view.getUint16(at + 6, true);
  if (disks !== 0) throw source.fault("is a part of a zip that was divided; join the parts first");
  if (at >= LOCATOR64_BYTES && view.getUint32(at - LOCATOR64_BYTES, true) === LOCATOR64) {
    const where = get64(view, at - LOCATOR64_BYTES + 8);
    if (where !== end - LOCATOR64_BYTES - END64_BYTES || where < 0) {
      throw source.fault("is damaged: the end of the zip's directory is not where it should be");
    }
    const record = viewOf(source.bytes(where, END64_BYTES));
    if (record.getUint32(0, true) !== END64) {
      throw source.fault("is damaged: the end of the zip's directory is no such");
    }
    [count, size, offset] = [get64(record, 32), get64(record, 40), get64(record, 48)];
    end = where;
  }
  if (offset + size !== end) {
    throw source.fault(
      `is damaged: the zip's directory should end at byte ${offset + size}, and ends at ${end}`,
    );
  }
  return { count, size, offset };
}

/** An entry, of which some numbers may stand in a field of 64 bits. */
function entryOf(
  source: Source,
  name: string,
  view: DataView,
  at: number,
  extra: number,
  extraBytes: number,
): ZipEntry {
  const flags = view.getUint16(at + 8, true), method = view.getUint16(at + 10, true);
  const numbers = [24, 20, 42].map((field) => view.getUint32(at + field, true));
  for (let field = extra; field + 4 <= extra + extraBytes;) {
    const id = view.getUint16(field, true), length = view.getUint16(field + 2, true);
    if (field + 4 + length > extra + extraBytes) break;
    // Only those of the three stand there that have no room in the entry, one after the other.
    if (id === 1) {
      let from = field + 4;
      numbers.forEach((number, i) => {
        if (number !== IN_64 || from + 8 > field + 4 + length) return;
        numbers[i] = get64(view, from);
        from += 8;
      });
    }
    field += 4 + length;
  }
  const [size, packed, header] = numbers;
  if (flags & ENCRYPTED) throw source.fault(`is encrypted: ${describe(name)} cannot be read`);
  if (method !== 0 && method !== DEFLATED) {
    throw source.fault(
      `holds ${describe(name)} compressed by method ${method}; only stored and deflated entries are read`,
    );
  }
  if (method === 0 && size !== packed) {
    throw source.fault(`is damaged: ${describe(name)} is stored in ${packed} bytes and should have ${size}`);
  }
  return {
    name,
    deflated: method === DEFLATED,
    packed,
    size,
    crc: view.getUint32(at + 16, true),
    header,
    limit: 0,
  };
}

/** Checks that entries lie one behind the other, before the directory, and that names differ. */
function checkPlaces(source: Source, entries: ZipEntry[], directory: number): Map<string, ZipEntry> {
  const byPlace = [...entries].sort((a, b) => a.header - b.header);
  byPlace.forEach((entry, i) => {
    entry.limit = byPlace[i + 1]?.header ?? directory;
    const needs = LOCAL_BYTES + entry.packed;
    if (entry.header + needs <= entry.limit && entry.limit <= directory) return;
    throw source.fault(
      `is damaged: ${
        describe(entry.name)
      }, from byte ${entry.header} on, takes ${needs} bytes and runs into what follows ` +
        `at byte ${Math.min(entry.limit, directory)}`,
    );
  });
  const named = new Map<string, ZipEntry>();
  for (const entry of entries) {
    if (named.has(entry.name)) throw source.fault(`is damaged: ${describe(entry.name)} is in it twice`);
    if (!entry.name.endsWith("/")) named.set(entry.name, entry);
  }
  return named;
}

/**
 * Where an entry's bytes begin.
 *
 * @throws {FileFormatError} if what stands before them is not what the directory says.
 */
export function dataOf(source: Source, { name, header, packed, limit, deflated }: ZipEntry): number {
  const view = viewOf(source.bytes(header, LOCAL_BYTES));
  const nameBytes = view.getUint16(26, true),
    start = header + LOCAL_BYTES + nameBytes + view.getUint16(28, true);
  const fits = view.getUint32(0, true) === LOCAL && start + packed <= limit &&
    view.getUint16(8, true) === (deflated ? DEFLATED : 0);
  if (!fits || textOf(source, source.bytes(header + LOCAL_BYTES, nameBytes)) !== name) {
    throw source.fault(
      `is damaged: what stands before ${describe(name)}, at byte ${header}, is not what the directory says`,
    );
  }
  return start;
}

function textOf(source: Source, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw source.fault("is damaged: a name in the zip is not UTF-8");
  }
}
