/** Where the CPU device keeps its arrays: small ones in JavaScript until a kernel wants an address, all others in the heap. */
import { assert, assertEquals } from "@std/assert";
import { CpuDevice } from "../../lib/device/cpu/device.ts";
import { Engine } from "../../lib/device/cpu/engine.ts";
import { Heap } from "../../lib/device/cpu/heap.ts";
import { Module } from "../../lib/device/cpu/module.ts";
import type { Storage } from "../../lib/device/storage.ts";

/** A device of its own, on the calling thread alone. */
function newDevice(): CpuDevice {
  const heap = new Heap();
  return new CpuDevice(new Engine(heap, new Module(heap, 1)));
}

const counted = (n: number) => Float32Array.from({ length: n }, (_, i) => i);
const up = (device: CpuDevice, n: number) => device.upload(counted(n), [n], "float32");
const where = ({ engine }: CpuDevice, x: Storage) =>
  engine.block(x).chunk === null ? "JavaScript" : "the heap";

Deno.test("up to 256 uploaded numbers stay JavaScript's, which no account counts", () => {
  const device = newDevice(), small = up(device, 256);
  assertEquals(where(device, small), "JavaScript");
  assertEquals(device.memory(), { tensors: 0, bytes: 0, peakBytes: 0 });
  const large = up(device, 257);
  assertEquals(where(device, large), "the heap");
  assertEquals(device.memory(), { tensors: 1, bytes: 1028, peakBytes: 1028 });
});

Deno.test("they move into the heap when a kernel asks for their address, numbers and all", () => {
  const device = newDevice(), { kernels, arena } = device, x = up(device, 200), view = device.peek(x);
  const y = arena.tidy(() => kernels.add(x, x));
  assertEquals([where(device, x), where(device, y)], ["the heap", "the heap"]);
  assertEquals(device.memory().tensors, 2);
  assertEquals(device.peek(x), counted(200));
  assertEquals(device.peek(y), counted(200).map((value) => 2 * value));
  // What was looked at before is as it was.
  assertEquals(view, counted(200));
  for (const storage of [x, y]) device.free(storage);
  assertEquals([device.memory().tensors, device.engine.heap.used], [0, 0]);
});

Deno.test("a few numbers are computed in JavaScript, and so are their results", () => {
  const device = newDevice(), { kernels, arena } = device, x = up(device, 64);
  const results = [
    () => kernels.add(x, x),
    () => kernels.mul(x, 0.1),
    () => kernels.exp(x),
    () => kernels.greater(x, 3),
    () => kernels.sum(x, [0]),
    () => kernels.cast(x, "int32"),
    () => kernels.matmul(kernels.reshape(x, [8, 8]), kernels.reshape(x, [8, 8])),
    () => kernels.select(kernels.greater(x, 3), x, 1),
    () => kernels.argmax(x, 0),
  ].map((make) => arena.tidy(make));
  for (const y of [x, ...results]) assertEquals(where(device, y), "JavaScript");
  assertEquals(device.memory().tensors, 0);
});

Deno.test("views stay good while the memory grows under them", () => {
  const device = newDevice(), { kernels, arena } = device, x = up(device, 1000), view = device.peek(x);
  const size = device.engine.heap.memory.buffer.byteLength;
  const large = arena.tidy(() => kernels.fill([30_000_000], 1));
  assert(device.engine.heap.memory.buffer.byteLength > size);
  const grad = up(device, 1000);
  const settings = {
    momentum: 0,
    dampening: 0,
    weightDecay: 0,
    nesterov: false,
    maximize: false,
    first: true,
  };
  kernels.sgdStep([{ param: x, grad, buffer: null }], { lr: 1, ...settings });
  assertEquals(view, new Float32Array(1000));
  device.free(large);
});

Deno.test("memory that was used before holds no old numbers where zeros are promised", () => {
  const device = newDevice(), { kernels, arena } = device;
  const dirty = arena.tidy(() => kernels.fill([100_000], NaN));
  device.free(dirty);
  const settings = { kernel: [2, 2], strides: [3, 3], padding: [0, 0] } as const;
  const dy = device.upload(new Float32Array(4 * 81).fill(1), [1, 4, 9, 9], "float32");
  const dx = arena.tidy(() => kernels.avgPool2dGrad(dy, [1, 4, 28, 28], settings));
  assert(device.peek(dx).every((value) => value === 0 || value === 0.25));
  const part = { begin: [1], size: [1000], step: [2] };
  const grad = arena.tidy(() => kernels.sliceGrad(up(device, 1000), [90_000], part));
  assertEquals([...device.peek(grad)].reduce((sum, value) => sum + value, 0), 999 * 500);
});

Deno.test("zeros for paddings are zeros however many are asked for, and nothing else lies there", () => {
  const { engine } = newDevice(), { heap } = engine;
  const dirty = heap.allocate(5000);
  new Uint8Array(heap.memory.buffer, dirty.pointer, dirty.size).fill(255);
  heap.release(dirty);
  for (const bytes of [64, 100, 4000, 10]) {
    const pointer = engine.zeros(bytes);
    assert(new Uint8Array(heap.memory.buffer, pointer, bytes).every((value) => value === 0));
  }
});

Deno.test("what is allocated and written while a description waits does not disturb it", () => {
  const { engine } = newDevice(), words = [1, -2, 3, 2 ** 31 - 1];
  const pointer = engine.describe(words), more = engine.allocate([1000]);
  engine.block(more).view().fill(9);
  assertEquals([...new Int32Array(engine.heap.memory.buffer, pointer, 4)], words);
  assertEquals(engine.describe([5]), pointer);
});

Deno.test("a device says how many threads it computes with", () => {
  const heap = new Heap(), device = new CpuDevice(new Engine(heap, new Module(heap, 3)));
  assertEquals(device.description, "CPU, 3 threads, WebAssembly SIMD");
  assertEquals(newDevice().description, "CPU, 1 thread, WebAssembly SIMD");
});
