/** Choosing where arithmetic runs. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { currentDevice, type DeviceName, tensor, useDevice } from "descent";
import { WebGpuDevice } from "../../lib/device/webgpu/mod.ts";
import { devices } from "../devices.ts";
import { gpuOf, onGpu } from "./gpu.ts";

Deno.test("useDevice() makes each device once, and currentDevice() is the last one chosen", async () => {
  for (const name of [...devices, ...devices]) {
    const device = await useDevice(name);
    assertEquals(device.name, name);
    assert(await useDevice(name) === device);
    assert(currentDevice() === device);
    assert(tensor([1]).device === device);
  }
  await useDevice("cpu");
});

Deno.test("useDevice() names the devices when asked for another, and the choice stays as it was", async () => {
  const before = await useDevice("cpu");
  const { message } = await assertRejects(() => useDevice("tpu" as DeviceName), RangeError);
  assertEquals(message, 'useDevice: there is no device "tpu"; the names are "cpu" and "webgpu".');
  assert(currentDevice() === before);
});

Deno.test("useDevice() without a name takes a real GPU or the cpu, never a software adapter, and says why", async () => {
  const device = await useDevice();
  if (device.name === "webgpu") assert(!device.description.endsWith("software"));
  else {
    assertMatch(device.description, /^CPU, \d+ threads?, WebAssembly SIMD \(no GPU: .+\)$/);
    assert(!device.description.includes("webgpu:"), "the reader knows what was looked for");
  }
  // Chosen by its name, it stands in for nothing.
  assertMatch((await useDevice("cpu")).description, /^CPU, \d+ threads?, WebAssembly SIMD$/);
});

Deno.test("useDevice() takes a number of threads for the cpu, keeps it, and refuses what is none", async () => {
  const usual = (await useDevice("cpu")).description;
  const many = navigator.hardwareConcurrency;
  try {
    assertMatch((await useDevice("cpu", { threads: 1 })).description, /^CPU, 1 thread,/);
    assertMatch((await useDevice("cpu")).description, /^CPU, 1 thread,/);
    assertMatch((await useDevice("cpu", { threads: 3 })).description, /^CPU, 3 threads,/);
    for (const threads of [0, 1.5, 33, NaN]) {
      const { message } = await assertRejects(() => useDevice("cpu", { threads }), RangeError);
      assertMatch(message, /^useDevice: threads must be a whole number (≥ 1|from 1 to 32), not /);
    }
    await assertRejects(() => useDevice("cpu", { threads: "2" as unknown as number }), TypeError, 'not "2"');
    await assertRejects(() => useDevice("cpu", 2 as unknown as object), TypeError, "{ threads: … }");
    await assertRejects(() => useDevice("webgpu", { threads: 2 }), TypeError, "threads are the cpu's");
    assertMatch(currentDevice().description, /^CPU, 3 threads,/);
  } finally {
    assertEquals((await useDevice("cpu", { threads: Math.min(32, many) })).description, usual);
  }
});

Deno.test("a console shows what a device is, not what it is made of", async () => {
  const device = await useDevice("cpu");
  assertEquals(Deno.inspect(device), `Device cpu: ${device.description}`);
});

onGpu('useDevice("webgpu") makes one device for calls at the same time', async () => {
  const [one, other] = await Promise.all([useDevice("webgpu"), useDevice("webgpu")]);
  assert(one === other);
  assertEquals(one.name, "webgpu");
  await useDevice("cpu");
});

onGpu("in place of a lost GPU there is a new one at the next useDevice()", async () => {
  const lost = await useDevice("webgpu");
  assert(lost instanceof WebGpuDevice);
  const gpu = await gpuOf(lost);
  gpu.destroy();
  await gpu.lost;
  const device = await useDevice("webgpu");
  assert(device !== lost);
  assertEquals(await tensor([1, 2]).add(1).array(), [2, 3]);
  await useDevice("cpu");
});
