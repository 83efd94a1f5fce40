/** The CPU device's threads compute the same bits however many there are. */
import { assert, assertEquals } from "@std/assert";
import type { CpuDevice } from "../../lib/device/cpu/device.ts";
import { compiledKernels } from "../../lib/device/cpu/bytes.ts";
import { fusesMultiplyAdd } from "../../lib/device/cpu/module.ts";
import { Threads } from "../../lib/device/cpu/threads.ts";
import { deviceAlone, deviceOf, everything } from "./cpu_threads.ts";
import { Draws } from "./draws.ts";

/** What one thread computes. */
const wanted = everything(deviceOf(1));

/** Fails unless all results have the same bits as those of one thread. */
function assertSame(device: CpuDevice): void {
  const results = everything(device);
  assertEquals([...results.keys()], [...wanted.keys()]);
  for (const [name, values] of results) {
    const expected = wanted.get(name)!;
    assertEquals(values.length, expected.length);
    const place = values.findIndex((value, i) => !Object.is(value, expected[i]));
    const { threads } = device.engine.wasm;
    assert(place < 0, `${name} differs with ${threads} threads: ${values[place]}, not ${expected[place]}`);
  }
}

/** The names of the kernels that are shared among threads in `body`. */
function sharedIn(body: () => void): Set<string> {
  const { run } = Threads.prototype, names = new Set<string>();
  Threads.prototype.run = function (kernel, own, units, args) {
    names.add(this.names[kernel]);
    run.call(this, kernel, own, units, args);
  };
  try {
    body();
  } finally {
    Threads.prototype.run = run;
  }
  return names;
}

/** All kernels of a compiled module. */
function kernelsOf(bytes: Uint8Array<ArrayBuffer>): string[] {
  const names = WebAssembly.Module.exports(new WebAssembly.Module(bytes))
    .filter(({ kind, name }) => kind === "function" && name !== "setScratch").map(({ name }) => name);
  assert(names.length > 30);
  return names.sort();
}

for (const threads of [2, 8]) {
  Deno.test(`${threads} threads compute the same bits as one, again and again`, () => {
    const device = deviceOf(threads);
    assertSame(device);
    // Constants are made once and stay.
    const { tensors, bytes } = device.memory();
    for (let round = 0; round < 2; round++) assertSame(device);
    assertEquals([device.memory().tensors, device.memory().bytes], [tensors, bytes]);
  });
}

Deno.test("an ordinary memory gives the same bits as a shared one", () => {
  const device = deviceAlone(8192);
  assert(!(device.engine.heap.memory.buffer instanceof SharedArrayBuffer));
  assertSame(device);
});

Deno.test("the number of threads may change at any time: more, one, and more again", () => {
  const device = deviceOf(2), { wasm } = device.engine;
  for (const threads of [5, 1, 3]) {
    device.threads = threads;
    assertEquals(device.description, `CPU, ${threads} thread${threads === 1 ? "" : "s"}, WebAssembly SIMD`);
    assertSame(device);
  }
  assert(wasm.ready <= 5, `${wasm.ready} threads are there`);
});

Deno.test("that is so of every compiled kernel: each was shared among threads", () => {
  const shared = sharedIn(() => assertSame(deviceOf(2)));
  assertEquals([...shared].sort(), kernelsOf(compiledKernels(true)));
});

Deno.test("both modules have the same kernels, and their results agree to rounding", () => {
  assertEquals(kernelsOf(compiledKernels(false)), kernelsOf(compiledKernels(true)));
  if (!fusesMultiplyAdd()) return;
  for (const [name, values] of everything(deviceOf(1, false))) {
    const expected = wanted.get(name)!;
    // Sums of thousands of products: what counts is the error against their size.
    const tolerance = 1e-5 * expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    values.forEach((value, i) => {
      assert(Math.abs(value - expected[i]) <= tolerance, `${name}: ${value}, not ${expected[i]}`);
    });
  }
});

Deno.test("thousands of short jobs, one right after the other, each see their own arguments", () => {
  const device = deviceOf(8), { kernels, arena } = device, size = 160_001, draws = new Draws(5);
  const before = device.memory();
  for (let i = 0; i < 1500; i++) {
    const y = arena.tidy(() => kernels.neg(kernels.add(kernels.fill([size], i), 1)));
    const values = device.peek(y);
    for (const place of [0, size - 1, draws.integer(0, size - 1), draws.integer(0, size - 1)]) {
      assertEquals(values[place], -i - 1);
    }
    device.free(y);
  }
  // The constant 1 stays.
  assert(device.memory().tensors <= before.tensors + 1);
});

Deno.test("jobs of every length, with shared descriptions, are the same with many threads", () => {
  const [one, many] = [deviceOf(1), deviceOf(8)];
  const run = ({ kernels, arena, engine }: CpuDevice, rows: number, columns: number) => {
    const start = arena.open();
    const x = kernels.random("uniform", [rows, columns], { seed: [rows, columns], offset: 0 });
    const part = { begin: [1, 0], size: [rows - 1, columns >> 1], step: [1, 2] };
    const y = kernels.matmul(kernels.slice(x, part), kernels.permute(kernels.slice(x, part), [1, 0]));
    const values = engine.block(kernels.sum(kernels.pad(y, [[1, 0], [2, 3]], 0.5), [0])).view().slice();
    arena.abandon(start);
    return values;
  };
  const draws = new Draws(9);
  for (let i = 0; i < 150; i++) {
    const rows = draws.integer(2, 120), columns = draws.integer(2, 200);
    assertEquals(run(many, rows, columns), run(one, rows, columns));
  }
});
