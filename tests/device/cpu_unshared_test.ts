/** Where threads cannot share memory, as in a page that is not cross-origin isolated, one computes in an ordinary memory. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { look, maySleep } from "../../lib/device/cpu/threads.ts";
import { deviceAlone } from "./cpu_threads.ts";

Deno.test("what has no room in an ordinary memory is an error, and what is given back has room again", () => {
  const device = deviceAlone(1024), size = 2 ** 23, x = device.kernels.fill([size], 1);
  assertThrows(() => device.kernels.fill([size], 2), Error, "The CPU device has no room for");
  device.free(x);
  assertEquals(device.peek(device.kernels.fill([size], 3))[size - 1], 3);
});

Deno.test("it has one thread, whatever is asked for, says why, and runs the kernels without relaxed SIMD, too", () => {
  const device = deviceAlone(256, false);
  device.threads = 3;
  assertEquals(device.threads, 1);
  assertEquals(
    device.description,
    "CPU, 1 thread (there are more where the page is cross-origin isolated), WebAssembly SIMD without fused multiply-add",
  );
  assertEquals([...device.peek(device.kernels.fill([300], 2))], Array(300).fill(2));
});

Deno.test("where a thread must not sleep it looks until the word has changed, or time is up", () => {
  const words = new Int32Array(new SharedArrayBuffer(8));
  assertEquals([look(words, 1, 5, 1000), look(words, 1, 0, 5)], ["ok", "timed-out"]);
  assert(maySleep(words));
  const { wait } = Atomics;
  Atomics.wait = () => {
    throw new TypeError("Atomics.wait cannot be called in this context");
  };
  try {
    assert(!maySleep(words));
  } finally {
    Atomics.wait = wait;
  }
});
