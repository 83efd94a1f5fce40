import { assert, assertAlmostEquals } from "@std/assert";
import { drawnWidth } from "../../lib/show/draw/metrics.ts";

const fonts = {
  regular: await import("dejavu-fonts-ttf/ttf/DejaVuSans.ttf", { with: { type: "bytes" } }),
  bold: await import("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf", { with: { type: "bytes" } }),
};

/** The advance of a letter in a TrueType font, in parts of its size: through "cmap" to a glyph, whose width "hmtx" tells. */
function advances(bytes: Uint8Array): (letter: string) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = new Map(Array.from({ length: view.getUint16(4) }, (_, i) => {
    const at = 12 + 16 * i;
    return [String.fromCharCode(...bytes.subarray(at, at + 4)), view.getUint32(at + 8)];
  }));
  const [head, hhea, hmtx, cmap] = ["head", "hhea", "hmtx", "cmap"].map((name) => tables.get(name)!);
  const subtables = Array.from(
    { length: view.getUint16(cmap + 2) },
    (_, i) => cmap + view.getUint32(cmap + 8 + 8 * i),
  );
  const map = subtables.find((at) => view.getUint16(at) === 4)!;
  const segments = view.getUint16(map + 6) / 2;
  return (letter) => {
    const code = letter.codePointAt(0)!;
    for (let i = 0; i < segments; i++) {
      if (code > view.getUint16(map + 14 + 2 * i)) continue;
      const [start, delta, range] = [2, 4, 6].map((part) => map + 14 + part * segments + 2 * (i + 1));
      const [from, add, offset] = [start, delta, range].map((at) => view.getUint16(at));
      assert(code >= from, `the font has no ${letter}`);
      const glyph = offset === 0 ? (code + add) & 0xffff : view.getUint16(range + offset + 2 * (code - from));
      return view.getUint16(hmtx + 4 * Math.min(glyph, view.getUint16(hhea + 34) - 1)) /
        view.getUint16(head + 18);
    }
    throw new Error(`the font has no ${letter}`);
  };
}

Deno.test("drawnWidth() knows DejaVu's letters, and is near for those of other alphabets", () => {
  for (const [name, font] of Object.entries(fonts)) {
    const advance = advances(font.default);
    for (let code = 0x20; code < 0x7f; code++) {
      const letter = String.fromCharCode(code);
      assertAlmostEquals(drawnWidth(letter, 1, name === "bold"), advance(letter), 0.0051, letter);
    }
    for (const letter of "αβγηλμσ∂∇×→↓é") {
      assertAlmostEquals(drawnWidth(letter, 1, name === "bold"), advance(letter), 0.2, letter);
    }
  }
});
