/** The CPU device's threads: the same bits however many there are, errors instead of hangs. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import kernelBytes from "../../lib/device/cpu/kernels.wasm" with { type: "bytes" };
import plainBytes from "../../lib/device/cpu/kernels_plain.wasm" with { type: "bytes" };
import type { Storage } from "../../lib/device/device.ts";
import { CpuBackend } from "../../lib/device/cpu/backend.ts";
import { CpuDevice } from "../../lib/device/cpu/device.ts";
import { Heap } from "../../lib/device/cpu/heap.ts";
import { createCpuDevice } from "../../lib/device/cpu/mod.ts";
import { CONTROL_BYTES, Threads } from "../../lib/device/cpu/threads.ts";
import { hasRelaxedSimd, Kernels } from "../../lib/device/cpu/wasm.ts";
import { size } from "./cpu_helpers.ts";

/** A device of its own with so many threads, all of them up. */
function deviceOf(threads: number, relaxed?: boolean): CpuDevice {
  createCpuDevice(); // registers the kernels
  const heap = new Heap(), kernels = new Kernels(heap, threads, relaxed);
  const device = new CpuDevice(new CpuBackend(heap, kernels), `${threads} threads`);
  const start = performance.now();
  while (kernels.ready < threads) {
    device.free(device.run("Fill", {}, { shape: [1 << 20], value: 1, dtype: "float32" }));
    assert(performance.now() - start < 20_000, "the threads do not come up");
  }
  return device;
}

/** A network's worth of operations; returns every result. */
function everything(device: CpuDevice): Float32Array[] {
  const draw = (shape: number[], offset: number) =>
    device.run("Philox", {}, { shape, distribution: "normal", seed: [1, 2], offset });
  const results: Storage[] = [];
  const keep = (...storages: Storage[]) => (results.push(...storages), storages[0]);
  const x = keep(draw([2, 40, 40, 24], 0)), filter = keep(draw([3, 3, 24, 40], 10_000));
  const attrs = { strides: [1, 1], pad: "same", dilations: [1, 1], dataFormat: "NHWC" };
  const y = keep(device.run("Conv2D", { x, filter }, attrs));
  keep(device.run("Conv2DBackpropInput", { dy: y, filter }, { ...attrs, inputShape: x.shape }));
  keep(device.run("Conv2DBackpropFilter", { x, dy: y }, { ...attrs, filterShape: filter.shape }));
  const scale = keep(draw([40], 1)), offset = keep(draw([40], 2));
  const [normal, mean, variance] = device.runMany("BatchNormTrain", { x: y, scale, offset }, {
    epsilon: 1e-5,
  });
  keep(normal, mean, variance);
  keep(
    ...device.runMany("BatchNormTrainGrad", { dy: y, x: normal, mean, variance, scale }, { epsilon: 1e-5 }),
  );
  const pooling = { filterSize: [3, 3], strides: [2, 2], pad: "same", dimRoundingMode: "floor" };
  const pooled = keep(device.run("MaxPool", { x: normal }, pooling));
  keep(device.run("MaxPoolGrad", { dy: pooled, input: normal, output: pooled }, pooling));
  const five = keep(draw([5, 5, 12, 18], 20_000)), strided = { ...attrs, strides: [2, 2], groups: 2 };
  const z = keep(device.run("Conv2D", { x, filter: five }, strided));
  keep(device.run("Conv2DBackpropInput", { dy: z, filter: five }, { ...strided, inputShape: x.shape }));
  keep(device.run("Conv2DBackpropFilter", { x, dy: z }, { ...strided, filterShape: five.shape }));
  const mean3 = keep(device.run("AvgPool", { x: normal }, pooling));
  keep(device.run("AvgPoolGrad", { dy: mean3, input: normal }, pooling));
  keep(
    device.run("Max", { x: y }, { reductionIndices: [1] }),
    device.run("Softmax", { logits: y }, { dim: 3 }),
  );
  keep(
    device.run("Sum", { x: y }, { axis: [0, 1, 2] }),
    device.run("Mean", { x: y }, { axis: [0, 1, 2, 3] }),
  );
  keep(device.run("Add", { a: y, b: scale }), device.run("Tanh", { x: y }), device.run("Relu", { x: y }));
  const a = keep(draw([300, 200], 5)), b = keep(draw([200, 310], 6)), row = keep(draw([1, 2000], 7));
  keep(device.run("BatchMatMul", { a, b }), device.run("BatchMatMul", { a, b: a }, { transposeA: true }));
  const wide = keep(draw([2000, 1500], 8));
  keep(
    device.run("BatchMatMul", { a: row, b: wide }),
    device.run("Transpose", { x: wide }, { perm: [1, 0] }),
  );
  keep(device.run("LogSoftmax", { logits: wide }));
  const classes = device.upload(Int32Array.from({ length: 2000 }, (_, i) => i % 1500), [2000], "int32");
  const [losses, logs] = device.runMany("CrossEntropy", { logits: wide, classes });
  keep(losses, logs);
  keep(device.run("CrossEntropyGrad", { dy: losses, logs, classes }));
  device.free(classes);
  const m = keep(draw(wide.shape, 9)), v = keep(device.run("Square", { x: m }));
  device.runMany("AdamStep", { param: wide, grad: m, m, v }, { lr: 0.1, step: 3 });
  return results.map((storage) => {
    assertEquals(size(storage.shape) > 0, true);
    const values = device.backend.readSync(storage.dataId) as Float32Array;
    device.free(storage);
    return values;
  });
}

Deno.test("one, two and eight threads compute the same bits, again and again", () => {
  const wanted = everything(deviceOf(1));
  for (const threads of [2, 8]) {
    const device = deviceOf(threads);
    for (let round = 0; round < 3; round++) {
      everything(device).forEach((values, i) => {
        const same = values.every((value, j) => Object.is(value, wanted[i][j]));
        assert(same, `result ${i} differs with ${threads} threads`);
      });
    }
    assertEquals(device.memory().bytes, 0);
  }
});

Deno.test("without relaxed SIMD the results agree to rounding", () => {
  const wanted = everything(deviceOf(1, true));
  everything(deviceOf(1, false)).forEach((values, i) => {
    // Sums of thousands of products: what counts is the error against their size.
    const tolerance = 1e-5 * wanted[i].reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    values.forEach((value, j) => {
      assert(Math.abs(value - wanted[i][j]) <= tolerance, `result ${i}: ${value} instead of ${wanted[i][j]}`);
    });
  });
});

Deno.test("a kernel that fails is an error, and the next operation works", () => {
  const device = deviceOf(2);
  // Past the end of the memory.
  assertThrows(() => device.cpu.kernels.launch("fill", 1e6, 10, 2 ** 32 - 65536, 1));
  const x = device.run("Fill", {}, { shape: [1 << 20], value: 3, dtype: "float32" });
  assertEquals((device.backend.readSync(x.dataId) as Float32Array).every((value) => value === 3), true);
  device.free(x);
});

/** Two threads without a device, the calling one and one that is up. */
function pair(): { threads: Threads; heap: Heap; control: number; fill: number } {
  const heap = new Heap(2048), module = new WebAssembly.Module(hasRelaxedSimd() ? kernelBytes : plainBytes);
  const names = WebAssembly.Module.exports(module).map(({ name }) => name), fill = names.indexOf("fill");
  const { pointer: control } = heap.allocate(CONTROL_BYTES), { pointer } = heap.allocate(1 << 20);
  new Uint8Array(heap.memory.buffer, control, CONTROL_BYTES).fill(0);
  const threads = new Threads(module, heap.memory, control, names, 2), start = performance.now();
  while (threads.ready < 1) {
    threads.run(fill, () => {}, 16, [pointer, 1]);
    assert(performance.now() - start < 20_000, "the thread does not come up");
  }
  return { threads, heap, control, fill };
}

Deno.test("a thread that fails alone is an error of the operation within a second, and the next one works", () => {
  const { threads, heap, fill } = pair(), { pointer } = heap.allocate(64 * 1024);
  const begin = performance.now();
  // The calling thread waits for the other one to take its share, which ends outside the memory.
  const wait = () => {
    for (const start = performance.now(); performance.now() - start < 40;);
  };
  assertThrows(() => threads.run(fill, wait, 64, [2 ** 32 - 65536, 1]), Error, "failed in the kernel fill");
  assert(performance.now() - begin < 1000);
  threads.run(fill, () => {}, 4096, [pointer, 1]);
});

Deno.test("a thread that has died at its work is an error after a second, not a hang", () => {
  const { threads, heap, control, fill } = pair(), { pointer } = heap.allocate(64 * 1024);
  // As one leaves it that took a job and never came back: the seventh word counts those at work.
  Atomics.add(new Int32Array(heap.memory.buffer, control, 8), 6, 1);
  const begin = performance.now();
  assertThrows(() => threads.run(fill, () => {}, 64, [pointer, 1]), Error, "does not answer any more");
  assert(performance.now() - begin < 3000);
});
