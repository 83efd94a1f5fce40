import { assertEquals, assertRejects } from "@std/assert";
import { currentDevice, type DeviceName, useDevice } from "../../lib/device/mod.ts";
import { noGpu } from "./helpers.ts";

Deno.test("useDevice() makes each device once, and currentDevice() is the last one chosen", async () => {
  const cpu = await useDevice("cpu");
  assertEquals(cpu.name, "cpu");
  assertEquals(await useDevice("cpu") === cpu, true);
  assertEquals(currentDevice() === cpu, true);
});

Deno.test("useDevice() names the devices when asked for another", async () => {
  const error = await assertRejects(() => useDevice("tpu" as DeviceName), RangeError);
  assertEquals(
    (error as Error).message,
    'useDevice: there is no device "tpu"; the names are "cpu" and "webgpu".',
  );
});

Deno.test("useDevice() without a name takes a real GPU or the cpu, never a software adapter", async () => {
  const device = await useDevice();
  assertEquals(device.name === "cpu" || !device.description.endsWith("software"), true);
  await useDevice("cpu");
});

Deno.test({
  name: 'useDevice("webgpu") makes one device for calls at the same time',
  ignore: noGpu,
  fn: async () => {
    const [one, other] = await Promise.all([useDevice("webgpu"), useDevice("webgpu")]);
    assertEquals(one === other, true);
    assertEquals(one.name, "webgpu");
    await useDevice("cpu");
  },
});
