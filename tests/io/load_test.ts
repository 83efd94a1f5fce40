/** Numbers read from their places in a file: which bytes are read, and in whatever order they lie. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { sizeOf } from "../../lib/device/shape.ts";
import { type Layout, loadAll } from "../../lib/io/load.ts";
import { layoutOf } from "../../lib/io/safetensors.ts";
import { readHeader } from "../../lib/io/safetensors_header.ts";
import { Source } from "../../lib/io/source.ts";
import { onEachDevice } from "../devices.ts";
import { safetensors } from "./safetensors.ts";

/** A file whose readings are noted. */
function noted(bytes: Uint8Array): { source: Source; read: { from: number; to: number }[] } {
  const read: { from: number; to: number }[] = [];
  const source = new Source("read", "the file", bytes.length, (target, at) => {
    read.push({ from: at, to: at + target.length });
    target.set(bytes.subarray(at, at + target.length));
    return target.length;
  });
  return { source, read };
}

Deno.test("of a safetensors file only the header and the tensors that are asked for are read", () => {
  const info = (begin: number, end: number) => ({
    dtype: "F32",
    shape: [(end - begin) / 4],
    data_offsets: [begin, end],
  });
  const file = safetensors({ a: info(0, 4000), b: info(4000, 4012), c: info(4012, 9012) }, 9012);
  const { source, read } = noted(file), data = file.length - 9012;
  const header = readHeader(source);
  assert(read.every(({ to }) => to <= data));
  read.length = 0;
  loadAll(source, [layoutOf(source, header, "b")]);
  assertEquals(read, [{ from: data + 4000, to: data + 4012 }]);
});

Deno.test("a transposed matrix is read from front to back, once; of a column only what it spans", () => {
  const bytes = new Uint8Array(new Int32Array(2 ** 20).map((_, i) => i).buffer),
    { source, read } = noted(bytes);
  const layout: Layout = { name: "x", kind: "I32", shape: [], strides: null, offset: 0, bigEndian: false };
  loadAll(source, [{ ...layout, shape: [1024, 1024], strides: [1, 1024] }]);
  assertEquals(read, [{ from: 0, to: bytes.length }]);
  read.length = 0;
  // Neighbours that are 8 kB apart: each is read by itself.
  loadAll(source, [{ ...layout, shape: [512], strides: [2048], offset: 4 }]);
  assertEquals(read.length, 512);
  assert(read.every(({ from, to }) => to - from === 4));
});

onEachDevice(
  "numbers with gaps, in any order of dimensions, repeated or not, are those of their places",
  async () => {
    const words = new Int16Array(3_000_000).map((_, i) => i * 7919 % 32749),
      bytes = new Uint8Array(words.buffer);
    /** Dimensions in a random order: each beyond the reach of those inside of it, by a gap. */
    const layout = fc.tuple(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.constantFrom(0, 0, 1, 3, 2100, 90_000)), {
        maxLength: 4,
      }),
      fc.array(fc.nat()),
      fc.nat(1000),
      fc.boolean(),
    ).map(([dims, keys, start, bigEndian]) => {
      let reach = 1;
      const strided = dims.map(([size, gap], i) => {
        const stride = keys[i] % 7 === 0 ? 0 : reach + gap;
        reach += Math.max(0, size - 1) * stride;
        return { size, stride, key: keys[i] ?? 0 };
      });
      const fits = strided.filter((_, i) => i < 3 || reach < 2_000_000).sort((a, b) => a.key - b.key);
      return {
        shape: fits.map(({ size }) => size),
        strides: fits.map(({ stride }) => stride),
        start,
        bigEndian,
      };
    }).filter(({ shape, strides, start }) =>
      start + shape.reduce((last, size, d) => last + Math.max(0, size - 1) * strides[d], 0) < words.length
    );
    const swapped = new Uint8Array(bytes).map((_, i) => bytes[i ^ 1]);
    await fc.assert(
      fc.asyncProperty(layout, async ({ shape, strides, start, bigEndian }) => {
        const { source } = noted(bigEndian ? swapped : bytes);
        const whole: Layout = { name: "x", kind: "I16", shape, strides, offset: 2 * start, bigEndian };
        const [tensor] = loadAll(source, [whole]), values = await tensor.data();
        assertEquals(tensor.shape, shape);
        for (let i = 0; i < sizeOf(shape); i++) {
          let at = start, rest = i;
          for (let d = shape.length - 1; d >= 0; d--) {
            at += rest % shape[d] * strides[d];
            rest = Math.floor(rest / shape[d]);
          }
          if (values[i] !== words[at]) assertEquals(values[i], words[at], JSON.stringify(whole));
        }
      }),
      { numRuns: 60, seed: 3 },
    );
  },
);
