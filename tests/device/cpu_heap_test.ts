/** The CPU device's memory: the allocator, and what happens when it is full. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { useDevice } from "descent";
import { type Chunk, Heap } from "../../lib/device/cpu/heap.ts";
import { OutOfMemoryError } from "../../lib/device/memory.ts";
import { Draws } from "./draws.ts";

Deno.test("chunks never overlap, and freed ones are taken again", () => {
  const heap = new Heap(2048), live: { chunk: Chunk; mark: number }[] = [], draws = new Draws(1);
  const words = ({ pointer, size }: Chunk) => new Int32Array(heap.memory.buffer, pointer, size / 4);
  let start = Infinity, end = 0;
  for (let i = 0; i < 20_000; i++) {
    if (live.length > 0 && (live.length > 40 || draws.integer(0, 1) === 1)) {
      const [{ chunk, mark }] = live.splice(draws.integer(0, live.length - 1), 1);
      const own = words(chunk);
      assert(own[0] === mark && own[own.length - 1] === mark, "somebody wrote into a live chunk");
      heap.release(chunk);
    } else {
      const chunk = heap.allocate(4 ** draws.integer(1, 9) + draws.integer(0, 300)), own = words(chunk);
      own[0] = own[own.length - 1] = i;
      assertEquals(chunk.pointer % 64, 0);
      live.push({ chunk, mark: i });
      start = Math.min(start, chunk.pointer);
      end = Math.max(end, chunk.pointer + chunk.size);
    }
  }
  for (const { chunk } of live) heap.release(chunk);
  assertEquals(heap.used, 0);
  // All is one free chunk again.
  const { pointer, size } = heap.allocate(end - start);
  assertEquals([pointer, size], [start, end - start]);
});

Deno.test("whatever is asked for and given back, chunks lie apart, inside of the memory, and are large enough", () => {
  const sizes = fc.oneof(fc.nat(300), fc.nat(70_000), fc.constantFrom(0, 1, 63, 64, 65, 65536));
  const steps = fc.array(fc.record({ bytes: sizes, release: fc.option(fc.nat(30)) }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (steps) => {
      const heap = new Heap(1024), live: Chunk[] = [];
      for (const { bytes, release } of steps) {
        if (release !== null && live.length > 0) heap.release(live.splice(release % live.length, 1)[0]);
        const chunk = heap.allocate(bytes);
        assert(chunk.size >= bytes && chunk.size % 64 === 0 && chunk.pointer % 64 === 0);
        for (const { pointer, size } of live) {
          assert(pointer + size <= chunk.pointer || chunk.pointer + chunk.size <= pointer, "they overlap");
        }
        live.push(chunk);
        assertEquals(heap.used, live.reduce((sum, { size }) => sum + size, 0));
        // A kernel reads a vector past the end of an array.
        assert(chunk.pointer + chunk.size + 64 <= heap.memory.buffer.byteLength);
      }
    }),
    { seed: 3, numRuns: 200 },
  );
});

Deno.test("a heap that is full says how much was asked for and how much is there", () => {
  const heap = new Heap(256), first = heap.allocate(10e6);
  assertThrows(
    () => heap.allocate(10e6),
    OutOfMemoryError,
    "no room for 10.0 MB: 10.0 MB of its 16.8 MB are in use",
  );
  heap.release(first);
  heap.release(heap.allocate(12e6));
  assertThrows(() => heap.release(first), Error, "released before");
});

Deno.test("memory grows as it is needed, and what stood in it before stays where it is", () => {
  const heap = new Heap(8192), before = heap.allocate(1000);
  const view = new Float32Array(heap.memory.buffer, before.pointer, 250).fill(7);
  heap.allocate(200e6);
  assert(heap.memory.buffer.byteLength >= 200e6);
  new Float32Array(heap.memory.buffer, before.pointer, 250)[249] = 8;
  assertEquals([view[0], view[249]], [7, 8]);
});

Deno.test("more than 4 GiB is an error that names the shape, and the next operation works", async () => {
  const device = await useDevice("cpu"), { kernels, arena } = device, before = device.memory();
  for (
    const make of [
      () => kernels.fill([32768, 32768], 1),
      () => kernels.random("uniform", [32768, 32768], { seed: [1, 2], offset: 0 }),
      () => kernels.expand(kernels.fill([1, 1], 1), [32768, 32768]),
    ]
  ) {
    const error = assertThrows(() => arena.tidy(make), OutOfMemoryError);
    assert(
      error.message.startsWith(
        "an array of shape [32768, 32768] cannot be made. The CPU device has no room for 4.29 GB:",
      ),
      error.message,
    );
    assert(error.message.includes("of its 4.29 GB are in use. Take a smaller batch"), error.message);
    assert(
      error.message.includes(
        "frees what a turn makes by scope(() => …), or as for await (const step of steps(n))",
      ),
    );
  }
  const x = device.upload(new Float32Array(1000).fill(2), [1000], "float32");
  const y = arena.tidy(() => kernels.mul(x, x));
  assertEquals((await device.read(y))[999], 4);
  for (const storage of [x, y]) device.free(storage);
  assertEquals(device.memory().bytes, before.bytes);
});
