/** When a thread of the CPU device fails, it is an error of the operation; when it dies, an error soon, and never a hang. */
import { assert, assertThrows } from "@std/assert";
import { Heap } from "../../lib/device/cpu/heap.ts";
import { compiledKernels } from "../../lib/device/cpu/bytes.ts";
import { fusesMultiplyAdd } from "../../lib/device/cpu/module.ts";
import { CONTROL_BYTES, Threads } from "../../lib/device/cpu/threads.ts";
import { deviceOf } from "./cpu_threads.ts";

/** Two threads without a device, the calling one and one that is up. */
function pair(): { threads: Threads; heap: Heap; control: number; fill: number } {
  const heap = new Heap(2048), module = new WebAssembly.Module(compiledKernels(fusesMultiplyAdd()));
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

/** Past the end of any memory. */
const NOWHERE = 2 ** 32 - 65536;

Deno.test("a kernel that fails is an error, and the next operation works", () => {
  const device = deviceOf(2), { kernels, engine } = device;
  assertThrows(() => engine.wasm.launch("fill", 1e6, 10, NOWHERE, 1));
  const x = kernels.fill([1 << 20], 3);
  assert(device.peek(x).every((value) => value === 3));
  device.free(x);
});

Deno.test("a thread that fails alone is an error of the operation within a second, and the next one works", () => {
  const { threads, heap, fill } = pair(), { pointer } = heap.allocate(64 * 1024);
  const begin = performance.now();
  // The calling thread waits for the other one to take its share, which ends outside the memory.
  const wait = () => {
    for (const start = performance.now(); performance.now() - start < 40;);
  };
  assertThrows(() => threads.run(fill, wait, 64, [NOWHERE, 1]), Error, "failed in the kernel fill");
  assert(performance.now() - begin < 1000);
  threads.run(fill, () => {}, 4096, [pointer, 1]);
});

Deno.test("a thread that has died at its work is an error when patience ends, not a hang", () => {
  const { threads, heap, control, fill } = pair(), { pointer } = heap.allocate(64 * 1024);
  // As one leaves it that took a job and never came back: the seventh word counts those at work.
  Atomics.add(new Int32Array(heap.memory.buffer, control, 8), 6, 1);
  assert(threads.patience >= 50, "a busy machine gets seconds");
  threads.patience = 10;
  const begin = performance.now();
  assertThrows(() => threads.run(fill, () => {}, 64, [pointer, 1]), Error, "does not answer any more");
  // Ten waits of a tenth of a second, and what a busy machine adds.
  assert(performance.now() - begin < 3000);
});
