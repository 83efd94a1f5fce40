import { assertEquals } from "@std/assert";
import { base64Of, bytesOf } from "../../lib/text/base64.ts";

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i * 7 & 255);

/** Runs a body on a host that does not know base64. */
function without(body: () => void): void {
  const { fromBase64 } = Uint8Array, { toBase64 } = Uint8Array.prototype;
  Reflect.deleteProperty(Uint8Array, "fromBase64");
  Reflect.deleteProperty(Uint8Array.prototype, "toBase64");
  try {
    body();
  } finally {
    Object.assign(Uint8Array, { fromBase64 });
    Object.assign(Uint8Array.prototype, { toBase64 });
  }
}

Deno.test("bytes become text and come back, on hosts that know base64 and on those that do not", () => {
  for (let length = 0; length < 5; length++) {
    const some = bytes.subarray(0, length), text = some.toBase64();
    assertEquals([base64Of(some), bytesOf(text)], [text, some]);
    without(() => assertEquals([base64Of(some), bytesOf(text)], [text, some]));
  }
  const text = bytes.toBase64();
  without(() => assertEquals([base64Of(bytes), bytesOf(text)], [text, bytes]));
});
