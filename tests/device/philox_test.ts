/** The generator behind every draw: published answers, and the same numbers on every device. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { currentDevice } from "descent";
import { dropoutThreshold, philoxBlock, philoxValues } from "../../lib/philox.ts";
import { sizeOf } from "../../lib/device/shape.ts";
import { onEachDevice } from "../devices.ts";

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

/** Draws whose blocks pass 2³² on the way, and end within one. */
const DRAW = { seed: [0xdeadbeef, 0x87654321], offset: 2 ** 32 - 3 } as const;
const SHAPES = [[], [3], [5, 7], [70_001], [0, 4]];

onEachDevice("uniform numbers and dropped ones are the host's, bit for bit", async () => {
  const device = currentDevice(), { kernels, arena } = device, { seed, offset } = DRAW;
  for (const shape of SHAPES) {
    const size = sizeOf(shape), x = device.upload(new Float32Array(size), shape, "float32");
    const drawn = arena.tidy(() => [
      kernels.random("uniform", shape, DRAW),
      ...[0, 0.3, 0.5, 1].map((p) => kernels.dropout(x, p, DRAW)[1]),
    ]);
    const [uniform, ...masks] = await Promise.all(drawn.map((y) => device.read(y)));
    assertEquals(uniform, philoxValues("uniform", size, seed, offset));
    // A device may round 1 / (1 − p) in its own way; which are dropped is exact.
    [0, 0.3, 0.5, 1].forEach((p, i) => {
      const wanted = philoxValues("dropout", size, seed, offset, p);
      masks[i].forEach((value, j) => {
        assert(Math.abs(value - wanted[j]) <= 2 ** -23 * wanted[j], `${value}, not ${wanted[j]}`);
      });
    });
    for (const storage of [x, ...drawn]) device.free(storage);
  }
});

onEachDevice(
  "normal numbers are the host's, small ones too, to a few units in the last place",
  async (name) => {
    const device = currentDevice(), { kernels, arena } = device, { seed, offset } = DRAW;
    for (const shape of SHAPES) {
      const drawn = arena.tidy(() => kernels.random("normal", shape, DRAW));
      const values = await device.read(drawn), wanted = philoxValues("normal", sizeOf(shape), seed, offset);
      assertEquals(values.length, wanted.length);
      // WGSL lets a root be off by some units in the last place, and a sum be fused with a product.
      const tolerance = name === "cpu" ? 2 ** -23 : 1e-6;
      values.forEach((value, i) => {
        const error = Math.abs(value - wanted[i]);
        assert(error <= tolerance * Math.abs(wanted[i]), `${value}, not ${wanted[i]}`);
      });
      device.free(drawn);
    }
  },
);
