/** Files as safetensors has them, or almost. */

/**
 * A file.
 *
 * @param header As JSON, as text, or as bytes.
 * @param data How many zeros follow.
 */
export function safetensors(header: object | string | Uint8Array, data: number): Uint8Array<ArrayBuffer> {
  const text = header instanceof Uint8Array
    ? header
    : new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}
