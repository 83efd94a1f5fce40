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

/** A field that says: the number stands in one of 64 bits. */
const IN_64 = 0xffffffff;

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
 * @param options.is64 Whether numbers stand in fields of 64 bits, as those beyond 4 GB must.
 */
export async function zip(
  members: readonly Member[],
  end: Partial<{ count: number; size: number; offset: number }> = {},
  { is64 = false }: { is64?: boolean } = {},
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
    const common = (packed: number, size: number) =>
      [[2, flags], [2, method], [4, 0], [4, crc], [4, packed], [4, size]] as const;
    const [here, extra] = is64
      ? [[IN_64, IN_64, IN_64], fields([2, 1], [2, 24], [8, size], [8, packed], [8, header])]
      : [[packed, size, header], new Uint8Array()];
    directory.push(
      fields([4, 0x02014b50], [2, 45], [2, 45], ...common(here[0], here[1])),
      fields([2, text(name).length], [2, extra.length], [2, 0], [2, 0], [2, 0], [4, 0], [4, here[2]]),
      text(name),
      extra,
    );
    if (absent) continue;
    const local = text(localName);
    files.push(
      fields([4, 0x04034b50], [2, 45], ...common(packed, size), [2, local.length], [2, 0]),
      local,
      bytes,
    );
    at += 30 + local.length + bytes.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const { count = members.length, size: saidSize = size, offset = at } = end;
  const end64 = [
    fields(
      [4, 0x06064b50],
      [8, 44],
      [2, 45],
      [2, 45],
      [4, 0],
      [4, 0],
      [8, count],
      [8, count],
      [8, saidSize],
      [8, offset],
    ),
    fields([4, 0x07064b50], [4, 0], [8, at + size], [4, 1]),
  ];
  const [few, small, low] = is64 ? [0xffff, IN_64, IN_64] : [count, saidSize, offset];
  return joined(
    ...files,
    ...directory,
    ...(is64 ? end64 : []),
    fields([4, 0x06054b50], [2, 0], [2, 0], [2, few], [2, few], [4, small], [4, low], [2, 0]),
  );
}
