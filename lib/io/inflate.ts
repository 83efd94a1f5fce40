/**
 * Bytes of a zip's entry, unpacked by the host.
 *
 * Source: P. Deutsch, "DEFLATE Compressed Data Format Specification" (RFC 1951).
 *
 * @module
 */
import { describe } from "../text/arguments.ts";
import { crc32 } from "./checksum.ts";
import { Source } from "./source.ts";
import { dataOf, type ZipEntry } from "./zip.ts";

/** So many packed bytes are unpacked at once; they become no more than a thousand times as many. */
const PIECE = 2 ** 14;
/** How much more deflate can say than it takes: 258 bytes in two bits. */
const MOST = 1032;
/** After so many bytes, or at the end, `look` is called. */
const START = 2 ** 16;

/**
 * An entry's bytes as a source: a part of the file where they are stored, unpacked where they are deflated. What comes out is no
 * more than the directory says, and no more than `look` lets pass.
 *
 * @param look Is given the first bytes with the size that all should have, before the rest is unpacked; throws what is wrong.
 * @throws {FileFormatError} if the entry is damaged.
 */
export async function openEntry(
  source: Source,
  entry: ZipEntry,
  look: (start: Source) => void,
): Promise<Source> {
  const { caller } = source, what = `${source.what}: ${entry.name}`, { size } = entry;
  const start = dataOf(source, entry);
  const part = new Source(caller, what, entry.packed, (target, at) => {
    const wanted = target.subarray(0, Math.max(0, Math.min(target.length, entry.packed - at)));
    source.read(wanted, start + at);
    return wanted.length;
  });
  if (!entry.deflated) {
    look(part);
    let crc = 0;
    for (let at = 0; at < size; at += START) crc = crc32(part.bytes(at, Math.min(START, size - at)), crc);
    checkCrc(part, crc, entry);
    return part;
  }
  if (size > MOST * entry.packed) {
    throw part.fault(`is damaged: no ${entry.packed} packed bytes become ${size}`);
  }
  const bytes = roomFor(part, size), unpacked = Source.of(caller, what, bytes);
  let filled = 0, looked = false;
  const reader = pieces(part).pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read().catch(() => {
        throw part.fault(`is damaged: it cannot be unpacked`);
      });
      if (value !== undefined) {
        if (filled + value.length > size) {
          throw part.fault(`is damaged: it unpacks to more than its ${size} bytes`);
        }
        bytes.set(value, filled);
        filled += value.length;
      }
      if (!looked && (done || filled >= Math.min(START, size))) {
        if (filled < Math.min(START, size)) {
          throw part.fault(`is damaged: it should unpack to ${size} bytes, not ${filled}`);
        }
        look(unpacked);
        looked = true;
      }
      if (done) break;
    }
  } finally {
    // After an error nobody asks for the rest.
    await reader.cancel().catch(() => {});
  }
  if (filled !== size) throw part.fault(`is damaged: it should unpack to ${size} bytes, not ${filled}`);
  checkCrc(part, crc32(bytes), entry);
  return unpacked;
}

/** Room that takes memory only where it is written to. */
function roomFor(source: Source, size: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch {
    throw source.fault(
      `is refused: there is no room for ${size} bytes, which ${describe(source.what)} should unpack to`,
    );
  }
}

/** The packed bytes, piece by piece as they are asked for. */
function pieces(source: Source): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at === source.size) return controller.close();
      const piece = source.bytes(at, Math.min(PIECE, source.size - at));
      at += piece.length;
      controller.enqueue(piece);
    },
  }, { highWaterMark: 0 });
}

function checkCrc(source: Source, crc: number, entry: ZipEntry): void {
  if (crc !== entry.crc) throw source.fault("is damaged: its checksum (CRC-32) is not that of the directory");
}
