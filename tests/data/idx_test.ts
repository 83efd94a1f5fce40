import { assertEquals, assertThrows } from "@std/assert";
import { parseIdx } from "../../lib/data/idx.ts";

/** The bytes of an IDX file of unsigned bytes. */
function idx(shape: number[], data: number[], type = 8): Uint8Array {
  return new Uint8Array([
    0,
    0,
    type,
    shape.length,
    ...shape.flatMap((n) => [0, 0, n >> 8, n & 255]),
    ...data,
  ]);
}

Deno.test("parseIdx() reads shape and elements", () => {
  assertEquals(parseIdx(idx([2, 3], [1, 2, 3, 4, 5, 6])), {
    shape: [2, 3],
    data: new Uint8Array([1, 2, 3, 4, 5, 6]),
  });
  assertEquals(parseIdx(idx([300], Array(300).fill(7))).shape, [300]);
  assertEquals(parseIdx(idx([0, 4], [])), { shape: [0, 4], data: new Uint8Array() });
});

Deno.test("parseIdx() reads a file that is a part of a larger buffer", () => {
  const larger = new Uint8Array([9, 9, 9, ...idx([2], [5, 6]), 9]);
  assertEquals(parseIdx(larger.subarray(3, larger.length - 1)).data, new Uint8Array([5, 6]));
});

Deno.test("parseIdx() rejects what does not begin as an IDX file, naming the file and its first bytes", () => {
  const gzip = new Uint8Array([0x1f, 0x8b, 8, 0, 0]);
  assertThrows(() => parseIdx(gzip, "train-images"), TypeError, "train-images is not an IDX file");
  assertThrows(() => parseIdx(gzip), TypeError, "[1f 8b 08 00]");
  assertThrows(() => parseIdx(new Uint8Array([0, 0])), TypeError, "not an IDX file");
});

Deno.test("parseIdx() rejects elements that are not unsigned bytes", () => {
  assertThrows(() => parseIdx(idx([1], [0, 0, 0, 0], 0x0d)), TypeError, "type 0x0d");
});

Deno.test("parseIdx() rejects a file that was cut short or extended", () => {
  assertThrows(() => parseIdx(idx([2, 3], [1, 2, 3, 4, 5])), RangeError, "[2, 3] = 6 elements");
  assertThrows(() => parseIdx(idx([2, 3], [1, 2, 3, 4, 5])), RangeError, "holds 5: it was cut short");
  assertThrows(() => parseIdx(idx([2], [1, 2, 3])), RangeError, "extended");
  assertThrows(() => parseIdx(idx([2, 3], []).subarray(0, 7)), RangeError, "ends within its header");
});
