import { assertEquals, assertThrows } from "@std/assert";
import { parseIdx } from "../../lib/data/idx.ts";
import { idx } from "./hostile.ts";

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

Deno.test("parseIdx() says what a header claims that nothing can hold, in a sentence of one length", () => {
  const huge = new Uint8Array(4 + 4 * 255).fill(0xff);
  huge.set([0, 0, 8, 255]);
  const most = "4294967295";
  assertThrows(
    () => parseIdx(huge),
    RangeError,
    `[${Array(8).fill(most).join(", ")}, … 247 more] = more than 2⁵³ elements after its header, but holds 0`,
  );
  // The product overflows before it meets the empty dimension.
  huge.fill(0, huge.length - 4);
  assertEquals(parseIdx(huge).data.length, 0);
  assertThrows(() => parseIdx(idx([], [7])), RangeError, "this file has no dimensions");
});
