/** Checkpoints in memory: what `save()` writes, without a disk, and what somebody made of it. */
import { imageOf } from "../../lib/io/checkpoint_file.ts";
import { plainCrc32 } from "../../lib/io/checksum.ts";
import type { Parts } from "../../lib/io/parts.ts";

type Bytes = Uint8Array<ArrayBuffer>;

function join(parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** What `save()` writes. */
export async function checkpointBytes(parts: Parts): Promise<Bytes> {
  const image = imageOf("save", parts), all: Uint8Array[] = [];
  for await (const chunk of image.chunks()) all.push(chunk.slice());
  image.free();
  return join(all);
}

/** A safetensors header as plain data. */
// deno-lint-ignore no-explicit-any
export type Header = Record<string, any>;

/** The header of a file, and the rest. */
export function opened(bytes: Uint8Array): { header: Header; data: Uint8Array } {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  return { header, data: bytes.subarray(8 + length) };
}

/** A file of a header and its data. */
export function closed(header: Header | string, data: Uint8Array): Bytes {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const start = new Uint8Array(8);
  new DataView(start.buffer).setBigUint64(0, BigInt(text.length), true);
  return join([start, text, data]);
}

/** The same file with the right sum at its end: damage that nobody notices by the sum. */
export function summed(bytes: Bytes): Bytes {
  const own = bytes.slice(), end = own.length - 4;
  if (end >= 0) new DataView(own.buffer).setUint32(end, plainCrc32(own.subarray(0, end), 0), true);
  return own;
}

/** A checkpoint whose description was changed, with the right sum. */
// deno-lint-ignore no-explicit-any
export function described(bytes: Bytes, change: (content: any) => unknown): Bytes {
  const { header, data } = opened(bytes), { __metadata__: metadata } = header;
  const content = JSON.parse(metadata["descent.checkpoint"]);
  const changed = change(content);
  metadata["descent.checkpoint"] = typeof changed === "string" ? changed : JSON.stringify(content);
  return summed(closed(header, data));
}
