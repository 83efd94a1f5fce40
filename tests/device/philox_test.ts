import { assertEquals, assertThrows } from "@std/assert";
import { dropoutThreshold, philoxBlock, philoxValues } from "../../lib/device/philox.ts";

const hex = (words: Uint32Array) => [...words].map((word) => word.toString(16).padStart(8, "0")).join(" ");

// Known answers: Random123, tests/kat_vectors ("philox4x32 10").
Deno.test("philoxBlock() gives the published answer for zeros", () => {
  assertEquals(hex(philoxBlock(0, 0, 0, 0)), "6627e8d5 e169c58d bc57ac4c 9b00dbd8");
});

Deno.test("philoxBlock() gives the published answer for ones", () => {
  const all = 0xffffffff;
  assertEquals(hex(philoxBlock(all, all, all, all, all, all)), "408f276d 41c83b0e a20bc7c6 6d5451fd");
});

Deno.test("philoxBlock() gives the published answer for the digits of pi", () => {
  const block = philoxBlock(0x243f6a88, 0x85a308d3, 0xa4093822, 0x299f31d0, 0x13198a2e, 0x03707344);
  assertEquals(hex(block), "d16cfe09 94fdcceb 5001e420 24126ea1");
});

Deno.test("philoxValues() takes word i mod 4 of block offset + i / 4, past 32 bits too", () => {
  const offset = 2 ** 32 - 2;
  const values = philoxValues("uniform", 4097 * 4 + 3, [7, 9], offset);
  for (const i of [0, 1, 3, 4, 7, 8, 11, 12, 4096, 16390]) {
    const counter = offset + Math.floor(i / 4);
    const word = philoxBlock(counter % 2 ** 32, Math.floor(counter / 2 ** 32), 7, 9)[i % 4];
    assertEquals(values[i], (word >>> 8) * 2 ** -24);
  }
});

Deno.test("philoxValues() draws a long draw's beginning when asked for less", () => {
  for (const distribution of ["uniform", "normal", "dropout"] as const) {
    const long = philoxValues(distribution, 5000, [1, 2], 3, 0.5);
    for (const size of [0, 1, 2, 3, 5, 4095, 4096, 4097]) {
      assertEquals(philoxValues(distribution, size, [1, 2], 3, 0.5), long.slice(0, size));
    }
  }
});

Deno.test("philoxValues() are uniform, normal and dropped in their measures", () => {
  const n = 200_000;
  const mean = (values: Float32Array, power = 1) =>
    values.reduce((sum, value) => sum + value ** power, 0) / n;
  const near = (actual: number, expected: number) => assertEquals(Math.abs(actual - expected) < 0.01, true);
  const uniform = philoxValues("uniform", n, [42, 0], 0);
  near(mean(uniform), 1 / 2);
  near(mean(uniform, 2), 1 / 3);
  assertEquals(uniform.every((value) => value >= 0 && value < 1), true);
  const normal = philoxValues("normal", n, [42, 0], 0);
  near(mean(normal), 0);
  near(mean(normal, 2), 1);
  near(mean(normal, 3) / 3, 0);
  const kept = philoxValues("dropout", n, [42, 0], 0, 0.2);
  near(mean(kept), 1);
  assertEquals(new Set(kept), new Set([0, 1.25]));
});

Deno.test("philoxValues() drops nothing at p = 0 and all at p = 1", () => {
  assertEquals(new Set(philoxValues("dropout", 1000, [1, 0], 0, 0)), new Set([1]));
  assertEquals(new Set(philoxValues("dropout", 1000, [1, 0], 0, 1)), new Set([0]));
  assertEquals(dropoutThreshold(0.5), 2 ** 23);
});

Deno.test("philoxValues() refuses an unknown distribution", () => {
  assertThrows(() => philoxValues("cauchy" as "normal", 1, [0, 0], 0), RangeError, "cauchy");
});
