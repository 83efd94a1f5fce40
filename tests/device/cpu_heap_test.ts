/** The CPU device's memory: the allocator, and what happens when it is full. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Storage } from "../../lib/device/device.ts";
import type { CpuDevice } from "../../lib/device/cpu/device.ts";
import { type Chunk, Heap, OutOfMemoryError } from "../../lib/device/cpu/heap.ts";
import { createCpuDevice } from "../../lib/device/cpu/mod.ts";
import { integer, random, size } from "./cpu_helpers.ts";

Deno.test("chunks never overlap, and freed ones are taken again", () => {
  const heap = new Heap(2048), live: { chunk: Chunk; mark: number }[] = [];
  let highest = 0;
  for (let i = 0; i < 20_000; i++) {
    if (live.length > 0 && (live.length > 40 || random() > 0)) {
      const [{ chunk, mark }] = live.splice(integer(0, live.length - 1), 1);
      const words = new Int32Array(heap.memory.buffer, chunk.pointer, chunk.size / 4);
      assert(words[0] === mark && words[words.length - 1] === mark, "somebody wrote into a live chunk");
      heap.release(chunk);
    } else {
      const chunk = heap.allocate(4 ** integer(1, 9) + integer(0, 300));
      const words = new Int32Array(heap.memory.buffer, chunk.pointer, chunk.size / 4);
      words[0] = words[words.length - 1] = i;
      assertEquals(chunk.pointer % 64, 0);
      live.push({ chunk, mark: i });
    }
    highest = Math.max(highest, heap.used);
  }
  for (const { chunk } of live) heap.release(chunk);
  assertEquals(heap.used, 0);
  // All is one free chunk again: what was ever needed at once fits anew without growing.
  const length = heap.memory.buffer.byteLength;
  heap.release(heap.allocate(highest));
  assertEquals(heap.memory.buffer.byteLength, length);
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

Deno.test("a request of 4 GiB is an error that names the shape, and the next operation works", async () => {
  const device = createCpuDevice(), before = device.memory();
  assertThrows(
    () => device.run("Fill", {}, { shape: [32768, 32768], value: 1, dtype: "float32" }),
    OutOfMemoryError,
    "An array of shape [32768,32768] cannot be made",
  );
  const x = device.run("Fill", {}, { shape: [1000], value: 2, dtype: "float32" });
  const y = device.run("Multiply", { a: x, b: x });
  assertEquals((await device.read(y))[999], 4);
  device.free(x);
  device.free(y);
  assertEquals(device.memory().bytes, before.bytes);
});

Deno.test("10,000 mixed operations with disposals in random order end with no byte in use", () => {
  const device = createCpuDevice(), before = device.memory(), live: Storage[] = [];
  const take = () => live[integer(0, live.length - 1)];
  const make = (shape: number[]) =>
    device.upload(Float32Array.from({ length: size(shape) }, random), shape, "float32");
  for (let i = 0; i < 10_000; i++) {
    while (live.length < 3) live.push(make([integer(0, 40), integer(1, 60)]));
    const x = take();
    switch (integer(0, 9)) {
      case 0:
        live.push(make([integer(1, 40), integer(1, 60)]));
        break;
      case 1:
        live.push(device.run("Add", { a: x, b: x }));
        break;
      case 2:
        live.push(device.run("Relu", { x }));
        break;
      case 3:
        if (x.shape.length === 2) live.push(device.run("BatchMatMul", { a: x, b: x }, { transposeB: true }));
        break;
      case 4:
        live.push(device.run("Transpose", { x }, { perm: x.shape.map((_, d) => x.shape.length - 1 - d) }));
        break;
      case 5:
        live.push(device.run("Sum", { x }, { axis: [0], keepDims: true }));
        break;
      case 6:
        live.push(device.share(x, [size(x.shape)]));
        break;
      case 7:
        live.push(device.run("Softplus", { x }));
        break;
      case 8:
        live.push(
          device.run("Slice", { x }, { begin: x.shape.map(() => 0), size: x.shape.map((n) => n >> 1) }),
        );
        break;
      case 9:
        live.push(device.run("Cumsum", { x }, { axis: 0, exclusive: false, reverse: false }));
    }
    while (live.length > 30) device.free(live.splice(integer(0, live.length - 1), 1)[0]);
  }
  for (const storage of live) device.free(storage);
  const after = device.memory();
  assertEquals([after.tensors, after.bytes], [before.tensors, before.bytes]);
});

Deno.test("a thousand steps take no more memory than ten", () => {
  const device = createCpuDevice() as CpuDevice,
    { heap } = device.cpu,
    make = (shape: number[]) =>
      device.upload(Float32Array.from({ length: size(shape) }, random), shape, "float32");
  const x = make([2, 8, 8, 16]),
    filter = make([3, 3, 16, 16]),
    m = make(filter.shape),
    v = make(filter.shape);
  const attrs = { strides: [1, 1], pad: "same", dilations: [1, 1], dataFormat: "NHWC" };
  const step = () => {
    const y = device.run("Conv2D", { x, filter }, attrs), relu = device.run("Relu", { x: y });
    const dy = device.run("ReluGrad", { dy: relu, y: relu });
    const grad = device.run("Conv2DBackpropFilter", { x, dy }, { ...attrs, filterShape: filter.shape });
    device.runMany("AdamStep", { param: filter, grad, m, v }, { lr: 0.01, step: 1 });
    for (const storage of [y, relu, dy, grad]) device.free(storage);
    return [heap.used, heap.memory.buffer.byteLength, device.memory().tensors, device.memory().bytes];
  };
  for (let i = 0; i < 9; i++) step();
  const ten = step();
  for (let i = 0; i < 989; i++) step();
  assertEquals(step(), ten);
  for (const storage of [x, filter, m, v]) device.free(storage);
});

Deno.test("a freed storage is refused", () => {
  const device = createCpuDevice(), x = device.upload(new Float32Array(4), [4], "float32");
  device.free(x);
  assertThrows(() => device.run("Neg", { x }), Error, "it was freed before");
});
