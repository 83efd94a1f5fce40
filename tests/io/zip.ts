/** Zips as Python makes them, or almost. */
import { crc32 } from "../../lib/io/checksum.ts";

/** A file in a zip, and what the zip says of it where that is not so. */
export interface Member {
  name: string;
  data: Uint8Array<ArrayBuffer>;
  /** Whether its bytes are compressed. */
  deflate?: boolean;
  /** What the directory says in place of the truth. */
  said?: Partial<
    { size: number; packed: number; crc: number; method: number; flags: number; header: number }
  >;
  /** What stands before the bytes in place of the name. */
  localName?: string;
  /** Whether there are no bytes, as another's serve. */
  absent?: boolean;
}

/** Bytes compressed by deflate. */
export async function deflate(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(new Blob([data]).stream().pipeThrough(new CompressionStream("deflate-raw")))
    .bytes();
}

/** Numbers of so many bytes each, little-endian. */
function fields(...values: readonly (readonly [bytes: 2 | 4 | 8, value: number])[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(values.reduce((sum, [bytes]) => sum + bytes, 0)));
  let at = 0;
  for (const [bytes, value] of values) {
    if (bytes === 8) view.setBigUint64(at, BigInt(value), true);
    else if (bytes === 4) view.setUint32(at, value, true);
    else view.setUint16(at, value, true);
    at += bytes;
  }
  return new Uint8Array(view.buffer);
}

/** Bytes one after the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * A zip.
 *
 * @param end What its end says in place of the truth.
 */
export async function zip(
  members: readonly Member[],
  end: Partial<{ count: number; size: number; offset: number }> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const text = (name: string) => new TextEncoder().encode(name);
  const files: Uint8Array[] = [], directory: Uint8Array[] = [];
  let at = 0;
  for (
    const { name, data, deflate: isDeflated = false, said = {}, localName = name, absent = false } of members
  ) {
    const bytes = isDeflated ? await deflate(data) : data;
    const { size = data.length, packed = bytes.length, crc = crc32(data), flags = 0, header = at } = said;
    const { method = isDeflated ? 8 : 0 } = said;
    const common = [[2, flags], [2, method], [4, 0], [4, crc], [4, packed], [4, size]] as const;
    directory.push(
      fields([4, 0x02014b50], [2, 20], [2, 20], ...common, [2, text(name).length], [2, 0], [2, 0], [2, 0], [
        2,
        0,
      ]),
      fields([4, 0], [4, header]),
      text(name),
    );
    if (absent) continue;
    const local = text(localName);
    files.push(fields([4, 0x04034b50], [2, 20], ...common, [2, local.length], [2, 0]), local, bytes);
    at += 30 + local.length + bytes.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const { count = members.length, size: saidSize = size, offset = at } = end;
  return joined(
    ...files,
    ...directory,
    fields([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, saidSize], [4, offset], [2, 0]),
  );
}
