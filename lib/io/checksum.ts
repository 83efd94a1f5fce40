/** CRC-32, as in zip and PNG: the sum by which damage is seen. */

interface Zlib {
  crc32(data: Uint8Array, before?: number): number;
}

interface Host {
  process?: { getBuiltinModule?(name: string): unknown };
}

/**
 * The sum of some bytes that follow others.
 *
 * @param bytes The bytes.
 * @param before The sum of all before them; 0 where there are none.
 * @returns An unsigned number of 32 bits.
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  const zlib = (globalThis as Host).process?.getBuiltinModule?.("node:zlib") as Zlib | undefined;
  return zlib?.crc32?.(bytes, before) ?? plainCrc32(bytes, before);
}

/** A byte's part in the sum, for each byte: the remainder by the polynomial 0xedb88320. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte >>> 1 ^ (byte & 1 ? 0xedb88320 : 0);
  return byte;
});

/** The same where the host has no such function, as in browsers; ten times slower. */
export function plainCrc32(bytes: Uint8Array, before: number): number {
  let sum = ~before;
  for (const byte of bytes) sum = sum >>> 8 ^ TABLE[(sum ^ byte) & 255];
  return ~sum >>> 0;
}
