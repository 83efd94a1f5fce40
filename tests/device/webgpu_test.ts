/** What goes wrong on a GPU: it is a software one, an array is too large, a command is refused, an index is wrong, it is lost. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { readable } from "../../lib/device/memory.ts";
import { createWebGpuDevice } from "../../lib/device/webgpu/mod.ts";
import { FLAG_BYTES } from "../../lib/device/webgpu/range.ts";
import { gpuOf, newGpu, onGpu } from "./gpu.ts";

onGpu("a software adapter is refused unless it is asked for", async () => {
  const device = await newGpu(), gpu = await gpuOf(device);
  gpu.destroy();
  if (!device.software) return;
  assert(device.description.endsWith("software"));
  const { message } = await assertRejects(() => createWebGpuDevice(), Error);
  assertStringIncludes(message, "software");
  assertStringIncludes(message, 'useDevice("cpu")');
});

onGpu(
  "an array larger than a buffer of the GPU is refused with both sizes, and leaves nothing behind",
  async () => {
    const device = await newGpu(), { kernels, arena } = device, gpu = await gpuOf(device);
    // What is read has the flags of indices behind it.
    const limit = gpu.limits.maxBufferSize - FLAG_BYTES;
    const size = Math.floor(limit / 4) + 1, before = device.memory();
    for (
      const make of [
        () => kernels.fill([size], 0),
        () => kernels.expand(kernels.fill([1], 0), [size]),
        () => kernels.random("uniform", [size], { seed: [1, 2], offset: 0 }),
      ]
    ) {
      const { message } = assertThrows(() => arena.tidy(make), RangeError);
      assertStringIncludes(
        message,
        `an array of shape [${size}] cannot be made. It takes ${readable(4 * size)},`,
      );
      assertStringIncludes(
        message,
        `more than the ${readable(limit)} that the webgpu device holds in one array`,
      );
      assertEquals([device.memory().tensors, device.memory().bytes], [before.tensors, before.bytes]);
    }
    gpu.destroy();
  },
);

onGpu("an error that WebGPU reports on the side is thrown at the next read, once", async () => {
  const device = await newGpu(), gpu = await gpuOf(device);
  gpu.createShaderModule({ code: "this is no WGSL" });
  const storage = device.upload(new Float32Array(1), [1], "float32");
  const { message } = await assertRejects(() => device.read(storage), Error);
  assertStringIncludes(message, `webgpu: ${device.description} refused an earlier command`);
  assertStringIncludes(message, "results since then are wrong");
  device.backend.errors.check();
  assertEquals([...await device.read(storage)], [0]);
  gpu.destroy();
});

onGpu(
  "a refused command is told by the next kernel, too, after which bodies free what they make",
  async () => {
    const device = await newGpu(), gpu = await gpuOf(device), { kernels, arena } = device;
    const x = device.upload(new Float32Array(1000).fill(2), [1000], "float32");
    await device.read(x);
    for (const rule of [() => kernels.neg(x), () => kernels.add(x, 3)]) {
      gpu.createShaderModule({ code: "this is no WGSL" });
      // The report comes a few turns later.
      await new Promise((resolve) => setTimeout(resolve, 20));
      assertThrows(() => arena.tidy(rule), Error, "refused an earlier command");
      device.free(arena.tidy(rule));
      const before = device.memory();
      const y = arena.tidy(() => kernels.exp(kernels.neg(kernels.neg(x))));
      assertEquals(device.memory().tensors, before.tensors + 1);
      device.free(y);
    }
    gpu.destroy();
  },
);

onGpu("an index out of range is told once, by the next read of any array", async () => {
  const device = await newGpu(), gpu = await gpuOf(device), { kernels, arena } = device;
  const x = device.upload(Float32Array.of(5, 6, 7), [3], "float32");
  const index = device.upload(Int32Array.of(0, 3, 9), [3], "int32");
  const y = arena.tidy(() => kernels.gather(x, index, 0));
  const { message } = await assertRejects(() => device.read(x), RangeError);
  // Which of the two was met first is the GPU's choice.
  assert(/^gather: .*\b(3|9)\b/.test(message), message);
  assertEquals([...await device.read(y)], [5, NaN, NaN]);
  // Later ones are told as well.
  const z = arena.tidy(() => kernels.oneHot(index, 4));
  await assertRejects(() => device.read(z), RangeError, "oneHot: ");
  assertEquals([...await device.read(z)], [1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  gpu.destroy();
});

onGpu("a lost GPU is told at the next call, with what to do", async () => {
  const device = await newGpu(), storage = device.upload(new Float32Array(1), [1], "float32");
  assertEquals(device.lost, false);
  (await gpuOf(device)).destroy();
  const { message } = await assertRejects(() => device.read(storage), Error, "was lost");
  assertStringIncludes(message, device.description);
  assertStringIncludes(message, 'useDevice("cpu")');
  assertEquals(device.lost, true);
  for (
    const call of [
      () => device.kernels.exp(storage),
      () => device.kernels.fill([3], 1),
      () => device.upload(new Float32Array(1), [1], "float32"),
    ]
  ) assertThrows(() => device.arena.tidy(call), Error, "was lost");
});
