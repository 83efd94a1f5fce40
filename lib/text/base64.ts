/**
 * Bytes as text, as they stand in a module or in a page. Node's typed arrays know base64 from version 25 on.
 *
 * @module
 */

/** What an older host has not. */
type Encoded = { toBase64?(): string };
type Decoder = { fromBase64?(text: string): Uint8Array<ArrayBuffer> };

/** The bytes of a text in base64. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return (Uint8Array as Decoder).fromBase64?.(base64) ??
    Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** Bytes in base64. */
export function base64Of(bytes: Uint8Array): string {
  return (bytes as Encoded).toBase64?.() ??
    btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
